//! Files that are read again when they change.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Inode, length, and time of the last change; absent where there is no file.
type Stamp = Option<(u64, u64, i64, i64)>;

/// Some files, and what they were when they were read. Links are followed: what is mounted from a
/// Secret or ConfigMap changes by one link that is turned to another folder.
#[derive(Debug)]
pub struct Watched {
    paths: Vec<PathBuf>,
    stamps: Vec<Stamp>,
    /// What was read last could not be used.
    is_stale: bool,
    /// What was said about that, so that it is said once.
    said: Option<String>,
}

impl Watched {
    /// To be made before the files are read: what changes meanwhile is read again.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        let mut watched = Self {
            paths,
            stamps: Vec::new(),
            is_stale: false,
            said: None,
        };
        watched.stamps = watched.now();
        watched
    }

    /// Whether they are to be read, as they changed or could not be used when they were read last.
    pub fn wants_reading(&mut self) -> bool {
        let now = self.now();
        let has_changed = now != self.stamps;
        self.stamps = now;
        has_changed || self.is_stale
    }

    /// Remembers how reading went; what there is to say, if it was not said before.
    pub fn read(&mut self, result: Result<(), String>) -> Option<String> {
        self.is_stale = result.is_err();
        let said = result.err();
        let is_new = said != self.said;
        self.said.clone_from(&said);
        said.filter(|_| is_new)
    }

    fn now(&self) -> Vec<Stamp> {
        let stamp = |path: &PathBuf| {
            let found = fs::metadata(path).ok()?;
            let changed = (found.mtime(), found.mtime_nsec());
            Some((found.ino(), found.size(), changed.0, changed.1))
        };
        self.paths.iter().map(stamp).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_read_again_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "a").unwrap();
        let mut watched = Watched::new(vec![path.clone()]);
        assert!(!watched.wants_reading());
        fs::write(&path, "longer").unwrap();
        assert!(watched.wants_reading());
        assert_eq!(watched.read(Err("bad".into())).as_deref(), Some("bad"));
        assert!(watched.wants_reading());
        assert_eq!(watched.read(Err("bad".into())), None);
        assert!(watched.wants_reading());
        assert_eq!(watched.read(Ok(())), None);
        assert!(!watched.wants_reading());
        fs::remove_file(&path).unwrap();
        assert!(watched.wants_reading());
    }
}
