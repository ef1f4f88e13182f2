//! Ways to the bytes of one file, all capped.

use std::io::{self, Read};
use std::sync::Arc;

use crate::Store;
use crate::limits::PEEK_BYTES_MAX;
use crate::store::Cursor;

/// Random access to the bytes of one file, in memory or spilled to an unlinked temporary file.
pub trait ReadAt: Send + Sync {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// Reads up to `buffer.len()` bytes from `offset`; fewer at the end, 0 past it.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// The whole content where it lies in memory.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }

    /// The budget that this content was kept under, for what is unpacked out of it.
    fn store(&self) -> Option<Arc<Store>> {
        None
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..))
            .unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// Why content could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Larger than the caller allows.
    #[error("larger than the limit of {limit_bytes} bytes")]
    TooLarge { limit_bytes: u64 },
    /// The target's bytes ended early, are corrupt, or could not be read.
    #[error("read: {0}")]
    Io(#[from] io::Error),
    /// There are no bytes to be had: not a file, or a hard link that was not asked for.
    #[error("no content here")]
    Absent,
}

/// The content of the entry at hand, read at most once and only as far as it is asked for.
pub trait Content {
    /// The first `len` bytes (fewer if the file is shorter). Does not consume them. `len` is at
    /// most 4,096.
    fn peek(&mut self, len: usize) -> Result<&[u8], ReadError>;

    /// The whole file in memory, if it is at most `bytes_max` long.
    fn read_all(&mut self, bytes_max: u64) -> Result<Vec<u8>, ReadError>;

    /// Random access: in memory while the shared budget lasts, past it in an unlinked temporary
    /// file.
    fn random_access(&mut self) -> Result<Arc<dyn ReadAt>, ReadError>;
}

/// Content that is there as a whole.
pub(crate) struct HeldContent {
    data: Option<Arc<dyn ReadAt>>,
    peeked: Vec<u8>,
}

impl HeldContent {
    pub const fn new(data: Arc<dyn ReadAt>) -> Self {
        Self {
            data: Some(data),
            peeked: Vec::new(),
        }
    }
}

impl Content for HeldContent {
    fn peek(&mut self, len: usize) -> Result<&[u8], ReadError> {
        let data = self.data.as_ref().ok_or(ReadError::Absent)?;
        self.peeked.resize(len.min(PEEK_BYTES_MAX), 0);
        let mut filled = 0;
        while let Some(rest) = self
            .peeked
            .get_mut(filled..)
            .filter(|rest| !rest.is_empty())
        {
            match data.read_at(filled as u64, rest)? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(self.peeked.get(..filled).unwrap_or_default())
    }

    fn read_all(&mut self, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
        let data = self.data.as_ref().ok_or(ReadError::Absent)?;
        if data.size() > bytes_max {
            return Err(ReadError::TooLarge {
                limit_bytes: bytes_max,
            });
        }
        let data = Arc::clone(data);
        self.data = None;
        let mut bytes = Vec::with_capacity(data.size() as usize);
        // A file that grows while it is read must not grow past the cap.
        Cursor::new(data).take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn random_access(&mut self) -> Result<Arc<dyn ReadAt>, ReadError> {
        self.data.take().ok_or(ReadError::Absent)
    }
}
