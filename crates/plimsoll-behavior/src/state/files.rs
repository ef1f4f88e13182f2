//! Tables of file descriptors. A fork shares its parent's until one of them changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::OpenFile;

/// Most descriptors that are known of one process.
pub const FILES_MAX: usize = 8192;
/// Descriptors below this stand in a row, the rest in a tree.
const ROW: usize = 256;
/// Most bytes that all descriptors and their paths take. A path that several share counts for each.
pub const FILE_BYTES_MAX: usize = 6 << 20;

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
    bytes: usize,
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
        self.remove(fd);
        self.bytes += slot.file.weight();
        self.count += 1;
        if index < ROW {
            if self.row.len() <= index {
                self.row.resize(index + 1, None);
            }
            if let Some(place) = self.row.get_mut(index) {
                *place = Some(slot);
            }
        } else {
            self.rest.insert(fd, slot);
        }
    }

    fn remove(&mut self, fd: i32) -> Option<Descriptor> {
        let index = usize::try_from(fd).ok()?;
        let gone = if index < ROW {
            self.row.get_mut(index)?.take()
        } else {
            self.rest.remove(&fd)
        };
        if let Some(gone) = &gone {
            self.count -= 1;
            self.bytes -= gone.file.weight();
        }
        gone
    }

    /// Puts another file wherever this one stands: copies of a descriptor share it.
    fn replace(&mut self, old: &Arc<OpenFile>, new: &Arc<OpenFile>) {
        let row = self.row.iter_mut().flatten();
        for slot in row.chain(self.rest.values_mut()) {
            if Arc::ptr_eq(&slot.file, old) {
                slot.file = Arc::clone(new);
                self.bytes = self.bytes - old.weight() + new.weight();
            }
        }
    }

    fn drop_on_exec(&mut self) {
        for place in &mut self.row {
            if place.as_ref().is_some_and(|slot| slot.close_on_exec) {
                *place = None;
            }
        }
        self.rest.retain(|_, slot| !slot.close_on_exec);
        self.count = self.row.iter().flatten().count() + self.rest.len();
        self.bytes = self.iter().map(|(_, slot)| slot.file.weight()).sum();
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
    /// Bytes of all tables, a shared copy counted once.
    bytes: usize,
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
            self.bytes -= files.bytes;
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
        let room = self.bytes + file.weight() <= FILE_BYTES_MAX;
        let set = self.change(id, |files| {
            // Whatever stood there is gone, even if what comes cannot be kept.
            files.remove(fd);
            let room = room && files.len() < FILES_MAX;
            if room && fd >= 0 {
                files.set(
                    fd,
                    Descriptor {
                        file,
                        close_on_exec,
                    },
                );
            }
            room
        });
        self.refused += u64::from(set == Some(false));
    }

    /// Closes a descriptor and gives what it was.
    pub fn remove(&mut self, id: FilesId, fd: i32) -> Option<Arc<OpenFile>> {
        self.file(id, fd)?;
        let gone = self.change(id, |files| files.remove(fd));
        Some(gone??.file)
    }

    /// Puts another file in the place of the one behind a descriptor, and of its copies.
    pub fn replace(&mut self, id: FilesId, fd: i32, new: OpenFile) -> Option<Arc<OpenFile>> {
        let old = Arc::clone(self.file(id, fd)?);
        if *old == new {
            return Some(old);
        }
        let new = Arc::new(new);
        self.change(id, |files| files.replace(&old, &new));
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
        if marked {
            self.change(id, Files::drop_on_exec);
        }
        id
    }

    /// Descriptors that were not kept because a bound was reached.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Bytes that are held.
    pub const fn bytes(&self) -> usize {
        self.bytes
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

    /// Changes the files of a table, which first becomes a copy of its own where it was shared. When
    /// there is no room for a copy, it is empty: what it held is unknown from then on.
    fn change<T>(&mut self, id: FilesId, change: impl FnOnce(&mut Files) -> T) -> Option<T> {
        let index = (id.0 as usize).checked_sub(1)?;
        let shared = self.tables.get_mut(index)?;
        if Arc::strong_count(&shared.files) > 1 {
            if self.bytes + shared.files.bytes > FILE_BYTES_MAX {
                self.refused += shared.files.len() as u64;
                shared.files = Arc::default();
            }
            self.bytes += shared.files.bytes;
        }
        let files = Arc::make_mut(&mut shared.files);
        let before = files.bytes;
        let out = change(files);
        self.bytes = self.bytes - before + files.bytes;
        Some(out)
    }

    fn get(&self, id: FilesId) -> Option<&Shared> {
        self.tables.get((id.0 as usize).checked_sub(1)?)
    }

    fn get_mut(&mut self, id: FilesId) -> Option<&mut Shared> {
        self.tables.get_mut((id.0 as usize).checked_sub(1)?)
    }
}
