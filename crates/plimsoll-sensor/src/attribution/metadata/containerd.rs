//! containerd: bundles of running tasks, its database, and what its Kubernetes part notes in both.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::details::{Details, cut, text, text_map};
use super::bolt::Bolt;
use super::file::{self, Links};
use super::oci::Configuration;
use super::probes;

/// Folders below the state folder that hold bundles as `NAMESPACE/ID`.
const TASKS: &[&str] = &[
    "io.containerd.runtime.v2.task",
    "io.containerd.runtime.v1.linux",
];
/// Most namespaces that are looked through.
const NAMESPACES_MAX: usize = 64;
/// The namespace of dockerd.
pub const MOBY: &str = "moby";
const CRI: &str = "io.kubernetes.cri.";

/// The bundle of a container whose id is known, and perhaps its namespace.
pub fn bundle(state: &Path, namespace: Option<&str>, id: &str) -> Option<PathBuf> {
    TASKS.iter().find_map(|tasks| {
        let tasks = state.join(tasks);
        if let Some(namespace) = namespace {
            let bundle = tasks.join(namespace).join(id);
            return bundle.join("config.json").is_file().then_some(bundle);
        }
        let namespaces = std::fs::read_dir(tasks).ok()?;
        namespaces
            .take(NAMESPACES_MAX)
            .filter_map(|entry| Some(entry.ok()?.path().join(id)))
            .find(|bundle| bundle.join("config.json").is_file())
    })
}

/// Whether a folder is a bundle of containerd's: its namespace, and the state folder.
pub fn of_bundle(bundle: &Path) -> Option<(String, PathBuf)> {
    let namespace = bundle.parent()?;
    let tasks = namespace.parent()?;
    let is_tasks = TASKS.iter().any(|name| tasks.ends_with(name));
    let name = namespace.file_name()?.to_str()?.to_owned();
    Some((name, tasks.parent()?.to_owned())).filter(|_| is_tasks)
}

/// What a bundle of containerd's says beside its configuration.
pub fn take(
    bundle: &Path,
    id: &str,
    links: Links,
    configuration: &Configuration,
    details: &mut Details,
) {
    let Some((namespace, _)) = of_bundle(bundle) else {
        return;
    };
    details.init_pid = file::bytes(&bundle.join("init.pid"), links, 32)
        .ok()
        .and_then(|bytes| std::str::from_utf8(&bytes).ok()?.trim().parse().ok());
    take_cri(configuration, details);
    match root_of(bundle).and_then(|root| Some((database(&root, links)?, root))) {
        Some((database, root)) => {
            let database = Database {
                bolt: database,
                root,
                links,
                namespace: &namespace,
            };
            database.take(id, details);
        }
        None => details.missing("containerd's database: not found"),
    }
    details.namespace = Some(namespace);
}

/// The root folder, which the bundle's `work` points into.
fn root_of(bundle: &Path) -> Option<PathBuf> {
    let work = std::fs::read_link(bundle.join("work")).ok()?;
    Some(of_bundle(&work)?.1)
}

fn database(root: &Path, links: Links) -> Option<Bolt> {
    let path = root.join("io.containerd.metadata.v1.bolt/meta.db");
    Bolt::new(file::file(&path, links).ok()?)
}

/// Annotations that the Kubernetes part writes.
pub fn take_cri(configuration: &Configuration, details: &mut Details) {
    let said = |key: &str| configuration.annotation(&format!("{CRI}{key}"));
    let Some(kind) = said("container-type") else {
        return;
    };
    details.sandbox = Some(kind == "sandbox");
    details.name = said("container-name");
    details.image = said("image-name");
    let pod = details.pod();
    pod.name = said("sandbox-name");
    pod.namespace = said("sandbox-namespace");
    pod.uid = said("sandbox-uid");
    pod.sandbox_id = said("sandbox-id");
    if kind == "sandbox" && details.name.is_none() {
        details.name = Some("POD".to_owned());
    }
    // The same for every container: the labels proper come from the database.
    details.labels.clear();
}

struct Database<'a> {
    bolt: Bolt,
    root: PathBuf,
    links: Links,
    namespace: &'a str,
}

impl Database<'_> {
    fn take(&self, id: &str, details: &mut Details) {
        let image = self.text(&["containers", id], "image");
        if details.name.is_none() {
            details.name = Some(id.to_owned());
        }
        // An image's digest may stand for its name.
        let is_named = |image: &String| !image.starts_with("sha256:");
        details.image = details
            .image
            .take()
            .filter(is_named)
            .or_else(|| image.clone());
        if let Some(image) = &image {
            self.take_image(image, details);
        }
        let label = |key: &str| {
            let path = ["containers", id, "labels"];
            self.text(&path, key).filter(|_| details.pod.is_some())
        };
        let (name, namespace, uid) = (
            label("io.kubernetes.pod.name"),
            label("io.kubernetes.pod.namespace"),
            label("io.kubernetes.pod.uid"),
        );
        let Some(pod) = &mut details.pod else {
            return;
        };
        pod.name = pod.name.take().or(name);
        pod.namespace = pod.namespace.take().or(namespace);
        pod.uid = pod.uid.take().or(uid);
        let container = self.extension(id, "io.cri-containerd.container.metadata");
        let sandbox = pod.sandbox_id.clone().unwrap_or_default();
        let sandbox = self.extension(&sandbox, "io.cri-containerd.sandbox.metadata");
        take_kubernetes(container.as_ref(), sandbox.as_ref(), details);
    }

    /// An extension holds a type's name and JSON, one after the other.
    fn extension(&self, id: &str, name: &str) -> Option<Value> {
        let bytes = self.bytes(&["containers", id, "extensions"], name)?;
        let begin = bytes.iter().position(|byte| *byte == b'{')?;
        let mut values = serde_json::Deserializer::from_slice(bytes.get(begin..)?).into_iter();
        values.next()?.ok()
    }

    fn take_image(&self, image: &str, details: &mut Details) {
        let Some(digest) = self.text(&["images", image, "target"], "digest") else {
            return;
        };
        // An index leads to the manifest of this platform; which one that was is not noted.
        details.image_id = self
            .manifest(&digest)
            .and_then(|manifest| text(manifest.pointer("/config/digest")?));
        details.image_digest = Some(digest);
    }

    fn manifest(&self, digest: &str) -> Option<Value> {
        let (algorithm, hex) = digest.split_once(':')?;
        let is_plain =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_plain(algorithm) || !is_plain(hex) {
            return None;
        }
        let blobs = self.root.join("io.containerd.content.v1.content/blobs");
        file::json(&blobs.join(algorithm).join(hex), self.links).ok()
    }

    fn bytes(&self, below: &[&str], key: &str) -> Option<Vec<u8>> {
        let mut path: Vec<&[u8]> = vec![b"v1", self.namespace.as_bytes()];
        path.extend(below.iter().map(|part| part.as_bytes()));
        path.push(key.as_bytes());
        self.bolt.get(&path)
    }

    fn text(&self, below: &[&str], key: &str) -> Option<String> {
        let text = String::from_utf8(self.bytes(below, key)?).ok()?;
        (!text.is_empty()).then(|| cut(text))
    }
}

/// Labels, address and probes, which the Kubernetes part keeps beside the container.
fn take_kubernetes(container: Option<&Value>, sandbox: Option<&Value>, details: &mut Details) {
    let at = |value: Option<&Value>, path: &str| value?.pointer(path).cloned();
    if let Some(labels) = at(container, "/Metadata/Config/labels") {
        details.labels = text_map(&labels);
    }
    let pod = details.pod();
    if let Some(labels) = at(sandbox, "/Metadata/Config/labels") {
        pod.labels = text_map(&labels);
    }
    pod.ip = at(sandbox, "/Metadata/IP").as_ref().and_then(text);
    details.ip = details.pod().ip.clone();
    let applied = at(sandbox, "/Metadata/Config/annotations");
    if let Some(annotations) = applied {
        probes::take(&annotations, details);
    }
}
