//! The shapes of a SARIF log, as far as they are used.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
pub struct Log<'a> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run<'a> {
    pub tool: Tool<'a>,
    pub invocations: [Invocation<'a>; 1],
    pub column_kind: &'static str,
    pub results: Vec<Result_<'a>>,
}

#[derive(Serialize)]
pub struct Tool<'a> {
    pub driver: Driver<'a>,
}

#[derive(Serialize)]
pub struct Driver<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule<'a> {
    pub id: &'a str,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Message,
    pub default_configuration: RuleLevel,
    pub properties: RuleProperties,
}

#[derive(Serialize)]
pub struct RuleLevel {
    pub level: &'static str,
}

#[derive(Serialize)]
pub struct RuleProperties {
    /// A number as text: GitHub's own property.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    pub security_severity: Option<String>,
    pub precision: &'static str,
    pub tags: [&'static str; 3],
}

#[derive(Serialize)]
pub struct Message {
    pub text: String,
}

impl Message {
    pub const fn new(text: String) -> Self {
        Self { text }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation<'a> {
    pub execution_successful: bool,
    #[serde(
        rename = "toolExecutionNotifications",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
pub struct Notification<'a> {
    pub level: &'static str,
    pub message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Place<'a>>,
}

/// A result; `Result` is taken.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result_<'a> {
    pub rule_id: &'a str,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Message,
    pub locations: Vec<Place<'a>>,
    #[serde(rename = "partialFingerprints")]
    pub fingerprints: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression>,
    pub properties: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
pub struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: String,
}

#[derive(Serialize)]
pub struct Place<'a> {
    #[serde(rename = "physicalLocation", skip_serializing_if = "Option::is_none")]
    pub physical: Option<Physical>,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Vec::is_empty")]
    pub logical: Vec<Logical<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

#[derive(Serialize)]
pub struct Physical {
    #[serde(rename = "artifactLocation")]
    pub artifact: Artifact,
    pub region: Region,
}

#[derive(Serialize)]
pub struct Artifact {
    pub uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<u32>,
}

#[derive(Serialize)]
pub struct Logical<'a> {
    pub name: String,
    #[serde(rename = "fullyQualifiedName", skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    pub kind: &'a str,
}
