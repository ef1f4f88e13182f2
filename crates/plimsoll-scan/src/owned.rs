//! Lists of files that packages of the operating system own.
//!
//! Makes the hashes under which the engine asks "does a package own this path?". Does not keep
//! the paths, and knows nothing of links: where `/lib` is one, the engine asks for both names.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::cataloger::path_hash;

/// Paths that the lists of one file may name. A workstation's whole database names about 500,000.
pub(crate) const PATHS_MAX: usize = 4_000_000;

/// Hashes of paths, gathered one by one.
#[derive(Debug)]
pub(crate) struct Paths {
    hashes: Vec<u64>,
    room: usize,
    cut: bool,
}

impl Default for Paths {
    fn default() -> Self {
        Self::with_room(PATHS_MAX)
    }
}

impl Paths {
    /// For at most `room` paths.
    pub(crate) const fn with_room(room: usize) -> Self {
        Self {
            hashes: Vec::new(),
            room,
            cut: false,
        }
    }

    /// Adds a path as a package's list spells it, with or without a leading slash or `./`;
    /// `false` when there was no room left.
    pub(crate) fn add(&mut self, path: &[u8]) -> bool {
        if self.hashes.len() >= self.room {
            self.cut = true;
            return false;
        }
        let path = spell(path);
        let path = path.strip_prefix("./").unwrap_or(&path);
        let path = path.trim_start_matches('/');
        if path.is_empty() || path == "." {
            return true;
        }
        self.hashes.push(path_hash(path));
        true
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether more paths were named than there was room for.
    pub(crate) const fn was_cut(&self) -> bool {
        self.cut
    }

    /// The hashes, sorted and each once.
    pub(crate) fn into_hashes(mut self) -> Vec<u64> {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.hashes
    }
}

/// A path as the walk spells it: bytes that are not UTF-8 as `\xff`.
fn spell(path: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(path) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(path.len() + 8);
    for chunk in path.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &[u8], same_as: &[&str]) {
        let mut paths = Paths::default();
        paths.add(path);
        let mut expected: Vec<u64> = same_as.iter().map(|path| path_hash(path)).collect();
        expected.sort_unstable();
        assert_eq!(paths.into_hashes(), expected);
    }

    #[test]
    fn one_file_has_one_hash_however_it_is_spelled() {
        check(b"/usr/bin/python3", &["usr/bin/python3"]);
        check(b"./usr/bin/python3", &["usr/bin/python3"]);
        check(b"usr/bin/python3", &["usr/bin/python3"]);
        check(b"/.dockerenv", &[".dockerenv"]);
        check(b"/.", &[]);
        check(b"", &[]);
        check(b"/opt/\xff.py", &["opt/\\xff.py"]);
    }
}
