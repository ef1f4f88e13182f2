//! One thing wrong with one subject.

use std::fmt;
use std::str::FromStr;

use crate::{Date, Location, PackageIndex, Timestamp};

/// What kind of defect a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    Vulnerability,
    Secret,
    Malware,
    Code,
    Configuration,
    Hardening,
    Trust,
    Behavior,
    Exposure,
    Compliance,
}

impl FindingKind {
    pub const ALL: [Self; 10] = [
        Self::Vulnerability,
        Self::Secret,
        Self::Malware,
        Self::Code,
        Self::Configuration,
        Self::Hardening,
        Self::Trust,
        Self::Behavior,
        Self::Exposure,
        Self::Compliance,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::Secret => "secret",
            Self::Malware => "malware",
            Self::Code => "code",
            Self::Configuration => "configuration",
            Self::Hardening => "hardening",
            Self::Trust => "trust",
            Self::Behavior => "behavior",
            Self::Exposure => "exposure",
            Self::Compliance => "compliance",
        }
    }
}

/// How bad it is, ascending: `Unknown < Negligible < Low < Medium < High < Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Severity {
    #[default]
    Unknown,
    Negligible,
    Low,
    Medium,
    High,
    Critical,
}

/// A word that is no severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse severity `{0}`: expected critical, high, medium, low, negligible or unknown")]
pub struct ParseSeverityError(String);

impl Severity {
    /// Worst first, the order in which reports count them.
    pub const WORST_FIRST: [Self; 6] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Negligible,
        Self::Unknown,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The qualitative rating of CVSS 3 and 4 for a base score (0.0 to 10.0).
    pub fn from_cvss_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::Negligible,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = ParseSeverityError;

    /// Reads the report's words, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::WORST_FIRST
            .into_iter()
            .find(|severity| severity.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParseSeverityError(text.to_owned()))
    }
}

/// Whether a fix exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FixState {
    Fixed,
    NotFixed,
    WontFix,
    Unknown,
}

impl FixState {
    pub const ALL: [Self; 4] = [Self::Fixed, Self::NotFixed, Self::WontFix, Self::Unknown];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::NotFixed => "not_fixed",
            Self::WontFix => "wont_fix",
            Self::Unknown => "unknown",
        }
    }
}

/// What mends a vulnerable package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub state: FixState,
    /// Versions that are not affected any more, ascending, the nearest first.
    pub versions: Vec<String>,
    /// When the fix became available, where a source says so.
    pub available: Option<Date>,
}

impl Fix {
    /// Nothing is known about a fix.
    pub const fn unknown() -> Self {
        Self {
            state: FixState::Unknown,
            versions: Vec::new(),
            available: None,
        }
    }
}

/// How a match is known: the evidence behind a vulnerability finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct How {
    /// Id of the advisory source (`debian`, `ghsa`).
    pub source: String,
    /// Id of the source's own record (`DSA-5417-1`), where it differs from the finding's.
    pub record: Option<String>,
    /// The affected range, as the source says it: `< 3.0.16-1`.
    pub range: String,
    /// Id of the version scheme that compared (`dpkg`).
    pub scheme: String,
    /// What was compared: `source package openssl 3.0.15-1`.
    pub compared: Option<String>,
    /// Where the source itself said so: `debian:12`, `npm`.
    pub scope: Option<String>,
}

/// One CVSS rating.
#[derive(Debug, Clone, PartialEq)]
pub struct Cvss {
    /// `2.0`, `3.0`, `3.1`, `4.0`.
    pub version: String,
    pub vector: String,
    /// Base score computed from the vector.
    pub score: f64,
    /// Who rated: `nvd`, `cisa`, `ghsa`.
    pub source: Option<String>,
}

/// The exception of the policy under which a finding is let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excepted {
    /// `plimsoll.yaml:14`, `.trivyignore:3`, or the VEX document and statement.
    pub by: String,
    pub owner: Option<String>,
    pub reason: Option<String>,
    pub expires: Option<Date>,
    /// The status of the VEX statement, where it is one that says so; `None` for a permission.
    pub vex: Option<VexStatus>,
}

/// Why a VEX statement takes a finding away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VexStatus {
    NotAffected,
    Fixed,
}

impl VexStatus {
    pub const ALL: [Self; 2] = [Self::NotAffected, Self::Fixed];

    /// OpenVEX's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Fixed => "fixed",
        }
    }
}

/// One thing wrong with one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The CVE id where there is one, else the source's own; a check's or rule's id for others.
    pub id: String,
    pub kind: FindingKind,
    /// Stays the same when the same defect is found again, in another scan or layer order.
    pub fingerprint: String,
    /// Other ids of the same defect, sorted.
    pub aliases: Vec<String>,
    pub severity: Severity,
    /// The vendor's own word for the severity, where it has one.
    pub vendor_severity: Option<String>,
    /// A short line without control characters. With a subject and a detail it is `SUBJECT: what is
    /// wrong (DETAIL)`.
    pub title: String,
    /// What it is about, where that is no package: `Deployment shop/cart, container web`.
    pub subject: Option<String>,
    /// What stands there, or is missing, for this subject alone.
    pub detail: Option<String>,
    pub package: Option<PackageIndex>,
    /// Primary place first.
    pub locations: Vec<Location>,
    pub fix: Option<Fix>,
    pub how: Option<How>,
    /// Further sources that say the same.
    pub also: Vec<How>,
    pub cvss: Vec<Cvss>,
    /// In CISA's catalogue of known exploited vulnerabilities.
    pub known_exploited: bool,
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub epss: Option<f64>,
    /// When the advisory was published.
    pub published: Option<Timestamp>,
    /// `CWE-79`, sorted.
    pub weaknesses: Vec<String>,
    /// The smallest change that mends it, as a sentence.
    pub mend: Option<String>,
    pub excepted: Option<Excepted>,
}

impl Finding {
    /// A finding with its identity; everything else empty.
    pub fn new(
        kind: FindingKind,
        id: impl Into<String>,
        fingerprint: impl Into<String>,
        severity: Severity,
        title: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            fingerprint: fingerprint.into(),
            aliases: Vec::new(),
            severity,
            vendor_severity: None,
            title: title.into(),
            subject: None,
            detail: None,
            package: None,
            locations: Vec::new(),
            fix: None,
            how: None,
            also: Vec::new(),
            cvss: Vec::new(),
            known_exploited: false,
            epss: None,
            published: None,
            weaknesses: Vec::new(),
            mend: None,
            excepted: None,
        }
    }

    /// The highest CVSS base score, if any was given.
    pub fn cvss_score(&self) -> Option<f64> {
        self.cvss
            .iter()
            .map(|cvss| cvss.score)
            .max_by(f64::total_cmp)
    }

    /// The title without subject and detail: what is wrong, wherever it is.
    pub fn what(&self) -> &str {
        let subject = self.subject.as_deref();
        let text = subject
            .and_then(|subject| self.title.strip_prefix(subject)?.strip_prefix(": "))
            .unwrap_or(&self.title);
        let detail = self.detail.as_deref();
        detail
            .and_then(|detail| {
                text.strip_suffix(')')?
                    .strip_suffix(detail)?
                    .strip_suffix(" (")
            })
            .unwrap_or(text)
    }

    /// Whether this id or alias names the finding, without regard to case.
    pub fn is_called(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id) || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(id))
    }
}
