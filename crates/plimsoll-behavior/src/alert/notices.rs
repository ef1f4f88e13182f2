//! What the sensor has to say of itself, as alerts of the source `internal`: alerts that were held
//! back, events that were lost, times at which nobody watched, rules that were not taken.
//!
//! They go the same way as alerts do, since whoever reads those has to know what they cannot tell.

use std::fmt::Write as _;

use plimsoll_model::Timestamp;
use plimsoll_model::text::counted;

use super::{Alert, FieldValue, falco};
use crate::rules::Priority;

/// The source of what the sensor says of itself, as Falco names its own.
pub const SOURCE_INTERNAL: &str = "internal";
/// Most rules or kinds that one notice names.
const NAMED_MAX: usize = 10;

/// One thing that the sensor says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Alerts that limits held back, each with its rule, the limit and how many; since when.
    HeldBack {
        since: Timestamp,
        by: Vec<(String, &'static str, u64)>,
    },
    /// Events that were lost, each with its kind, the reason and how many; since when.
    Lost {
        since: Timestamp,
        by: Vec<(String, String, u64)>,
    },
    /// Nobody watched.
    Gap {
        from: Timestamp,
        to: Timestamp,
        why: String,
    },
    /// A changed set of rules is in force: how many rules.
    RulesTaken { rules: usize },
    /// A changed set of rules is not in force, as it has errors; the old one stays.
    RulesRefused { error: String },
    /// A changed configuration is in force, and what it changed.
    ConfigurationTaken { what: String },
    /// A changed configuration is not in force, as it has errors; the old one stays.
    ConfigurationRefused { error: String },
    /// Something else went wrong that costs alerts or their delivery.
    Failed { what: String },
}

impl Notice {
    /// The rule's name that stands in the alert.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::HeldBack { .. } => "Plimsoll internal: alerts held back",
            Self::Lost { .. } => "Plimsoll internal: events lost",
            Self::Gap { .. } => "Plimsoll internal: not watching",
            Self::RulesTaken { .. } => "Plimsoll internal: rules reloaded",
            Self::RulesRefused { .. } => "Plimsoll internal: rules not reloaded",
            Self::ConfigurationTaken { .. } => "Plimsoll internal: configuration reloaded",
            Self::ConfigurationRefused { .. } => "Plimsoll internal: configuration not reloaded",
            Self::Failed { .. } => "Plimsoll internal: something failed",
        }
    }

    /// How pressing it is.
    pub const fn priority(&self) -> Priority {
        match self {
            Self::RulesTaken { .. } | Self::ConfigurationTaken { .. } => Priority::Informational,
            Self::HeldBack { .. } | Self::Gap { .. } => Priority::Warning,
            Self::Lost { .. }
            | Self::RulesRefused { .. }
            | Self::ConfigurationRefused { .. }
            | Self::Failed { .. } => Priority::Error,
        }
    }

    /// The alert that tells it.
    pub fn alert(&self, time: Timestamp, hostname: &str) -> Alert {
        let source = SOURCE_INTERNAL;
        let mut alert = Alert::new(time, self.rule(), self.priority(), source, self.text());
        hostname.clone_into(&mut alert.hostname);
        alert.mend = self.mend().map(str::to_owned);
        let count = |name: &str, value| (name.to_owned(), FieldValue::Unsigned(value));
        match self {
            Self::HeldBack { by, .. } => {
                alert.fields = vec![count("plimsoll.held_back", by.iter().map(|e| e.2).sum())];
            }
            Self::Lost { by, .. } => {
                alert.fields = vec![count("plimsoll.lost", by.iter().map(|e| e.2).sum())];
                // One kind after the other, for whoever counts.
                for (kind, reason, lost) in by.iter().take(super::FIELDS_MAX - 1) {
                    let name = format!("plimsoll.lost[{kind},{reason}]");
                    alert.fields.push(count(&name, *lost));
                }
            }
            _ => {}
        }
        alert.cleaned()
    }

    fn text(&self) -> String {
        match self {
            Self::HeldBack { since, by } => {
                let total: u64 = by.iter().map(|entry| entry.2).sum();
                let what = counted_u64(total, "alert", "alerts");
                let named = named(by.iter().map(|(rule, limit, count)| {
                    format!("{rule} ({count}, by the limit of its {limit})")
                }));
                format!("{what} held back since {}: {named}", falco::iso(*since))
            }
            Self::Lost { since, by } => {
                let total: u64 = by.iter().map(|entry| entry.2).sum();
                let what = counted_u64(total, "event", "events");
                let named = named(
                    by.iter()
                        .map(|(kind, reason, count)| format!("{kind} ({count}, {reason})")),
                );
                format!("{what} lost since {}: {named}", falco::iso(*since))
            }
            Self::Gap { from, to, why } => {
                let (from, to) = (falco::iso(*from), falco::iso(*to));
                format!("not watching from {from} to {to}: {why}")
            }
            Self::RulesTaken { rules } => {
                format!("{} in force", counted(*rules, "rule is", "rules are"))
            }
            Self::RulesRefused { error } => {
                format!("the changed rules are not taken, the old ones stay: {error}")
            }
            Self::ConfigurationRefused { error } => {
                format!("the changed configuration is not taken, the old one stays: {error}")
            }
            Self::ConfigurationTaken { what } | Self::Failed { what } => what.clone(),
        }
    }

    const fn mend(&self) -> Option<&'static str> {
        match self {
            Self::HeldBack { .. } => Some(
                "Look at the rule that fires so often: mend what it tells, or add an exception.",
            ),
            Self::Lost { .. } => Some(
                "Give the sensor more CPU or a larger ring buffer, or leave out busy containers; \
                 what happened meanwhile is not known.",
            ),
            Self::Gap { .. } => Some(
                "What happened in that time is not known; look at the containers that were started \
                 in it.",
            ),
            Self::RulesRefused { .. } => Some("Run `plimsoll rules check` on the files."),
            Self::ConfigurationRefused { .. } => {
                Some("Mend the file; `plimsoll respond list` reads it and says what is wrong.")
            }
            Self::RulesTaken { .. } | Self::ConfigurationTaken { .. } | Self::Failed { .. } => None,
        }
    }
}

fn counted_u64(count: u64, one: &str, many: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), one, many)
}

fn named(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    let mut text = all
        .iter()
        .take(NAMED_MAX)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if all.len() > NAMED_MAX {
        let _ = write!(text, " and {} more", all.len() - NAMED_MAX);
    }
    text
}
