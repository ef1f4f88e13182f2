//! Mach-O: macOS executables and libraries, 32 and 64 bits, both byte orders, and universal
//! binaries, of which the first architecture speaks for all.

use plimsoll_image::ReadAt;

use super::{Executable, Fields, Format, Region, Section, fixed_name, read_exact};
use crate::CatalogError;

/// Most bytes of load commands that are read.
const COMMANDS_BYTES_MAX: usize = 1 << 20;
/// Most architectures in one universal binary; what claims more is a Java class, whose version
/// number is at the same place.
const ARCHITECTURES_MAX: u32 = 30;

const MH_OBJECT: u32 = 1;
const LC_SEGMENT: u32 = 0x1;
const LC_SEGMENT_64: u32 = 0x19;
const PROTECTION_WRITE: u32 = 2;
const PROTECTION_EXECUTE: u32 = 4;

pub fn open_fat(data: &dyn ReadAt) -> Result<Option<Executable>, CatalogError> {
    let Some(bytes) = read_exact(data, 0, 40)? else {
        return Ok(None);
    };
    let fields = Fields::big(&bytes);
    if !(1..=ARCHITECTURES_MAX).contains(&fields.u32(4).unwrap_or(0)) {
        return Ok(None);
    }
    let wide = bytes.get(3) == Some(&0xbf);
    match fields.word(wide, 16, 16) {
        Some(base) => open(data, base),
        None => Ok(None),
    }
}

/// Opens the Mach-O file that starts `base` bytes into the data.
pub fn open(data: &dyn ReadAt, base: u64) -> Result<Option<Executable>, CatalogError> {
    let cut = || CatalogError::new("load commands of the executable lie outside of the file");
    let head = read_exact(data, base, 32)?.ok_or_else(cut)?;
    let (wide, big_endian) = match head.get(..4) {
        Some(b"\xfe\xed\xfa\xce") => (false, true),
        Some(b"\xfe\xed\xfa\xcf") => (true, true),
        Some(b"\xce\xfa\xed\xfe") => (false, false),
        Some(b"\xcf\xfa\xed\xfe") => (true, false),
        _ => return Ok(None),
    };
    let fields = Fields {
        bytes: &head,
        big_endian,
    };
    if fields.u32(12) == Some(MH_OBJECT) {
        return Ok(None);
    }
    let len = fields.u32(20).map_or(0, |len| len as usize);
    if len > COMMANDS_BYTES_MAX {
        return Err(CatalogError::new(format!(
            "executable claims {len} bytes of load commands, more than the limit of \
             {COMMANDS_BYTES_MAX}"
        )));
    }
    let commands_at = base.saturating_add(if wide { 32 } else { 28 });
    let commands = read_exact(data, commands_at, len)?.ok_or_else(cut)?;
    let mut executable = Executable {
        format: Format::MachO,
        sections: Vec::new(),
        loaded: Vec::new(),
    };
    let mut rest = commands.as_slice();
    while rest.len() >= 8 {
        let fields = Fields {
            bytes: rest,
            big_endian,
        };
        let size = fields.u32(4).map_or(0, |size| size as usize);
        let Some(command) = rest.get(..size).filter(|_| size >= 8) else {
            return Err(CatalogError::new(
                "load command of the executable is cut short",
            ));
        };
        match fields.u32(0) {
            Some(LC_SEGMENT) => segment(command, false, big_endian, base, &mut executable),
            Some(LC_SEGMENT_64) => segment(command, true, big_endian, base, &mut executable),
            _ => {}
        }
        rest = rest.get(size..).unwrap_or_default();
    }
    Ok(Some(executable))
}

fn segment(command: &[u8], wide: bool, big_endian: bool, base: u64, out: &mut Executable) {
    let fields = Fields {
        bytes: command,
        big_endian,
    };
    let region = || {
        let protection = fields.u32(if wide { 60 } else { 44 })?;
        Some(Region {
            address: fields.word(wide, 24, 24)?,
            offset: base.saturating_add(fields.word(wide, 40, 32)?),
            size: fields.word(wide, 48, 36)?,
            data: protection & (PROTECTION_WRITE | PROTECTION_EXECUTE) == PROTECTION_WRITE,
        })
    };
    let Some(region) = region() else { return };
    out.loaded.push(region);
    let (header_bytes, section_bytes) = if wide { (72, 80) } else { (56, 68) };
    let sections = command.get(header_bytes..).unwrap_or_default();
    for bytes in sections.chunks_exact(section_bytes) {
        let fields = Fields { bytes, big_endian };
        let section = || {
            Some(Section {
                name: fixed_name(bytes.get(..16)?),
                region: Region {
                    address: fields.word(wide, 32, 32)?,
                    size: fields.word(wide, 40, 36)?,
                    offset: base.saturating_add(fields.u32(if wide { 48 } else { 40 })?.into()),
                    data: region.data,
                },
            })
        };
        out.sections.extend(section());
    }
}
