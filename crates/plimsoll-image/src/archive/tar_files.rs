//! Files of a tar that can be read here and there. Its headers are read by seeking from one to
//! the next; nothing is unpacked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::Files;
use crate::file::Part;
use crate::limits::{ARCHIVE_ENTRIES_MAX, ARCHIVE_PATH_BYTES_MAX, LINK_HOPS_MAX};
use crate::path::normalize;
use crate::tar::{Next, TarInput, TarReader};
use crate::{Blob, EntryKind, OpenError, ReadAt, ReadError};

/// Bytes read at once: a header, and small files whole.
const BUFFER_BYTES: usize = 16 << 10;

/// What a path in an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Member<T> {
    File(T),
    /// Another path in the archive: old dockers and podman link layers that are the same.
    Link(String),
}

/// Members of an archive by path.
pub(crate) type Members<T> = BTreeMap<String, Member<T>>;

/// The file that a path leads to.
pub(crate) fn follow<'a, T>(members: &'a Members<T>, path: &str) -> Option<&'a T> {
    let mut path = path;
    for _ in 0..LINK_HOPS_MAX {
        match members.get(path)? {
            Member::File(file) => return Some(file),
            Member::Link(target) => path = target,
        }
    }
    None
}

/// Where the symlink at `path` leads, inside of the archive.
pub(crate) fn link_target(path: &str, link: &str) -> Option<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let joined = match link.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{link}"),
    };
    let mut target = String::new();
    normalize(joined.as_bytes(), &mut target).ok()?;
    (target.len() <= ARCHIVE_PATH_BYTES_MAX).then_some(target)
}

/// A tar file with random access.
pub(crate) struct TarFiles {
    data: Arc<dyn ReadAt>,
    name: String,
    /// Offset and size of each file.
    members: Members<(u64, u64)>,
}

impl TarFiles {
    /// Reads the headers.
    pub fn open(name: &str, data: Arc<dyn ReadAt>) -> Result<Self, OpenError> {
        let fail = |reason: String| OpenError::document(name, "archive", reason);
        let mut members = Members::new();
        let mut reader = TarReader::new(SeekInput::new(&*data));
        for _ in 0..=ARCHIVE_ENTRIES_MAX {
            match reader.advance().map_err(|error| fail(error.to_string()))? {
                Next::End => {
                    return Ok(Self {
                        data,
                        name: name.to_owned(),
                        members,
                    });
                }
                // It is no part of any image that is named in a manifest.
                Next::Refused { .. } => {}
                Next::Entry if reader.entry().path.len() > ARCHIVE_PATH_BYTES_MAX => {}
                Next::Entry => {
                    let (entry, sparse, body) = reader.parts();
                    let path = entry.path.to_owned();
                    let member = match entry.kind {
                        EntryKind::File if sparse.is_none() => {
                            Some(Member::File((body.input.position(), entry.size)))
                        }
                        EntryKind::Symlink => entry
                            .link
                            .and_then(|link| link_target(&path, link))
                            .map(Member::Link),
                        EntryKind::HardLink => entry
                            .link
                            .and_then(|link| link_target("", link))
                            .map(Member::Link),
                        _ => None,
                    };
                    members.extend(member.map(|member| (path, member)));
                }
            }
        }
        Err(OpenError::Limit {
            path: name.to_owned(),
            what: "number of entries".to_owned(),
            limit: ARCHIVE_ENTRIES_MAX,
        })
    }
}

impl Files for TarFiles {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, OpenError> {
        let Some((offset, size)) = follow(&self.members, path).copied() else {
            return Ok(None);
        };
        let limit_bytes = bytes_max;
        let fail = |error| OpenError::read(&self.name, path, error);
        if size > bytes_max {
            return Err(fail(ReadError::TooLarge { limit_bytes }));
        }
        let part = Part {
            data: Arc::clone(&self.data),
            offset,
            size,
        };
        let mut bytes = Vec::with_capacity(size as usize);
        part.open()
            .and_then(|mut reader| reader.read_to_end(&mut bytes))
            .map_err(|error| fail(error.into()))?;
        Ok(Some(bytes))
    }

    fn blob(&self, path: &str) -> Option<(Arc<dyn Blob>, u64)> {
        let (offset, size) = follow(&self.members, path).copied()?;
        let data = Arc::clone(&self.data);
        Some((Arc::new(Part { data, offset, size }), size))
    }
}

/// Reads a file through a small window that jumps over what is skipped.
struct SeekInput<'a> {
    data: &'a dyn ReadAt,
    buffer: Vec<u8>,
    used: usize,
    /// Of the buffer's end in the file.
    end: u64,
}

impl<'a> SeekInput<'a> {
    const fn new(data: &'a dyn ReadAt) -> Self {
        Self {
            data,
            buffer: Vec::new(),
            used: 0,
            end: 0,
        }
    }

    /// Offset of the next byte.
    fn position(&self) -> u64 {
        self.end - (self.buffer.len() - self.used) as u64
    }

    fn read_more(&mut self) -> io::Result<usize> {
        let filled = self.buffer.len();
        self.buffer.resize(filled + BUFFER_BYTES, 0);
        let target = self.buffer.get_mut(filled..).unwrap_or_default();
        let result = self.data.read_at(self.end, target);
        let count = *result.as_ref().unwrap_or(&0);
        self.buffer.truncate(filled + count);
        self.end += count as u64;
        result
    }
}

impl BufRead for SeekInput<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.buffer.len() {
            self.buffer.clear();
            self.used = 0;
            self.read_more()?;
        }
        Ok(self.buffer.get(self.used..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.used = (self.used + count).min(self.buffer.len());
    }
}

impl Read for SeekInput<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), available.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl TarInput for SeekInput<'_> {
    fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        if self.buffer.len() - self.used < len {
            self.buffer.drain(..self.used);
            self.used = 0;
            while self.buffer.len() < len && self.read_more()? > 0 {}
        }
        Ok(self.buffer.get(self.used..).unwrap_or_default())
    }

    fn skip(&mut self, len: u64) -> io::Result<()> {
        let target = self.position().checked_add(len);
        let target = target.filter(|target| *target <= self.data.size());
        let target = target.ok_or(io::ErrorKind::UnexpectedEof)?;
        if target <= self.end {
            self.consume(len as usize);
        } else {
            self.buffer.clear();
            self.used = 0;
            self.end = target;
        }
        Ok(())
    }
}
