//! Single files that the user names, read whole and capped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads a whole file of at most `bytes_max` bytes. A larger one is an error of the kind
/// [`io::ErrorKind::FileTooLarge`], before anything is read where the size is known.
pub fn read_file_capped(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than the limit of {bytes_max} bytes"),
        )
    };
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > bytes_max {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(size as usize);
    // Pipes have no size, and a file may grow meanwhile.
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(too_large());
    }
    Ok(bytes)
}
