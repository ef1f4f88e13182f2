//! Reads small files of the kernel's and of engines, never more than a cap.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Longest file of `/proc` or a cgroup that is read, in bytes.
pub(crate) const PROC_BYTES_MAX: u64 = 4 << 20;

/// A file's bytes; a longer one is an error.
pub(crate) fn bytes(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let message = format!("longer than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// The same as text; what is no UTF-8 is replaced.
pub(crate) fn text(path: &Path, bytes_max: u64) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&bytes(path, bytes_max)?).into_owned())
}
