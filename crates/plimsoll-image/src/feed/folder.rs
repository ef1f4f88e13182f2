//! A feed that is a folder: its files by name.

use std::fs::{self, DirEntry};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Failure, FeedFile, plain_file, plain_name};
use crate::OpenError;
use crate::file::read_file_capped;
use crate::path::spell;

/// Folders inside of each other.
const DEPTH_MAX: usize = 64;

/// What the walk comes to.
pub(super) enum Step {
    End,
    /// What is not wanted, or a folder.
    Nothing,
    File(FeedFile),
    /// A Debian package, to be read as an archive.
    Package {
        /// Inside of the feed.
        path: String,
        place: PathBuf,
    },
}

/// A walk that is somewhere in the folder.
pub(super) struct FolderWalk {
    root: PathBuf,
    /// What is left of each folder on the way, last first.
    levels: Vec<Vec<DirEntry>>,
    begun: bool,
}

impl FolderWalk {
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            levels: Vec::new(),
            begun: false,
        }
    }

    /// The next entry.
    pub fn step(&mut self, wants: &dyn Fn(&str) -> bool, bytes_max: u64) -> Result<Step, Failure> {
        if !self.begun {
            self.begun = true;
            let root = self.root.clone();
            self.enter(&root)?;
        }
        let Some(level) = self.levels.last_mut() else {
            return Ok(Step::End);
        };
        let Some(entry) = level.pop() else {
            self.levels.pop();
            return Ok(Step::Nothing);
        };
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| failure(&path, error))?;
        if kind.is_dir() {
            if entry.file_name() != ".git" {
                self.enter(&path)?;
            }
            return Ok(Step::Nothing);
        }
        let inside = path.strip_prefix(&self.root).unwrap_or(&path);
        let inside = spell(inside.as_os_str().as_bytes());
        if !kind.is_file() || !wants(plain_name(&inside)) {
            return Ok(Step::Nothing);
        }
        if is_package(&inside) {
            return Ok(Step::Package {
                path: inside,
                place: path,
            });
        }
        match read_file_capped(&path, bytes_max) {
            Ok(bytes) => Ok(Step::File(plain_file(inside, bytes, bytes_max)?)),
            Err(error) => Err(failure(&path, error)),
        }
    }

    fn enter(&mut self, folder: &Path) -> Result<(), Failure> {
        if self.levels.len() >= DEPTH_MAX {
            return Err(Failure {
                error: OpenError::Limit {
                    path: folder.display().to_string(),
                    what: "depth of folders".to_owned(),
                    limit: DEPTH_MAX as u64,
                },
                fatal: false,
            });
        }
        let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = listed.map_err(|error| failure(folder, error))?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
        self.levels.push(entries);
        Ok(())
    }
}

fn is_package(path: &str) -> bool {
    [".deb", ".udeb"].iter().any(|end| path.ends_with(end))
}

fn failure(path: &Path, error: std::io::Error) -> Failure {
    Failure {
        error: OpenError::io(path.display().to_string(), error),
        fatal: false,
    }
}
