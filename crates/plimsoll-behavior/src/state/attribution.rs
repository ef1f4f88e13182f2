//! What records say of cgroups, containers, accounts and the host.

use std::collections::VecDeque;
use std::sync::Arc;

use plimsoll_model::event::Param;

use super::accounts::Accounts;
use super::container::{Container, ContainerId, Details, HOST, Knowledge};
use super::containers::{
    ACCOUNT_BYTES_MAX, CGROUPS_MAX, CONTAINER_TEXT_BYTES_MAX, CONTAINERS_MAX, Cgroup, Containers,
    DETAIL_BYTES_MAX, Host, REMOVED_MAX,
};
use super::path;
use super::text::Text;
use crate::wire::Record;

/// Longest JSON of a container that is read, in bytes.
pub const CONTAINER_JSON_BYTES_MAX: usize = 48 << 10;
/// Removed cgroups that belong to no container and are remembered for late events.
const REMOVED_CGROUPS_MAX: usize = 1024;
/// Sets of accounts that are looked at for an equal one.
const RECENT_ACCOUNTS: usize = 16;

impl Host {
    pub(super) fn take(&mut self, record: &Record<'_>) {
        let text = |text: &mut Text, param| {
            if let Some(value) = record.param(param) {
                text.set(value.get(..CONTAINER_TEXT_BYTES_MAX).unwrap_or(value));
            }
        };
        text(&mut self.name, Param::HostName);
        text(&mut self.kernel, Param::KernelRelease);
        text(&mut self.recorder, Param::UserspaceVersion);
        if let Some(time) = record.number(Param::BootTime) {
            self.boot_time_ns = time;
        }
        if let Some(ns) = record.number(Param::HostMntNs) {
            self.mnt_ns = ns as u32;
        }
        if let Some(ns) = record.number(Param::HostPidNs) {
            self.pid_ns = ns as u32;
        }
    }
}

impl Containers {
    /// A cgroup was made, or was there at the start.
    pub(super) fn cgroup_made(&mut self, record: &Record<'_>) {
        if record.number(Param::CgroupHierarchy).unwrap_or(0) != 0 {
            return;
        }
        let Some(id) = record.number(Param::CgroupSubject) else {
            return;
        };
        let path = record.param(Param::CgroupPath).unwrap_or_default();
        self.add_cgroup(id, path);
        self.epoch += 1;
    }

    fn add_cgroup(&mut self, id: u64, path: &[u8]) {
        if id == 0 {
            return;
        }
        let text = Text::capped(path, CONTAINER_TEXT_BYTES_MAX);
        let container = self.enclosing(&text);
        match self.cgroups.get_mut(&id) {
            Some(known) if text.is_empty() || known.path == text => return,
            Some(known) => {
                if self.by_path.get(&known.path) == Some(&id) {
                    self.by_path.remove(&known.path);
                }
                known.path = text.clone();
                known.container = known.container.or(container);
            }
            None => {
                if self.cgroups.len() >= CGROUPS_MAX {
                    let Some(oldest) = self.removed_cgroups.pop_front() else {
                        self.refused_cgroups += 1;
                        return;
                    };
                    self.drop_cgroup(oldest);
                }
                let path = text.clone();
                self.cgroups.insert(id, Cgroup { path, container });
            }
        }
        if !text.is_empty() {
            self.by_path.insert(text, id);
        }
    }

    /// The container of the nearest cgroup around a path.
    fn enclosing(&self, path: &[u8]) -> Option<ContainerId> {
        let mut folder = path::folder(path);
        while folder.len() > 1 {
            let around = self.by_path.get(folder).and_then(|id| self.cgroups.get(id));
            if let Some(around) = around {
                return around.container;
            }
            folder = path::folder(folder);
        }
        None
    }

    /// A cgroup was removed: late events of it may still come.
    pub(super) fn cgroup_removed(&mut self, record: &Record<'_>) {
        if record.number(Param::CgroupHierarchy).unwrap_or(0) != 0 {
            return;
        }
        let id = record.number(Param::CgroupSubject).unwrap_or(0);
        let Some(cgroup) = self.cgroups.get(&id) else {
            return;
        };
        let container = cgroup.container;
        match container.and_then(|place| self.held.get(&place).map(|held| (place, held))) {
            Some((place, held)) if held.cgroup_id == id => self.remove(place, record.time_ns),
            _ => {
                self.removed_cgroups.push_back(id);
                if self.removed_cgroups.len() > REMOVED_CGROUPS_MAX
                    && let Some(oldest) = self.removed_cgroups.pop_front()
                {
                    self.drop_cgroup(oldest);
                }
            }
        }
    }

    fn drop_cgroup(&mut self, id: u64) {
        if let Some(cgroup) = self.cgroups.remove(&id)
            && self.by_path.get(&cgroup.path) == Some(&id)
        {
            self.by_path.remove(&cgroup.path);
        }
    }

    /// A container ended; it is held for late events.
    fn remove(&mut self, place: ContainerId, time_ns: u64) {
        let container = self.get_mut(place);
        if container.removed_ns.replace(time_ns).is_some() || container.is_host() {
            return;
        }
        self.removed.push_back(place);
        if self.removed.len() > REMOVED_MAX
            && let Some(oldest) = self.removed.pop_front()
        {
            self.forget(oldest);
        }
    }

    fn forget(&mut self, place: ContainerId) {
        let Some(gone) = self.held.remove(&place) else {
            return;
        };
        self.epoch += 1;
        self.account_bytes -= gone.account_bytes;
        self.detail_bytes -= gone.details_bytes;
        if self.by_id.get(&gone.id) == Some(&place) {
            self.by_id.remove(&gone.id);
        }
        let spaces = (gone.mnt_ns, gone.pid_ns);
        if self.by_namespaces.get(&spaces) == Some(&place) {
            self.by_namespaces.remove(&spaces);
        }
        let inside: Vec<u64> = self.inside(&gone.cgroup_path).collect();
        for id in inside.into_iter().chain([gone.cgroup_id]) {
            if self
                .cgroups
                .get(&id)
                .is_some_and(|c| c.container == Some(place))
            {
                self.drop_cgroup(id);
            }
        }
    }

    /// Cgroups below a path.
    fn inside<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = u64> + 'a {
        let from = Text::new(path);
        let below = self.by_path.range(from..);
        below
            .take_while(move |(found, _)| !path.is_empty() && found.starts_with(path))
            .filter(move |(found, _)| found.get(path.len()) == Some(&b'/'))
            .map(|(_, id)| *id)
    }

    /// What an engine, or a cgroup's path, says of a container.
    pub(super) fn told(&mut self, record: &Record<'_>) {
        let id = record.param(Param::ContainerId).unwrap_or_default();
        let place = self.place(id, record);
        let gone = record.number(Param::ContainerState) == Some(3);
        let path = record.param(Param::CgroupPath).unwrap_or_default();
        if record.cgroup_id != 0 {
            self.add_cgroup(record.cgroup_id, path);
        }
        if !gone {
            self.revive(place);
        }
        // Said when the cgroup was made, and not again by whoever knows the container.
        let made_as = self
            .cgroups
            .get(&record.cgroup_id)
            .map(|cgroup| cgroup.path.clone());
        let container = self.get_mut(place);
        fill(container, record);
        if container.cgroup_path.is_empty()
            && let Some(path) = made_as
        {
            container.cgroup_path = path;
        }
        self.describe(place, record);
        let container = self.get(place);
        let (cgroup, spaces) = (container.cgroup_id, (container.mnt_ns, container.pid_ns));
        let path = container.cgroup_path.clone();
        self.epoch += 1;
        if place != HOST {
            if spaces != (0, 0) {
                self.by_namespaces.insert(spaces, place);
            }
            let inside: Vec<u64> = self.inside(&path).chain([cgroup]).collect();
            for id in inside {
                self.belongs(id, cgroup, place);
            }
            // One beside its own may be its as well.
            self.belongs(record.cgroup_id, record.cgroup_id, place);
        }
        if gone {
            self.remove(place, record.time_ns);
        }
    }

    /// A container that had ended was started again, with the same id.
    fn revive(&mut self, place: ContainerId) {
        let container = self.get_mut(place);
        if container.removed_ns.take().is_none() {
            return;
        }
        container.knowledge = Knowledge::Unknown;
        container.cgroup_id = 0;
        self.removed.retain(|removed| *removed != place);
    }

    /// All else that an engine says.
    fn describe(&mut self, place: ContainerId, record: &Record<'_>) {
        let Some(json) = record.param(Param::ContainerJson) else {
            return;
        };
        let old = self.get(place).details_bytes;
        if json.len() > CONTAINER_JSON_BYTES_MAX
            || self.detail_bytes - old + json.len() > DETAIL_BYTES_MAX
        {
            self.refused_details += 1;
            self.get_mut(place).details_unread = true;
            return;
        }
        let read = serde_json::from_slice::<Details>(json);
        let container = self.get_mut(place);
        container.details_unread = read.is_err();
        if let Ok(details) = read {
            container.details = Arc::new(details);
            container.details_bytes = json.len();
            self.detail_bytes = self.detail_bytes - old + json.len();
        }
    }

    /// A cgroup in a container's is the container's, unless a container inside it has it already.
    fn belongs(&mut self, id: u64, of: u64, place: ContainerId) {
        let Some(cgroup) = self.cgroups.get(&id) else {
            return;
        };
        let held = cgroup.container.and_then(|held| self.held.get(&held));
        let nearer = held.is_some_and(|held| {
            id != of && held.cgroup_path.len() > self.get(place).cgroup_path.len()
        });
        if !nearer && let Some(cgroup) = self.cgroups.get_mut(&id) {
            cgroup.container = Some(place);
        }
    }

    /// Where a container is held, or is held from now on.
    fn place(&mut self, id: &[u8], record: &Record<'_>) -> ContainerId {
        if id == b"host" {
            return HOST;
        }
        if let Some(place) = self.by_id.get(id) {
            return *place;
        }
        // It was known by its cgroup alone until now.
        let known = self.cgroups.get(&record.cgroup_id);
        if let Some(place) = known.and_then(|cgroup| cgroup.container)
            && let Some(held) = self.held.get(&place)
            && held.cgroup_id == record.cgroup_id
            && record.cgroup_id != 0
            && (held.id.is_empty() || id.is_empty())
        {
            self.name(id, place);
            return place;
        }
        while self.held.len() >= CONTAINERS_MAX {
            let oldest = self.removed.pop_front();
            self.evicted += u64::from(oldest.is_none());
            let first = self.held.keys().next().copied();
            match oldest.or(first) {
                Some(place) => self.forget(place),
                None => break,
            }
        }
        let place = ContainerId(self.next);
        self.next += 1;
        let container = Container {
            first_seen_ns: record.time_ns,
            ..Container::default()
        };
        self.held.insert(place, container);
        self.name(id, place);
        place
    }

    fn name(&mut self, id: &[u8], place: ContainerId) {
        let id = Text::capped(id, CONTAINER_TEXT_BYTES_MAX);
        if id.is_empty() {
            return;
        }
        self.by_id.insert(id.clone(), place);
        self.get_mut(place).id = id;
    }

    /// The users and groups of a container or of the host.
    pub(super) fn account(&mut self, record: &Record<'_>) {
        let id = record.param(Param::ContainerId).unwrap_or(b"host");
        let id = if id.is_empty() { b"host" } else { id };
        let place = self.place(id, record);
        let user = record.param(Param::AccountUser).unwrap_or_default();
        let group = record.param(Param::AccountGroup).unwrap_or_default();
        let (accounts, new) = shared(&mut self.recent_accounts, Accounts::read(user, group));
        let old = self.get(place).account_bytes;
        if self.account_bytes - old + new > ACCOUNT_BYTES_MAX && place != HOST {
            self.refused_accounts += 1;
            return;
        }
        self.account_bytes = self.account_bytes - old + new;
        let container = self.get_mut(place);
        container.accounts = accounts;
        container.account_bytes = new;
    }
}

/// The same accounts as those that another container has, where there is one; and the bytes that
/// they take anew.
fn shared(recent: &mut VecDeque<Arc<Accounts>>, accounts: Accounts) -> (Arc<Accounts>, usize) {
    if let Some(same) = recent.iter().find(|known| ***known == accounts) {
        return (Arc::clone(same), 0);
    }
    let weight = accounts.weight();
    let accounts = Arc::new(accounts);
    recent.push_front(Arc::clone(&accounts));
    recent.truncate(RECENT_ACCOUNTS);
    (accounts, weight)
}

/// Takes over what a record says; a later record that knows less takes nothing away.
fn fill(container: &mut Container, record: &Record<'_>) {
    let text = |text: &mut Text, param| {
        if let Some(value) = record.param(param).filter(|value| !value.is_empty()) {
            text.set(value.get(..CONTAINER_TEXT_BYTES_MAX).unwrap_or(value));
        }
    };
    text(&mut container.name, Param::ContainerName);
    text(&mut container.engine, Param::ContainerEngine);
    text(&mut container.image, Param::ContainerImage);
    text(&mut container.image_id, Param::ContainerImageId);
    text(&mut container.image_digest, Param::ContainerImageDigest);
    text(&mut container.cgroup_path, Param::CgroupPath);
    let knowledge = match record.number(Param::ContainerState) {
        Some(1) => Knowledge::Partial,
        Some(2) => Knowledge::Known,
        Some(3) => Knowledge::Gone,
        _ => Knowledge::Unknown,
    };
    container.knowledge = container.knowledge.max(knowledge);
    for (place, told) in [
        (&mut container.mnt_ns, record.mnt_ns),
        (&mut container.pid_ns, record.pid_ns),
    ] {
        if told != 0 {
            *place = told;
        }
    }
    // With a path it is the container's own; else it may be another of its cgroups.
    let is_own = container.cgroup_id == 0 || record.param(Param::CgroupPath).is_some();
    if record.cgroup_id != 0 && is_own {
        container.cgroup_id = record.cgroup_id;
    }
}
