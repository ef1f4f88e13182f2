//! One entry: finding its data, unpacking and checking it.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::{ZipError, ZipLimits};
use crate::store::{Cursor, Store, Window};
use crate::{ReadAt, ReadError};

/// Bytes of a local header before its name.
pub(super) const LOCAL_HEADER_BYTES: u64 = 30;
const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// Bytes of packed data read at once.
const BUFFER_BYTES: usize = 32 << 10;
/// Deflate cannot do better than this: a larger claim is a lie.
const DEFLATE_RATIO_MAX: u64 = 1_032;

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Stored,
    Deflate,
    Other(u16),
}

/// An entry as the directory lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZipEntry {
    /// Normalised as in [`Entry::path`](crate::Entry::path), without the slash that ends the name
    /// of a folder. Empty for an entry `/`.
    pub name: String,
    pub is_dir: bool,
    pub method: Method,
    pub encrypted: bool,
    /// Unpacked, in bytes.
    pub size: u64,
    /// As stored, in bytes.
    pub packed_size: u64,
    pub crc32: u32,
    /// Unix permission bits, where the archive was made on such a system.
    pub mode: Option<u32>,
    /// Where the local header is, from the start of the file.
    pub(super) offset: u64,
}

/// The content of an entry with random access.
pub(super) fn open(
    data: &Arc<dyn ReadAt>,
    store: &Arc<Store>,
    limits: &ZipLimits,
    entry: &ZipEntry,
) -> Result<Arc<dyn ReadAt>, ZipError> {
    let window = packed(data, limits, entry)?;
    if entry.method == Method::Stored {
        return Ok(Arc::new(window));
    }
    with_unpacker(window, entry, &mut |unpacker| {
        Ok(store.hold(unpacker, Some(entry.size), limits.entry_bytes_max)?)
    })
}

/// The content of an entry in memory; its size was checked by the caller.
pub(super) fn read(
    data: &Arc<dyn ReadAt>,
    limits: &ZipLimits,
    entry: &ZipEntry,
) -> Result<Vec<u8>, ZipError> {
    let window = packed(data, limits, entry)?;
    with_unpacker(window, entry, &mut |unpacker| {
        // Grows as bytes really come: the size is only what the directory says.
        let mut bytes = Vec::new();
        unpacker.take(entry.size).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

/// The bytes of an entry as stored, once everything that is said about it has been believed.
fn packed(
    data: &Arc<dyn ReadAt>,
    limits: &ZipLimits,
    entry: &ZipEntry,
) -> Result<Window, ZipError> {
    if entry.encrypted {
        return Err(ZipError::Encrypted);
    }
    let plausible = match entry.method {
        Method::Stored => entry.size == entry.packed_size,
        Method::Deflate => {
            entry.size <= entry.packed_size.saturating_mul(DEFLATE_RATIO_MAX) + 1_024
        }
        Method::Other(method) => return Err(ZipError::Method(method)),
    };
    if !plausible {
        return Err(ZipError::Corrupt("impossible size of an entry"));
    }
    let limit = |what, limit| Err(ZipError::Limit { what, limit });
    if entry.size > limits.entry_bytes_max {
        return limit("entry", limits.entry_bytes_max);
    }
    if entry.size > limits.ratio_free_bytes
        && entry.size / limits.ratio_max.max(1) > entry.packed_size
    {
        return limit("entry's ratio", limits.ratio_max);
    }
    let mut header = [0; LOCAL_HEADER_BYTES as usize];
    super::directory::read_exact_at(&**data, entry.offset, &mut header)?;
    let [a, b, c, d, .., n0, n1, e0, e1] = header;
    if [a, b, c, d] != LOCAL_SIGNATURE {
        return Err(ZipError::Corrupt(
            "no local header where an entry should be",
        ));
    }
    let lengths = u64::from(u16::from_le_bytes([n0, n1])) + u64::from(u16::from_le_bytes([e0, e1]));
    let start = entry.offset + LOCAL_HEADER_BYTES + lengths;
    Window::new(Arc::clone(data), start, entry.packed_size)
        .ok_or(ZipError::Corrupt("entry past the end"))
}

type Consume<'a, T> = &'a mut dyn FnMut(&mut dyn Read) -> Result<T, ZipError>;

/// Lets `consume` read the unpacked bytes, then checks that these were all and the right ones.
fn with_unpacker<T>(
    window: Window,
    entry: &ZipEntry,
    consume: Consume<'_, T>,
) -> Result<T, ZipError> {
    let window = Arc::new(window);
    let source: Box<dyn BufRead + '_> = if let Some(slice) = window.as_slice() {
        Box::new(slice)
    } else {
        let whole: Arc<dyn ReadAt> = Arc::clone(&window) as _;
        Box::new(BufReader::with_capacity(BUFFER_BYTES, Cursor::new(whole)))
    };
    let inner: Box<dyn Read + '_> = match entry.method {
        Method::Deflate => Box::new(DeflateDecoder::new(source)),
        Method::Stored | Method::Other(_) => Box::new(source),
    };
    let mut checked = Checked {
        inner,
        crc: Crc::new(),
        bytes: 0,
    };
    let out = consume(&mut checked).map_err(|error| match error {
        // Both corrupt data and data that ends early come as errors of the decoder.
        ZipError::Read(ReadError::Io(_)) if window.as_slice().is_some() => ZipError::Checksum,
        other => other,
    })?;
    let ended = checked.read(&mut [0]).is_ok_and(|count| count == 0);
    if !ended || checked.bytes != entry.size || checked.crc.sum() != entry.crc32 {
        return Err(ZipError::Checksum);
    }
    Ok(out)
}

/// Counts and sums what passes.
struct Checked<'a> {
    inner: Box<dyn Read + 'a>,
    crc: Crc,
    bytes: u64,
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }
}
