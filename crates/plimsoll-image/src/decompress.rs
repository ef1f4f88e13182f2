//! Compressed streams, told by their first bytes: gzip, zstd, xz, bzip2, or none of these.
//!
//! RFC 1952 (several members, padding of zeros), RFC 8878 (several frames, skippable ones), the
//! .xz format 1.1.0 (several streams), bzip2. Nothing is looked at but the bytes: media types and
//! file names lie. All output is capped, by size and by ratio to the input.

mod gzip;
pub mod input;

use std::fmt;
use std::io::{self, Read};

use bzip2::bufread::MultiBzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

use self::gzip::GzipDecoder;
use self::input::{Buffers, Input, Keep};
use crate::limits::{DECODER_WINDOW_BYTES_MAX, LAYER_BYTES_MAX, RATIO_FREE_BYTES, RATIO_MAX};

/// Bytes that are looked at to tell the packing; a zstd frame header has at most 18.
const SNIFF_BYTES: usize = 18;
/// Window that every zstd decoder must support (RFC 8878, 3.1.1.1.2), as a power of two.
const ZSTD_WINDOW_LOG_COMMON: u32 = 23;
/// The largest window that is ever allowed, as a power of two: [`DECODER_WINDOW_BYTES_MAX`].
const ZSTD_WINDOW_LOG_MAX: u32 = DECODER_WINDOW_BYTES_MAX.ilog2();

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Packing {
    Plain,
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

impl Packing {
    /// Tells the packing by the first bytes; [`Packing::Plain`] for everything unknown.
    pub fn sniff(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A frame, or a skippable frame as some tools write in front.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            // The magic of a block, or of the end of an empty stream.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, 0x41 | 0x72, ..] => Self::Bzip2,
            _ => Self::Plain,
        }
    }
}

/// Caps on what a stream may unpack to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Output altogether.
    pub bytes_max: u64,
    /// Output per byte of input, past `ratio_free_bytes`.
    pub ratio_max: u64,
    pub ratio_free_bytes: u64,
    /// Whether checksums of gzip are computed. Not needed where a digest covers the output.
    pub checksums: bool,
}

impl DecodeLimits {
    /// For layers, whose output is held against a digest.
    pub const LAYER: Self = Self {
        bytes_max: LAYER_BYTES_MAX,
        ratio_max: RATIO_MAX,
        ratio_free_bytes: RATIO_FREE_BYTES,
        checksums: false,
    };

    /// For everything else, of at most `bytes_max`.
    pub const fn of(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            checksums: true,
            ..Self::LAYER
        }
    }
}

/// A cap that was reached. It travels inside of [`io::Error`]; [`LimitReached::of`] finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitReached {
    /// `unpacked data`, `ratio of unpacked to packed data`.
    pub what: &'static str,
    pub limit: u64,
}

impl LimitReached {
    /// The limit that made an operation fail, if it was one.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl fmt::Display for LimitReached {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} is larger than the limit of {}",
            self.what, self.limit
        )
    }
}

impl std::error::Error for LimitReached {}

impl From<LimitReached> for io::Error {
    fn from(limit: LimitReached) -> Self {
        Self::other(limit)
    }
}

/// Unpacks whatever comes. Reads straight into the caller's buffer.
pub struct Decoder<R: Read, B: Buffers = Keep> {
    inner: Inner<R, B>,
    limits: DecodeLimits,
    window_bytes: u64,
    bytes_out: u64,
}

enum Inner<R: Read, B: Buffers> {
    Plain(Input<R, B>),
    Gzip(GzipDecoder<Input<R, B>>),
    Zstd(zstd::stream::read::Decoder<'static, Input<R, B>>),
    Xz(XzDecoder<Input<R, B>>),
    Bzip2(MultiBzDecoder<Input<R, B>>),
}

impl<R: Read> Decoder<R> {
    /// Looks at the first bytes and chooses.
    pub fn new(reader: R, limits: DecodeLimits) -> io::Result<Self> {
        Self::with_input(Input::new(reader, Keep), limits)
    }
}

impl<R: Read, B: Buffers> Decoder<R, B> {
    /// The same with an input that hands on its buffers.
    pub fn with_input(mut input: Input<R, B>, limits: DecodeLimits) -> io::Result<Self> {
        let start = input.peek(SNIFF_BYTES)?;
        let packing = Packing::sniff(start);
        let window_bytes = match packing {
            Packing::Zstd => zstd_window(start),
            _ => 0,
        };
        let inner = match packing {
            Packing::Plain => Inner::Plain(input),
            Packing::Gzip => Inner::Gzip(GzipDecoder::new(input, limits.checksums)),
            Packing::Zstd => Inner::Zstd(zstd_decoder(input, window_bytes)?),
            Packing::Xz => {
                let stream = Stream::new_stream_decoder(DECODER_WINDOW_BYTES_MAX, CONCATENATED)?;
                Inner::Xz(XzDecoder::new_stream(input, stream))
            }
            Packing::Bzip2 => Inner::Bzip2(MultiBzDecoder::new(input)),
        };
        Ok(Self {
            inner,
            limits,
            window_bytes,
            bytes_out: 0,
        })
    }

    /// How the stream is packed.
    pub const fn packing(&self) -> Packing {
        match self.inner {
            Inner::Plain(_) => Packing::Plain,
            Inner::Gzip(_) => Packing::Gzip,
            Inner::Zstd(_) => Packing::Zstd,
            Inner::Xz(_) => Packing::Xz,
            Inner::Bzip2(_) => Packing::Bzip2,
        }
    }

    /// Memory that the stream says it needs beyond the usual, in bytes. Allocated on first read.
    pub const fn large_window_bytes(&self) -> u64 {
        if self.window_bytes > 1 << ZSTD_WINDOW_LOG_COMMON {
            self.window_bytes
        } else {
            0
        }
    }

    /// Bytes of input that were read so far.
    pub fn bytes_in(&self) -> u64 {
        self.input().bytes_read()
    }

    /// Ends unpacking and gives back the input, which may have more bytes.
    pub fn into_input(self) -> Input<R, B> {
        match self.inner {
            Inner::Plain(input) => input,
            Inner::Gzip(decoder) => decoder.into_inner(),
            Inner::Zstd(decoder) => decoder.into_inner(),
            Inner::Xz(decoder) => decoder.into_inner(),
            Inner::Bzip2(decoder) => decoder.into_inner(),
        }
    }

    fn input(&self) -> &Input<R, B> {
        match &self.inner {
            Inner::Plain(input) => input,
            Inner::Gzip(decoder) => decoder.get_ref(),
            Inner::Zstd(decoder) => decoder.get_ref(),
            Inner::Xz(decoder) => decoder.get_ref(),
            Inner::Bzip2(decoder) => decoder.get_ref(),
        }
    }

    fn check(&self) -> Result<(), LimitReached> {
        let DecodeLimits {
            bytes_max,
            ratio_max,
            ratio_free_bytes,
            ..
        } = self.limits;
        if self.bytes_out > bytes_max {
            return Err(LimitReached {
                what: "unpacked data",
                limit: bytes_max,
            });
        }
        if self.bytes_out > ratio_free_bytes && self.bytes_out / ratio_max.max(1) > self.bytes_in()
        {
            return Err(LimitReached {
                what: "ratio of unpacked to packed data",
                limit: ratio_max,
            });
        }
        Ok(())
    }
}

impl<R: Read, B: Buffers> Read for Decoder<R, B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.inner {
            Inner::Plain(input) => input.read(buffer),
            Inner::Gzip(decoder) => decoder.read(buffer),
            Inner::Zstd(decoder) => decoder.read(buffer),
            Inner::Xz(decoder) => decoder.read(buffer),
            Inner::Bzip2(decoder) => decoder.read(buffer),
        }?;
        self.bytes_out += count as u64;
        self.check()?;
        Ok(count)
    }
}

/// A decoder that accepts the window of the first frame, and at least the common one.
fn zstd_decoder<R: Read, B: Buffers>(
    input: Input<R, B>,
    window_bytes: u64,
) -> io::Result<zstd::stream::read::Decoder<'static, Input<R, B>>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
    let log = window_bytes
        .checked_next_power_of_two()
        .map_or(64, u64::ilog2);
    if log > ZSTD_WINDOW_LOG_MAX {
        return Err(LimitReached {
            what: "window of the zstd frame",
            limit: DECODER_WINDOW_BYTES_MAX,
        }
        .into());
    }
    decoder.window_log_max(log.max(ZSTD_WINDOW_LOG_COMMON))?;
    Ok(decoder)
}

/// The window that a zstd frame header asks for (RFC 8878, 3.1.1.1); 0 for a skippable frame.
fn zstd_window(start: &[u8]) -> u64 {
    let [0x28, 0xb5, 0x2f, 0xfd, descriptor, rest @ ..] = start else {
        return 0;
    };
    let single_segment = descriptor & 0x20 != 0;
    if !single_segment {
        let byte = rest.first().copied().unwrap_or_default();
        let base = 1_u64 << (10 + u32::from(byte >> 3));
        return base + base / 8 * u64::from(byte & 7);
    }
    let dictionary_len = match descriptor & 3 {
        3 => 4,
        len => usize::from(len),
    };
    let field = rest.get(dictionary_len..).unwrap_or_default();
    let number = |len: usize| {
        let bytes = field.iter().take(len).rev();
        bytes.fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte))
    };
    match descriptor >> 6 {
        0 => number(1),
        1 => number(2) + 256,
        2 => number(4),
        _ => number(8),
    }
}

#[cfg(test)]
mod tests;
