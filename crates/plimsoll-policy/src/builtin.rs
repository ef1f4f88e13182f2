//! The policy that holds where nobody wrote one.

use plimsoll_model::{FindingKind, Mode, Severity, Stage};

use crate::condition::{Condition, FixWanted};
use crate::rule::{Modes, Policy, Rule};

/// The default policy as a file, for `policy export` and to start one's own from.
pub const DEFAULT_POLICY_YAML: &str = include_str!("builtin/default.yaml");

/// Days after which advisories count as old in the default policy.
const ADVISORIES_AGE_DAYS: u32 = 30;
/// Probability of exploitation from which the default policy warns.
const EPSS_LEAST: f64 = 0.5;

/// What [`DEFAULT_POLICY_YAML`] says; a test holds the two against each other.
pub fn default_policy() -> Policy {
    let rule = |name: &str, modes: Modes, condition: Condition| Rule {
        name: name.to_owned(),
        modes,
        condition,
    };
    let mut gate = Modes::everywhere(Mode::Enforce);
    gate.set(Stage::Runtime, Mode::Warn);
    let warn = Modes::everywhere(Mode::Warn);
    Policy {
        name: "default".to_owned(),
        unknowns: warn,
        rules: vec![
            rule(
                "known-exploited",
                Modes::everywhere(Mode::Enforce),
                Condition {
                    known_exploited: Some(true),
                    ..Condition::default()
                },
            ),
            rule(
                "fixable-high",
                gate,
                Condition {
                    severity: Some(Severity::High),
                    fix: Some(FixWanted::Available),
                    ..Condition::default()
                },
            ),
            rule(
                "unfixed-critical",
                warn,
                Condition {
                    kinds: vec![FindingKind::Vulnerability],
                    severity: Some(Severity::Critical),
                    fix: Some(FixWanted::None),
                    ..Condition::default()
                },
            ),
            rule(
                "bad-configuration",
                gate,
                Condition {
                    kinds: vec![FindingKind::Configuration],
                    severity: Some(Severity::High),
                    ..Condition::default()
                },
            ),
            rule(
                "likely-exploited",
                warn,
                Condition {
                    epss: Some(EPSS_LEAST),
                    ..Condition::default()
                },
            ),
            rule(
                "end-of-life",
                warn,
                Condition {
                    end_of_life: true,
                    ..Condition::default()
                },
            ),
            rule(
                "old-advisories",
                warn,
                Condition {
                    advisories_age_days: Some(ADVISORIES_AGE_DAYS),
                    ..Condition::default()
                },
            ),
        ],
    }
}
