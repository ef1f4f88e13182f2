//! Where the Go linker leaves the toolchain's version and the list of modules, and in which form.
//!
//! A 32-byte header starts with a magic. Since Go 1.18 two strings follow it, each after its
//! length as a varint; before, the header holds two pointers to Go strings (address and length,
//! in the binary's own word size and byte order).

use plimsoll_image::ReadAt;

use crate::CatalogError;
use crate::executable::{Executable, Format, Region, WINDOW_BYTES, read_exact, read_full};

const MAGIC: &[u8] = b"\xff Go buildinf:";
const HEADER_BYTES: usize = 32;
/// The linker aligns the header to this.
const ALIGNMENT: usize = 16;
const FLAG_BIG_ENDIAN: u8 = 1;
const FLAG_INLINE: u8 = 2;

/// Most bytes of a data segment that are searched when the section has no name.
const SEARCH_BYTES_MAX: u64 = 64 << 20;
/// Longest toolchain version, in bytes.
const VERSION_BYTES_MAX: u64 = 4096;
/// Longest list of modules, in bytes; Kubernetes' is 20 KiB.
const MODULES_BYTES_MAX: u64 = 16 << 20;
/// Markers of this length stand before and after the list of modules.
const FRAME_BYTES: usize = 16;

/// The two strings, without the markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildInfo {
    pub version: String,
    /// Empty when the binary was built without modules.
    pub modules: String,
}

/// `None` for what Go did not build. An error for what it did build, but left or kept no
/// readable information in.
pub fn find(executable: &Executable, data: &dyn ReadAt) -> Result<Option<BuildInfo>, CatalogError> {
    let by_go = [".gopclntab", ".note.go.buildid", "__gopclntab"]
        .iter()
        .any(|name| executable.section(name).is_some());
    let named = executable
        .section(".go.buildinfo")
        .or_else(|| executable.section("__go_buildinfo"));
    let place = match named {
        Some(section) => Some(section.region),
        // ELF and Mach-O have named the section since the information exists, so that only
        // what lost its section headers is worth a search.
        None if executable.format == Format::Pe || executable.sections.is_empty() || by_go => {
            executable.loaded.iter().find(|region| region.data).copied()
        }
        None => None,
    };
    let header = match place {
        Some(region) => search(region, data)?,
        None => None,
    };
    match header {
        Some(header) => read(executable, data, header).map(Some),
        None if named.is_some() || by_go => Err(CatalogError::new(
            "Go binary without build information: what it was built from is not known",
        )),
        None => Ok(None),
    }
}

/// The header and what follows it in its region.
fn search(region: Region, data: &dyn ReadAt) -> Result<Option<Region>, CatalogError> {
    let end = region.size.min(SEARCH_BYTES_MAX);
    // The address is what is aligned, not the place in the file.
    let mut at = region.address.wrapping_neg() % ALIGNMENT as u64;
    let mut window = vec![0; end.min(WINDOW_BYTES as u64) as usize];
    while at < end {
        let offset = region.offset.saturating_add(at);
        let len = read_full(data, offset, &mut window)?;
        let found = window
            .get(..len)
            .unwrap_or_default()
            .chunks(ALIGNMENT)
            .position(|chunk| chunk.starts_with(MAGIC));
        if let Some(index) = found {
            let skip = at + (index * ALIGNMENT) as u64;
            return Ok(region.size.checked_sub(skip).map(|size| Region {
                address: region.address.wrapping_add(skip),
                offset: region.offset.saturating_add(skip),
                size,
                data: region.data,
            }));
        }
        if len < window.len() {
            break;
        }
        at += len as u64;
    }
    Ok(None)
}

fn read(
    executable: &Executable,
    data: &dyn ReadAt,
    place: Region,
) -> Result<BuildInfo, CatalogError> {
    let header = read_exact(data, place.offset, HEADER_BYTES)?.ok_or_else(cut)?;
    let (Some(word), Some(flags)) = (header.get(14).copied(), header.get(15).copied()) else {
        return Err(cut());
    };
    let (version, modules) = if flags & FLAG_INLINE != 0 {
        let strings = place.address.wrapping_add(HEADER_BYTES as u64);
        let (version, next) = inline_string(executable, data, strings, VERSION_BYTES_MAX)?;
        let (modules, _) = inline_string(executable, data, next, MODULES_BYTES_MAX)?;
        (version, modules)
    } else {
        let pointers = Pointers {
            executable,
            data,
            bytes: word.into(),
            big_endian: flags & FLAG_BIG_ENDIAN != 0,
        };
        let version = pointers.word(&header, 16)?;
        let modules = pointers.word(&header, 16 + usize::from(word))?;
        (
            pointers.string(version, VERSION_BYTES_MAX)?,
            pointers.string(modules, MODULES_BYTES_MAX)?,
        )
    };
    if version.is_empty() {
        return Err(CatalogError::new(
            "Go build information is empty: what it was built from is not known",
        ));
    }
    Ok(BuildInfo {
        version: text(&version, "toolchain version")?,
        modules: text(unframed(&modules), "list of modules")?,
    })
}

/// A string after its length as a varint, and the address behind it.
fn inline_string(
    executable: &Executable,
    data: &dyn ReadAt,
    address: u64,
    bytes_max: u64,
) -> Result<(Vec<u8>, u64), CatalogError> {
    const VARINT_BYTES_MAX: usize = 10;
    let region = executable.region_at(address).ok_or_else(cut)?;
    let mut head = [0; VARINT_BYTES_MAX];
    let len = read_full(data, region.offset, &mut head)?.min(region.size as usize);
    let (length, used) = varint(head.get(..len).unwrap_or_default()).ok_or_else(cut)?;
    let start = address.checked_add(used).ok_or_else(cut)?;
    let bytes = at_address(executable, data, start, length, bytes_max)?;
    Ok((bytes, start.checked_add(length).ok_or_else(cut)?))
}

/// Value and length of a little-endian base-128 number; `None` if it is cut or past 64 bits.
fn varint(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate() {
        let part = u64::from(byte & 0x7f);
        let shift = 7 * index as u32;
        if shift > 63 || (part << shift) >> shift != part {
            return None;
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Some((value, index as u64 + 1));
        }
    }
    None
}

/// The form with pointers.
struct Pointers<'a> {
    executable: &'a Executable,
    data: &'a dyn ReadAt,
    bytes: usize,
    big_endian: bool,
}

impl Pointers<'_> {
    fn word(&self, from: &[u8], at: usize) -> Result<u64, CatalogError> {
        let field = at
            .checked_add(self.bytes)
            .and_then(|end| from.get(at..end))
            .filter(|_| matches!(self.bytes, 4 | 8))
            .ok_or_else(cut)?;
        let fold = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
        Ok(if self.big_endian {
            field.iter().fold(0, fold)
        } else {
            field.iter().rev().fold(0, fold)
        })
    }

    /// Follows a pointer to a Go string. A null pointer is an empty string.
    fn string(&self, address: u64, bytes_max: u64) -> Result<Vec<u8>, CatalogError> {
        if address == 0 {
            return Ok(Vec::new());
        }
        let head_bytes = 2 * self.bytes as u64;
        let head = at_address(self.executable, self.data, address, head_bytes, head_bytes)?;
        let start = self.word(&head, 0)?;
        let length = self.word(&head, self.bytes)?;
        at_address(self.executable, self.data, start, length, bytes_max)
    }
}

fn at_address(
    executable: &Executable,
    data: &dyn ReadAt,
    address: u64,
    length: u64,
    bytes_max: u64,
) -> Result<Vec<u8>, CatalogError> {
    if length == 0 {
        return Ok(Vec::new());
    }
    if length > bytes_max {
        return Err(CatalogError::new(format!(
            "Go build information claims {length} bytes, more than the limit of {bytes_max}"
        )));
    }
    let region = executable
        .region_at(address)
        .filter(|region| region.size >= length)
        .ok_or_else(cut)?;
    read_exact(data, region.offset, length as usize)?.ok_or_else(cut)
}

/// The list of modules without the markers around it; empty when they are not there.
fn unframed(modules: &[u8]) -> &[u8] {
    let end = modules.len().saturating_sub(FRAME_BYTES);
    match modules.get(FRAME_BYTES..end) {
        Some(inner) if inner.last() == Some(&b'\n') => inner,
        _ => &[],
    }
}

fn text(bytes: &[u8], what: &str) -> Result<String, CatalogError> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| CatalogError::new(format!("{what} of the Go binary is not UTF-8")))
}

fn cut() -> CatalogError {
    CatalogError::new("Go build information points outside of the binary")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints() {
        assert_eq!(varint(&[0]), Some((0, 1)));
        assert_eq!(varint(&[0xac, 0x02, 0xff]), Some((300, 2)));
        let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(varint(&most), Some((u64::MAX, 10)));
    }

    #[test]
    fn varints_that_are_cut_or_too_large() {
        assert_eq!(varint(&[]), None);
        assert_eq!(varint(&[0x80, 0x80]), None);
        let large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2];
        assert_eq!(varint(&large), None);
        assert_eq!(varint(&[0xff; 12]), None);
    }

    #[test]
    fn markers_are_taken_off() {
        assert_eq!(unframed(b"0123456789abcdefx\n0123456789abcdef"), b"x\n");
        assert_eq!(unframed(b"0123456789abcdefx0123456789abcdef"), b"");
        assert_eq!(unframed(b"short\n"), b"");
    }
}
