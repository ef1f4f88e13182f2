//! ELF, 32 and 64 bits, both byte orders.

use plimsoll_image::ReadAt;

use super::{
    Executable, Fields, Format, Region, Section, each_header, fixed_name, read_exact, read_full,
};
use crate::CatalogError;

/// Most bytes read of the table of section names.
const NAMES_BYTES_MAX: u64 = 1 << 20;

const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;
const SHT_NOBITS: u32 = 8;
const SHF_WRITE: u64 = 1;
const SHF_EXECINSTR: u64 = 4;
const PT_LOAD: u32 = 1;
const PF_X: u32 = 1;
const PF_W: u32 = 2;
/// `e_shstrndx` when the real index is in the first section header.
const SHN_XINDEX: u64 = 0xffff;

/// The file header's fields that are needed here.
struct Header {
    wide: bool,
    big_endian: bool,
    programs: (u64, u64, u64),
    sections: (u64, u64, u64),
    names_index: u64,
}

struct RawSection {
    name: usize,
    region: Region,
}

pub fn open(data: &dyn ReadAt) -> Result<Option<Executable>, CatalogError> {
    let mut head = [0; 64];
    let len = read_full(data, 0, &mut head)?;
    let Some(mut header) = head.get(..len).and_then(parse_header) else {
        return Ok(None);
    };
    extend_counts(data, &mut header)?;
    let loaded = programs(data, &header)?;
    let sections = sections(data, &header)?;
    Ok(Some(Executable {
        format: Format::Elf,
        sections,
        loaded,
    }))
}

/// `None` for what is no executable or shared object.
fn parse_header(bytes: &[u8]) -> Option<Header> {
    let wide = match bytes.get(4)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let big_endian = match bytes.get(5)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let fields = Fields { bytes, big_endian };
    if !matches!(fields.u16(16)?, ET_EXEC | ET_DYN) {
        return None;
    }
    let half =
        |at_64: usize, at_32: usize| fields.u16(if wide { at_64 } else { at_32 }).map(u64::from);
    Some(Header {
        wide,
        big_endian,
        programs: (fields.word(wide, 32, 28)?, half(56, 44)?, half(54, 42)?),
        sections: (fields.word(wide, 40, 32)?, half(60, 48)?, half(58, 46)?),
        names_index: half(62, 50)?,
    })
}

/// Counts that do not fit their 16 bits are in the first section header.
fn extend_counts(data: &dyn ReadAt, header: &mut Header) -> Result<(), CatalogError> {
    let (offset, count, entry_bytes) = header.sections;
    let extended_names = header.names_index == SHN_XINDEX;
    if offset == 0 || (count != 0 && !extended_names) {
        return Ok(());
    }
    let first = usize::try_from(entry_bytes)
        .ok()
        .map(|len| read_exact(data, offset, len))
        .transpose()?
        .flatten()
        .ok_or_else(|| {
            CatalogError::new("section headers of the executable lie outside of the file")
        })?;
    let fields = Fields {
        bytes: &first,
        big_endian: header.big_endian,
    };
    if count == 0 {
        header.sections.1 = fields.word(header.wide, 32, 20).unwrap_or(0);
    }
    if extended_names {
        let link = fields.u32(if header.wide { 40 } else { 24 });
        header.names_index = link.map_or(0, u64::from);
    }
    Ok(())
}

fn programs(data: &dyn ReadAt, header: &Header) -> Result<Vec<Region>, CatalogError> {
    let wide = header.wide;
    let mut regions = Vec::new();
    each_header(data, "program headers", header.programs, |bytes| {
        let fields = Fields {
            bytes,
            big_endian: header.big_endian,
        };
        let region = || {
            let flags = fields.u32(if wide { 4 } else { 24 })?;
            (fields.u32(0)? == PT_LOAD).then_some(Region {
                offset: fields.word(wide, 8, 4)?,
                address: fields.word(wide, 16, 8)?,
                size: fields.word(wide, 32, 16)?,
                data: flags & (PF_W | PF_X) == PF_W,
            })
        };
        regions.extend(region());
    })?;
    Ok(regions)
}

fn sections(data: &dyn ReadAt, header: &Header) -> Result<Vec<Section>, CatalogError> {
    let wide = header.wide;
    let mut raw = Vec::new();
    let mut names_region = None;
    let mut index = 0;
    each_header(data, "section headers", header.sections, |bytes| {
        let fields = Fields {
            bytes,
            big_endian: header.big_endian,
        };
        let read = || {
            let flags = fields.word(wide, 8, 8)?;
            let size = fields.word(wide, 32, 20)?;
            Some(RawSection {
                name: fields.u32(0)? as usize,
                region: Region {
                    address: fields.word(wide, 16, 12)?,
                    offset: fields.word(wide, 24, 16)?,
                    size: if fields.u32(4)? == SHT_NOBITS {
                        0
                    } else {
                        size
                    },
                    data: flags & (SHF_WRITE | SHF_EXECINSTR) == SHF_WRITE,
                },
            })
        };
        if let Some(section) = read() {
            if index == header.names_index {
                names_region = Some(section.region);
            }
            raw.push(section);
        }
        index += 1;
    })?;
    let Some(place) = names_region else {
        return Ok(Vec::new());
    };
    let mut names = vec![0; place.size.min(NAMES_BYTES_MAX).min(data.size()) as usize];
    let len = read_full(data, place.offset, &mut names)?;
    names.truncate(len);
    let named = raw.into_iter().map(|section| Section {
        name: names
            .get(section.name..)
            .map_or_else(String::new, fixed_name),
        region: section.region,
    });
    Ok(named.collect())
}
