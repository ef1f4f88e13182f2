//! Reads files of engines and containers: regular ones only, capped, and never waited for.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno;
use serde_json::Value;

use super::walk;

/// Longest file of an engine that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// How far links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// As usual: the files are root's.
    Followed,
    /// Not at all: somebody else owns the folder.
    Refused,
}

/// A file's bytes.
pub fn bytes(path: &Path, links: Links, bytes_max: u64) -> io::Result<Vec<u8>> {
    whole(file(path, links)?, bytes_max)
}

/// A file for reading at places.
pub fn file(path: &Path, links: Links) -> io::Result<File> {
    let mut resolve = ResolveFlags::NO_MAGICLINKS;
    if links == Links::Refused {
        resolve |= ResolveFlags::NO_SYMLINKS;
    }
    opened(CWD, path, resolve)
}

/// A file's bytes below a folder that acts as the root, as a container sees it: no link leads out.
pub fn bytes_in_root(root: &OwnedFd, path: &str, bytes_max: u64) -> io::Result<Vec<u8>> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    whole(opened(root, path, resolve)?, bytes_max)
}

/// A folder, for [`bytes_in_root`].
pub fn root(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// A file that holds JSON. What is no JSON is an error that tells nothing of its content.
pub fn json(path: &Path, links: Links) -> io::Result<Value> {
    let bytes = bytes(path, links, FILE_BYTES_MAX)?;
    serde_json::from_slice(&bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not JSON"))
}

fn opened(at: impl AsFd, path: impl AsRef<Path>, resolve: ResolveFlags) -> io::Result<File> {
    let path = path.as_ref();
    // A pipe would block, and a terminal could become ours.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match openat2(&at, path, flags, Mode::empty(), resolve) {
        // systemd does not let services with a user of their own have it.
        Err(Errno::NOSYS) if resolve.contains(ResolveFlags::IN_ROOT) => {
            walk::in_root(at.as_fd(), path, flags)?
        }
        Err(Errno::NOSYS) if resolve.contains(ResolveFlags::NO_SYMLINKS) => {
            walk::without_links(path, flags)?
        }
        Err(Errno::NOSYS) => openat(&at, path, flags, Mode::empty())?,
        other => other?,
    };
    let file = File::from(file);
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    Ok(file)
}

fn whole(file: File, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "longer than the limit",
        ));
    }
    Ok(bytes)
}
