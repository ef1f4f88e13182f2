//! A jar of a gigabyte with a thousand jars inside, stored as Spring Boot does; each of those has
//! one class of a mebibyte and says what it is in `pom.properties` (APPNOTE.TXT 6.3.10).

use std::io::Write;

use anyhow::Result;
use flate2::Crc;

use super::scramble;

const JARS: u32 = 1_000;
const CLASS_BYTES: usize = 1 << 20;

/// A zip, entry by entry, nothing packed.
struct ZipWriter<W: Write> {
    out: W,
    at: u32,
    directory: Vec<u8>,
    entries: u16,
}

impl<W: Write> ZipWriter<W> {
    const fn new(out: W) -> Self {
        Self {
            out,
            at: 0,
            directory: Vec::new(),
            entries: 0,
        }
    }

    fn file(&mut self, path: &str, content: &[u8]) -> Result<()> {
        let mut crc = Crc::new();
        crc.update(content);
        let len = content.len() as u32;
        // Version 2.0, no flags, stored, a time of midnight on the first day there is.
        let mut shared = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        shared.extend(crc.sum().to_le_bytes());
        shared.extend(len.to_le_bytes());
        shared.extend(len.to_le_bytes());
        shared.extend((path.len() as u16).to_le_bytes());
        shared.extend([0, 0]);
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&shared);
        self.directory.extend([0; 10]);
        self.directory.extend(self.at.to_le_bytes());
        self.directory.extend(path.as_bytes());
        let start = [b"PK\x03\x04", shared.as_slice(), path.as_bytes()].concat();
        self.out.write_all(&start)?;
        self.out.write_all(content)?;
        self.at += start.len() as u32 + len;
        self.entries += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<W> {
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend(self.entries.to_le_bytes());
        end.extend(self.entries.to_le_bytes());
        end.extend((self.directory.len() as u32).to_le_bytes());
        end.extend(self.at.to_le_bytes());
        end.extend([0, 0]);
        self.out.write_all(&self.directory)?;
        self.out.write_all(&end)?;
        Ok(self.out)
    }
}

fn path(number: u32) -> String {
    format!("BOOT-INF/lib/part-{number:04}-1.{number:04}.jar")
}

fn inner(number: u32) -> Result<Vec<u8>> {
    let mut class = vec![0; CLASS_BYTES];
    scramble(u64::from(number), &mut class);
    let mut jar = ZipWriter::new(Vec::new());
    jar.file("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n")?;
    jar.file(
        "META-INF/maven/org.example/part/pom.properties",
        format!("groupId=org.example\nartifactId=part-{number:04}\nversion=1.{number:04}\n")
            .as_bytes(),
    )?;
    jar.file("org/example/Part.class", &class)?;
    jar.finish()
}

/// Bytes of the whole jar.
pub fn len() -> u64 {
    let one = inner(0).map_or(0, |jar| jar.len() as u64);
    let name = path(0).len() as u64;
    u64::from(JARS) * (30 + name + one + 46 + name) + 22
}

pub fn write(out: &mut dyn Write) -> Result<()> {
    let mut jar = ZipWriter::new(out);
    for number in 0..JARS {
        jar.file(&path(number), &inner(number)?)?;
    }
    jar.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_jars_are_of_one_length_and_end_as_zips_do() {
        let first = inner(0).unwrap();
        assert_eq!(first.len(), inner(JARS - 1).unwrap().len());
        assert_eq!(&first[first.len() - 22..][..4], b"PK\x05\x06");
        // Three entries, and a directory that starts with one.
        assert_eq!(first[first.len() - 12], 3);
        let at = u32::from_le_bytes(first[first.len() - 6..][..4].try_into().unwrap());
        assert_eq!(&first[at as usize..][..4], b"PK\x01\x02");
    }
}
