//! What an output format is told beside the report.

use std::io;
use std::time::Duration;

use jiff::tz::TimeZone;
use plimsoll_model::{Date, Timestamp};

/// Narrowest width, in columns, that the table is laid out for.
pub const WIDTH_MIN: usize = 40;
/// Width in columns where the caller knows none.
pub const WIDTH_DEFAULT: usize = 100;

/// How to write a report. The default is plain, complete and the same on every machine.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// The time a document says it was made at. Formats that cannot do without a time write
    /// 1970-01-01T00:00:00Z where it is absent.
    pub created: Option<Timestamp>,
    /// How long the work took, for the table's summary.
    pub elapsed: Option<Duration>,
    /// Columns of the terminal, for the table; [`WIDTH_DEFAULT`] where absent.
    pub width: Option<usize>,
    /// Whether the table may use ANSI colours. Nothing is said by colour alone.
    pub color: bool,
    /// Whether the table shows everything: excepted findings, further sources, owned packages.
    pub verbose: bool,
    /// Why what a check finds matters, by its id, for formats that describe rules.
    pub why: Option<fn(&str) -> Option<&'static str>>,
    /// How many findings the table shows in full; the rest are counted. Absent for all.
    pub findings_max: Option<usize>,
}

impl WriteOptions {
    /// The time for formats that cannot do without one, as RFC 3339 in whole seconds.
    pub fn created_or_epoch(&self) -> String {
        rfc3339(self.created.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// The day on which ages are reckoned, where a time was handed in.
    pub fn today(&self) -> Option<Date> {
        self.created
            .map(|time| TimeZone::UTC.to_datetime(time).date())
    }

    /// Columns to lay out for.
    pub fn columns(&self) -> usize {
        self.width.unwrap_or(WIDTH_DEFAULT).max(WIDTH_MIN)
    }
}

/// RFC 3339 in UTC and whole seconds: the one spelling that every document format here accepts.
pub fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A document that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The sink refused.
    #[error("write {format}: {error}")]
    Io {
        format: &'static str,
        #[source]
        error: io::Error,
    },
}

impl WriteError {
    /// Wraps what a sink said while this format was written.
    pub(crate) fn io(format: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Io { format, error }
    }

    /// The sink's own error kind: a broken pipe is no failure for a terminal program.
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Io { error, .. } => error.kind(),
        }
    }
}
