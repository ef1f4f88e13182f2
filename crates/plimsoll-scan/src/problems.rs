//! Collects what went wrong while one file was read.
//!
//! A package database may be wrong in a thousand places; the reader goes on behind each of them,
//! and the report gets one sentence with the first few and the number of the others. It does not
//! keep the wrong bytes themselves: reasons carry places and sizes, never outside text.

use std::fmt::Write as _;

use crate::CatalogError;

/// How many reasons are spelled out; the others are counted.
const SPELLED_MAX: usize = 3;

/// Reasons why parts of a file were not read.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    spelled: Vec<String>,
    count: usize,
}

impl Problems {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Notes one; the text is only made while it will be spelled out.
    pub(crate) fn note(&mut self, reason: impl FnOnce() -> String) {
        if self.spelled.len() < SPELLED_MAX {
            self.spelled.push(reason());
        }
        self.count += 1;
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Notes the error of a step, and gives the value of one that went well.
    pub(crate) fn keep<T>(&mut self, result: Result<T, CatalogError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.note(|| error.reason);
                None
            }
        }
    }

    /// `Ok` when nothing was noted.
    pub(crate) fn into_result(self) -> Result<(), CatalogError> {
        if self.count == 0 {
            return Ok(());
        }
        let mut reason = self.spelled.join("; ");
        let rest = self.count - self.spelled.len();
        if rest > 0 {
            let _ = write!(reason, "; and {rest} more");
        }
        Err(CatalogError::new(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_spelled_out_and_the_others_counted() {
        let mut problems = Problems::new();
        assert_eq!(Problems::new().into_result(), Ok(()));
        for line in 1..=5 {
            problems.note(|| format!("line {line} has no colon"));
        }
        assert_eq!(
            problems.into_result().map_err(|error| error.reason),
            Err(
                "line 1 has no colon; line 2 has no colon; line 3 has no colon; and 2 more"
                    .to_owned()
            )
        );
    }
}
