//! The table held against the tree of cgroups, as it is read at the start and after losses.

use std::collections::HashMap;

use super::Table;

impl Table {
    /// The tree was read; whether every cgroup of it found its place.
    pub const fn is_whole(&mut self, whole: bool) {
        self.is_known = true;
        self.is_full = !whole;
    }

    /// Whether a cgroup ought to be held and is not.
    pub fn is_missing(&self, id: u64) -> bool {
        self.is_known && id != 0 && !self.cgroups.contains_key(&id)
    }

    /// Whether a cgroup is held as one that is there.
    pub fn holds(&self, id: u64, path: &[u8]) -> bool {
        let cgroup = self.cgroups.get(&id);
        cgroup.is_some_and(|cgroup| !cgroup.is_removed && *cgroup.path == *path)
    }

    /// Cgroups that are held as being there and are not among these, those below first.
    pub fn others(&self, there: &HashMap<u64, &[u8]>) -> Vec<(u64, Box<[u8]>)> {
        let held = self.by_path.iter().rev();
        let others = held.filter(|(path, id)| there.get(*id) != Some(&&***path));
        others.map(|(path, id)| (*id, path.clone())).collect()
    }
}
