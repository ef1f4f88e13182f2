//! PE: Windows executables and libraries, 32 and 64 bits.

use plimsoll_image::ReadAt;

use super::{Executable, Fields, Format, Region, Section, each_header, fixed_name, read_exact};
use crate::CatalogError;

/// Size of the COFF header with the signature before it, in bytes.
const COFF_BYTES: usize = 24;
/// As much of the optional header as holds the image base, in bytes.
const OPTIONAL_BYTES: usize = 32;
const SECTION_BYTES: u64 = 40;

const OPTIONAL_MAGIC_32: u16 = 0x10b;
const OPTIONAL_MAGIC_64: u16 = 0x20b;
const SECTION_INITIALIZED_DATA: u32 = 0x40;
const SECTION_EXECUTE: u32 = 0x2000_0000;
const SECTION_WRITE: u32 = 0x8000_0000;

pub fn open(data: &dyn ReadAt) -> Result<Option<Executable>, CatalogError> {
    let Some((coff_at, count, optional_bytes)) = coff(data)? else {
        return Ok(None);
    };
    let optional_at = coff_at + COFF_BYTES as u64;
    let base = image_base(data, optional_at, optional_bytes)?;
    let mut sections = Vec::new();
    each_header(
        data,
        "section headers",
        (optional_at + optional_bytes, count, SECTION_BYTES),
        |bytes| sections.extend(section(bytes, base)),
    )?;
    let loaded = sections.iter().map(|section| section.region).collect();
    Ok(Some(Executable {
        format: Format::Pe,
        sections,
        loaded,
    }))
}

/// Place of the signature, number of sections and size of the optional header; `None` for a DOS
/// program, or text that happens to start with the same two letters.
fn coff(data: &dyn ReadAt) -> Result<Option<(u64, u64, u64)>, CatalogError> {
    let Some(dos) = read_exact(data, 0, 64)? else {
        return Ok(None);
    };
    let Some(coff_at) = Fields::little(&dos).u32(60).map(u64::from) else {
        return Ok(None);
    };
    let Some(bytes) = read_exact(data, coff_at, COFF_BYTES)? else {
        return Ok(None);
    };
    let fields = Fields::little(&bytes);
    Ok(bytes
        .starts_with(b"PE\0\0")
        .then(|| Some((coff_at, fields.u16(6)?.into(), fields.u16(20)?.into())))
        .flatten())
}

fn image_base(data: &dyn ReadAt, at: u64, len: u64) -> Result<u64, CatalogError> {
    let short = || CatalogError::new("optional header of the executable is cut short");
    if len < OPTIONAL_BYTES as u64 {
        return Err(short());
    }
    let bytes = read_exact(data, at, OPTIONAL_BYTES)?.ok_or_else(short)?;
    let fields = Fields::little(&bytes);
    let base = match fields.u16(0) {
        Some(OPTIONAL_MAGIC_32) => fields.u32(28).map(u64::from),
        Some(OPTIONAL_MAGIC_64) => fields.u64(24),
        _ => None,
    };
    base.ok_or_else(|| CatalogError::new("optional header of the executable is of no known kind"))
}

fn section(bytes: &[u8], base: u64) -> Option<Section> {
    let fields = Fields::little(bytes);
    let flags = fields.u32(36)?;
    let wanted = SECTION_INITIALIZED_DATA | SECTION_WRITE;
    Some(Section {
        name: fixed_name(bytes.get(..8)?),
        region: Region {
            address: base.wrapping_add(fields.u32(12)?.into()),
            offset: fields.u32(20)?.into(),
            size: fields.u32(16)?.into(),
            data: flags & (wanted | SECTION_EXECUTE) == wanted,
        },
    })
}
