//! Tables of file descriptors. A fork shares its parent's until one of them changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::OpenFile;

/// Most descriptors that are known of one process.
pub const FILES_MAX: usize = 8192;
/// Descriptors below this stand in a row, the rest in a tree.
const ROW: usize = 256;
/// Most descriptors that are known in all.
pub const FILES_TOTAL_MAX: usize = 200_000;

/// A table of files, by place; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesId(u32);

/// A descriptor.
#[derive(Debug, Clone)]
pub struct Descriptor {
    pub file: Arc<OpenFile>,
    /// Closed by exec.
    pub close_on_exec: bool,
}

/// The descriptors of one table.
#[derive(Debug, Clone, Default)]
pub struct Files {
    row: Vec<Option<Descriptor>>,
    rest: BTreeMap<i32, Descriptor>,
    count: usize,
}

impl Files {
    pub fn get(&self, fd: i32) -> Option<&Descriptor> {
        let index = usize::try_from(fd).ok()?;
        if index < ROW {
            return self.row.get(index)?.as_ref();
        }
        self.rest.get(&fd)
    }

    /// All descriptors, in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (i32, &Descriptor)> {
        let row = self.row.iter().enumerate();
        let row = row.filter_map(|(fd, slot)| Some((fd as i32, slot.as_ref()?)));
        row.chain(self.rest.iter().map(|(fd, slot)| (*fd, slot)))
    }

    /// How many are open, as far as is known.
    pub const fn len(&self) -> usize {
        self.count
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn set(&mut self, fd: i32, slot: Descriptor) {
        let Ok(index) = usize::try_from(fd) else {
            return;
        };
        let before = if index < ROW {
            if self.row.len() <= index {
                self.row.resize(index + 1, None);
            }
            self.row
                .get_mut(index)
                .and_then(|place| place.replace(slot))
                .is_some()
        } else {
            self.rest.insert(fd, slot).is_some()
        };
        self.count += usize::from(!before);
    }

    fn remove(&mut self, fd: i32) -> Option<Descriptor> {
        let index = usize::try_from(fd).ok()?;
        let gone = if index < ROW {
            self.row.get_mut(index)?.take()
        } else {
            self.rest.remove(&fd)
        };
        self.count -= usize::from(gone.is_some());
        gone
    }

    /// Puts another file wherever this one stands: copies of a descriptor share it.
    fn replace(&mut self, old: &Arc<OpenFile>, new: &Arc<OpenFile>) {
        let row = self.row.iter_mut().flatten();
        for slot in row.chain(self.rest.values_mut()) {
            if Arc::ptr_eq(&slot.file, old) {
                slot.file = Arc::clone(new);
            }
        }
    }

    fn drop_on_exec(&mut self) {
        for place in &mut self.row {
            if place.as_ref().is_some_and(|slot| slot.close_on_exec) {
                *place = None;
                self.count -= 1;
            }
        }
        self.rest.retain(|_, slot| !slot.close_on_exec);
        self.count = self.row.iter().flatten().count() + self.rest.len();
    }
}

#[derive(Debug, Default)]
struct Shared {
    files: Arc<Files>,
    /// Processes that use this very table (`CLONE_FILES`).
    users: u32,
}

/// All tables of files.
#[derive(Debug, Default)]
pub struct FileTables {
    tables: Vec<Shared>,
    free: Vec<u32>,
    /// Descriptors in all tables, those of shared copies counted once each.
    total: usize,
    refused: u64,
}

impl FileTables {
    /// A table without files.
    pub fn create(&mut self) -> FilesId {
        self.place(Arc::default())
    }

    /// A copy of a table, for a fork.
    pub fn copy(&mut self, id: FilesId) -> FilesId {
        match self.get(id) {
            Some(shared) => {
                let files = Arc::clone(&shared.files);
                self.place(files)
            }
            None => FilesId::default(),
        }
    }

    /// One more user of the same table.
    pub fn share(&mut self, id: FilesId) -> FilesId {
        if let Some(shared) = self.get_mut(id) {
            shared.users += 1;
        }
        id
    }

    /// A user of a table is gone.
    pub fn release(&mut self, id: FilesId) {
        let Some(shared) = self.get_mut(id) else {
            return;
        };
        shared.users = shared.users.saturating_sub(1);
        if shared.users > 0 {
            return;
        }
        let files = std::mem::take(&mut shared.files);
        if Arc::strong_count(&files) == 1 {
            self.total = self.total.saturating_sub(files.len());
        }
        self.free.push(id.0);
    }

    /// The files of a table.
    pub fn files(&self, id: FilesId) -> Option<&Files> {
        Some(&self.get(id)?.files)
    }

    /// The file of a descriptor.
    pub fn file(&self, id: FilesId, fd: i32) -> Option<&Arc<OpenFile>> {
        Some(&self.files(id)?.get(fd)?.file)
    }

    /// Sets a descriptor. Nothing is set beyond the bounds; that is counted.
    pub fn set(&mut self, id: FilesId, fd: i32, file: Arc<OpenFile>, close_on_exec: bool) {
        let total = self.total;
        let Some(files) = self.own(id) else {
            return;
        };
        let before = files.len();
        if fd < 0 || before >= FILES_MAX && files.get(fd).is_none() || total >= FILES_TOTAL_MAX {
            files.remove(fd);
            let after = files.len();
            self.total -= before - after;
            self.refused += 1;
            return;
        }
        files.set(
            fd,
            Descriptor {
                file,
                close_on_exec,
            },
        );
        let after = files.len();
        self.total += after - before;
    }

    /// Closes a descriptor and gives what it was.
    pub fn remove(&mut self, id: FilesId, fd: i32) -> Option<Arc<OpenFile>> {
        self.file(id, fd)?;
        let gone = self.own(id)?.remove(fd)?;
        self.total = self.total.saturating_sub(1);
        Some(gone.file)
    }

    /// Puts another file in the place of the one behind a descriptor, and of its copies.
    pub fn replace(&mut self, id: FilesId, fd: i32, new: OpenFile) -> Option<Arc<OpenFile>> {
        let old = Arc::clone(self.file(id, fd)?);
        if *old == new {
            return Some(old);
        }
        let new = Arc::new(new);
        self.own(id)?.replace(&old, &new);
        Some(new)
    }

    /// Sets or clears the mark that exec closes a descriptor.
    pub fn mark(&mut self, id: FilesId, fd: i32, close_on_exec: bool) {
        let Some(held) = self.files(id).and_then(|files| files.get(fd)) else {
            return;
        };
        if held.close_on_exec != close_on_exec {
            let file = Arc::clone(&held.file);
            self.set(id, fd, file, close_on_exec);
        }
    }

    /// An exec: the table is no longer shared, and marked descriptors are closed.
    pub fn exec(&mut self, id: FilesId) -> FilesId {
        let Some(shared) = self.get(id) else {
            return id;
        };
        let id = if shared.users > 1 {
            let own = self.copy(id);
            self.release(id);
            own
        } else {
            id
        };
        let marked = self
            .files(id)
            .is_some_and(|files| files.iter().any(|(_, slot)| slot.close_on_exec));
        if marked && let Some(files) = self.own(id) {
            let before = files.len();
            files.drop_on_exec();
            let after = files.len();
            self.total = self.total.saturating_sub(before - after);
        }
        id
    }

    /// Descriptors that were not kept because a bound was reached.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Descriptors that are held.
    pub const fn total(&self) -> usize {
        self.total
    }

    fn place(&mut self, files: Arc<Files>) -> FilesId {
        let shared = Shared { files, users: 1 };
        if let Some(index) = self.free.pop()
            && let Some(place) = self.tables.get_mut(index as usize - 1)
        {
            *place = shared;
            return FilesId(index);
        }
        self.tables.push(shared);
        FilesId(self.tables.len() as u32)
    }

    /// The files of a table, no longer shared with a copy.
    fn own(&mut self, id: FilesId) -> Option<&mut Files> {
        let index = (id.0 as usize).checked_sub(1)?;
        let shared = self.tables.get_mut(index)?;
        if Arc::strong_count(&shared.files) > 1 {
            self.total += shared.files.len();
        }
        Some(Arc::make_mut(&mut shared.files))
    }

    fn get(&self, id: FilesId) -> Option<&Shared> {
        self.tables.get((id.0 as usize).checked_sub(1)?)
    }

    fn get_mut(&mut self, id: FilesId) -> Option<&mut Shared> {
        self.tables.get_mut((id.0 as usize).checked_sub(1)?)
    }
}
