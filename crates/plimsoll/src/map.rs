//! Maps the advisory database into memory.
//!
//! The one place outside the sensor with `unsafe`: mapping a file has no safe form in Rust, since
//! somebody may change the file under the map. A database is never written in place: `db build`,
//! `update` and `import` write a new file and rename it. See `docs/decisions/`.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Maps a file read-only. An empty file gives an empty map.
#[expect(unsafe_code, reason = "mapping a file has no safe form")]
pub fn map(path: &Path) -> io::Result<memmap2::Mmap> {
    // Opening a pipe would wait for somebody to write into it.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    // SAFETY: the map is read-only and private to readers that check every offset and checksum;
    // databases are replaced by renaming, never changed in place.
    unsafe { memmap2::Mmap::map(&file) }
}
