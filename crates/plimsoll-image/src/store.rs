//! Where content goes that needs random access: memory while a shared budget lasts, past it
//! unlinked temporary files, which vanish with the process however it ends.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits::{SPILL_BYTES_MAX, STORE_BYTES_MAX};
use crate::{ReadAt, ReadError};

/// Step in which content of unknown length is read, in bytes.
const STEP_BYTES: usize = 64 << 10;

/// A budget of memory and a folder for what does not fit. Shared by everything read at once.
#[derive(Debug)]
pub struct Store {
    bytes_max: u64,
    bytes_used: AtomicU64,
    /// `None`: nothing is spilled, what does not fit is refused.
    temp_dir: Option<PathBuf>,
}

impl Store {
    /// Keeps up to `bytes_max` in memory and spills the rest into `temp_dir`.
    pub fn new(bytes_max: u64, temp_dir: impl Into<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            bytes_max,
            bytes_used: AtomicU64::new(0),
            temp_dir: Some(temp_dir.into()),
        })
    }

    /// Keeps up to `bytes_max` in memory and refuses the rest.
    pub fn in_memory(bytes_max: u64) -> Arc<Self> {
        Arc::new(Self {
            bytes_max,
            bytes_used: AtomicU64::new(0),
            temp_dir: None,
        })
    }

    /// The default budget, with the system's folder for temporary files.
    pub fn with_defaults() -> Arc<Self> {
        Self::new(STORE_BYTES_MAX, std::env::temp_dir())
    }

    /// The folder that content is spilled into.
    pub fn temp_dir(&self) -> Option<&Path> {
        self.temp_dir.as_deref()
    }

    /// Bytes held in memory now.
    pub fn bytes_used(&self) -> u64 {
        self.bytes_used.load(Ordering::Relaxed)
    }

    /// Takes `bytes` out of the budget, or nothing if it does not have that many left.
    fn lease(self: &Arc<Self>, bytes: u64) -> Option<Lease> {
        let grant = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= self.bytes_max);
        self.bytes_used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, grant)
            .ok()
            .map(|_| Lease {
                store: Arc::clone(self),
                bytes,
            })
    }

    /// Reads `reader` to its end, which must come after exactly `size` bytes where that is given
    /// and before `bytes_max` in any case.
    pub fn hold(
        self: &Arc<Self>,
        reader: &mut dyn Read,
        size: Option<u64>,
        bytes_max: u64,
    ) -> Result<Arc<dyn ReadAt>, ReadError> {
        let limit_bytes = bytes_max.min(SPILL_BYTES_MAX);
        if size.is_some_and(|size| size > limit_bytes) {
            return Err(ReadError::TooLarge { limit_bytes });
        }
        match size.map(|size| (size, self.lease(size))) {
            Some((size, Some(lease))) => {
                let mut bytes = vec![0; size as usize];
                reader.read_exact(&mut bytes)?;
                Ok(Arc::new(Held { bytes, lease }))
            }
            Some((size, None)) => self.spill(Vec::new(), reader, Some(size), limit_bytes),
            None => self.hold_unsized(reader, limit_bytes),
        }
    }

    /// Grows in memory as long as the budget allows.
    fn hold_unsized(
        self: &Arc<Self>,
        reader: &mut dyn Read,
        limit_bytes: u64,
    ) -> Result<Arc<dyn ReadAt>, ReadError> {
        let mut bytes = Vec::new();
        let mut lease = Lease {
            store: Arc::clone(self),
            bytes: 0,
        };
        loop {
            let wanted = (bytes.len() / 2).max(STEP_BYTES) as u64;
            let room = lease.grow(wanted.min(limit_bytes - bytes.len() as u64));
            bytes.reserve_exact(room as usize);
            let got = Read::take(&mut *reader, room).read_to_end(&mut bytes)? as u64;
            if got == room && bytes.len() as u64 == limit_bytes {
                // One byte more would be too many.
                if reader.read(&mut [0])? > 0 {
                    return Err(ReadError::TooLarge { limit_bytes });
                }
            } else if room == 0 {
                return self.spill(bytes, reader, None, limit_bytes);
            } else if got == room {
                continue;
            }
            bytes.shrink_to_fit();
            lease.shrink(bytes.len() as u64);
            return Ok(Arc::new(Held { bytes, lease }));
        }
    }

    /// Writes what was read already and the rest into an unlinked file.
    fn spill(
        self: &Arc<Self>,
        start: Vec<u8>,
        reader: &mut dyn Read,
        size: Option<u64>,
        limit_bytes: u64,
    ) -> Result<Arc<dyn ReadAt>, ReadError> {
        let Some(folder) = &self.temp_dir else {
            return Err(ReadError::TooLarge {
                limit_bytes: self.bytes_max,
            });
        };
        let mut file = tempfile::tempfile_in(folder)?;
        file.write_all(&start)?;
        let mut written = start.len() as u64;
        drop(start);
        let mut buffer = vec![0; STEP_BYTES];
        loop {
            let count = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            written += count as u64;
            if written > limit_bytes {
                return Err(ReadError::TooLarge { limit_bytes });
            }
            file.write_all(buffer.get(..count).unwrap_or_default())?;
        }
        if size.is_some_and(|size| size != written) {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(Arc::new(FileContent {
            file,
            size: written,
            store: Some(Arc::clone(self)),
        }))
    }
}

/// Part of a store's budget, given back when dropped.
#[derive(Debug)]
struct Lease {
    store: Arc<Store>,
    bytes: u64,
}

impl Lease {
    /// Takes up to `wanted` more, as much as the budget has left; returns how much.
    fn grow(&mut self, wanted: u64) -> u64 {
        let store = &self.store;
        let mut granted = 0;
        let _ = store
            .bytes_used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                granted = wanted.min(store.bytes_max.saturating_sub(used));
                Some(used + granted)
            });
        self.bytes += granted;
        granted
    }

    /// Gives back all but `bytes`.
    fn shrink(&mut self, bytes: u64) {
        let rest = self.bytes.saturating_sub(bytes);
        self.bytes -= rest;
        self.store.bytes_used.fetch_sub(rest, Ordering::Relaxed);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.store
            .bytes_used
            .fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Content in memory.
struct Held {
    bytes: Vec<u8>,
    lease: Lease,
}

impl ReadAt for Held {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read_at(offset, buffer)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(&self.bytes)
    }

    fn store(&self) -> Option<Arc<Store>> {
        Some(Arc::clone(&self.lease.store))
    }
}

/// Content in a file: a spilled one, or one of a folder that is looked at.
pub(crate) struct FileContent {
    pub file: File,
    pub size: u64,
    pub store: Option<Arc<Store>>,
}

impl ReadAt for FileContent {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        match buffer.get_mut(..wanted) {
            Some(buffer) if wanted > 0 => self.file.read_at(buffer, offset),
            _ => Ok(0),
        }
    }

    fn store(&self) -> Option<Arc<Store>> {
        self.store.clone()
    }
}

/// A part of other content, without a copy.
pub struct Window {
    inner: Arc<dyn ReadAt>,
    offset: u64,
    size: u64,
}

impl Window {
    /// `None` if the part does not lie inside.
    pub fn new(inner: Arc<dyn ReadAt>, offset: u64, size: u64) -> Option<Self> {
        (offset.checked_add(size)? <= inner.size()).then_some(Self {
            inner,
            offset,
            size,
        })
    }
}

impl ReadAt for Window {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        match (buffer.get_mut(..wanted), self.offset.checked_add(offset)) {
            (Some(buffer), Some(offset)) if wanted > 0 => self.inner.read_at(offset, buffer),
            _ => Ok(0),
        }
    }

    fn as_slice(&self) -> Option<&[u8]> {
        let start = usize::try_from(self.offset).ok()?;
        let end = start.checked_add(usize::try_from(self.size).ok()?)?;
        self.inner.as_slice()?.get(start..end)
    }

    fn store(&self) -> Option<Arc<Store>> {
        self.inner.store()
    }
}

/// Reads random-access content from its start, for parsers that want a stream.
pub struct Cursor {
    inner: Arc<dyn ReadAt>,
    position: u64,
}

impl Cursor {
    pub const fn new(inner: Arc<dyn ReadAt>) -> Self {
        Self { inner, position: 0 }
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read_at(self.position, buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &dyn ReadAt) -> Vec<u8> {
        let mut out = vec![0; content.size() as usize + 1];
        let mut filled = 0;
        loop {
            match content.read_at(filled as u64, &mut out[filled..]).unwrap() {
                0 => break,
                count => filled += count,
            }
        }
        out.truncate(filled);
        out
    }

    #[test]
    fn memory_is_given_back_and_what_does_not_fit_is_spilled() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(100_000, folder.path());
        let data: Vec<u8> = (0..150_000_u32).map(|n| n as u8).collect();
        for size in [None, Some(90_000)] {
            let small = store.hold(&mut &data[..90_000], size, 1 << 30).unwrap();
            assert!(small.as_slice().is_some(), "{size:?}");
            assert_eq!(store.bytes_used(), 90_000);
            let second = store.hold(&mut &data[..20_000], size.map(|_| 20_000), 1 << 30);
            let second = second.unwrap();
            assert!(second.as_slice().is_none(), "budget is used up");
            assert_eq!(text(&*second), &data[..20_000]);
            drop(small);
            assert_eq!(store.bytes_used(), 0);
        }
        let large = store.hold(&mut &data[..], None, 1 << 30).unwrap();
        assert_eq!(text(&*large), data);
        assert!(large.as_slice().is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn limits_and_lying_sizes_are_errors() {
        let store = Store::in_memory(1_000);
        let data = [7_u8; 500];
        let hold = |size, max| store.hold(&mut &data[..], size, max);
        assert!(matches!(
            hold(Some(500), 499),
            Err(ReadError::TooLarge { limit_bytes: 499 })
        ));
        assert!(matches!(hold(None, 499), Err(ReadError::TooLarge { .. })));
        assert!(matches!(hold(Some(501), 1_000), Err(ReadError::Io(_))));
        assert_eq!(hold(None, 500).map(|c| c.size()).ok(), Some(500));
        assert_eq!(store.bytes_used(), 0);
    }

    #[test]
    fn windows_stay_inside() {
        let inner: Arc<dyn ReadAt> = Arc::new(b"0123456789".to_vec());
        assert!(Window::new(Arc::clone(&inner), 5, 6).is_none());
        assert!(Window::new(Arc::clone(&inner), u64::MAX, 2).is_none());
        let window = Window::new(inner, 2, 3).unwrap();
        assert_eq!(window.as_slice(), Some(&b"234"[..]));
        assert_eq!(text(&window), b"234");
    }
}
