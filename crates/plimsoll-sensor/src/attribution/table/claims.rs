//! Claims of cgroups that were there at the start: an engine of the host may confirm one.

use std::ops::Bound;

use super::{Holder, Table, identity};
use crate::attribution::path::{Claim, Place};
use crate::attribution::trust::Serial;

impl Table {
    /// The claim that a cgroup of a container makes to be another's own, and its path.
    pub fn claim(&self, cgroup_id: u64) -> Option<(&[u8], Claim, Option<u32>)> {
        let cgroup = self
            .cgroups
            .get(&cgroup_id)
            .filter(|cgroup| !cgroup.is_removed)?;
        let Holder::Of(serial) = cgroup.holder else {
            return None;
        };
        let place = Place::read(&cgroup.path);
        let claim = place
            .innermost()
            .filter(|claim| claim.end == cgroup.path.len())?;
        let is_own = *self.containers.get(&serial)?.path == *cgroup.path;
        (!is_own).then(|| (&*cgroup.path, claim.clone(), place.user))
    }

    /// An engine of the host says that the claim is true: the cgroup and what lies below it go over
    /// to a container of their own.
    pub fn claim_confirmed(&mut self, cgroup_id: u64) -> Option<Serial> {
        let (path, claim, _) = self.claim(cgroup_id)?;
        let path: Box<[u8]> = path.into();
        let identity = identity(&claim, &Place::read(&path));
        if self.by_identity.contains_key(&identity) {
            return None;
        }
        let Holder::Of(outer) = self.cgroups.get(&cgroup_id)?.holder else {
            return None;
        };
        let serial = self.add(identity, &path, path.len(), cgroup_id)?;
        let below: Vec<u64> = self
            .by_path
            .range::<[u8], _>((Bound::Included(&*path), Bound::Unbounded))
            .take_while(|(below, _)| below.starts_with(&path))
            .filter(|(below, _)| matches!(below.get(path.len()), None | Some(b'/')))
            .map(|(_, id)| *id)
            .collect();
        let mut moved = 0;
        for id in below {
            if let Some(cgroup) = self.cgroups.get_mut(&id)
                && cgroup.holder == Holder::Of(outer)
            {
                cgroup.holder = Holder::Of(serial);
                moved += 1;
            }
        }
        if let Some(container) = self.containers.get_mut(&outer) {
            container.cgroups = container.cgroups.saturating_sub(moved);
            container.refused.retain(|refused| refused.id != claim.id);
        }
        let container = self.containers.get_mut(&serial)?;
        container.cgroups = moved;
        container.pod = claim.pod;
        Some(serial)
    }
}
