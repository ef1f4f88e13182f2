//! Recorded traces on disk: opened through the capped decoders, read one record after the other.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use plimsoll_behavior::trace::{End, TraceError, TraceReader};
use plimsoll_image::decompress::{DecodeLimits, Decoder};

use crate::failure::{Context, Failure};
use crate::talk;

/// Most bytes that a trace may unpack to: a day of 40,000 events a second.
const TRACE_BYTES_MAX: u64 = 1 << 40;
/// Most bytes that one packed byte may become. Records are read as they come, so that this bounds
/// time and not memory; a quiet machine's are much alike.
const RATIO_MAX: u64 = 10_000;

/// A trace that is being read.
pub struct TraceFile {
    reader: TraceReader<Box<dyn Read>>,
    name: String,
    /// Why it ended before its end.
    torn: Option<String>,
}

impl TraceFile {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let input: Box<dyn Read> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).context(format_args!("open the trace {name}"))?)
        };
        let limits = DecodeLimits {
            ratio_max: RATIO_MAX,
            ..DecodeLimits::of(TRACE_BYTES_MAX)
        };
        let decoder = Decoder::new(input, limits).context(format_args!("read {name}"))?;
        let input: Box<dyn Read> = Box::new(BufReader::with_capacity(256 << 10, decoder));
        let reader = TraceReader::open(input).map_err(|error| {
            Failure::new(format!("failed to read {name}: {error}"))
                .hint("`plimsoll watch --record FILE` makes a trace")
        })?;
        Ok(Self {
            reader,
            name,
            torn: None,
        })
    }

    /// The bytes of the next record. A torn trace ends at its tear.
    pub fn next(&mut self) -> Option<&[u8]> {
        match self.reader.read_record() {
            Ok(record) => record,
            Err(error) => {
                self.torn = Some(match error {
                    TraceError::Torn { why, .. } => why,
                    other => other.to_string(),
                });
                None
            }
        }
    }

    /// What is wrong with a record, with the recorder's own names.
    pub fn explain(&self, error: plimsoll_behavior::RecordError) -> String {
        self.reader.explain(error)
    }

    /// Says how it ended; whether it was whole.
    pub fn close(self) -> bool {
        let records = self.reader.records();
        if let Some(why) = &self.torn {
            let name = &self.name;
            talk::warning(&format!(
                "{name} is torn: {why}; the {records} events before that were read"
            ));
            return false;
        }
        let lost = self.reader.end().map_or(0, |end: End| end.lost);
        if lost > 0 {
            talk::warning(&format!(
                "{lost} events never reached {} when it was recorded",
                self.name
            ));
        }
        true
    }
}
