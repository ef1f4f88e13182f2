//! Names for documents that follow from their content alone, so that the same report written
//! twice is the same document.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use plimsoll_model::{Digest, Report};

use crate::wire;

/// A UUID of the custom version 8 (RFC 9562) made of the SHA-256 digest of the report.
pub fn uuid(report: &Report) -> String {
    uuid_of(&wire::to_bytes(report))
}

/// The same of any bytes.
pub fn uuid_of(bytes: &[u8]) -> String {
    let content = sha256(bytes);
    let mut bytes: [u8; 16] = [0; 16];
    for (to, from) in bytes.iter_mut().zip(content.as_bytes()) {
        *to = *from;
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    Digest::from_sha256(out)
}
