//! Writing of traces, a frame at a time.

use std::io::{self, Write};

use plimsoll_model::event::{EventKind, Param};

use super::{FRAME_BYTES, checksum, header, preamble};
use crate::wire::RecordWriter;

/// Writes a trace. Records are held until a frame is full; [`TraceWriter::finish`] writes the rest.
#[derive(Debug)]
pub struct TraceWriter<W: Write> {
    out: W,
    frame: Vec<u8>,
    in_frame: u32,
    records: u64,
    lost: u64,
    time_ns: u64,
}

impl<W: Write> TraceWriter<W> {
    /// Begins a trace.
    pub fn new(mut out: W) -> io::Result<Self> {
        let header = header();
        out.write_all(&preamble(header.as_bytes()))?;
        out.write_all(header.as_bytes())?;
        Ok(Self {
            out,
            frame: Vec::with_capacity(FRAME_BYTES),
            in_frame: 0,
            records: 0,
            lost: 0,
            time_ns: 0,
        })
    }

    /// Adds a record: the bytes of one, as they came out of the ring.
    pub fn add(&mut self, record: &[u8]) -> io::Result<()> {
        self.frame.extend_from_slice(record);
        self.in_frame += 1;
        self.records += 1;
        if let Some(time) = record.get(8..16).and_then(|time| time.try_into().ok()) {
            self.time_ns = self.time_ns.max(u64::from_le_bytes(time));
        }
        if self.frame.len() >= FRAME_BYTES {
            self.flush_frame()?;
        }
        Ok(())
    }

    /// Events that never reached the trace; told at its end.
    pub const fn lost(&mut self, count: u64) {
        self.lost = self.lost.saturating_add(count);
    }

    /// How many records were added.
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Writes what is held.
    pub fn flush(&mut self) -> io::Result<()> {
        self.flush_frame()?;
        self.out.flush()
    }

    /// Ends the trace and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush_frame()?;
        let end = RecordWriter::new(EventKind::End)
            .time_ns(self.time_ns)
            .number(Param::Size, self.records)
            .number(Param::LostCount, self.lost)
            .finish();
        self.frame.extend(end);
        self.in_frame = 1;
        self.flush_frame()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn flush_frame(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.out
            .write_all(&(self.frame.len() as u32).to_le_bytes())?;
        self.out.write_all(&self.in_frame.to_le_bytes())?;
        self.out.write_all(&checksum(&self.frame).to_le_bytes())?;
        self.out.write_all(&self.frame)?;
        self.frame.clear();
        self.in_frame = 0;
        Ok(())
    }
}
