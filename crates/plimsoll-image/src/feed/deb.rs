//! Debian packages as archives: the tar in which the files of a package lie.
//!
//! Format: deb(5), an `ar` archive with the members `debian-binary`, `control.tar`, `data.tar`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Take};

/// How an `ar` archive begins.
pub(super) const MAGIC: &[u8] = b"!<arch>\n";
/// Members in front of the data; a package has two, a signed one some more.
const MEMBERS_MAX: usize = 16;
/// Name, time, owner, group, mode, size, and two bytes that end it.
const HEADER_BYTES: usize = 60;

/// The packed tar of a package's files.
pub(super) fn data(mut file: File) -> io::Result<Take<File>> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(broken("no Debian package"));
    }
    for _ in 0..MEMBERS_MAX {
        let mut header = [0; HEADER_BYTES];
        file.read_exact(&mut header)?;
        let field = |range: std::ops::Range<usize>| {
            std::str::from_utf8(header.get(range).unwrap_or_default()).map(str::trim)
        };
        let (Ok(name), Ok(size)) = (field(0..16), field(48..58)) else {
            return Err(broken("a member without a proper header"));
        };
        let size: u64 = size
            .parse()
            .map_err(|_| broken("a member without a size"))?;
        if name.starts_with("data.tar") {
            return Ok(file.take(size));
        }
        // Members begin at even places.
        let skip = size
            .checked_add(size % 2)
            .and_then(|skip| i64::try_from(skip).ok());
        let skip = skip.ok_or_else(|| broken("a member that is too large"))?;
        file.seek(SeekFrom::Current(skip))?;
    }
    Err(broken("no data in the package"))
}
