//! The one form into which every advisory source is read.

use std::cmp::Ordering;
use std::fmt;

use plimsoll_model::{Date, Severity, Timestamp};

use crate::{VersionError, VersionScheme};

/// Where an advisory speaks about packages: an ecosystem, or one release of a distribution.
///
/// Spelled `npm`, `maven`, `pypi` (purl types), or `deb:debian:12`, `deb:ubuntu:22.04`,
/// `apk:alpine:3.19`, `rpm:almalinux:8`: ecosystem, distribution id, release as `VERSION_ID` of
/// `os-release` has it, cut to what the distribution's advisories distinguish. An open set.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

impl Scope {
    /// The whole of a language ecosystem, by purl type.
    pub fn ecosystem(purl_type: &str) -> Self {
        Self(purl_type.to_ascii_lowercase())
    }

    /// One release of a distribution.
    pub fn release(ecosystem: &str, distribution: &str, release: &str) -> Self {
        Self(format!("{ecosystem}:{distribution}:{release}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The purl type in front.
    pub fn purl_type(&self) -> &str {
        self.0.split(':').next().unwrap_or(&self.0)
    }
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a source says about a package in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The versions in the ranges are affected; a range without `fixed` has no fix yet.
    Affected,
    /// Said not to be affected at all.
    NotAffected,
    /// Affected, and the vendor will not fix it.
    WontFix,
    /// Nobody has looked closely yet.
    UnderInvestigation,
    /// Affected or unknown, in a release that is out of support.
    EndOfLife,
}

/// Versions from `introduced` (inclusive) or `after` (exclusive) up to `fixed` (exclusive) or
/// `last_affected` (inclusive). All open: every version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Range {
    /// `None`: from the first version on. `0` means the same, as OSV writes it.
    pub introduced: Option<String>,
    /// Only versions after this one. Rare; `introduced` is `None` then.
    pub after: Option<String>,
    pub fixed: Option<String>,
    pub last_affected: Option<String>,
}

impl Range {
    /// Whether a version lies in the range, in the order of its ecosystem.
    pub fn contains(
        &self,
        scheme: &dyn VersionScheme,
        version: &str,
    ) -> Result<bool, VersionError> {
        // OSV's lowest bound is below every version, also in schemes where `0` itself is not
        // (`0~rc1` of dpkg) or cannot be read.
        let introduced = self.introduced.as_ref().filter(|bound| *bound != "0");
        let holds = |bound: Option<&String>, test: fn(Ordering) -> bool| {
            bound.map_or(Ok(true), |bound| scheme.compare(version, bound).map(test))
        };
        Ok(holds(introduced, Ordering::is_ge)?
            && holds(self.after.as_ref(), Ordering::is_gt)?
            && holds(self.fixed.as_ref(), Ordering::is_lt)?
            && holds(self.last_affected.as_ref(), Ordering::is_le)?)
    }
}

impl fmt::Display for Range {
    /// `>= 1.0, < 1.2`; `*` for every version.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds = [
            (">=", self.introduced.as_ref().filter(|bound| *bound != "0")),
            (">", self.after.as_ref()),
            ("<", self.fixed.as_ref()),
            ("<=", self.last_affected.as_ref()),
        ];
        let mut separator = "";
        for (operator, bound) in bounds {
            if let Some(bound) = bound {
                write!(out, "{separator}{operator} {bound}")?;
                separator = ", ";
            }
        }
        if separator.is_empty() {
            out.write_str("*")?;
        }
        Ok(())
    }
}

/// One package that an advisory speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    pub scope: Scope,
    /// As the ecosystem spells it, normalised where it has a rule (PyPI: PEP 503): `group:artifact`
    /// for Maven, `@scope/name` for npm, `vendor/name` for Composer. For distributions the source
    /// package, unless `binary` is set.
    pub package: String,
    /// The name is a binary package's (rpm, and apk feeds that say so).
    pub binary: bool,
    pub status: Status,
    /// A version is affected when a range or `versions` holds it. Both empty: every version.
    pub ranges: Vec<Range>,
    /// Single affected versions, beside the ranges.
    pub versions: Vec<String>,
    /// The vendor's word for the severity in this scope.
    pub vendor_severity: Option<String>,
    /// When the fix came out.
    pub fix_available: Option<Date>,
    /// Stream of a modular rpm (`nodejs:18`).
    pub module: Option<String>,
    /// Architectures, where it is not all of them.
    pub arches: Vec<String>,
}

impl Affected {
    /// A statement about a source package, without ranges.
    pub fn new(scope: Scope, package: impl Into<String>, status: Status) -> Self {
        Self {
            scope,
            package: package.into(),
            binary: false,
            status,
            ranges: Vec::new(),
            versions: Vec::new(),
            vendor_severity: None,
            fix_available: None,
            module: None,
            arches: Vec::new(),
        }
    }
}

/// A CVSS vector as a source gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CvssVector {
    /// With its prefix (`CVSS:3.1/…`); version 2 without one, as FIRST writes it.
    pub vector: String,
    /// Who rated: `nvd`, `cisa`, `ghsa`.
    pub rated_by: Option<String>,
}

/// An advisory: a source's statement about one vulnerability (or, for `DSA`-like notices, several
/// aliases).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The source's own id: `GHSA-…`, `DSA-5417-1`, `CVE-…`.
    pub id: String,
    /// Ids of the same vulnerability elsewhere.
    pub aliases: Vec<String>,
    /// CVE ids that this notice mends or groups, where they are several different vulnerabilities
    /// (`DSA`, `ALSA`, `USN`): each becomes a finding of its own.
    pub upstream: Vec<String>,
    pub published: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub withdrawn: Option<Timestamp>,
    /// One line of the source's prose; left out of databases of facts only.
    pub summary: Option<String>,
    /// Computed from the source's own rating, where it has one.
    pub severity: Option<Severity>,
    pub vendor_severity: Option<String>,
    pub cvss: Vec<CvssVector>,
    /// `CWE-79`.
    pub weaknesses: Vec<String>,
    pub affected: Vec<Affected>,
}

impl Record {
    /// A record with nothing but its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            aliases: Vec::new(),
            upstream: Vec::new(),
            published: None,
            modified: None,
            withdrawn: None,
            summary: None,
            severity: None,
            vendor_severity: None,
            cvss: Vec::new(),
            weaknesses: Vec::new(),
            affected: Vec::new(),
        }
    }
}

/// What is known about a vulnerability apart from packages (KEV, EPSS, CVSS of a CVE record).
#[derive(Debug, Clone, PartialEq)]
pub struct Enrichment {
    /// The CVE id.
    pub id: String,
    /// Day on which CISA listed it as known exploited.
    pub known_exploited: Option<Date>,
    /// Probability of exploitation in the next 30 days, 0 to 1.
    pub epss: Option<f64>,
    pub cvss: Vec<CvssVector>,
    pub weaknesses: Vec<String>,
    pub published: Option<Timestamp>,
    /// The CVE record itself was rejected.
    pub rejected: bool,
    /// How far exploitation went, as CISA's vulnrichment assessed it (SSVC).
    pub exploitation: Option<Exploitation>,
    /// One line of prose; left out of databases of facts only.
    pub summary: Option<String>,
}

impl Enrichment {
    /// An enrichment with nothing but its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            known_exploited: None,
            epss: None,
            cvss: Vec::new(),
            weaknesses: Vec::new(),
            published: None,
            rejected: false,
            exploitation: None,
            summary: None,
        }
    }
}

/// The decision point "Exploitation" of the Stakeholder-Specific Vulnerability Categorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exploitation {
    /// No public proof of concept and no evidence of exploitation.
    None,
    ProofOfConcept,
    Active,
}

/// Whether a release, or one package of it, still gets security fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    pub scope: Scope,
    /// Source package of a distribution, or package of an ecosystem; `None` for the release as a
    /// whole. `*` at the end matches a prefix.
    pub package: Option<String>,
    pub state: SupportState,
    /// Last day of support.
    pub until: Option<Date>,
    /// From this version on, where only newer versions lost support.
    pub version: Option<String>,
}

/// How far support goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SupportState {
    Supported,
    /// For some uses only.
    Limited,
    Ended,
}

/// What a source yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Advisory(Box<Record>),
    Enrichment(Enrichment),
    Support(Support),
    /// The source speaks for this scope: an absent package there is known not to be affected, and
    /// a scope that nobody covers is reported as unknown.
    Covers(Scope),
    /// The source's own date, where it has one; else the newest record's is taken.
    Snapshot(Date),
    /// A part that could not be read: path and reason. Counted and shown, never passed over.
    Skipped {
        path: String,
        reason: String,
    },
}
