//! Traces: records in a file, so that what was seen once can be judged again without a kernel.
//!
//! ```text
//! "PLMTRACE"  version of this form (2 bytes), of the records' layout (2), length of the header (4),
//!             checksum of the header (8), header: lines `kind 3 open` and `param 5 name bytes`
//! frames:     length (4), records (4), checksum (8), that many bytes of records
//! last:       a frame with one record of kind `end`: how many records and losses there were
//! ```
//!
//! All numbers are little-endian, checksums XXH3 of 64 bits. The header names what the numbers of
//! kinds and parameters mean, so that a reader that does not know one can say what it passed over.
//! A trace that was torn off is read up to the tear, and that is said. Compression lies outside.

use plimsoll_model::event::{KINDS, LAYOUT_VERSION, PARAMS, RECORD_BYTES_MAX, Type};

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{End, TraceError, TraceReader};
pub use write::TraceWriter;

/// How a trace begins.
pub const MAGIC: &[u8; 8] = b"PLMTRACE";
/// Version of this form.
pub const TRACE_VERSION: u16 = 1;
/// Longest header that is read, in bytes.
pub const HEADER_BYTES_MAX: usize = 256 << 10;
/// Longest frame that is read, in bytes.
pub const FRAME_BYTES_MAX: usize = 1 << 20;
/// A frame that has grown to this many bytes is written.
const FRAME_BYTES: usize = 128 << 10;
const _: () = assert!(FRAME_BYTES + RECORD_BYTES_MAX <= FRAME_BYTES_MAX);

/// The lines of the header.
fn header() -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for kind in KINDS {
        let _ = writeln!(out, "kind {} {}", kind.number(), kind.name());
    }
    for param in PARAMS {
        let form = match param.value_type() {
            Type::I64 => "i64",
            Type::U64 => "u64",
            Type::Bytes => "bytes",
        };
        let _ = writeln!(out, "param {} {} {form}", param.number(), param.name());
    }
    out
}

fn checksum(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// What stands before the header's lines.
fn preamble(header: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(TRACE_VERSION.to_le_bytes());
    out.extend(LAYOUT_VERSION.to_le_bytes());
    out.extend((header.len() as u32).to_le_bytes());
    out.extend(checksum(header).to_le_bytes());
    out
}
