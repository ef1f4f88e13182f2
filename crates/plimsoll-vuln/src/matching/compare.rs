//! One version against many bounds.

use std::cmp::Ordering;

use crate::database::statements::{List, Span, Statement, TextIndex};
use crate::{VersionError, VersionScheme};

/// A version that is compared with the texts of one list, with each at most once: a kernel has
/// thousands of statements and some hundred versions.
pub struct Comparer<'a> {
    scheme: &'a dyn VersionScheme,
    version: &'a str,
    orders: Vec<Option<Result<Ordering, VersionError>>>,
}

/// Where the version lies in what a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Nothing holds it.
    Outside,
    /// This range holds it, and ends somewhere.
    Bounded(Span),
    /// This range holds it, and has no end: no fix is known.
    Open(Span),
    /// It is one of the single versions.
    Listed(TextIndex),
}

impl<'a> Comparer<'a> {
    pub fn new(scheme: &'a dyn VersionScheme, version: &'a str) -> Self {
        Self {
            scheme,
            version,
            orders: Vec::new(),
        }
    }

    /// How the version orders against a text of the list.
    pub fn order(&mut self, list: &List<'_>, text: TextIndex) -> Result<Ordering, VersionError> {
        let index = text as usize;
        if self.orders.len() <= index {
            self.orders.resize(index + 1, None);
        }
        match self.orders.get_mut(index) {
            Some(slot) => slot
                .get_or_insert_with(|| self.scheme.compare(self.version, list.text(text)))
                .clone(),
            None => self.scheme.compare(self.version, list.text(text)),
        }
    }

    /// Whether a range holds the version.
    fn holds(&mut self, list: &List<'_>, span: &Span) -> Result<bool, VersionError> {
        type Holds = fn(Ordering) -> bool;
        let bounds: [(Option<TextIndex>, Holds); 4] = [
            (span.fixed, Ordering::is_lt),
            (span.introduced, Ordering::is_ge),
            (span.after, Ordering::is_gt),
            (span.last_affected, Ordering::is_le),
        ];
        for (bound, holds) in bounds {
            let Some(bound) = bound else { continue };
            if !holds(self.order(list, bound)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where the version lies in a statement.
    pub fn reach(&mut self, list: &List<'_>, statement: &Statement) -> Result<Reach, VersionError> {
        if statement.ranges.is_empty() && statement.versions.is_empty() {
            return Ok(Reach::Open(Span::default()));
        }
        let mut open = None;
        for span in &statement.ranges {
            if self.holds(list, span)? {
                if span.fixed.is_some() || span.last_affected.is_some() {
                    return Ok(Reach::Bounded(*span));
                }
                open = Some(*span);
            }
        }
        if let Some(span) = open {
            return Ok(Reach::Open(span));
        }
        for version in &statement.versions {
            let is_same = match self.order(list, *version) {
                Ok(order) => order.is_eq(),
                // A single version that cannot be ordered can still be the same.
                Err(_) => list.text(*version) == self.version,
            };
            if is_same {
                return Ok(Reach::Listed(*version));
            }
        }
        Ok(Reach::Outside)
    }
}
