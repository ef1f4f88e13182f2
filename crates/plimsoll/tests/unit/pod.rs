//! The DaemonSet's container, made from the manifest as a kubelet has an engine make it.
//!
//! What a field is turned into is said here once; a field that is not known fails the test, so that
//! the manifest cannot ask for what is not tried.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Places that engines hide from containers, and those that they protect from writing.
const MASKED: &[&str] = &[
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];
const PROTECTED: &[&str] = &[
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// The objects of the manifest.
pub fn objects() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/plimsoll-watch.yaml");
    let text = fs::read_to_string(path).unwrap();
    text.split("\n---\n")
        .map(|text| serde_saphyr::from_str(text).unwrap())
        .collect()
}

/// The object of this kind.
pub fn object(kind: &str) -> Value {
    let mut objects = objects().into_iter();
    objects.find(|object| object["kind"] == kind).unwrap()
}

/// What is made for the container on this machine, instead of on a node.
pub struct Node<'a> {
    /// The image's root.
    pub image: &'a Path,
    /// What its entrypoint is.
    pub entrypoint: &'a str,
    /// Where folders of the node are that are of the test's own; others are this machine's.
    pub folders: &'a [(&'a str, &'a Path)],
    /// Where ConfigMaps are put.
    pub configs: &'a Path,
    pub cgroup: &'a str,
    /// Variables that are set otherwise.
    pub env: &'a [(&'a str, &'a str)],
}

#[track_caller]
fn known(object: &Value, fields: &[&str]) {
    for field in object.as_object().unwrap().keys() {
        assert!(fields.contains(&field.as_str()), "{field} is not tried");
    }
}

impl Node<'_> {
    /// The configuration for runc.
    pub fn configuration(&self, pod: &Value) -> Value {
        known(
            pod,
            &[
                // No part of what its container may do.
                "serviceAccountName",
                "enableServiceLinks",
                "priorityClassName",
                "terminationGracePeriodSeconds",
                "tolerations",
                "automountServiceAccountToken",
                "hostPID",
                "securityContext",
                "containers",
                "volumes",
            ],
        );
        assert_eq!(pod["automountServiceAccountToken"], false);
        assert_eq!(pod["hostPID"], true);
        assert_eq!(
            pod["securityContext"],
            json!({"seccompProfile": {"type": "Unconfined"}})
        );
        let [container] = pod["containers"].as_array().unwrap().as_slice() else {
            panic!("more than one container is not tried");
        };
        known(
            container,
            &[
                "name",
                "image",
                "ports",
                "args",
                "env",
                "securityContext",
                "resources",
                "livenessProbe",
                "readinessProbe",
                "volumeMounts",
            ],
        );
        let security = &container["securityContext"];
        known(
            security,
            &[
                "runAsUser",
                "runAsGroup",
                "privileged",
                "allowPrivilegeEscalation",
                "readOnlyRootFilesystem",
                "capabilities",
            ],
        );
        assert_eq!(security["privileged"], false);
        assert_eq!(security["capabilities"]["drop"], json!(["ALL"]));
        let added = security["capabilities"]["add"].as_array().unwrap();
        let capabilities: Vec<String> = added
            .iter()
            .map(|name| format!("CAP_{}", name.as_str().unwrap()))
            .collect();
        let mut args = vec![json!(self.entrypoint)];
        args.extend(container["args"].as_array().unwrap().iter().cloned());
        let memory = bytes(&container["resources"]["limits"]["memory"]);
        json!({
            "ociVersion": "1.0.2",
            "process": {
                "terminal": false,
                "user": {"uid": security["runAsUser"], "gid": security["runAsGroup"]},
                "args": args,
                "env": self.environment(container),
                "cwd": "/",
                "noNewPrivileges": security["allowPrivilegeEscalation"] == false,
                "capabilities": {
                    "bounding": capabilities, "effective": capabilities,
                    "permitted": capabilities,
                },
            },
            "root": {"path": self.image, "readonly": security["readOnlyRootFilesystem"]},
            "hostname": "plimsoll-watch-x2k4f",
            "mounts": self.mounts(pod, container),
            "linux": {
                // The node's processes are seen; all else is the pod's own.
                "namespaces": [
                    {"type": "mount"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"},
                ],
                "cgroupsPath": self.cgroup,
                "resources": {"memory": {"limit": memory}},
                "maskedPaths": MASKED,
                "readonlyPaths": PROTECTED,
            },
        })
    }

    fn environment(&self, container: &Value) -> Vec<String> {
        let mut all =
            vec!["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned()];
        for variable in container["env"].as_array().unwrap() {
            let name = variable["name"].as_str().unwrap();
            let other = self.env.iter().find(|(other, _)| *other == name);
            let value =
                other.map_or_else(|| variable["value"].as_str().unwrap(), |(_, value)| value);
            all.push(format!("{name}={value}"));
        }
        all
    }

    fn mounts(&self, pod: &Value, container: &Value) -> Vec<Value> {
        let mut mounts = vec![
            mount("proc", "proc", "/proc", &["nosuid", "noexec", "nodev"]),
            mount(
                "tmpfs",
                "tmpfs",
                "/dev",
                &["nosuid", "strictatime", "mode=755", "size=65536k"],
            ),
            mount(
                "sysfs",
                "sysfs",
                "/sys",
                &["nosuid", "noexec", "nodev", "ro"],
            ),
        ];
        for asked in container["volumeMounts"].as_array().unwrap() {
            known(asked, &["name", "mountPath", "readOnly"]);
            let volumes = pod["volumes"].as_array().unwrap();
            let volume = volumes
                .iter()
                .find(|volume| volume["name"] == asked["name"]);
            let source = self.source(volume.unwrap());
            let mut options = vec!["rbind", "rprivate"];
            if asked["readOnly"] == true {
                options.push("ro");
            }
            let at = asked["mountPath"].as_str().unwrap();
            mounts.push(mount("bind", source.to_str().unwrap(), at, &options));
        }
        mounts
    }

    /// Where a volume is; made where the manifest says so.
    fn source(&self, volume: &Value) -> PathBuf {
        if let Some(name) = volume.pointer("/configMap/name") {
            known(volume, &["name", "configMap"]);
            let map = object("ConfigMap");
            assert_eq!(map["metadata"]["name"], *name);
            let at = self.configs.to_owned();
            for (name, text) in map["data"].as_object().unwrap() {
                configure(&at, name, text.as_str().unwrap());
            }
            return at;
        }
        known(volume, &["name", "hostPath"]);
        let path = volume["hostPath"]["path"].as_str().unwrap();
        let own = self.folders.iter().find(|(on_node, _)| *on_node == path);
        let at = own.map_or(Path::new(path), |(_, folder)| folder);
        match volume["hostPath"]["type"].as_str() {
            Some("Directory") => assert!(at.is_dir(), "{path} is missing"),
            Some("DirectoryOrCreate") => fs::create_dir_all(at).unwrap(),
            other => panic!("{other:?} is not tried"),
        }
        at.to_owned()
    }
}

/// Puts a file of a ConfigMap in place, all at once, as a kubelet does: the name leads through a link
/// to the folder of the newest version.
pub fn configure(at: &Path, name: &str, text: &str) {
    let versions = fs::read_dir(at).map_or(0, Iterator::count);
    let version = format!("..2026_11_22_{versions}");
    fs::create_dir_all(at.join(&version)).unwrap();
    fs::write(at.join(&version).join(name), text).unwrap();
    symlink(&version, at.join("..data_tmp")).unwrap();
    fs::rename(at.join("..data_tmp"), at.join("..data")).unwrap();
    if !at.join(name).exists() {
        symlink(Path::new("..data").join(name), at.join(name)).unwrap();
    }
}

fn mount(kind: &str, source: &str, at: &str, options: &[&str]) -> Value {
    json!({"type": kind, "source": source, "destination": at, "options": options})
}

/// A quantity of memory in bytes.
fn bytes(quantity: &Value) -> u64 {
    let mebibytes = quantity.as_str().unwrap().strip_suffix("Mi").unwrap();
    mebibytes.parse::<u64>().unwrap() << 20
}

/// The image: the program, and the libraries that it is linked with.
pub fn image(root: &Path, program: &Path) {
    let listed = Command::new("ldd").arg(program).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let libraries = listed
        .split_whitespace()
        .filter(|word| word.starts_with('/'));
    for library in libraries {
        let to = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(library, to).unwrap();
    }
    fs::copy(program, root.join("plimsoll")).unwrap();
}

/// A container of runc, removed with the test.
pub struct Running {
    name: String,
    bundle: PathBuf,
    cgroup: String,
}

impl Running {
    /// Begins it; what it says goes to the files `stdout` and `stderr` of its bundle.
    pub fn start(name: &str, bundle: &Path, configuration: &Value) -> Self {
        fs::create_dir_all(bundle).unwrap();
        fs::write(bundle.join("config.json"), configuration.to_string()).unwrap();
        let running = Self {
            name: name.to_owned(),
            bundle: bundle.to_owned(),
            cgroup: configuration["linux"]["cgroupsPath"]
                .as_str()
                .unwrap()
                .to_owned(),
        };
        let file = |name: &str| fs::File::create(bundle.join(name)).unwrap();
        let status = Command::new("runc")
            .args(["run", "--detach", "--bundle"])
            .arg(bundle)
            .arg(name)
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .status()
            .expect("`runc` is needed: install the package runc");
        assert!(status.success(), "{}", running.read("stderr"));
        running
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.bundle.join(name)).unwrap_or_default()
    }

    /// What runc knows of it.
    pub fn state(&self) -> Value {
        let output = Command::new("runc").args(["state", &self.name]).output();
        serde_json::from_slice(&output.unwrap().stdout).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("runc")
            .args(["delete", "--force", &self.name])
            .stdin(Stdio::null())
            .output();
        // Those around its cgroup are the pod's, and go when nothing else is in them.
        for hierarchy in super::machine::hierarchies() {
            let below = Path::new(self.cgroup.trim_start_matches('/'));
            for folder in below.ancestors().filter(|folder| *folder != Path::new("")) {
                let _ = fs::remove_dir(hierarchy.join(folder));
            }
        }
    }
}
