//! Volumes whose code Kubernetes carried itself, and when it stopped.
//!
//! Figures from the change logs of Kubernetes.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Entry, Node};

/// A kind of volume.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    pub key: &'static str,
    /// Minor version of the first release that called it deprecated.
    pub deprecated: u16,
    /// Minor version of the first release that cannot mount it.
    pub removed: Option<u16>,
    /// The CSI driver that it is handed on to; empty where there is none.
    pub driver: &'static str,
}

const fn gone(key: &'static str, deprecated: u16, removed: u16) -> Plugin {
    Plugin {
        key,
        deprecated,
        removed: Some(removed),
        driver: "",
    }
}

const fn handed_on(key: &'static str, deprecated: u16, driver: &'static str) -> Plugin {
    Plugin {
        key,
        deprecated,
        removed: None,
        driver,
    }
}

/// Every kind that is gone, going, or handed on.
pub const PLUGINS: &[Plugin] = &[
    gone("cephfs", 28, 31),
    gone("flocker", 22, 25),
    // Still there, but off unless asked for.
    gone("gitRepo", 11, 33),
    gone("glusterfs", 25, 26),
    gone("quobyte", 22, 25),
    gone("rbd", 28, 31),
    gone("scaleIO", 16, 22),
    gone("storageos", 22, 25),
    handed_on("awsElasticBlockStore", 19, "ebs.csi.aws.com"),
    handed_on("azureDisk", 19, "disk.csi.azure.com"),
    handed_on("azureFile", 21, "file.csi.azure.com"),
    handed_on("cinder", 18, "cinder.csi.openstack.org"),
    handed_on("flexVolume", 23, ""),
    handed_on("gcePersistentDisk", 17, "pd.csi.storage.gke.io"),
    handed_on("portworxVolume", 25, "pxd.portworx.com"),
    handed_on("vsphereVolume", 19, "csi.vsphere.vmware.com"),
];

/// The volumes of a pod, and what a PersistentVolume is, as far as they are of these kinds.
pub fn volumes<'a>(object: &Object<'a>) -> Vec<(&'a Entry, &'static Plugin)> {
    let of_pod = object.pod().and_then(|pod| pod.field(&["volumes"]));
    let volumes = of_pod.map_or(&[][..], Node::items).iter();
    let is_volume = object.group().is_empty() && object.kind == "PersistentVolume";
    let own = object.node.at_path(&["spec"]).filter(|_| is_volume);
    let mut out = Vec::new();
    for volume in volumes.chain(own) {
        for entry in volume.entries() {
            let plugin = PLUGINS.iter().find(|plugin| *plugin.key == *entry.key);
            out.extend(plugin.map(|plugin| (entry, plugin)));
        }
    }
    out
}
