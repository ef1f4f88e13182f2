//! Cgroups and containers that are gone, and how long they are remembered.

use std::collections::VecDeque;

use super::{Effect, Holder, Table};
use crate::attribution::trust::Serial;

/// How long a removed cgroup and its container are remembered, nanoseconds.
pub const LATE_NS: u64 = 30_000_000_000;
/// Most removed cgroups that are remembered, and most containers that ended.
pub const GONE_MAX: usize = 1_024;

/// What was removed and when, the oldest first.
#[derive(Debug, Default)]
pub struct Gone {
    cgroups: VecDeque<(u64, u64)>,
    containers: VecDeque<(u64, Serial)>,
}

impl Table {
    /// A cgroup was removed. A record is due when it was the last of a container.
    pub fn removed(&mut self, id: u64, now_ns: u64) -> Option<Effect> {
        let cgroup = self.cgroups.get_mut(&id)?;
        if std::mem::replace(&mut cgroup.is_removed, true) {
            return None;
        }
        if self.by_path.get(&cgroup.path) == Some(&id) {
            self.by_path.remove(&cgroup.path);
        }
        let holder = cgroup.holder.clone();
        self.gone.cgroups.push_back((now_ns, id));
        self.expire(now_ns);
        let Holder::Of(serial) = holder else {
            return None;
        };
        let container = self.containers.get_mut(&serial)?;
        container.cgroups = container.cgroups.saturating_sub(1);
        if container.cgroups > 0 || container.removed_ns.is_some() {
            return None;
        }
        self.end(serial, now_ns);
        Some(Effect::Tell(serial, id))
    }

    /// Notes that a container is gone.
    pub(super) fn end(&mut self, serial: Serial, now_ns: u64) {
        let Some(container) = self.containers.get_mut(&serial) else {
            return;
        };
        container.removed_ns = Some(now_ns);
        if self.by_own_path.get(&container.path) == Some(&serial) {
            self.by_own_path.remove(&container.path);
        }
        if self.by_identity.get(&container.identity) == Some(&serial) {
            self.by_identity.remove(&container.identity);
        }
        self.gone.containers.push_back((now_ns, serial));
    }

    /// Forgets what was removed long ago, and the oldest of too many.
    pub fn expire(&mut self, now_ns: u64) {
        let is_due = |count: usize, removed_ns: u64| {
            count > GONE_MAX || removed_ns.saturating_add(LATE_NS) < now_ns
        };
        while let Some((removed_ns, id)) = self.gone.cgroups.front().copied()
            && is_due(self.gone.cgroups.len(), removed_ns)
        {
            self.gone.cgroups.pop_front();
            // The id may have been given to another cgroup since.
            if self
                .cgroups
                .get(&id)
                .is_some_and(|cgroup| cgroup.is_removed)
            {
                self.cgroups.remove(&id);
            }
        }
        while let Some((removed_ns, serial)) = self.gone.containers.front().copied()
            && is_due(self.gone.containers.len(), removed_ns)
        {
            self.gone.containers.pop_front();
            self.containers.remove(&serial);
        }
    }
}
