//! Reports of other tools, brought to one shape.

use plimsoll_model::{FindingKind, Severity};

use super::names::Name;
use crate::sbom::stream;
use crate::wire;

mod grype;
mod osv_scanner;
mod trivy;

/// Largest report that is read, in bytes.
pub const OTHER_BYTES_MAX: usize = 512 << 20;

/// A report that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    #[error("read report: {bytes} bytes are more than the limit of {OTHER_BYTES_MAX}")]
    TooLarge { bytes: usize },
    #[error(
        "read report: neither JSON of trivy, grype or osv-scanner, nor {}",
        wire::SCHEMA
    )]
    Form,
    #[error("read report of {tool}: {reason}")]
    Broken { tool: &'static str, reason: String },
    #[error(transparent)]
    Report(#[from] wire::ReadError),
}

/// What another tool found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherReport {
    /// `trivy`, `grype`, `osv-scanner`, or `plimsoll` for another of ours.
    pub tool: String,
    pub version: Option<String>,
    pub target: String,
    pub matches: Vec<OtherMatch>,
    /// Matches that the tool itself set aside.
    pub ignored: Vec<OtherMatch>,
    /// Everything it found, where the report lists it.
    pub packages: Option<Vec<OtherPackage>>,
    /// What could not be read.
    pub notes: Vec<String>,
}

/// One package as the tool names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherPackage {
    pub(crate) name: Name,
    pub version: String,
}

/// One vulnerability of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherMatch {
    pub id: String,
    pub aliases: Vec<String>,
    pub package: OtherPackage,
    pub severity: Severity,
    /// Versions that mend it.
    pub fixed: Vec<String>,
    /// Whose advisory it is, in the tool's own words.
    pub source: Option<String>,
    /// Our id of the same publisher, where we have one.
    pub our_source: Option<&'static str>,
    /// `YYYY-MM-DD`.
    pub published: Option<String>,
    /// Whether it rests on a guess by CPE.
    pub by_cpe: bool,
    pub path: Option<String>,
}

/// Reads a report of any tool that is known.
pub fn read_other(bytes: &[u8]) -> Result<OtherReport, CompareError> {
    if bytes.len() > OTHER_BYTES_MAX {
        return Err(CompareError::TooLarge { bytes: bytes.len() });
    }
    if wire::is_report(bytes) {
        return Ok(own(&wire::read_report(bytes)?));
    }
    let keys = stream::keys(bytes).map_err(|_| CompareError::Form)?;
    let has = |key: &str| keys.contains(key);
    if has("SchemaVersion") && (has("Results") || has("ArtifactName")) {
        trivy::read(bytes)
    } else if has("matches") && has("descriptor") {
        grype::read(bytes)
    } else if has("results") {
        osv_scanner::read(bytes)
    } else {
        Err(CompareError::Form)
    }
}

/// Another report of ours.
fn own(report: &plimsoll_model::Report) -> OtherReport {
    let package = |package: &plimsoll_model::Package| OtherPackage {
        name: Name::of(package),
        version: package.version.clone(),
    };
    OtherReport {
        tool: report.tool.name.clone(),
        version: Some(report.tool.version.clone()),
        target: report.inventory.target.name.clone(),
        matches: report
            .findings
            .iter()
            .filter(|finding| finding.kind == FindingKind::Vulnerability)
            .filter_map(|finding| {
                Some(OtherMatch {
                    id: finding.id.clone(),
                    aliases: finding.aliases.clone(),
                    package: package(report.package_of(finding)?),
                    severity: finding.severity,
                    fixed: finding
                        .fix
                        .iter()
                        .flat_map(|fix| fix.versions.clone())
                        .collect(),
                    source: finding.how.as_ref().map(|how| how.source.clone()),
                    our_source: None,
                    published: finding
                        .published
                        .map(|at| at.strftime("%Y-%m-%d").to_string()),
                    by_cpe: false,
                    path: finding.locations.first().map(|at| at.path.clone()),
                })
            })
            .collect(),
        ignored: Vec::new(),
        packages: Some(report.inventory.packages.iter().map(package).collect()),
        notes: Vec::new(),
    }
}

/// The severity of any spelling; `info` and `none` are negligible.
fn severity(word: Option<&str>) -> Severity {
    let word = word.unwrap_or_default().trim().to_ascii_lowercase();
    match word.as_str() {
        "important" => Severity::High,
        "moderate" => Severity::Medium,
        "info" | "informational" | "none" | "minor" => Severity::Negligible,
        _ => word.parse().unwrap_or_default(),
    }
}

/// Our source of a publisher, by the words that the tools use for it.
fn our_source(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let known: [(&[&str], &str); 16] = [
        (&["debian"], "debian"),
        (&["ubuntu"], "ubuntu"),
        (&["alpine"], "alpine"),
        (&["alma"], "almalinux"),
        (&["ghsa", "github"], "ghsa"),
        (&["govulndb", "go-vulndb", "go:"], "go"),
        (&["pypa", "python-packaging", "pypi"], "pypa"),
        (&["rustsec"], "rustsec"),
        (&["ruby-advisory", "rubysec"], "rubysec"),
        (&["php-security", "packagist", "friendsofphp"], "packagist"),
        (&["nodejs-security", "node"], "node"),
        (&["bitnami"], "bitnami"),
        (&["k8s"], "osv"),
        (&["osv"], "osv"),
        (&["retire"], "retirejs"),
        (&["nvd"], "cve"),
    ];
    known
        .iter()
        .find(|(words, _)| words.iter().any(|known| word.contains(known)))
        .map(|(_, source)| *source)
}
