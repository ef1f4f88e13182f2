//! One entry of a layer or directory, as its header describes it.

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    File,
    Directory,
    Symlink,
    /// Another name of a file in the same layer; `link` is that file's path.
    HardLink,
    /// Character or block device.
    Device,
    Fifo,
    Socket,
}

/// An entry as a visitor sees it. Whiteouts are not entries; the walk keeps them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Normalised: relative, `/` between parts, no `.`, no `..`, no empty parts. Bytes that are
    /// not UTF-8 are spelled `\xff`.
    pub path: &'a str,
    pub kind: EntryKind,
    /// Permission bits with setuid, setgid and sticky (`0o7777`).
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    /// In bytes; 0 for what is no file.
    pub size: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Target of a symlink as written, or the normalised path a hard link points at.
    pub link: Option<&'a str>,
}

impl Entry<'_> {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// Whether it is a file that somebody may execute.
    pub const fn is_executable(&self) -> bool {
        matches!(self.kind, EntryKind::File) && self.mode & 0o111 != 0
    }
}
