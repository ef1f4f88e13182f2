//! What a rule asks for: built-in conditions that need no expression, and CEL beside them.
//!
//! All parts of a condition must hold. A condition is about findings, about the target as a whole
//! (end of life, age of the advisories), or about packages (licences).

use plimsoll_model::{Date, Finding, FindingKind, FixState, Package, Part, Severity};

use crate::expression::Expression;
use crate::glob::Glob;

/// Whether a fix has to exist for a rule to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixWanted {
    /// Only what a newer version mends.
    Available,
    /// Only what nothing mends yet.
    None,
}

impl FixWanted {
    pub const ALL: [Self; 2] = [Self::Available, Self::None];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::None => "none",
        }
    }
}

/// The parts of a rule's condition; absent parts hold always.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    pub kinds: Vec<FindingKind>,
    pub parts: Vec<Part>,
    /// At least this bad.
    pub severity: Option<Severity>,
    pub fix: Option<FixWanted>,
    pub known_exploited: Option<bool>,
    /// At least this probable, 0 to 1.
    pub epss: Option<f64>,
    /// At least this base score, 0 to 10.
    pub cvss: Option<f64>,
    /// A fix has existed for at least so many days.
    pub fix_age_days: Option<u32>,
    /// Ids or aliases.
    pub ids: Vec<String>,
    /// The operating system gets no security fixes any more.
    pub end_of_life: bool,
    /// Globs over licences of packages.
    pub licenses: Vec<Glob>,
    /// The newest advisory is older than so many days, or there is none.
    pub advisories_age_days: Option<u32>,
    pub expression: Option<Expression>,
}

impl Condition {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        !self.is_about_findings()
            && !self.end_of_life
            && self.licenses.is_empty()
            && self.advisories_age_days.is_none()
    }

    /// Whether any part speaks of findings.
    pub fn is_about_findings(&self) -> bool {
        !self.kinds.is_empty()
            || !self.parts.is_empty()
            || self.severity.is_some()
            || self.fix.is_some()
            || self.known_exploited.is_some()
            || self.epss.is_some()
            || self.cvss.is_some()
            || self.fix_age_days.is_some()
            || !self.ids.is_empty()
            || self.expression.is_some()
    }

    /// Parts that cannot be judged together, as a clause.
    pub fn clash(&self) -> Option<&'static str> {
        let subjects = [
            self.is_about_findings(),
            self.end_of_life,
            !self.licenses.is_empty(),
            self.advisories_age_days.is_some(),
        ];
        (subjects.into_iter().filter(|said| *said).count() > 1)
            .then_some("`end_of_life`, `licenses` and `advisories_age_days` stand alone in a rule")
    }

    /// Whether the built-in parts hold for a finding. The expression is evaluated apart.
    pub fn holds_for(&self, finding: &Finding, package: Option<&Package>, today: Date) -> bool {
        let fixed = finding
            .fix
            .as_ref()
            .is_some_and(|fix| fix.state == FixState::Fixed);
        let in_list = |empty: bool, contained: bool| empty || contained;
        in_list(self.kinds.is_empty(), self.kinds.contains(&finding.kind))
            && in_list(
                self.parts.is_empty(),
                package.is_some_and(|package| self.parts.contains(&package.part)),
            )
            && in_list(
                self.ids.is_empty(),
                self.ids.iter().any(|id| finding.is_called(id)),
            )
            && self.severity.is_none_or(|least| finding.severity >= least)
            && self
                .fix
                .is_none_or(|wanted| (wanted == FixWanted::Available) == fixed)
            && self
                .known_exploited
                .is_none_or(|wanted| finding.known_exploited == wanted)
            && self
                .epss
                .is_none_or(|least| finding.epss.is_some_and(|epss| epss >= least))
            && self
                .cvss
                .is_none_or(|least| finding.cvss_score().is_some_and(|s| s >= least))
            && self
                .fix_age_days
                .is_none_or(|least| fix_age_days(finding, today) >= Some(least))
    }
}

/// For how many days a fix has existed; 0 for one that is dated in the future.
fn fix_age_days(finding: &Finding, today: Date) -> Option<u32> {
    let fix = finding
        .fix
        .as_ref()
        .filter(|fix| fix.state == FixState::Fixed)?;
    Some(days_between(fix.available?, today))
}

/// Whole days from one day to a later one; 0 when it is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from((to - from).get_days()).unwrap_or(0)
}
