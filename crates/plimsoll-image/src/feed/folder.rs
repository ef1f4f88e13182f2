//! A feed that is a folder: its files by name.

use std::fs::{self, DirEntry};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Failure, FeedFile};
use crate::OpenError;
use crate::file::read_file_capped;
use crate::path::spell;

/// Folders inside of each other.
const DEPTH_MAX: usize = 64;

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

    /// As [`Feed::step`](super::Feed).
    #[expect(clippy::option_option, reason = "the end and nothing differ")]
    pub fn step(
        &mut self,
        wants: &dyn Fn(&str) -> bool,
        bytes_max: u64,
    ) -> Result<Option<Option<FeedFile>>, Failure> {
        if !self.begun {
            self.begun = true;
            let root = self.root.clone();
            self.enter(&root)?;
        }
        let Some(level) = self.levels.last_mut() else {
            return Ok(None);
        };
        let Some(entry) = level.pop() else {
            self.levels.pop();
            return Ok(Some(None));
        };
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| failure(&path, error))?;
        if kind.is_dir() {
            if entry.file_name() != ".git" {
                self.enter(&path)?;
            }
            return Ok(Some(None));
        }
        let inside = path.strip_prefix(&self.root).unwrap_or(&path);
        let inside = spell(inside.as_os_str().as_bytes());
        if !kind.is_file() || !wants(&inside) {
            return Ok(Some(None));
        }
        match read_file_capped(&path, bytes_max) {
            Ok(bytes) => Ok(Some(Some(FeedFile {
                path: inside,
                bytes,
            }))),
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

fn failure(path: &Path, error: std::io::Error) -> Failure {
    Failure {
        error: OpenError::io(path.display().to_string(), error),
        fatal: false,
    }
}
