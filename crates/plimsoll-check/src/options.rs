//! What is judged for.

use crate::check::{Check, Persona};
use crate::frameworks::Framework;
use crate::standards::NEWEST_MINOR;

/// What is judged for.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    pub persona: Persona,
    /// The minor version of Kubernetes 1.
    pub minor: u16,
    /// Only checks that answer to it, whatever the persona.
    pub framework: Option<&'static Framework>,
    /// For allowances that expire, and for what has an end.
    pub today: plimsoll_model::Date,
    /// Registries that images may come from, as `registry.example` or `registry.example/shop`; every
    /// one where the list is empty.
    pub registries: &'a [String],
    /// Ids that other commands look for: an allowance of one is no mistake.
    pub elsewhere: &'a [&'a str],
}

impl Options<'_> {
    /// A regular person, with the newest version that is known.
    pub const fn new(today: plimsoll_model::Date) -> Self {
        Self {
            persona: Persona::Regular,
            minor: NEWEST_MINOR,
            framework: None,
            today,
            registries: &[],
            elsewhere: &[],
        }
    }

    /// Whether a check is run.
    pub fn wants(&self, check: &Check) -> bool {
        match self.framework {
            Some(framework) => framework.has(check),
            None => check.persona <= self.persona,
        }
    }
}
