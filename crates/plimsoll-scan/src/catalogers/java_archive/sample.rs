//! Makes zip archives for tests: entries stored as they are.

/// One entry to be put in.
pub struct Entry<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    /// General purpose flags; bit 0 is encryption.
    pub flags: u16,
    /// Claims to lie where the first entry lies.
    pub overlaps: bool,
}

/// An archive of these entries, in their order.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<Entry<'_>> = entries
        .iter()
        .map(|(name, bytes)| Entry {
            name,
            bytes,
            flags: 0,
            overlaps: false,
        })
        .collect();
    zip_of(&entries)
}

pub fn zip_of(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let size = (entry.bytes.len() as u32).to_le_bytes();
        let name = (entry.name.len() as u16).to_le_bytes();
        let mut common = [[20, 0], entry.flags.to_le_bytes(), [0, 0]].concat();
        common.extend([0; 4]);
        common.extend(crc32(entry.bytes).to_le_bytes());
        common.extend([size, size].concat());
        common.extend(name);
        common.extend([0, 0]);
        let offset = if entry.overlaps { 0 } else { out.len() as u32 };
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(entry.name.bytes());
        out.extend(entry.bytes);
    }
    let start = out.len() as u32;
    let count = (entries.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let low = sum & 1;
            sum = (sum >> 1) ^ (0xedb8_8320 * low);
        }
    }
    !sum
}
