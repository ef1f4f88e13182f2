//! Files that are there whole or not at all: written under a temporary name in the same folder,
//! then renamed. An interrupted run takes its temporary names with it; one that was killed leaves
//! them, under names that nothing ever reads.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, NamedTempFile};

/// How the name of a file begins that is not whole yet.
pub const TEMPORARY_PREFIX: &str = ".plimsoll-";
/// Permissions of what is written for everybody; temporary files are for their owner only.
const READABLE_MODE: u32 = 0o644;

/// Temporary names in use now.
static PENDING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn pending() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is written and not in its place yet; dropped, it is gone.
pub struct Staged {
    file: Option<NamedTempFile>,
    to: PathBuf,
}

impl Staged {
    /// Writes the bytes beside `to`, in a folder that is there.
    pub fn new(to: &Path, bytes: &[u8]) -> io::Result<Self> {
        let mut staged = Self::create(to)?;
        let file = staged.file()?;
        file.write_all(bytes)?;
        file.set_permissions(fs::Permissions::from_mode(READABLE_MODE))?;
        Ok(staged)
    }

    fn create(to: &Path) -> io::Result<Self> {
        let folder = match to.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Made and noted in one step, as far as an interrupt can tell.
        let mut names = pending();
        let file = Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .tempfile_in(folder)?;
        names.insert(file.path().to_owned());
        drop(names);
        Ok(Self {
            file: Some(file),
            to: to.to_owned(),
        })
    }

    fn file(&mut self) -> io::Result<&mut File> {
        let file = self.file.as_mut().map(NamedTempFile::as_file_mut);
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Puts the file in its place, over what is there.
    pub fn commit(mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => Self::finish(file, |file| match file.persist(&self.to) {
                Ok(_) => Ok(()),
                Err(error) => Err(error.error),
            }),
            None => Ok(()),
        }
    }

    fn finish(
        file: NamedTempFile,
        last: impl FnOnce(NamedTempFile) -> io::Result<()>,
    ) -> io::Result<()> {
        let name = file.path().to_owned();
        let result = last(file);
        pending().remove(&name);
        result
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // What cannot be removed is never read either.
            let _ = Self::finish(file, NamedTempFile::close);
        }
    }
}

/// Writes a file whole. What is no regular file (`/dev/stdout`, a pipe) is written directly.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return fs::write(path, bytes);
    }
    Staged::new(path, bytes)?.commit()
}

/// Writes a regular file anew, with the permissions that it has.
pub fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let mut staged = Staged::create(path)?;
    let file = staged.file()?;
    file.write_all(bytes)?;
    file.set_permissions(permissions)?;
    staged.commit()
}

/// Writes a file that must not be there yet, for its owner only.
pub fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut staged = Staged::create(path)?;
    staged.file()?.write_all(bytes)?;
    match staged.file.take() {
        Some(file) => Staged::finish(file, |file| match file.persist_noclobber(path) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.error),
        }),
        None => Ok(()),
    }
}

/// Removes what is not whole, and keeps everybody from beginning anew: for the end of the process.
pub fn abandon_all() {
    let names = pending();
    for name in names.iter() {
        let _ = fs::remove_file(name);
    }
    std::mem::forget(names);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        write(&path, b"one").unwrap();
        let staged = Staged::new(&path, b"two").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(staged);
        assert_eq!(names(folder.path()), ["report"]);
        assert_eq!(fs::metadata(&path).unwrap().len(), 3);
        Staged::new(&path, b"three").unwrap().commit().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 5);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o644
        );
        assert!(write(&folder.path().join("none/report"), b"x").is_err());
        assert_eq!(names(folder.path()), ["report"]);
    }

    #[test]
    fn a_secret_is_its_owners_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_secret(&path, b"one").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(write_secret(&path, b"other").is_err());
        assert_eq!(fs::metadata(&path).unwrap().len(), 3);
        assert_eq!(names(folder.path()), ["key"]);
    }
}
