//! Containers and accounts as records, in the form that the kernel's have.

use plimsoll_behavior::wire::RecordWriter;
use plimsoll_model::event::container::{STATE_GONE, STATE_KNOWN, STATE_PARTLY, STATE_UNKNOWN};
use plimsoll_model::event::{EventKind, FLAG_FROM_PROC, Param};
use serde_json::{Value, json};

use super::container::{Container, Identity, Known};
use super::details::written;
use super::metadata::Accounts;

/// A record of a container, for one of its cgroups. Texts from the path come first, and nothing is
/// said that is not known.
pub fn container(container: &Container, cgroup_id: u64, time_ns: u64) -> Vec<u8> {
    let details = &container.details;
    let (mnt_ns, pid_ns) = container.namespaces;
    let mut record = RecordWriter::new(EventKind::Container)
        .flags(FLAG_FROM_PROC)
        .time_ns(time_ns)
        .cgroup_id(cgroup_id)
        .namespaces(mnt_ns, pid_ns)
        .number(Param::ContainerState, state(container))
        .bytes(Param::ContainerId, container.identity.id.as_bytes());
    if let Some(engine) = container.identity.engine {
        record = record.bytes(Param::ContainerEngine, engine.name().as_bytes());
    }
    if cgroup_id == container.cgroup_id {
        record = record.bytes(Param::CgroupPath, &container.path);
    }
    let texts = [
        (Param::ContainerName, &details.name),
        (Param::ContainerImage, &details.image),
        (Param::ContainerImageId, &details.image_id),
        (Param::ContainerImageDigest, &details.image_digest),
    ];
    for (param, text) in texts {
        if let Some(text) = text {
            record = record.bytes(param, text.as_bytes());
        }
    }
    record
        .bytes(Param::ContainerJson, &json_of(container))
        .finish()
}

/// Users and groups of a container, or of the host where there is none.
pub fn accounts(container_id: Option<&str>, accounts: &Accounts, time_ns: u64) -> Vec<u8> {
    let mut record = RecordWriter::new(EventKind::Account)
        .flags(FLAG_FROM_PROC)
        .time_ns(time_ns);
    if let Some(id) = container_id {
        record = record.bytes(Param::ContainerId, id.as_bytes());
    }
    record
        .bytes(Param::AccountUser, &accounts.users)
        .bytes(Param::AccountGroup, &accounts.groups)
        .finish()
}

/// A cgroup that was there at the start, as if it were made now.
pub fn cgroup(id: u64, path: &[u8], time_ns: u64) -> Vec<u8> {
    change(EventKind::CgroupMkdir, id, path, time_ns)
}

/// A cgroup whose removal was not heard of, as if it were removed now.
pub fn cgroup_gone(id: u64, path: &[u8], time_ns: u64) -> Vec<u8> {
    change(EventKind::CgroupRmdir, id, path, time_ns)
}

fn change(kind: EventKind, id: u64, path: &[u8], time_ns: u64) -> Vec<u8> {
    let level = path
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
        .count();
    RecordWriter::new(kind)
        .flags(FLAG_FROM_PROC)
        .time_ns(time_ns)
        .number(Param::CgroupSubject, id)
        .number(Param::CgroupHierarchy, 0)
        .number(Param::CgroupLevel, level as u64)
        .bytes(Param::CgroupPath, path)
        .finish()
}

const fn state(container: &Container) -> u64 {
    match container.known {
        _ if container.removed_ns.is_some() => STATE_GONE,
        Known::Unknown => STATE_UNKNOWN,
        Known::Path | Known::Unconfirmed => STATE_PARTLY,
        Known::Engine => STATE_KNOWN,
    }
}

fn json_of(container: &Container) -> Vec<u8> {
    let mut details = container.details.clone();
    if let Some(claim) = &container.pod {
        let pod = details.pod();
        pod.uid.get_or_insert_with(|| claim.uid.clone());
        pod.qos = claim.qos.map(|qos| qos.name().to_owned());
    }
    let mut map = details.json();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("path", json!(String::from_utf8_lossy(&container.path)));
    if let Some(uid) = container.identity.user {
        put("rootless_uid", json!(uid));
    }
    if !container.outer_identities.is_empty() {
        put(
            "outer",
            container.outer_identities.iter().map(outer).collect(),
        );
    }
    if !container.refused.is_empty() {
        let claims = container.refused.iter().map(|refused| {
            json!({"engine": refused.engine.map(super::path::Engine::name), "id": refused.id, "why": refused.why})
        });
        put("claims", claims.collect());
    }
    if container.known == Known::Unconfirmed {
        put("unconfirmed", json!(true));
    }
    written(map)
}

fn outer(identity: &Identity) -> Value {
    json!({"engine": identity.engine.map(super::path::Engine::name), "id": identity.id})
}
