//! The shapes of `plimsoll.report/v1`, key by key. See `docs/report.schema.json`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Borrowed while writing, owned when read.
pub type Text<'a> = Cow<'a, str>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report<'a> {
    pub schema: Text<'a>,
    pub tool: Tool<'a>,
    pub target: Target<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Layer<'a>>,
    #[serde(default)]
    pub packages: Vec<Package<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owned: Vec<Owned<'a>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub objects: u64,
    #[serde(default)]
    pub findings: Vec<Finding<'a>>,
    #[serde(default)]
    pub unknowns: Vec<Unknown<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compliance: Option<Compliance<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advisories: Option<Advisories<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool<'a> {
    pub name: Text<'a>,
    pub version: Text<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target<'a> {
    pub kind: Text<'a>,
    pub name: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Text<'a>>,
    /// `os/architecture[/variant]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Os<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Os<'a> {
    pub id: Text<'a>,
    /// Nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_like: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codename: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretty_name: Option<Text<'a>>,
    /// Last day of the vendor's security support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eol: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Text<'a>>,
    pub diff_id: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Text<'a>>,
    #[serde(default)]
    pub size_bytes: u64,
    #[serde(default)]
    pub base: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Package<'a> {
    /// `p1`; absent where nothing can refer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text<'a>>,
    pub purl: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Text<'a>>,
    pub name: Text<'a>,
    pub version: Text<'a>,
    /// The purl's type.
    #[serde(rename = "type")]
    pub ecosystem: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Text<'a>>,
    pub part: Text<'a>,
    pub state: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<Text<'a>>,
    pub cataloger: Text<'a>,
    /// Primary place first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location<'a>>,
    /// Stream of a modular rpm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source<'a> {
    pub name: Text<'a>,
    pub version: Text<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location<'a> {
    pub path: Text<'a>,
    /// `diff_id` of the layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// A language's package that came with a package of the operating system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owned<'a> {
    /// Id of the owner among the packages.
    pub owner: Text<'a>,
    pub package: Package<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding<'a> {
    pub id: Text<'a>,
    pub kind: Text<'a>,
    pub fingerprint: Text<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Text<'a>>,
    pub severity: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_severity: Option<Text<'a>>,
    #[serde(default)]
    pub title: Text<'a>,
    /// What it is about, where that is no package; the title begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Text<'a>>,
    /// What is said of this subject alone; the title ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Text<'a>>,
    /// Id of the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Text<'a>>,
    /// Primary place first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<How<'a>>,
    /// Further sources that say the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<How<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cvss: Vec<Cvss<'a>>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub known_exploited: bool,
    /// Probability of exploitation in the next 30 days, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weaknesses: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted: Option<Excepted<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix<'a> {
    pub state: Text<'a>,
    /// Ascending, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct How<'a> {
    pub source: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Text<'a>>,
    #[serde(default)]
    pub range: Text<'a>,
    #[serde(default)]
    pub scheme: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cvss<'a> {
    pub version: Text<'a>,
    pub vector: Text<'a>,
    pub score: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Excepted<'a> {
    pub by: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Text<'a>>,
    /// `not_affected` or `fixed`, where a VEX statement says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vex: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unknown<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Text<'a>>,
    pub reason: Text<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advisories<'a> {
    pub digest: Text<'a>,
    #[serde(default)]
    pub sources: Vec<AdvisorySource<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdvisorySource<'a> {
    pub name: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Text<'a>>,
    #[serde(default)]
    pub records: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compliance<'a> {
    pub benchmark: Text<'a>,
    #[serde(default)]
    pub title: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    #[serde(default)]
    pub rules: Vec<RuleResult<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleResult<'a> {
    pub id: Text<'a>,
    #[serde(default)]
    pub title: Text<'a>,
    pub result: Text<'a>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub findings: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub excepted: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict<'a> {
    pub outcome: Text<'a>,
    pub stage: Text<'a>,
    #[serde(default)]
    pub policy: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<Text<'a>>,
    #[serde(default)]
    pub reasons: Vec<Reason<'a>>,
    /// Remarks about the policy itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason<'a> {
    pub rule: Text<'a>,
    pub mode: Text<'a>,
    /// Fingerprint of the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Text<'a>>,
    #[serde(default)]
    pub message: Text<'a>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}
