//! gzip, RFC 1952: members one after the other, as parallel compressors write them.

use std::io::{self, BufRead, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Bytes of a member's header that are always there.
const HEADER_BYTES: usize = 10;
/// Bytes of name and comment in a header; they are of no use here, and have no end of their own.
const HEADER_TEXT_BYTES_MAX: u32 = 1 << 20;

const FLAG_HEADER_CRC: u8 = 0x02;
const FLAG_EXTRA: u8 = 0x04;
const FLAG_NAME: u8 = 0x08;
const FLAG_COMMENT: u8 = 0x10;
const FLAGS_RESERVED: u8 = 0xe0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Body,
    Done,
}

/// Unpacks all members of a stream.
pub(super) struct GzipDecoder<R> {
    input: R,
    inflate: Decompress,
    state: State,
    /// `None` where checksums are not computed.
    crc: Option<Crc>,
    members: u64,
}

impl<R: BufRead> GzipDecoder<R> {
    pub fn new(input: R, checksums: bool) -> Self {
        Self {
            input,
            inflate: Decompress::new(false),
            state: State::Header,
            crc: checksums.then(Crc::new),
            members: 0,
        }
    }

    pub const fn get_ref(&self) -> &R {
        &self.input
    }

    pub fn into_inner(self) -> R {
        self.input
    }

    /// Steps over a member's header. After the last member there may be zeros, which tapes and
    /// some tools pad with; anything else there is an error.
    fn header(&mut self) -> io::Result<State> {
        if self.members > 0 && self.only_zeros_left()? {
            return Ok(State::Done);
        }
        let mut header = [0; HEADER_BYTES];
        self.input.read_exact(&mut header)?;
        let [0x1f, 0x8b, 8, flags, ..] = header else {
            return Err(invalid("gzip header"));
        };
        if flags & FLAGS_RESERVED != 0 {
            return Err(invalid("gzip header flags"));
        }
        if flags & FLAG_EXTRA != 0 {
            let len = self.number::<2>()?;
            let extra = &mut self.input.by_ref().take(u64::from(len));
            if io::copy(extra, &mut io::sink())? < u64::from(len) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        for text in [FLAG_NAME, FLAG_COMMENT] {
            if flags & text != 0 {
                self.skip_text()?;
            }
        }
        if flags & FLAG_HEADER_CRC != 0 {
            self.number::<2>()?;
        }
        self.members += 1;
        self.inflate.reset(false);
        if let Some(crc) = &mut self.crc {
            crc.reset();
        }
        Ok(State::Body)
    }

    fn only_zeros_left(&mut self) -> io::Result<bool> {
        loop {
            let rest = self.input.fill_buf()?;
            match rest {
                [] => return Ok(true),
                [0, ..] => {
                    let zeros = rest.iter().take_while(|byte| **byte == 0).count();
                    self.input.consume(zeros);
                }
                [0x1f, ..] => return Ok(false),
                _ => return Err(invalid("data after the end of the gzip stream")),
            }
        }
    }

    fn skip_text(&mut self) -> io::Result<()> {
        for _ in 0..HEADER_TEXT_BYTES_MAX {
            if self.number::<1>()? == 0 {
                return Ok(());
            }
        }
        Err(invalid("gzip header text without an end"))
    }

    /// A little-endian number of up to four bytes.
    fn number<const N: usize>(&mut self) -> io::Result<u32> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// Checksum and length that follow the data.
    fn trailer(&mut self) -> io::Result<()> {
        let crc = self.number::<4>()?;
        let size = self.number::<4>()?;
        if size != self.inflate.total_out() as u32 {
            return Err(invalid("gzip length"));
        }
        match &self.crc {
            Some(own) if own.sum() != crc => Err(invalid("gzip checksum")),
            _ => Ok(()),
        }
    }

    /// Inflates into the buffer until something came or the member ended.
    fn body(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let input = self.input.fill_buf()?;
            let ended = input.is_empty();
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(input, buffer, FlushDecompress::None)
                .map_err(|_| invalid("deflate data"))?;
            let consumed = (self.inflate.total_in() - before_in) as usize;
            let count = (self.inflate.total_out() - before_out) as usize;
            self.input.consume(consumed);
            if let Some(crc) = &mut self.crc {
                crc.update(buffer.get(..count).unwrap_or_default());
            }
            if status == Status::StreamEnd {
                self.trailer()?;
                self.state = State::Header;
                return Ok(count);
            }
            if count > 0 {
                return Ok(count);
            }
            if ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if consumed == 0 {
                return Err(invalid("deflate data"));
            }
        }
    }
}

impl<R: BufRead> Read for GzipDecoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Done => return Ok(0),
                State::Header => self.state = self.header()?,
                State::Body => match self.body(buffer)? {
                    // An empty member: there may be others.
                    0 => {}
                    count => return Ok(count),
                },
            }
        }
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("invalid {what}"))
}
