//! The content of the entry at hand, out of the stream.

use std::io::{self, Read};
use std::sync::Arc;

use super::sparse::SparseMap;
use super::{Body, TarInput};
use crate::limits::{PEEK_BYTES_MAX, SPARSE_BYTES_MAX, SPILL_BYTES_MAX};
use crate::{Content, Entry, EntryKind, ReadAt, ReadError, Store};

/// Content of one entry, read straight from the archive.
pub struct TarContent<'a, R> {
    body: &'a mut Body<R>,
    sparse: Option<&'a SparseMap>,
    store: &'a Arc<Store>,
    size: u64,
    /// No file, or given away.
    absent: bool,
    /// A sparse file is put together as a whole.
    whole: Option<Arc<dyn ReadAt>>,
    peeked: Vec<u8>,
}

impl<'a, R: TarInput> TarContent<'a, R> {
    pub(crate) const fn new(
        entry: &Entry<'_>,
        sparse: Option<&'a SparseMap>,
        body: &'a mut Body<R>,
        store: &'a Arc<Store>,
    ) -> Self {
        Self {
            body,
            sparse,
            store,
            size: entry.size,
            absent: !matches!(entry.kind, EntryKind::File),
            whole: None,
            peeked: Vec::new(),
        }
    }

    /// The rest of the entry as stored; for files that are no sparse ones that is all of it.
    pub(crate) fn reader(&mut self) -> impl Read + '_ {
        Stored(self.body)
    }

    fn present(&self) -> Result<(), ReadError> {
        if self.absent {
            return Err(ReadError::Absent);
        }
        Ok(())
    }

    /// Puts a sparse file together.
    fn expand(&mut self, map: &SparseMap) -> Result<Arc<dyn ReadAt>, ReadError> {
        if let Some(whole) = &self.whole {
            return Ok(Arc::clone(whole));
        }
        let mut reader = Expanded {
            stored: Stored(self.body),
            map,
            piece: 0,
            position: 0,
        };
        let whole = self
            .store
            .hold(&mut reader, Some(map.size), SPARSE_BYTES_MAX)?;
        self.whole = Some(Arc::clone(&whole));
        Ok(whole)
    }
}

impl<R: TarInput> Content for TarContent<'_, R> {
    fn peek(&mut self, len: usize) -> Result<&[u8], ReadError> {
        self.present()?;
        let len = usize::try_from(self.size).map_or(len, |size| size.min(len));
        let len = len.min(PEEK_BYTES_MAX);
        if let Some(map) = self.sparse {
            let whole = self.expand(map)?;
            self.peeked.resize(len, 0);
            let count = whole.read_at(0, &mut self.peeked)?;
            return Ok(self.peeked.get(..count).unwrap_or_default());
        }
        let bytes = self.body.input.peek(len)?;
        bytes
            .get(..len)
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }

    fn read_all(&mut self, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
        self.present()?;
        if self.size > bytes_max {
            return Err(ReadError::TooLarge {
                limit_bytes: bytes_max,
            });
        }
        let mut bytes = Vec::with_capacity(self.size as usize);
        if let Some(map) = self.sparse {
            let whole = self.expand(map)?;
            crate::store::Cursor::new(whole).read_to_end(&mut bytes)?;
            self.absent = true;
            return Ok(bytes);
        }
        self.absent = true;
        while self.body.left > 0 {
            let available = self.body.input.fill_buf()?;
            let count = usize::try_from(self.body.left)
                .map_or(available.len(), |left| left.min(available.len()));
            if count == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            bytes.extend(available.get(..count).unwrap_or_default());
            self.body.input.consume(count);
            self.body.left -= count as u64;
        }
        Ok(bytes)
    }

    fn random_access(&mut self) -> Result<Arc<dyn ReadAt>, ReadError> {
        self.present()?;
        if let Some(map) = self.sparse {
            let whole = self.expand(map)?;
            self.absent = true;
            return Ok(whole);
        }
        if self.size > SPILL_BYTES_MAX {
            return Err(ReadError::TooLarge {
                limit_bytes: SPILL_BYTES_MAX,
            });
        }
        self.absent = true;
        let mut reader = Stored(self.body);
        self.store
            .hold(&mut reader, Some(self.size), SPILL_BYTES_MAX)
    }
}

/// Reads what is stored for the entry and not a byte more.
struct Stored<'a, R>(&'a mut Body<R>);

impl<R: TarInput> Read for Stored<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.0.left).map_or(buffer.len(), |n| n.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let count = self.0.input.read(buffer)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.0.left -= count as u64;
        Ok(count)
    }
}

/// Reads a sparse file with its holes.
struct Expanded<'a, R> {
    stored: Stored<'a, R>,
    map: &'a SparseMap,
    piece: usize,
    position: u64,
}

impl<R: TarInput> Read for Expanded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (next, data) = loop {
            match self.map.pieces.get(self.piece) {
                Some(piece) if self.position >= piece.offset + piece.len => self.piece += 1,
                Some(piece) if self.position >= piece.offset => {
                    break (piece.offset + piece.len, true);
                }
                Some(piece) => break (piece.offset, false),
                None => break (self.map.size, false),
            }
        };
        let span = next.saturating_sub(self.position);
        let len = usize::try_from(span).map_or(buffer.len(), |span| span.min(buffer.len()));
        let target = buffer.get_mut(..len).unwrap_or_default();
        let count = if data {
            self.stored.read(target)?
        } else {
            target.fill(0);
            len
        };
        self.position += count as u64;
        Ok(count)
    }
}
