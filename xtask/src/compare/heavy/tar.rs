//! Writes tars (POSIX ustar) as streams: only what the heavy targets need.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use anyhow::{Context, Result, ensure};
use plimsoll_image::hash::Hasher;
use plimsoll_model::Digest;

const BLOCK: u64 = 512;

/// Writes entries and hashes them.
pub struct TarWriter<'a> {
    out: &'a mut dyn Write,
    hasher: Hasher,
    bytes: u64,
}

impl<'a> TarWriter<'a> {
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            hasher: Hasher::default(),
            bytes: 0,
        }
    }

    pub fn file(&mut self, path: &str, content: &[u8]) -> Result<()> {
        self.file_of(path, content.len() as u64, |out| {
            out.write_all(content)?;
            Ok(())
        })
    }

    /// A file of `len` bytes that `write` writes.
    pub fn file_of(
        &mut self,
        path: &str,
        len: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.write_all(&header(path, len)?)?;
        let before = self.bytes;
        write(self)?;
        ensure!(self.bytes - before == len, "{path} is not {len} bytes");
        self.pad(len)?;
        Ok(())
    }

    /// Ends the archive. Gives its digest and size.
    pub fn finish(mut self) -> Result<(Digest, u64)> {
        self.write_all(&[0; 2 * BLOCK as usize])?;
        Ok((self.hasher.finish(), self.bytes))
    }

    fn pad(&mut self, len: u64) -> Result<()> {
        let missing = len.next_multiple_of(BLOCK) - len;
        let zeros = [0; BLOCK as usize];
        self.write_all(zeros.get(..missing as usize).unwrap_or_default())?;
        Ok(())
    }
}

impl Write for TarWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hasher.update(bytes.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// A tar inside a tar, whose size is known only when it has been written. Gives its digest.
pub fn nested(
    out: &mut BufWriter<File>,
    path: &str,
    fill: impl FnOnce(&mut TarWriter<'_>) -> Result<()>,
) -> Result<Digest> {
    let start = out.stream_position()?;
    out.write_all(&[0; BLOCK as usize])?;
    let mut inner = TarWriter::new(out);
    fill(&mut inner)?;
    let (digest, len) = inner.finish()?;
    let end = out.stream_position()?;
    out.seek(SeekFrom::Start(start))?;
    out.write_all(&header(path, len)?)?;
    out.seek(SeekFrom::Start(end))?;
    Ok(digest)
}

fn header(path: &str, len: u64) -> Result<[u8; BLOCK as usize]> {
    ensure!(path.len() < 100, "{path} is too long for a header");
    let mut header = [0; BLOCK as usize];
    put(&mut header, 0, path.as_bytes());
    put(&mut header, 100, b"0000644\0");
    put(&mut header, 108, b"0000000\0");
    put(&mut header, 116, b"0000000\0");
    put(&mut header, 124, format!("{len:011o}\0").as_bytes());
    put(&mut header, 136, b"00000000000\0");
    put(&mut header, 148, b"        0");
    put(&mut header, 257, b"ustar\x0000");
    let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
    put(&mut header, 148, format!("{sum:06o}\0 ").as_bytes());
    let sane = len < 1 << 33;
    sane.then_some(header).context("too long for a header")
}

fn put(header: &mut [u8; BLOCK as usize], at: usize, bytes: &[u8]) {
    for (to, from) in header.iter_mut().skip(at).zip(bytes) {
        *to = *from;
    }
}
