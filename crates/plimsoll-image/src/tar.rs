//! Reads tar archives as a stream: ustar, GNU and pax, with long names, large numbers and sparse
//! files.
//!
//! Names and extended headers are capped before they are read. Where writers and readers differ,
//! this does what Go's `archive/tar` does, because that is what container engines unpack with:
//! global pax headers are passed over, a GNU long name goes before a pax path, an archive may end
//! without zeros, and its last file without padding (so writes `umoci insert`). It never writes a
//! file.

pub mod content;
pub mod header;
mod pax;
mod sparse;

use std::io::{self, BufRead};

pub use self::content::TarContent;
use self::header::{BLOCK_BYTES, Block, Header};
use self::pax::Pax;
use self::sparse::SparseMap;
use crate::index::LINK_BYTES_MAX;
use crate::limits::TAR_EXTENSION_BYTES_MAX;
use crate::path::{normalize, spell};
use crate::{Entry, EntryKind};

/// Bytes of a name that are shown when the entry is refused.
const SHOWN_BYTES_MAX: usize = 256;

/// Where a tar is read from.
pub trait TarInput: BufRead {
    /// At least `len` bytes (at most 4,096) in one piece, fewer only at the end; not consumed.
    fn peek(&mut self, len: usize) -> io::Result<&[u8]>;

    /// Steps over bytes; an error if there are not that many.
    fn skip(&mut self, len: u64) -> io::Result<()> {
        let mut left = len;
        while left > 0 {
            let available = self.fill_buf()?.len();
            if available == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = usize::try_from(left).map_or(available, |left| left.min(available));
            self.consume(step);
            left -= step as u64;
        }
        Ok(())
    }
}

impl<T: TarInput + ?Sized> TarInput for &mut T {
    fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        (**self).peek(len)
    }

    fn skip(&mut self, len: u64) -> io::Result<()> {
        (**self).skip(len)
    }
}

/// Why an archive cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The bytes below ended early or could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What is there is no tar.
    #[error("corrupt tar: {0}")]
    Corrupt(&'static str),
}

/// What comes next in an archive.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// An entry, which [`TarReader::entry`] describes.
    Entry,
    /// An entry that is passed over.
    Refused {
        /// Its name as far as it can be shown.
        path: String,
        reason: String,
    },
    End,
}

/// An entry as read; the strings are used again for the next.
#[derive(Debug)]
struct Current {
    path: String,
    link: String,
    kind: EntryKind,
    mode: u32,
    uid: u32,
    gid: u32,
    size: u64,
    mtime: i64,
    sparse: Option<SparseMap>,
}

/// The part of an archive that is still to be read, and how much of it is the entry's at hand.
#[derive(Debug)]
pub(crate) struct Body<R> {
    pub input: R,
    /// Stored bytes of the entry at hand that were not read yet.
    pub left: u64,
    /// Bytes between the entry and the next block.
    padding: u64,
}

impl<R: TarInput> Body<R> {
    fn begin(&mut self, size: u64) {
        self.left = size;
        self.padding = size.wrapping_neg() % BLOCK_BYTES as u64;
    }

    /// Steps to the next block. The archive may end in the padding, with everything said.
    fn finish(&mut self) -> io::Result<()> {
        let (left, padding) = (self.left, self.padding);
        self.begin(0);
        self.input.skip(left)?;
        let there = self.input.peek(padding as usize)?.len() as u64;
        self.input.skip(padding.min(there))
    }

    /// Takes a block out of the entry's own bytes.
    fn block(&mut self) -> io::Result<Block> {
        let mut block = [0; BLOCK_BYTES];
        self.input.read_exact(&mut block)?;
        self.left = self.left.saturating_sub(BLOCK_BYTES as u64);
        Ok(block)
    }
}

/// Reads an archive entry by entry.
#[derive(Debug)]
pub struct TarReader<R> {
    body: Body<R>,
    current: Current,
    pax: Pax,
    /// GNU's long name and long link target for the next entry.
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    scratch: Vec<u8>,
    ended: bool,
}

/// What stands in front of an entry.
enum Extension {
    Name,
    Link,
    Pax,
    Ignored,
}

impl<R: TarInput> TarReader<R> {
    pub fn new(input: R) -> Self {
        Self {
            body: Body {
                input,
                left: 0,
                padding: 0,
            },
            current: Current {
                path: String::new(),
                link: String::new(),
                kind: EntryKind::File,
                mode: 0,
                uid: 0,
                gid: 0,
                size: 0,
                mtime: 0,
                sparse: None,
            },
            pax: Pax::default(),
            long_name: None,
            long_link: None,
            scratch: Vec::new(),
            ended: false,
        }
    }

    /// Steps to the next entry, over what is left of the one at hand.
    pub fn advance(&mut self) -> Result<Next, TarError> {
        if self.ended {
            return Ok(Next::End);
        }
        self.body.finish()?;
        self.pax.clear();
        self.long_name = None;
        self.long_link = None;
        let mut refused = None;
        loop {
            let Some(block) = self.next_block()? else {
                self.ended = true;
                return Ok(Next::End);
            };
            let header = Header::parse(&block).ok_or(TarError::Corrupt("no header here"))?;
            let size = header.size().ok_or(TarError::Corrupt("size of an entry"))?;
            let extension = match header.kind() {
                b'L' => Extension::Name,
                b'K' => Extension::Link,
                b'x' | b'X' => Extension::Pax,
                b'g' | b'V' => Extension::Ignored,
                _ => return self.take(header, size, refused),
            };
            self.body.begin(size);
            if let Err(reason) = self.extend(&extension, size)? {
                refused = Some(reason);
            }
            self.body.finish()?;
        }
    }

    /// The entry at hand.
    pub fn entry(&self) -> Entry<'_> {
        let current = &self.current;
        let has_link = matches!(current.kind, EntryKind::Symlink | EntryKind::HardLink);
        Entry {
            path: &current.path,
            kind: current.kind,
            mode: current.mode,
            uid: current.uid,
            gid: current.gid,
            size: current.size,
            mtime: current.mtime,
            link: has_link.then_some(current.link.as_str()),
        }
    }

    /// The entry at hand, and its bytes as stored (without the holes of a sparse file).
    pub(crate) fn parts(&mut self) -> (Entry<'_>, Option<&SparseMap>, &mut Body<R>) {
        let current = &self.current;
        let has_link = matches!(current.kind, EntryKind::Symlink | EntryKind::HardLink);
        let entry = Entry {
            path: &current.path,
            kind: current.kind,
            mode: current.mode,
            uid: current.uid,
            gid: current.gid,
            size: current.size,
            mtime: current.mtime,
            link: has_link.then_some(current.link.as_str()),
        };
        (entry, current.sparse.as_ref(), &mut self.body)
    }

    /// Gives back the input, wherever it stands.
    pub fn into_input(self) -> R {
        self.body.input
    }

    /// The next block, or `None` at the end: two blocks of zeros, or nothing.
    fn next_block(&mut self) -> Result<Option<Block>, TarError> {
        if self.body.input.peek(BLOCK_BYTES)?.is_empty() {
            return Ok(None);
        }
        let mut block = [0; BLOCK_BYTES];
        self.body.input.read_exact(&mut block)?;
        if block.iter().any(|byte| *byte != 0) {
            return Ok(Some(block));
        }
        let next = self.body.input.peek(BLOCK_BYTES)?;
        let next = next.get(..BLOCK_BYTES).unwrap_or(next);
        if next.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        Err(TarError::Corrupt("data behind a block of zeros"))
    }

    /// Reads what stands in front of an entry. The inner error refuses that entry.
    fn extend(
        &mut self,
        extension: &Extension,
        size: u64,
    ) -> Result<Result<(), &'static str>, TarError> {
        if matches!(extension, Extension::Ignored) {
            return Ok(Ok(()));
        }
        if size > TAR_EXTENSION_BYTES_MAX {
            return Ok(Err("extended header is larger than the limit of 1 MiB"));
        }
        self.scratch.clear();
        self.scratch.resize(size as usize, 0);
        self.body.input.read_exact(&mut self.scratch)?;
        self.body.left = 0;
        let until_nul = |bytes: &[u8]| bytes.split(|byte| *byte == 0).next().map(<[u8]>::to_vec);
        match extension {
            Extension::Name => self.long_name = until_nul(&self.scratch),
            Extension::Link => self.long_link = until_nul(&self.scratch),
            Extension::Pax => {
                // The last one in front of an entry counts.
                self.pax.clear();
                if self.pax.parse(&self.scratch).is_none() {
                    return Ok(Err("malformed pax header"));
                }
            }
            Extension::Ignored => {}
        }
        Ok(Ok(()))
    }

    /// Makes the entry of a header, with what stood in front of it.
    fn take(
        &mut self,
        header: Header<'_>,
        header_size: u64,
        refused: Option<&'static str>,
    ) -> Result<Next, TarError> {
        self.join_name(header);
        let kind = kind_of(header.kind(), self.scratch.last() == Some(&b'/'));
        let size = self.pax.size.unwrap_or(header_size);
        // Writers differ in what they put there for what has no data.
        let stored = match kind {
            Some(EntryKind::File) | None => size,
            Some(_) if header.kind() == b'D' => size,
            Some(_) => 0,
        };
        self.body.begin(stored);
        let refuse = |scratch: &[u8], reason: String| {
            let shown = scratch.get(..scratch.len().min(SHOWN_BYTES_MAX));
            Ok(Next::Refused {
                path: spell(shown.unwrap_or_default()),
                reason,
            })
        };
        if let Some(reason) = refused {
            return refuse(&self.scratch, reason.to_owned());
        }
        let Some(kind) = kind else {
            let reason = format!("unknown kind of tar entry ({:#04x})", header.kind());
            return refuse(&self.scratch, reason);
        };
        if let Err(problem) = normalize(&self.scratch, &mut self.current.path) {
            return refuse(&self.scratch, problem.to_string());
        }
        self.current.sparse = None;
        self.current.size = stored;
        if kind == EntryKind::File && (header.kind() == b'S' || self.pax.sparse.is_sparse()) {
            match self.sparse_map(header)? {
                Some(map) => {
                    self.current.size = map.size;
                    self.current.sparse = Some(map);
                }
                None => return refuse(&self.scratch, "malformed sparse file".to_owned()),
            }
        }
        if let Err(reason) = self.take_link(header, kind) {
            return refuse(&self.scratch, reason);
        }
        let current = &mut self.current;
        current.kind = kind;
        current.mode = header.mode();
        current.uid = self.pax.uid.unwrap_or_else(|| header.uid());
        current.gid = self.pax.gid.unwrap_or_else(|| header.gid());
        current.mtime = self.pax.mtime.unwrap_or_else(|| header.mtime());
        Ok(Next::Entry)
    }

    /// Puts the entry's raw name into `scratch`.
    fn join_name(&mut self, header: Header<'_>) {
        self.scratch.clear();
        if let Some(name) = &self.long_name {
            self.scratch.extend(name);
        } else if !self.pax.sparse.name.is_empty() {
            self.scratch.extend(&self.pax.sparse.name);
        } else if !self.pax.path.is_empty() {
            self.scratch.extend(&self.pax.path);
        } else {
            let (prefix, name) = header.name();
            self.scratch.extend(prefix);
            if !prefix.is_empty() {
                self.scratch.push(b'/');
            }
            self.scratch.extend(name);
        }
    }

    fn take_link(&mut self, header: Header<'_>, kind: EntryKind) -> Result<(), String> {
        self.current.link.clear();
        if !matches!(kind, EntryKind::Symlink | EntryKind::HardLink) {
            return Ok(());
        }
        let raw = match &self.long_link {
            Some(link) => link.as_slice(),
            None if !self.pax.link.is_empty() => &self.pax.link,
            None => header.link(),
        };
        if kind == EntryKind::HardLink {
            return normalize(raw, &mut self.current.link)
                .map_err(|problem| format!("target of a hard link: {problem}"));
        }
        if raw.len() > LINK_BYTES_MAX || raw.contains(&0) {
            return Err("target of a symlink is too long or holds a NUL byte".to_owned());
        }
        match std::str::from_utf8(raw) {
            Ok(text) => self.current.link.push_str(text),
            Err(_) => self.current.link = spell(raw),
        }
        Ok(())
    }

    /// The map of a sparse file, which may stand in front of its data. `None` if malformed.
    fn sparse_map(&mut self, header: Header<'_>) -> Result<Option<SparseMap>, TarError> {
        let mut map = SparseMap::default();
        if header.kind() == b'S' {
            let (pieces, mut extended, size) = header.sparse();
            map.size = size.ok_or(TarError::Corrupt("size of a sparse file"))?;
            let mut good = map.push_gnu(pieces).is_some();
            let data_bytes = self.body.left;
            while extended {
                // These blocks are not counted in the size.
                let block = self.body.block()?;
                extended = block.get(504).is_some_and(|byte| *byte != 0);
                good = good && map.push_gnu(block.get(..504).unwrap_or_default()).is_some();
            }
            self.body.left = data_bytes;
            return Ok((good && map.fits(self.body.left)).then_some(map));
        }
        std::mem::swap(&mut map, &mut self.pax.sparse.map);
        map.size = self.pax.sparse.size.unwrap_or_default();
        if self.pax.sparse.map_in_data && self.map_in_data(&mut map)?.is_none() {
            return Ok(None);
        }
        Ok(map.fits(self.body.left).then_some(map))
    }

    /// Decimal numbers, one a line: how many pieces, then offset and length of each; padded to
    /// whole blocks.
    fn map_in_data(&mut self, map: &mut SparseMap) -> Result<Option<()>, TarError> {
        map.pieces.clear();
        let mut block = [0; BLOCK_BYTES];
        let mut used = BLOCK_BYTES;
        let mut number = |body: &mut Body<R>| -> Result<Option<u64>, TarError> {
            let mut value = 0_u64;
            for _ in 0..20 {
                if used == BLOCK_BYTES {
                    if body.left < BLOCK_BYTES as u64 {
                        return Ok(None);
                    }
                    block = body.block()?;
                    used = 0;
                }
                let byte = block.get(used).copied().unwrap_or_default();
                used += 1;
                let digit = match byte {
                    b'\n' => return Ok(Some(value)),
                    b'0'..=b'9' => u64::from(byte - b'0'),
                    _ => return Ok(None),
                };
                let Some(sum) = value.checked_mul(10).and_then(|v| v.checked_add(digit)) else {
                    return Ok(None);
                };
                value = sum;
            }
            Ok(None)
        };
        let Some(count) = number(&mut self.body)? else {
            return Ok(None);
        };
        for _ in 0..count {
            let (offset, len) = (number(&mut self.body)?, number(&mut self.body)?);
            let (Some(offset), Some(len)) = (offset, len) else {
                return Ok(None);
            };
            if map.push(offset, len).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }
}

/// What a type flag means; `None` for those that are no files in a layer.
fn kind_of(flag: u8, slash: bool) -> Option<EntryKind> {
    Some(match flag {
        // Before POSIX a folder was a file whose name ends so.
        b'0' | 0 | b'7' | b'S' if slash => EntryKind::Directory,
        b'0' | 0 | b'7' | b'S' => EntryKind::File,
        b'1' => EntryKind::HardLink,
        b'2' => EntryKind::Symlink,
        b'3' | b'4' => EntryKind::Device,
        b'5' | b'D' => EntryKind::Directory,
        b'6' => EntryKind::Fifo,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
