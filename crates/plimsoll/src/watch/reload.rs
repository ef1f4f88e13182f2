//! The rule files of a run: read in their order, looked at again for changes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;

use crate::failure::{Context, Failure};
use crate::rule_set::{self, Compiled};

/// Longest rule file, bytes.
pub const FILE_BYTES_MAX: u64 = 8 << 20;
/// Most rule files.
const FILES_MAX: usize = 1_000;

/// A file's name for messages, and its bytes.
pub type RuleText = (String, Vec<u8>);

/// What tells that a file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    path: PathBuf,
    /// Inode, length, and time of the last change.
    seen: Option<(u64, u64, i64, i64)>,
}

/// Rule files that were named, and what they were when they were read.
#[derive(Debug, Clone, Default)]
pub struct RuleFiles {
    own: bool,
    first_only: bool,
    named: Vec<PathBuf>,
    stamps: Vec<Stamp>,
}

impl RuleFiles {
    /// Files and folders in the order in which they are loaded, our own rules first when wanted.
    pub const fn new(own: bool, named: Vec<PathBuf>) -> Self {
        Self {
            own,
            first_only: false,
            named,
            stamps: Vec::new(),
        }
    }

    /// Of several rules that match an event only the first tells.
    pub fn first_only(mut self, first_only: bool) -> Self {
        self.first_only = first_only;
        self
    }

    /// Whether the same is asked for, whatever the files hold.
    pub fn ask_the_same(&self, other: &Self) -> bool {
        (self.own, self.first_only, &self.named) == (other.own, other.first_only, &other.named)
    }

    /// Reads and compiles them all; remembers what they were.
    pub fn load(&mut self) -> Result<Compiled, Failure> {
        rule_set::compile(&self.read()?, self.first_only)
    }

    /// Reads all of them; remembers what they were.
    pub fn read(&mut self) -> Result<Vec<RuleText>, Failure> {
        // Stamps first: what changes while it is read is read again.
        self.stamps = self.stamps_now();
        let mut texts = Vec::new();
        if self.own {
            let own = plimsoll_behavior::own::files();
            texts.extend(own.map(|(name, text)| (name, text.as_bytes().to_vec())));
        }
        for path in self.expanded()? {
            let name = path.display().to_string();
            let bytes = read_file_capped(&path, FILE_BYTES_MAX)
                .context(format_args!("read the rules {name}"))?;
            texts.push((name, bytes));
        }
        Ok(texts)
    }

    /// Whether a file was changed, added to a folder, or removed since it was read. Says so once.
    pub fn have_changed(&mut self) -> bool {
        let now = self.stamps_now();
        let changed = now != self.stamps;
        self.stamps = now;
        changed
    }

    fn stamps_now(&self) -> Vec<Stamp> {
        // A file that went away is no failure here: reading it says so.
        let mut all = Vec::new();
        for named in &self.named {
            all.push(stamp(named));
            let files = folder(named).unwrap_or_default();
            all.extend(files.iter().map(|path| stamp(path)));
        }
        all
    }

    fn expanded(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = Vec::new();
        for path in &self.named {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let held = folder(path).map_err(|error| {
                Failure::new(format!(
                    "failed to read the folder {}: {error}",
                    path.display()
                ))
            })?;
            if held.is_empty() {
                let name = path.display();
                return Err(Failure::new(format!("failed to find rules in {name}"))
                    .hint("files of rules end in .yaml or .yml"));
            }
            files.extend(held);
        }
        if files.len() > FILES_MAX {
            return Err(Failure::new(format!(
                "failed to read {} rule files: more than {FILES_MAX}",
                files.len()
            )));
        }
        Ok(files)
    }
}

/// Rule files of a folder in the order of their names, as Falco loads them.
pub fn folder(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_yaml = path
            .extension()
            .is_some_and(|ext| ext == "yaml" || ext == "yml");
        if is_yaml && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A look at a file.
pub fn stamp(path: &Path) -> Stamp {
    let seen = fs::metadata(path).ok().map(|found| {
        let changed = (found.mtime(), found.mtime_nsec());
        (found.ino(), found.size(), changed.0, changed.1)
    });
    Stamp {
        path: path.to_owned(),
        seen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_changes_are_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("b.yaml", "b");
        write("a.yml", "a");
        write("readme.md", "no rules");
        let mut files = RuleFiles::new(false, vec![folder.path().to_owned()]);
        let texts: Vec<_> = files.read().unwrap().into_iter().map(|(_, b)| b).collect();
        assert_eq!(texts, [b"a", b"b"]);
        assert!(!files.have_changed());
        write("b.yaml", "longer");
        assert!(files.have_changed());
        assert!(!files.have_changed());
        write("c.yaml", "c");
        assert!(files.have_changed());
        fs::remove_file(folder.path().join("a.yml")).unwrap();
        assert!(files.have_changed());
    }

    #[test]
    fn our_own_come_first_and_what_is_missing_is_said() {
        let mut files = RuleFiles::new(true, Vec::new());
        assert!(files.read().unwrap().len() > 50);
        let mut files = RuleFiles::new(false, vec!["/nowhere/r.yaml".into()]);
        let failure = files.read().unwrap_err();
        assert!(
            failure
                .message()
                .starts_with("failed to read the rules /nowhere/r.yaml: ")
        );
    }
}
