//! Files that the user names as input: reports, VEX documents, standard input.

use std::io::{self, Read};
use std::path::Path;

use plimsoll_image::read_file_capped;
use plimsoll_model::Report;
use plimsoll_report::wire;

use crate::failure::{Context, Failure};

/// Largest document that is read, in bytes.
pub const DOCUMENT_BYTES_MAX: u64 = 512 << 20;

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_at_most(path, DOCUMENT_BYTES_MAX)
}

/// Reads a file of at most so many bytes, or as many of standard input for `-`.
pub fn read_at_most(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    if path.as_os_str() == "-" {
        return read_stdin_at_most(bytes_max);
    }
    read_file_capped(path, bytes_max).context(format_args!("read {}", path.display()))
}

/// Reads all of standard input, up to [`DOCUMENT_BYTES_MAX`].
pub fn read_stdin() -> Result<Vec<u8>, Failure> {
    read_stdin_at_most(DOCUMENT_BYTES_MAX)
}

fn read_stdin_at_most(bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)
        .context("read standard input")?;
    if bytes.len() as u64 > bytes_max {
        return Err(Failure::new(format!(
            "failed to read standard input: larger than the limit of {bytes_max} bytes"
        )));
    }
    Ok(bytes)
}

/// Reads a stored `plimsoll.report/v1`.
pub fn read_report(path: &Path) -> Result<Report, Failure> {
    wire::read_report(&read(path)?).map_err(|error| {
        Failure::new(format!("failed to read {}: {error}", path.display()))
            .hint("`plimsoll scan TARGET --format json` writes such a report")
    })
}
