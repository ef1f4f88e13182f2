//! podman: its storage, and its own database: bbolt's up to version 4, SQLite from 5 on.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::details::{Details, text, text_map, texts};
use super::bolt::Bolt;
use super::file::{self, Links};
use super::sqlite::Sqlite;
use super::{probes, time};

/// Storage drivers, after which folders of a storage are named.
const DRIVERS: &[&str] = &["overlay", "vfs", "btrfs", "zfs"];

/// A storage, and the driver of it that has a container.
#[derive(Debug, PartialEq, Eq)]
pub struct Storage {
    pub root: PathBuf,
    pub driver: String,
}

/// The bundle of a container below one of these storages.
pub fn bundle(roots: &[PathBuf], id: &str) -> Option<PathBuf> {
    roots.iter().find_map(|root| {
        DRIVERS
            .iter()
            .map(|driver| {
                root.join(format!("{driver}-containers"))
                    .join(id)
                    .join("userdata")
            })
            .find(|bundle| bundle.join("config.json").is_file())
    })
}

/// The storage of a bundle: `ROOT/DRIVER-containers/ID/userdata`.
pub fn of_bundle(bundle: &Path, id: &str) -> Option<Storage> {
    let container = bundle.parent().filter(|_| bundle.ends_with("userdata"))?;
    let folder = container.parent().filter(|_| container.ends_with(id))?;
    let driver = folder.file_name()?.to_str()?.strip_suffix("-containers")?;
    Some(Storage {
        root: folder.parent()?.to_owned(),
        driver: driver.to_owned(),
    })
}

impl Storage {
    /// Name, image and when it was made, from the lists of the storage.
    pub fn take(&self, id: &str, links: Links, details: &mut Details) -> std::io::Result<()> {
        let containers = self
            .root
            .join(format!("{}-containers/containers.json", self.driver));
        let containers = file::json(&containers, links)?;
        let Some(container) = entry(&containers, id) else {
            details.missing("the storage's containers.json: not in it");
            return Ok(());
        };
        let name = container.pointer("/names/0").and_then(text);
        details.name = name.or(details.name.take());
        let image_id = container.get("image").and_then(text);
        let metadata = container.get("metadata").and_then(Value::as_str);
        let metadata = metadata.and_then(|text| serde_json::from_str::<Value>(text).ok());
        details.image = metadata
            .as_ref()
            .and_then(|metadata| text(metadata.get("image-name")?));
        details.created_ns = container
            .get("created")
            .and_then(text)
            .and_then(|text| time::nanoseconds(&text));
        if let Some(layer) = container
            .get("layer")
            .and_then(text)
            .filter(|_| self.driver == "overlay")
        {
            let upper = self.root.join("overlay").join(layer).join("diff");
            details.upper = Some(upper.to_string_lossy().into_owned());
        }
        if let Some(image_id) = image_id {
            self.take_image(&image_id, links, details);
            details.image_id = Some(format!("sha256:{image_id}"));
        }
        Ok(())
    }

    fn take_image(&self, image_id: &str, links: Links, details: &mut Details) {
        let path = self
            .root
            .join(format!("{}-images/images.json", self.driver));
        let images = match file::json(&path, links) {
            Ok(images) => images,
            Err(error) => return details.missing(format!("the storage's images.json: {error}")),
        };
        let Some(image) = entry(&images, image_id) else {
            return;
        };
        details.image_digest = image.get("digest").and_then(text);
        let name = image.pointer("/names/0").and_then(text);
        details.image = details.image.take().or(name);
    }

    /// Labels, pod and health check, from podman's own database.
    pub fn take_own(&self, id: &str, links: Links, details: &mut Details) {
        let own = Own::open(&self.root, links);
        if own.is_empty() {
            return details.missing(
                "podman's database: not found; labels, pod and health check are not known",
            );
        }
        let json = |kind, id: &str| own.json(kind, id);
        let Some(value) = json(Kind::Container, id) else {
            return details.missing("podman's database: the container is not in it");
        };
        let at = |path: &str| value.pointer(path).unwrap_or(&Value::Null);
        details.labels = text_map(at("/labels"));
        details.privileged = at("/privileged").as_bool().or(details.privileged);
        details.user = text(at("/user")).or(details.user.take());
        details.image = text(at("/rootfsImageName")).or(details.image.take());
        details.healthcheck = probes::healthcheck(&texts(at("/healthcheck/Test")));
        // Podman's infra container holds the namespaces of a pod.
        details.sandbox = at("/IsInfra")
            .as_bool()
            .or_else(|| at("/isInfra").as_bool());
        if let Some(pod_id) = text(at("/pod")) {
            let named = json(Kind::Pod, &pod_id);
            let pod = details.pod();
            pod.name = named.as_ref().and_then(|value| text(value.get("name")?));
            let labels = named.as_ref().and_then(|value| value.get("labels"));
            pod.labels = labels.map(text_map).unwrap_or_default();
            pod.uid = Some(pod_id.clone());
            pod.sandbox_id = named.and_then(|_| {
                let state = json(Kind::PodState, &pod_id)?;
                text(state.get("InfraContainerID")?)
            });
        }
        if let Some(state) = json(Kind::ContainerState, id) {
            let pid = state.get("pid").and_then(Value::as_u64);
            details.init_pid = pid
                .and_then(|pid| u32::try_from(pid).ok())
                .filter(|pid| *pid != 0);
            let started = state.get("startedTime").and_then(text);
            details.started_ns = started.and_then(|text| time::nanoseconds(&text));
        }
    }
}

/// What podman keeps one JSON text each of.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Container,
    ContainerState,
    Pod,
    PodState,
}

/// podman's own databases; after an upgrade both may be there.
struct Own {
    sqlite: Option<Sqlite<File>>,
    bolt: Option<Bolt>,
}

impl Own {
    fn open(root: &Path, links: Links) -> Self {
        let open = |name: &str| file::file(&root.join(name), links).ok();
        Self {
            sqlite: open("db.sql").and_then(Sqlite::new),
            bolt: open("libpod/bolt_state.db").and_then(Bolt::new),
        }
    }

    const fn is_empty(&self) -> bool {
        self.sqlite.is_none() && self.bolt.is_none()
    }

    fn json(&self, kind: Kind, id: &str) -> Option<Value> {
        let (table, bucket, name): (_, &[u8], &[u8]) = match kind {
            Kind::Container => ("ContainerConfig", b"ctr", b"config"),
            Kind::ContainerState => ("ContainerState", b"ctr", b"state"),
            Kind::Pod => ("PodConfig", b"pod", b"config"),
            Kind::PodState => ("PodState", b"pod", b"state"),
        };
        // The last column of each of these tables.
        let row = || self.sqlite.as_ref()?.row(table, id)?.pop();
        let value = || self.bolt.as_ref()?.get(&[bucket, id.as_bytes(), name]);
        serde_json::from_slice(&row().or_else(value)?).ok()
    }
}

fn entry<'a>(list: &'a Value, id: &str) -> Option<&'a Value> {
    let mut entries = list.as_array()?.iter();
    entries.find(|entry| entry.get("id").and_then(Value::as_str) == Some(id))
}
