//! Reading of traces, which may be torn, altered or never have been one.

use std::io::{self, Read};

use plimsoll_model::event::{EventKind, HEAD_BYTES, LAYOUT_VERSION, Param};

use super::{FRAME_BYTES_MAX, HEADER_BYTES_MAX, MAGIC, TRACE_VERSION, checksum};
use crate::wire::{Record, RecordError};

/// Most names of kinds and parameters that are taken from a header.
const NAMES_MAX: usize = 8192;

/// Why a trace cannot be read, or not further.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    #[error("it is no trace of this program")]
    NoTrace,
    #[error("its form has version {0}; this program reads {TRACE_VERSION}")]
    Version(u16),
    #[error("its records have layout {0}; this program reads {LAYOUT_VERSION}")]
    Layout(u16),
    #[error("its header is longer than {HEADER_BYTES_MAX} bytes or damaged")]
    Header,
    /// What came before was read; nothing of what follows can be trusted.
    #[error("it is torn after {records} records: {why}")]
    Torn { records: u64, why: String },
}

/// What the end of a trace says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct End {
    /// Records in all, this last one not counted.
    pub records: u64,
    /// Events that never reached the trace.
    pub lost: u64,
}

/// Reads a trace, one record after the other.
#[derive(Debug)]
pub struct TraceReader<R: Read> {
    input: R,
    kinds: Vec<(u16, String)>,
    params: Vec<(u16, String)>,
    frame: Vec<u8>,
    at: usize,
    left_in_frame: u32,
    records: u64,
    end: Option<End>,
}

impl<R: Read> TraceReader<R> {
    /// Reads the header.
    pub fn open(mut input: R) -> Result<Self, TraceError> {
        let mut start = [0; 24];
        input
            .read_exact(&mut start)
            .map_err(|_| TraceError::NoTrace)?;
        let rest = start.strip_prefix(MAGIC).ok_or(TraceError::NoTrace)?;
        let u16_at = |at: usize| u16::from_le_bytes(chunk(rest, at));
        let (version, layout) = (u16_at(0), u16_at(2));
        if version != TRACE_VERSION {
            return Err(TraceError::Version(version));
        }
        if layout != LAYOUT_VERSION {
            return Err(TraceError::Layout(layout));
        }
        let length = u32::from_le_bytes(chunk(rest, 4)) as usize;
        let sum = u64::from_le_bytes(chunk(rest, 8));
        let mut header = Vec::new();
        if length > HEADER_BYTES_MAX
            || fill(&mut input, &mut header, length).is_err()
            || checksum(&header) != sum
        {
            return Err(TraceError::Header);
        }
        let (kinds, params) = names(&header);
        Ok(Self {
            input,
            kinds,
            params,
            frame: Vec::new(),
            at: 0,
            left_in_frame: 0,
            records: 0,
            end: None,
        })
    }

    /// The bytes of the next record, which may be of a kind that is not known; `None` at the end.
    pub fn read_record(&mut self) -> Result<Option<&[u8]>, TraceError> {
        if self.end.is_some() {
            return Ok(None);
        }
        while self.left_in_frame == 0 {
            self.read_frame()?;
        }
        let rest = self.frame.get(self.at..).unwrap_or_default();
        let size = u32::from_le_bytes(chunk(rest, 0)) as usize;
        if size < HEAD_BYTES || size > rest.len() {
            return Err(self.torn("a record is longer than its frame"));
        }
        let from = self.at;
        self.at += size;
        self.left_in_frame -= 1;
        if self.left_in_frame == 0 && self.at != self.frame.len() {
            return Err(self.torn("a frame is longer than its records"));
        }
        let record = self.frame.get(from..self.at).unwrap_or_default();
        if let Ok(end) = Record::read(record)
            && end.kind == EventKind::End
        {
            let end = End {
                records: end.number(Param::Size).unwrap_or(0),
                lost: end.number(Param::LostCount).unwrap_or(0),
            };
            if end.records != self.records || self.left_in_frame != 0 {
                return Err(self.torn(&format!("its end speaks of {} records", end.records)));
            }
            self.end = Some(end);
            return Ok(None);
        }
        self.records += 1;
        Ok(self.frame.get(from..self.at))
    }

    /// What the end said, once it was reached.
    pub const fn end(&self) -> Option<End> {
        self.end
    }

    /// Records that were read so far.
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// What the recorder called a kind, for those that this program does not know.
    pub fn kind_name(&self, number: u16) -> Option<&str> {
        found(&self.kinds, number)
    }

    /// What the recorder called a parameter.
    pub fn param_name(&self, number: u16) -> Option<&str> {
        found(&self.params, number)
    }

    /// Says what is wrong with a record, with the recorder's own name for its kind.
    pub fn explain(&self, error: RecordError) -> String {
        match error {
            RecordError::Kind(number) => match self.kind_name(number) {
                Some(name) => format!("events of kind {name} are not known"),
                None => error.to_string(),
            },
            _ => error.to_string(),
        }
    }

    fn read_frame(&mut self) -> Result<(), TraceError> {
        let mut head = [0; 16];
        if let Err(error) = self.input.read_exact(&mut head) {
            return Err(self.torn(&reason(&error, "it has no end")));
        }
        let length = u32::from_le_bytes(chunk(&head, 0)) as usize;
        let count = u32::from_le_bytes(chunk(&head, 4));
        let sum = u64::from_le_bytes(chunk(&head, 8));
        if length > FRAME_BYTES_MAX || count == 0 || count as usize > length / HEAD_BYTES {
            return Err(self.torn("a frame's head makes no sense"));
        }
        let mut frame = std::mem::take(&mut self.frame);
        if let Err(error) = fill(&mut self.input, &mut frame, length) {
            return Err(self.torn(&reason(&error, "a frame is cut off")));
        }
        if checksum(&frame) != sum {
            return Err(self.torn("a frame's checksum is wrong"));
        }
        self.frame = frame;
        self.at = 0;
        self.left_in_frame = count;
        Ok(())
    }

    fn torn(&self, why: &str) -> TraceError {
        TraceError::Torn {
            records: self.records,
            why: why.to_owned(),
        }
    }
}

fn reason(error: &io::Error, end: &str) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => end.to_owned(),
        _ => error.to_string(),
    }
}

/// Reads so many bytes, without taking the room before they come.
fn fill(input: &mut impl Read, out: &mut Vec<u8>, length: usize) -> io::Result<()> {
    out.clear();
    input.take(length as u64).read_to_end(out)?;
    if out.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

type Names = Vec<(u16, String)>;

fn names(header: &[u8]) -> (Names, Names) {
    let (mut kinds, mut params) = (Names::new(), Names::new());
    let text = String::from_utf8_lossy(header);
    for line in text.lines().take(NAMES_MAX) {
        let mut words = line.split(' ');
        let list = match words.next() {
            Some("kind") => &mut kinds,
            Some("param") => &mut params,
            _ => continue,
        };
        if let (Some(number), Some(name)) = (words.next(), words.next())
            && let Ok(number) = number.parse()
        {
            list.push((number, name.chars().take(64).collect()));
        }
    }
    (kinds, params)
}

fn found(names: &Names, number: u16) -> Option<&str> {
    let entry = names.iter().find(|(known, _)| *known == number)?;
    Some(&entry.1)
}

fn chunk<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .unwrap_or([0; N])
}
