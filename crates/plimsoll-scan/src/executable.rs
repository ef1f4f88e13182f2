//! Finds the sections of ELF, PE and Mach-O executables, for catalogers that look for one of them.
//!
//! Reads headers only, in small windows at the places that they name, so that a binary of any
//! size costs a few kilobytes. Deliberately no general object file reader: no symbols, no
//! relocations, no debug information, and no object files, kernel modules or core dumps, which
//! are not executables. Written against the ELF specification (gABI 4.1), Microsoft's PE format
//! and Apple's `mach-o/loader.h`.

mod elf;
mod fields;
mod macho;
mod pe;
#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;

use plimsoll_image::ReadAt;

use crate::CatalogError;
use fields::Fields;

/// Bytes read at a time, and the most that a search keeps in memory.
pub const WINDOW_BYTES: usize = 64 << 10;

/// Most section or program headers that are looked at in one executable.
const HEADERS_MAX: u64 = 65_536;

/// First bytes of the executables that [`Executable::open`] knows.
pub const ELF_MAGIC: &[u8] = b"\x7fELF";
pub const PE_MAGIC: &[u8] = b"MZ";
pub const MACHO_MAGICS: [&[u8]; 4] = [
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
];
/// Universal binaries; Java classes start with the first of them too.
pub const FAT_MAGICS: [&[u8]; 2] = [b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"];

/// Container format of an executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Elf,
    Pe,
    MachO,
}

/// Bytes of the file that are mapped to addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Virtual address of the first byte.
    pub address: u64,
    /// Place in the file.
    pub offset: u64,
    /// Number of bytes in the file.
    pub size: u64,
    /// Mapped writable and not executable, as data is.
    pub data: bool,
}

/// A named part of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub region: Region,
}

/// What the headers of an executable say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    pub format: Format,
    pub sections: Vec<Section>,
    /// What is loaded to which address: segments, in PE the sections.
    pub loaded: Vec<Region>,
}

impl Executable {
    /// Reads the headers. `None` is a file that is no executable in one of the three formats;
    /// an error one whose headers do not fit its bytes.
    pub fn open(data: &dyn ReadAt) -> Result<Option<Self>, CatalogError> {
        let Some(magic) = read_exact(data, 0, 4)? else {
            return Ok(None);
        };
        if magic == ELF_MAGIC {
            elf::open(data)
        } else if magic.starts_with(PE_MAGIC) {
            pe::open(data)
        } else if MACHO_MAGICS.contains(&magic.as_slice()) {
            macho::open(data, 0)
        } else if FAT_MAGICS.contains(&magic.as_slice()) {
            macho::open_fat(data)
        } else {
            Ok(None)
        }
    }

    /// The first section of this name that has bytes in the file.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| section.name == name && section.region.size > 0)
    }

    /// The region that an address lies in, from that address on. Segments before sections:
    /// what the linker puts behind a section is reachable then too.
    pub fn region_at(&self, address: u64) -> Option<Region> {
        let sections = self.sections.iter().map(|section| &section.region);
        self.loaded.iter().chain(sections).find_map(|region| {
            let skip = address.checked_sub(region.address)?;
            (skip < region.size).then(|| Region {
                address,
                offset: region.offset.saturating_add(skip),
                size: region.size - skip,
                data: region.data,
            })
        })
    }
}

/// Exactly `len` bytes from `offset`; `None` where the file ends before.
pub fn read_exact(
    data: &dyn ReadAt,
    offset: u64,
    len: usize,
) -> Result<Option<Vec<u8>>, CatalogError> {
    if offset
        .checked_add(len as u64)
        .is_none_or(|end| end > data.size())
    {
        return Ok(None);
    }
    let mut bytes = vec![0; len];
    let filled = read_full(data, offset, &mut bytes)?;
    Ok((filled == len).then_some(bytes))
}

/// Reads until the buffer is full or the file ends; the number of bytes read.
pub fn read_full(data: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> Result<usize, CatalogError> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match data.read_at(offset.saturating_add(filled as u64), rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) => return Err(CatalogError::new(format!("read: {error}"))),
        }
    }
    Ok(filled)
}

/// Calls `each` with every one of `count` headers of `entry_bytes` from `offset` on.
fn each_header(
    data: &dyn ReadAt,
    what: &str,
    (offset, count, entry_bytes): (u64, u64, u64),
    mut each: impl FnMut(&[u8]),
) -> Result<(), CatalogError> {
    if count > HEADERS_MAX {
        return Err(CatalogError::new(format!(
            "executable claims {count} {what}, more than the limit of {HEADERS_MAX}"
        )));
    }
    let outside = || CatalogError::new(format!("{what} of the executable lie outside of the file"));
    let entry_len = usize::try_from(entry_bytes).map_err(|_| outside())?;
    if count == 0 || entry_len == 0 {
        return Ok(());
    }
    if entry_len > WINDOW_BYTES {
        return Err(outside());
    }
    let per_window = (WINDOW_BYTES / entry_len) as u64;
    let mut done = 0;
    while done < count {
        let batch = per_window.min(count - done);
        let start = offset.checked_add(done * entry_bytes).ok_or_else(outside)?;
        let bytes = read_exact(data, start, (batch * entry_bytes) as usize)?.ok_or_else(outside)?;
        bytes.chunks_exact(entry_len).for_each(&mut each);
        done += batch;
    }
    Ok(())
}

/// A name in a field of fixed length, up to its first NUL.
fn fixed_name(bytes: &[u8]) -> String {
    let name = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}
