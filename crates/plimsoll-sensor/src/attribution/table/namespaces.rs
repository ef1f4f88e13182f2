//! Containers without a cgroup of version 2: they are known by their namespaces.
//!
//! On a host with version 1 alone every process is in the root of version 2. Which container it is in
//! is then said by its cgroups of version 1, and the namespaces stand for that.

use super::{Effect, Holder, Table, identity};
use crate::attribution::path::Place;
use crate::attribution::trust::Serial;

impl Table {
    /// Whether the cgroup of a process says nothing although it has a pid namespace of its own.
    pub fn is_unplaced(&self, cgroup_id: u64, pid_ns: u32) -> bool {
        let is_root = match self.cgroups.get(&cgroup_id) {
            Some(cgroup) => cgroup.holder == Holder::Host && *cgroup.path == *b"/",
            None => true,
        };
        is_root && self.is_isolated(pid_ns)
    }

    /// A process with these namespaces is in a cgroup of version 1 with this path. Only the
    /// outermost container is believed.
    pub fn placed(&mut self, path: &[u8], mnt_ns: u32, pid_ns: u32) -> Vec<Effect> {
        let place = Place::read(path);
        let Some(claim) = place.claims.first().filter(|_| !place.is_helper) else {
            return Vec::new();
        };
        let identity = identity(claim, &place);
        let known = self.by_identity.get(&identity).copied();
        let is_new = known.is_none();
        let Some(serial) = known.or_else(|| self.add(identity, path, claim.end, 0)) else {
            return Vec::new();
        };
        if let Some(container) = self.containers.get_mut(&serial) {
            container.namespaces = (mnt_ns, pid_ns);
            container.pod = container.pod.take().or_else(|| claim.pod.clone());
            for claim in place.claims.iter().skip(1) {
                container.refuse(claim, "its engine has not confirmed it");
            }
            if is_new {
                container.cgroup_id = 0;
            }
        }
        let ask = is_new.then_some(Effect::Ask(serial));
        ask.into_iter().chain([Effect::Tell(serial, 0)]).collect()
    }

    /// A cgroup of version 1 was removed: a container that has none of version 2 goes with it.
    pub fn removed_elsewhere(&mut self, path: &[u8], now_ns: u64) -> Option<Effect> {
        let serial: Serial = *self.by_own_path.get(path)?;
        let container = self.containers.get(&serial)?;
        if container.cgroups > 0 || container.removed_ns.is_some() {
            return None;
        }
        self.end(serial, now_ns);
        Some(Effect::Tell(serial, 0))
    }
}
