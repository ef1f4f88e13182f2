//! Buffered input that can hand its buffers on once they are used up, so that another thread
//! can hash what was read without a copy.

use std::io::{self, BufRead, Read};

use crate::tar::TarInput;

/// Size of a buffer, in bytes.
pub const INPUT_BUFFER_BYTES: usize = 128 << 10;

/// What becomes of a buffer that was used up.
pub trait Buffers {
    /// Takes a used buffer, whose bytes are all data, and gives an empty one to fill.
    fn swap(&mut self, used: Vec<u8>) -> io::Result<Vec<u8>>;
}

/// Uses one buffer again and again.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep;

impl Buffers for Keep {
    fn swap(&mut self, mut used: Vec<u8>) -> io::Result<Vec<u8>> {
        used.clear();
        Ok(used)
    }
}

/// A reader with large buffers.
pub struct Input<R, B = Keep> {
    reader: R,
    buffers: B,
    buffer: Vec<u8>,
    used: usize,
    bytes_read: u64,
    ended: bool,
}

impl<R: Read, B: Buffers> Input<R, B> {
    pub const fn new(reader: R, buffers: B) -> Self {
        Self {
            reader,
            buffers,
            buffer: Vec::new(),
            used: 0,
            bytes_read: 0,
            ended: false,
        }
    }

    /// Bytes taken from the reader so far.
    pub const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The first bytes, without consuming them: at least `len` unless the input is shorter.
    pub fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.used < len && !self.ended {
            self.read_more(len)?;
        }
        Ok(self.buffer.get(self.used..).unwrap_or_default())
    }

    /// What is buffered and was not used, and the reader behind it.
    pub fn into_parts(mut self) -> (Vec<u8>, R) {
        self.buffer.drain(..self.used);
        (self.buffer, self.reader)
    }

    /// Reads to the end of the input and hands every buffer on.
    pub fn drain(mut self) -> io::Result<B> {
        while !self.fill_buf()?.is_empty() {
            self.used = self.buffer.len();
        }
        self.buffers.swap(std::mem::take(&mut self.buffer))?;
        Ok(self.buffers)
    }

    /// One read behind what is buffered; enlarges the buffer where it is still short of `len`.
    fn read_more(&mut self, len: usize) -> io::Result<()> {
        let filled = self.buffer.len();
        let room = INPUT_BUFFER_BYTES.max(self.used + len) - filled;
        self.buffer.resize(filled + room, 0);
        let target = self.buffer.get_mut(filled..).unwrap_or_default();
        let result = loop {
            match self.reader.read(target) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let count = *result.as_ref().unwrap_or(&0);
        self.buffer.truncate(filled + count);
        self.bytes_read += count as u64;
        self.ended = result? == 0;
        Ok(())
    }
}

impl<R: Read, B: Buffers> BufRead for Input<R, B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.buffer.len() && !self.ended {
            let used = std::mem::take(&mut self.buffer);
            self.used = 0;
            self.buffer = self.buffers.swap(used)?;
            self.read_more(0)?;
        }
        Ok(self.buffer.get(self.used..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.used = (self.used + count).min(self.buffer.len());
    }
}

impl<R: Read, B: Buffers> TarInput for Input<R, B> {
    fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        Self::peek(self, len)
    }
}

impl<R: Read, B: Buffers> Read for Input<R, B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), available.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}
