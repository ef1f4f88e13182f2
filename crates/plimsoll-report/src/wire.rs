//! `plimsoll.report/v1`: the one form for files, API and evidence.
//!
//! Keys are snake_case and absent rather than null, lists are sorted, times RFC 3339 UTC, sizes
//! end in `_bytes`. A new key may come at any time; a changed or removed one makes it `v2`. The
//! structs of [`form`] are apart from the domain types, so that neither can change by accident.
//!
//! A report is read whole: what it refers to must be there, and words of a closed set must be
//! known. Keys that are not known are passed over.

use std::io::{self, Write};

use plimsoll_model::Report;
use serde::Serialize;

pub mod form;
mod from;
mod to;

pub use from::ReadError;
pub use to::{layer_form, package_form};

/// The schema's name with its major version: the value of the key `schema`.
pub const SCHEMA: &str = "plimsoll.report/v1";
/// The schema's name without the version.
const SCHEMA_NAME: &str = "plimsoll.report/";
/// Largest report that is read, in bytes.
pub const REPORT_BYTES_MAX: usize = 512 << 20;

/// Writes a report, indented, with a newline at the end.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    to::report_form(report).serialize(&mut crate::json::serializer(&mut out))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The report on one line, as evidence and digests need it.
pub fn to_bytes(report: &Report) -> Vec<u8> {
    // Writing into memory fails only for maps with keys that are no strings; the form has none.
    serde_json::to_vec(&to::report_form(report)).unwrap_or_default()
}

/// Reads a report of this major version.
pub fn read_report(bytes: &[u8]) -> Result<Report, ReadError> {
    from::read(bytes)
}

/// Whether the bytes look like a report of any version: JSON whose first key is `schema`.
pub fn is_report(bytes: &[u8]) -> bool {
    from::schema_of(bytes).is_some_and(|schema| schema.starts_with(SCHEMA_NAME))
}
