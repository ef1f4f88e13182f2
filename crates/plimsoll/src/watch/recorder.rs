//! Records events to a compressed file, for `plimsoll replay`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use plimsoll_behavior::trace::TraceWriter;

/// Compression that costs little and halves more than once.
const LEVEL: i32 = 1;

/// A trace that is being written.
pub struct Recorder {
    writer: Option<TraceWriter<zstd::Encoder<'static, BufWriter<File>>>>,
}

impl Recorder {
    /// Makes the file, or empties it. Only its owner may read it: it holds command lines and paths.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        let encoder = zstd::Encoder::new(BufWriter::new(file), LEVEL)?;
        Ok(Self {
            writer: Some(TraceWriter::new(encoder)?),
        })
    }

    /// Adds a record. After an error nothing more is written: a trace with a hole would lie.
    pub fn add(&mut self, record: &[u8]) -> io::Result<()> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let result = writer.add(record);
        if result.is_err() {
            self.writer = None;
        }
        result
    }

    /// Ends the trace: how many records it holds.
    pub fn finish(&mut self) -> io::Result<u64> {
        let Some(writer) = self.writer.take() else {
            return Ok(0);
        };
        let records = writer.records();
        let file = writer.finish()?.finish()?.into_inner()?;
        file.sync_data()?;
        Ok(records)
    }
}
