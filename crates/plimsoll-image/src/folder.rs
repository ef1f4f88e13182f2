//! A folder as a target: a source tree, or the root of an operating system.
//!
//! The walk never follows a symlink, never opens what is no regular file, and cannot leave the
//! folder: every file is opened relative to it with the kernel asked to refuse links on the way.
//! Other file systems that are mounted inside are looked at, except those that hold no files
//! (proc, sysfs and their like), those that may hang (network, FUSE), and the merged views that
//! container engines mount.

mod mounts;

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use plimsoll_model::Unknown;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags};

use crate::limits::{LAYER_ENTRIES_MAX, PEEK_BYTES_MAX, UNKNOWNS_MAX};
use crate::path::{normalize, spell};
use crate::store::FileContent;
use crate::{Content, Entry, EntryKind, OpenError, ReadAt, ReadError, ReadOptions, Store, Visitor};

use self::mounts::MountRule;

/// Deepest folder that is entered, in parts of its path.
const DEPTH_MAX: usize = 256;

/// A folder that was opened.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    root: OwnedFd,
}

/// What a walk saw beside what the visitors took in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderRead {
    /// What was not looked at, sorted.
    pub unknowns: Vec<Unknown>,
    /// Links in the root folder that lead to folders below it, as `("bin", "usr/bin")`, sorted.
    pub root_links: Vec<(String, String)>,
}

impl Folder {
    /// Opens a folder. A symlink as the path itself is followed: the user named it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
            rustix::io::Errno::NOENT => OpenError::NotFound {
                path: path.display().to_string(),
            },
            other => OpenError::Io {
                path: path.display().to_string(),
                source: other.into(),
            },
        })?;
        Ok(Self {
            path: path.to_owned(),
            root,
        })
    }

    /// As it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Walks everything, on several threads with one visitor each; gives the visitors back.
    pub fn read<V: Visitor>(
        &self,
        visitor: impl Fn() -> V + Sync,
        options: &ReadOptions,
    ) -> (FolderRead, Vec<V>) {
        let walk = Walk {
            root: self.root.as_fd(),
            rule: MountRule::new(self.root.as_fd()),
            store: &options.store,
            state: Mutex::new(State {
                pending: VecDeque::from([(Vec::new(), 0)]),
                busy: 0,
                entries: 0,
                unknowns: Vec::new(),
                unknowns_dropped: 0,
            }),
            changed: Condvar::new(),
        };
        let visitors = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..options.jobs.max(1))
                .map(|_| {
                    scope.spawn(|| {
                        let mut visitor = visitor();
                        walk.work(&mut visitor);
                        visitor
                    })
                })
                .collect();
            workers
                .into_iter()
                .filter_map(|worker| worker.join().ok())
                .collect()
        });
        let state = walk
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut unknowns = state.unknowns;
        unknowns.sort();
        if state.unknowns_dropped > 0 {
            unknowns.push(Unknown::whole(format!(
                "{} more places could not be looked at",
                state.unknowns_dropped
            )));
        }
        (
            FolderRead {
                unknowns,
                root_links: self.root_links(),
            },
            visitors,
        )
    }

    fn root_links(&self) -> Vec<(String, String)> {
        let mut links = Vec::new();
        for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            let Ok(target) = rustix::fs::readlinkat(&self.root, name, Vec::new()) else {
                continue;
            };
            let mut leads_to = String::new();
            if normalize(target.as_bytes(), &mut leads_to).is_ok() && !leads_to.is_empty() {
                links.push((name.to_owned(), leads_to));
            }
        }
        links
    }
}

/// Work that is shared by the threads of one walk.
struct State {
    /// Folders still to be listed, with their depth.
    pending: VecDeque<(Vec<u8>, usize)>,
    /// Threads that may still add to `pending`.
    busy: usize,
    entries: u64,
    unknowns: Vec<Unknown>,
    unknowns_dropped: u64,
}

struct Walk<'w> {
    root: rustix::fd::BorrowedFd<'w>,
    rule: MountRule,
    store: &'w Arc<Store>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Walk<'_> {
    fn work(&self, visitor: &mut dyn Visitor) {
        while let Some((folder, depth)) = self.next() {
            let found = self.list(&folder, depth, visitor);
            let mut state = self.lock();
            state
                .pending
                .extend(found.into_iter().map(|path| (path, depth + 1)));
            state.busy -= 1;
            drop(state);
            self.changed.notify_all();
        }
    }

    /// The next folder; waits while others may still find some, `None` when all is done.
    fn next(&self) -> Option<(Vec<u8>, usize)> {
        let mut state = self.lock();
        loop {
            // The last first: depth first keeps the list short.
            if let Some(folder) = state.pending.pop_back() {
                state.busy += 1;
                return Some(folder);
            }
            if state.busy == 0 {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unknown(&self, raw: &[u8], reason: impl Into<String>) {
        let mut state = self.lock();
        if state.unknowns.len() >= UNKNOWNS_MAX {
            state.unknowns_dropped += 1;
            return;
        }
        let path = (!raw.is_empty()).then(|| spell(raw));
        state.unknowns.push(Unknown {
            path,
            layer: None,
            reason: reason.into(),
        });
    }

    /// Whether one more entry is within the limit.
    fn count(&self) -> bool {
        let mut state = self.lock();
        state.entries += 1;
        let fits = state.entries <= LAYER_ENTRIES_MAX;
        if state.entries == LAYER_ENTRIES_MAX + 1 {
            state.pending.clear();
            state.unknowns.push(Unknown::whole(format!(
                "more than {LAYER_ENTRIES_MAX} files and folders: the rest was not looked at"
            )));
        }
        fits
    }

    /// Shows the files of a folder; gives the folders in it.
    fn list(&self, folder: &[u8], depth: usize, visitor: &mut dyn Visitor) -> Vec<Vec<u8>> {
        let mut folders = Vec::new();
        let opened = open_below(self.root, folder, OFlags::DIRECTORY);
        let listing = opened.and_then(|fd| {
            let listing = Dir::read_from(&fd)?;
            Ok((fd, listing))
        });
        let (fd, listing) = match listing {
            Ok(both) => both,
            // Gone since its parent was listed: as if it had never been there.
            Err(rustix::io::Errno::NOENT) => return folders,
            Err(error) => {
                self.unknown(folder, format!("read folder: {error}"));
                return folders;
            }
        };
        for entry in listing {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unknown(folder, format!("read folder: {error}"));
                    break;
                }
            };
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            if !self.count() {
                return Vec::new();
            }
            let mut path = folder.to_vec();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if self.look(&fd, name, &path, depth, visitor) {
                folders.push(path);
            }
        }
        folders
    }

    /// Shows one entry; `true` if it is a folder to be entered.
    fn look(
        &self,
        folder: &OwnedFd,
        name: &[u8],
        raw: &[u8],
        depth: usize,
        visitor: &mut dyn Visitor,
    ) -> bool {
        let name = OsStr::from_bytes(name);
        let stat = match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            // Gone since the folder was listed: as if it had never been there.
            Err(rustix::io::Errno::NOENT) => return false,
            Err(error) => {
                self.unknown(raw, format!("look at it: {error}"));
                return false;
            }
        };
        let mut path = String::new();
        if let Err(problem) = normalize(raw, &mut path) {
            self.unknown(raw, problem.to_string());
            return false;
        }
        let kind = kind_of(FileType::from_raw_mode(stat.st_mode));
        let link = if kind == EntryKind::Symlink {
            rustix::fs::readlinkat(folder, name, Vec::new())
                .map(|target| spell(target.as_bytes()))
                .ok()
        } else {
            None
        };
        let entry = Entry {
            path: &path,
            kind,
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            size: if kind == EntryKind::File {
                stat.st_size.max(0) as u64
            } else {
                0
            },
            mtime: stat.st_mtime,
            link: link.as_deref(),
        };
        let mut content = FileOnDemand {
            folder,
            name,
            is_file: kind == EntryKind::File,
            store: self.store,
            file: None,
            head: Vec::new(),
        };
        visitor.entry(&entry, &mut content);
        kind == EntryKind::Directory && self.enters(folder, name, raw, stat.st_dev, depth)
    }

    fn enters(
        &self,
        folder: &OwnedFd,
        name: &OsStr,
        raw: &[u8],
        device: u64,
        depth: usize,
    ) -> bool {
        if depth >= DEPTH_MAX {
            self.unknown(raw, format!("folder depth limit ({DEPTH_MAX}) reached"));
            return false;
        }
        match self.rule.enters(folder, name, device) {
            mounts::Answer::Enter => true,
            mounts::Answer::HoldsNoFiles => false,
            mounts::Answer::Skip(what) => {
                self.unknown(
                    raw,
                    format!("mounted file system ({what}) is not looked at"),
                );
                false
            }
        }
    }
}

/// Opens something below the root without following any link.
fn open_below(
    root: rustix::fd::BorrowedFd<'_>,
    path: &[u8],
    flags: OFlags,
) -> rustix::io::Result<OwnedFd> {
    let path = if path.is_empty() {
        OsStr::new(".")
    } else {
        OsStr::from_bytes(path)
    };
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    match rustix::fs::openat2(root, path, flags, Mode::empty(), resolve) {
        // Old kernels and some sandboxes lack openat2: go down part by part.
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
            let mut at = rustix::fs::openat(
                root,
                ".",
                OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
                Mode::empty(),
            )?;
            for part in Path::new(path).components() {
                at = rustix::fs::openat(&at, part.as_os_str(), flags, Mode::empty())?;
            }
            Ok(at)
        }
        other => other,
    }
}

fn kind_of(file_type: FileType) -> EntryKind {
    match file_type {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Directory,
        FileType::Symlink => EntryKind::Symlink,
        FileType::Fifo => EntryKind::Fifo,
        FileType::Socket => EntryKind::Socket,
        _ => EntryKind::Device,
    }
}

/// A file that is opened when its content is asked for.
struct FileOnDemand<'f> {
    folder: &'f OwnedFd,
    name: &'f OsStr,
    is_file: bool,
    store: &'f Arc<Store>,
    file: Option<(File, u64)>,
    head: Vec<u8>,
}

impl FileOnDemand<'_> {
    /// The open file and its size. What became something else since is no file any more.
    fn open(&mut self) -> Result<(&File, u64), ReadError> {
        if !self.is_file {
            return Err(ReadError::Absent);
        }
        if self.file.is_none() {
            // Without NONBLOCK a FIFO put in the file's place would hang us.
            let flags = OFlags::RDONLY
                | OFlags::CLOEXEC
                | OFlags::NOFOLLOW
                | OFlags::NONBLOCK
                | OFlags::NOCTTY;
            let fd = rustix::fs::openat(self.folder, self.name, flags, Mode::empty())
                .map_err(io::Error::from)?;
            let file = File::from(fd);
            let meta = file.metadata()?;
            if !meta.is_file() {
                return Err(ReadError::Absent);
            }
            self.file = Some((file, meta.len()));
        }
        self.file
            .as_ref()
            .map(|(file, size)| (file, *size))
            .ok_or(ReadError::Absent)
    }
}

impl Content for FileOnDemand<'_> {
    fn peek(&mut self, len: usize) -> Result<&[u8], ReadError> {
        use std::os::unix::fs::FileExt;
        let len = len.min(PEEK_BYTES_MAX);
        if self.head.len() < len {
            let mut head = vec![0; len];
            let (file, _) = self.open()?;
            let mut filled = 0;
            while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match file.read_at(rest, filled as u64)? {
                    0 => break,
                    count => filled += count,
                }
            }
            head.truncate(filled);
            self.head = head;
        }
        Ok(self.head.get(..len).unwrap_or(&self.head))
    }

    fn read_all(&mut self, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
        let (file, size) = self.open()?;
        if size > bytes_max {
            return Err(ReadError::TooLarge {
                limit_bytes: bytes_max,
            });
        }
        let mut bytes = Vec::with_capacity(size as usize);
        // The size may be a lie (files of proc say 0) or change meanwhile.
        let mut limited = file.take(bytes_max + 1);
        limited.read_to_end(&mut bytes)?;
        if bytes.len() as u64 > bytes_max {
            return Err(ReadError::TooLarge {
                limit_bytes: bytes_max,
            });
        }
        Ok(bytes)
    }

    fn random_access(&mut self) -> Result<Arc<dyn ReadAt>, ReadError> {
        let store = Arc::clone(self.store);
        let (file, size) = self.open()?;
        Ok(Arc::new(FileContent {
            file: file.try_clone()?,
            size,
            store: Some(store),
        }))
    }
}

#[cfg(test)]
mod tests;
