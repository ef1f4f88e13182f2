//! Loads rule files: what a caller does with this module.
//!
//! ```no_run
//! # use plimsoll_behavior::rules::{FieldCatalog, Loader};
//! # fn load(catalog: &dyn FieldCatalog, bytes: &[u8]) {
//! let mut loader = Loader::new(catalog);
//! loader.file("falco_rules.yaml", bytes);
//! let loaded = loader.finish();
//! if loaded.is_ok() {
//!     println!("{} rules", loaded.set.rules.len());
//! }
//! # }
//! ```

use std::sync::Arc;

use super::catalog::FieldCatalog;
use super::compile;
use super::condition::Condition;
use super::diagnostic::{Code, Diagnostic};
use super::model::RuleSet;
use super::read::{Known, Reader};
use super::source::Source;

/// Reads files in their order, and then puts everything together.
pub struct Loader<'c> {
    reader: Reader<'c>,
}

/// What loading gave.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Without the rules that something is wrong with; empty where a file could not be read.
    pub set: RuleSet,
    /// In the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
    /// The files in their order.
    pub sources: Vec<Source>,
}

impl<'c> Loader<'c> {
    /// For the fields of a catalog, and what this engine knows by itself.
    pub fn new(catalog: &'c dyn FieldCatalog) -> Self {
        Self::with(catalog, Known::default())
    }

    pub fn with(catalog: &'c dyn FieldCatalog, known: Known) -> Self {
        Self {
            reader: Reader::new(catalog, known),
        }
    }

    /// Reads the next file.
    pub fn file(&mut self, name: &str, bytes: &[u8]) {
        self.reader.file(name, bytes);
    }

    /// Says that the next file could not be read.
    pub fn unreadable(&mut self, name: &str, reason: &str) {
        self.reader.unreadable(name, reason);
    }

    /// Puts everything together. Where a file is wrong in itself no rule is given, and what only seems
    /// to be missing because of that is not told.
    pub fn finish(self) -> Loaded {
        let Reader {
            catalog,
            definitions,
            mut diagnostics,
            sources,
            ..
        } = self.reader;
        let is_whole = !diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code.is_error());
        let (mut set, found) = compile::compile(&definitions, catalog);
        if is_whole {
            diagnostics.extend(found);
        } else {
            set = RuleSet::default();
            let may_be_missing = [Code::ErrValidate, Code::UnusedMacro, Code::UnusedList];
            let is_sure = |found: &Diagnostic| !may_be_missing.contains(&found.code);
            diagnostics.extend(found.into_iter().filter(is_sure));
        }
        Loaded {
            set,
            diagnostics,
            sources,
        }
    }
}

/// Reads a condition that stands alone, as a filter of events: `proc.name = sh and fd.num > 2`. There
/// are no macros and lists. The error tells everything that is wrong, places counted in the text.
pub fn filter(text: &str, catalog: &dyn FieldCatalog) -> Result<Arc<Condition>, Vec<Diagnostic>> {
    compile::filter(text, catalog)
}

impl Loaded {
    /// Whether the rules can be used: there may be warnings, but no error.
    pub fn is_ok(&self) -> bool {
        self.errors().next().is_none()
    }

    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code.is_error())
    }

    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| !diagnostic.code.is_error())
    }
}
