//! A benchmark gone through rule by rule.

/// How a target stands to a benchmark, a guide or a standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Compliance {
    /// Its id: `cis-1.12`, or an XCCDF benchmark's.
    pub benchmark: String,
    pub title: String,
    /// The part of the benchmark that was chosen, if it has several.
    pub profile: Option<String>,
    /// 0 to 100; nothing where no rule could be judged.
    pub score: Option<f64>,
    /// In the benchmark's order.
    pub rules: Vec<RuleResult>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    pub id: String,
    pub title: String,
    pub outcome: RuleOutcome,
    /// Findings against it that no exception lets through.
    pub findings: u64,
    /// Findings against it that an exception lets through.
    pub excepted: u64,
    /// What looked at it: ids of checks.
    pub checks: Vec<String>,
    /// Why it was not judged.
    pub note: Option<String>,
}

/// Results of rules, spelled as XCCDF 1.2 spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleOutcome {
    Pass,
    Fail,
    /// It was tried and could not be.
    Error,
    /// What it looks at could not be read in whole.
    Unknown,
    /// The target holds nothing that it speaks of.
    NotApplicable,
    /// Nothing here can judge it.
    NotChecked,
    NotSelected,
    Informational,
    Fixed,
}

impl RuleOutcome {
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::Fail,
        Self::Error,
        Self::Unknown,
        Self::NotApplicable,
        Self::NotChecked,
        Self::NotSelected,
        Self::Informational,
        Self::Fixed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Unknown => "unknown",
            Self::NotApplicable => "notapplicable",
            Self::NotChecked => "notchecked",
            Self::NotSelected => "notselected",
            Self::Informational => "informational",
            Self::Fixed => "fixed",
        }
    }

    /// In words, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::NotChecked => "not checked",
            Self::NotSelected => "not selected",
            other => other.as_str(),
        }
    }
}

impl Compliance {
    /// How many rules came to this.
    pub fn count(&self, outcome: RuleOutcome) -> usize {
        let those = self.rules.iter().filter(|rule| rule.outcome == outcome);
        those.count()
    }
}
