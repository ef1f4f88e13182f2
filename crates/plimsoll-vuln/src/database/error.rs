//! Why a database cannot be used.

/// A database that cannot be opened or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// Some other file.
    #[error("open the advisory database: not a Plimsoll database")]
    NotADatabase,
    /// Written by a later release, in a form that this one cannot read.
    #[error(
        "open the advisory database: format {format} is newer than this release reads (up to {readable})"
    )]
    Newer { format: u32, readable: u32 },
    /// Written by an earlier release, in a form that is not read any more.
    #[error(
        "open the advisory database: format {format} is older than this release reads (from {readable} on)"
    )]
    Older { format: u32, readable: u32 },
    /// Shorter or longer than its header says.
    #[error("open the advisory database: {actual} bytes long where its header says {expected}")]
    Length { expected: u64, actual: u64 },
    /// A checksum or a structure that does not hold.
    #[error("read the advisory database: {part} is damaged ({reason})")]
    Damaged { part: String, reason: String },
}

impl DatabaseError {
    pub(crate) fn damaged(part: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Damaged {
            part: part.into(),
            reason: reason.into(),
        }
    }

    /// What to do about it, as a sentence for people.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotADatabase => "name a file made by `plimsoll db build`",
            Self::Newer { .. } => "update plimsoll, or use a database made by this release",
            Self::Older { .. } => {
                "run `plimsoll db update`, or build it again with `plimsoll db build`"
            }
            Self::Length { .. } | Self::Damaged { .. } => {
                "run `plimsoll db update` or `plimsoll db import` to get a good copy"
            }
        }
    }
}
