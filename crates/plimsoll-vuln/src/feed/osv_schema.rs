//! The parts of an OSV record that are read: schema 1.7, with null where a list may be absent.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Osv {
    pub id: String,
    pub modified: Option<String>,
    pub published: Option<String>,
    pub withdrawn: Option<String>,
    pub aliases: Option<Vec<String>>,
    pub upstream: Option<Vec<String>>,
    pub related: Option<Vec<String>>,
    pub summary: Option<String>,
    pub details: Option<String>,
    pub severity: Option<Vec<OsvSeverity>>,
    pub affected: Option<Vec<OsvAffected>>,
    pub database_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OsvSeverity {
    #[serde(rename = "type")]
    pub kind: String,
    pub score: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct OsvAffected {
    pub package: Option<OsvPackage>,
    pub severity: Option<Vec<OsvSeverity>>,
    pub ranges: Option<Vec<OsvRange>>,
    pub versions: Option<Vec<String>>,
    pub ecosystem_specific: Option<Specific>,
    pub database_specific: Option<Specific>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OsvPackage {
    pub ecosystem: String,
    pub name: String,
    pub purl: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OsvRange {
    #[serde(rename = "type")]
    pub kind: String,
    pub events: Option<Vec<OsvEvent>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OsvEvent {
    pub introduced: Option<String>,
    pub fixed: Option<String>,
    pub last_affected: Option<String>,
    pub limit: Option<String>,
}

/// What databases add in places of their own. Each field is any JSON, so that a database with
/// other habits does not fail.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Specific {
    pub severity: serde_json::Value,
    pub urgency: serde_json::Value,
    pub informational: serde_json::Value,
    pub cwe_ids: serde_json::Value,
    pub cwes: serde_json::Value,
    pub last_known_affected_version_range: serde_json::Value,
    pub custom_ranges: Option<Vec<OsvRange>>,
}

impl Specific {
    /// The vendor's word for severity.
    pub(super) fn severity_word(&self) -> Option<&str> {
        self.severity
            .as_str()
            .or_else(|| self.urgency.as_str())
            .filter(|word| !word.is_empty() && word.len() < 64)
    }

    /// CWE ids: a list of strings, or of objects with `cweId`.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        let lists = [&self.cwe_ids, &self.cwes];
        let entries = lists.iter().filter_map(|list| list.as_array()).flatten();
        let ids: Vec<&str> = entries
            .filter_map(|entry| entry.as_str().or_else(|| entry.get("cweId")?.as_str()))
            .collect();
        super::ids::weaknesses(&ids)
    }
}
