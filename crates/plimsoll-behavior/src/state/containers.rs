//! The table of containers: which cgroup, or which namespaces, belong to which.
//!
//! A cgroup inside a container's is the container's. What is in no known container is the host's
//! when its cgroup is known or it shares the host's pid namespace; else it is in an unknown
//! container, until a record says in which.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use foldhash::HashMap;

use super::accounts::Accounts;
use super::container::{Container, ContainerId, HOST, Knowledge};
use super::text::Text;
use crate::wire::Record;

/// Most containers that are held, ended ones included.
pub const CONTAINERS_MAX: usize = 2048;
/// Ended containers that are held for late events.
pub const REMOVED_MAX: usize = 256;
/// Most cgroups whose path is known.
pub const CGROUPS_MAX: usize = 8192;
/// Longest text of a container that is kept, in bytes.
pub const CONTAINER_TEXT_BYTES_MAX: usize = 512;
/// Most bytes of what engines say of containers, as JSON, that are held.
pub const DETAIL_BYTES_MAX: usize = 3 << 20;
/// Most bytes of users and groups of containers that are held.
pub const ACCOUNT_BYTES_MAX: usize = 2 << 20;

/// Place of what is in no known container.
pub const UNKNOWN: ContainerId = ContainerId(1);

/// What the host said of itself.
#[derive(Debug, Clone, Default)]
pub struct Host {
    pub name: Text,
    pub kernel: Text,
    /// When it booted, nanoseconds since 1970.
    pub boot_time_ns: u64,
    /// Version of the recorder.
    pub recorder: Text,
    pub mnt_ns: u32,
    pub pid_ns: u32,
}

/// A cgroup of version 2.
#[derive(Debug)]
pub(super) struct Cgroup {
    pub(super) path: Text,
    pub(super) container: Option<ContainerId>,
}

/// All containers.
#[derive(Debug)]
pub struct Containers {
    pub(super) host: Container,
    pub(super) unknown: Container,
    pub(super) held: BTreeMap<ContainerId, Container>,
    pub(super) next: u32,
    pub(super) cgroups: HashMap<u64, Cgroup>,
    pub(super) by_path: BTreeMap<Text, u64>,
    pub(super) by_namespaces: HashMap<(u32, u32), ContainerId>,
    pub(super) by_id: BTreeMap<Text, ContainerId>,
    pub(super) removed: VecDeque<ContainerId>,
    pub(super) removed_cgroups: VecDeque<u64>,
    pub(super) account_bytes: usize,
    pub(super) detail_bytes: usize,
    /// Shared by containers that have the same.
    pub(super) recent_accounts: VecDeque<Arc<Accounts>>,
    pub(super) evicted: u64,
    pub(super) refused_cgroups: u64,
    pub(super) refused_accounts: u64,
    pub(super) refused_details: u64,
    /// Counts up whenever a look-up may have another answer.
    pub(super) epoch: u32,
}

impl Default for Containers {
    fn default() -> Self {
        let host = Container {
            id: Text::from("host"),
            name: Text::from("host"),
            knowledge: Knowledge::Known,
            ..Container::default()
        };
        Self {
            host,
            unknown: Container::default(),
            held: BTreeMap::new(),
            next: UNKNOWN.0 + 1,
            cgroups: HashMap::default(),
            by_path: BTreeMap::new(),
            by_namespaces: HashMap::default(),
            by_id: BTreeMap::new(),
            removed: VecDeque::new(),
            removed_cgroups: VecDeque::new(),
            account_bytes: 0,
            detail_bytes: 0,
            recent_accounts: VecDeque::new(),
            evicted: 0,
            refused_cgroups: 0,
            refused_accounts: 0,
            refused_details: 0,
            epoch: 1,
        }
    }
}

impl Containers {
    /// A container; the unknown one when it is held no more.
    pub fn get(&self, id: ContainerId) -> &Container {
        match id {
            HOST => &self.host,
            UNKNOWN => &self.unknown,
            _ => self.held.get(&id).unwrap_or(&self.unknown),
        }
    }

    pub(super) fn get_mut(&mut self, id: ContainerId) -> &mut Container {
        match id {
            HOST => &mut self.host,
            UNKNOWN => &mut self.unknown,
            _ => self.held.get_mut(&id).unwrap_or(&mut self.unknown),
        }
    }

    /// All that are held, the host not included, in the order in which they were first told of.
    pub fn iter(&self) -> impl Iterator<Item = (ContainerId, &Container)> {
        self.held.iter().map(|(id, container)| (*id, container))
    }

    /// The container with a full id.
    pub fn find(&self, id: &[u8]) -> Option<&Container> {
        self.by_id.get(id).map(|id| self.get(*id))
    }

    /// How many are held, the host not included.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Cgroups, sets of accounts and details that were not kept because a bound was reached.
    pub const fn refused(&self) -> u64 {
        self.refused_cgroups + self.refused_accounts + self.refused_details
    }

    /// Containers that were forgotten while they ran, to keep the bound.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Path of a cgroup of version 2, if it was told.
    pub fn cgroup_path(&self, id: u64) -> Option<&[u8]> {
        self.cgroups.get(&id).map(|cgroup| &*cgroup.path)
    }

    /// Cgroups whose path is known.
    pub fn cgroups(&self) -> usize {
        self.cgroups.len()
    }

    /// The container of a cgroup and namespaces.
    pub(super) fn locate(&self, host: &Host, record: &Record<'_>) -> ContainerId {
        let (cgroup, mnt_ns, pid_ns) = (record.cgroup_id, record.mnt_ns, record.pid_ns);
        let known = self.cgroups.get(&cgroup);
        if let Some(id) = known.and_then(|cgroup| cgroup.container) {
            return id;
        }
        if let Some(id) = self.by_namespaces.get(&(mnt_ns, pid_ns)) {
            return *id;
        }
        let of_host = pid_ns == host.pid_ns || pid_ns == 0 || host.pid_ns == 0;
        // On a host with version 1 alone everybody is in the root of version 2.
        let told = known.is_some_and(|cgroup| &*cgroup.path != b"/");
        if of_host || told { HOST } else { UNKNOWN }
    }
}
