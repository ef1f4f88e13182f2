//! A policy that cannot be used: what, where, and what to do.

use std::fmt;

/// An error in a policy or ignore file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// The file's name as the caller gave it.
    pub file: String,
    /// 1-based; absent where the whole file is meant.
    pub line: Option<u32>,
    /// 1-based.
    pub column: Option<u32>,
    /// A clause in lower case without a full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl PolicyError {
    pub fn new(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn at(mut self, line: u64, column: u64) -> Self {
        self.line = u32::try_from(line).ok().filter(|line| *line > 0);
        self.column = u32::try_from(column).ok().filter(|column| *column > 0);
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
            if let Some(column) = self.column {
                write!(out, ":{column}")?;
            }
        }
        write!(out, ": {}", self.message)
    }
}

impl std::error::Error for PolicyError {}
