//! A container, or the host, which is one too.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::Accounts;
use super::counters::Counters;
use super::text::Text;

/// Place in the containers' table. 0 is the host, 1 what is in no known container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ContainerId(pub(crate) u32);

/// Place of the host.
pub const HOST: ContainerId = ContainerId(0);

/// How much is known of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Knowledge {
    /// That it is there, and no more.
    #[default]
    Unknown,
    /// What its cgroup's path says.
    Partial,
    /// What its engine says.
    Known,
    /// What its engine said; it has ended.
    Gone,
}

/// A container. The host has the id `host`.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// Full id as the engine has it; `host` for the host, empty while unknown.
    pub id: Text,
    pub name: Text,
    /// podman, docker, containerd, cri-o, runc, systemd-nspawn, lxc.
    pub engine: Text,
    /// Image reference.
    pub image: Text,
    /// Digest of the image's configuration.
    pub image_id: Text,
    /// Digest of the image's manifest.
    pub image_digest: Text,
    pub knowledge: Knowledge,
    /// What else is known.
    pub details: Arc<Details>,
    /// What else is known came in a form that could not be read.
    pub details_unread: bool,
    /// Length of the JSON that the details came in, in bytes.
    pub(crate) details_bytes: usize,
    /// What the accounts take, unless they are shared.
    pub(crate) account_bytes: usize,
    /// Names of its users and groups.
    pub accounts: Arc<Accounts>,
    /// Cgroup of version 2, 0 when there is none.
    pub cgroup_id: u64,
    pub cgroup_path: Text,
    /// Mount and pid namespace, 0 when unknown.
    pub mnt_ns: u32,
    pub pid_ns: u32,
    /// When it was first told of, nanoseconds since boot.
    pub first_seen_ns: u64,
    /// When its cgroup was removed, nanoseconds since boot.
    pub removed_ns: Option<u64>,
    /// What its processes did lately.
    pub counters: Counters,
}

impl Container {
    /// Whether it is the host.
    pub fn is_host(&self) -> bool {
        &*self.id == b"host"
    }

    /// The first 12 bytes of its id: `container.id`.
    pub fn short_id(&self) -> &[u8] {
        self.id.get(..12).unwrap_or(&self.id)
    }
}

/// `Param::ContainerJson`: all else that an engine says. Absent keys are unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Details {
    pub privileged: Option<bool>,
    /// When it was made and started, nanoseconds since 1970.
    pub created_ns: Option<u64>,
    pub started_ns: Option<u64>,
    /// User that its first process runs as, as configured.
    pub user: Option<String>,
    pub ip: Option<String>,
    pub mounts: Vec<Mount>,
    pub labels: BTreeMap<String, String>,
    /// Configured environment, `NAME=value` each.
    pub env: Vec<String>,
    /// Commands of health, liveness and readiness checks, joined by blanks.
    pub healthcheck: Option<String>,
    pub liveness: Option<String>,
    pub readiness: Option<String>,
    /// Namespaces shared with the host.
    pub host_pid: Option<bool>,
    pub host_network: Option<bool>,
    pub host_ipc: Option<bool>,
    /// Capabilities that were added, without `CAP_`.
    pub capabilities: Vec<String>,
    /// Its root is mounted for reading only.
    pub read_only: Option<bool>,
    /// Interfaces of the network as the CNI result has them.
    pub cni_json: Option<String>,
    pub pod: Option<Pod>,
    /// Path of the root filesystem's upper folder on the host.
    pub upper: Option<String>,
}

/// A mount of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Mount {
    pub source: String,
    pub dest: String,
    pub mode: String,
    pub rw: bool,
    pub propagation: String,
}

/// The pod of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Pod {
    pub name: String,
    pub namespace: String,
    pub uid: String,
    pub sandbox_id: String,
    pub ip: String,
    pub labels: BTreeMap<String, String>,
    /// Kind and name of its owner: `Deployment/cart`.
    pub owner: String,
}
