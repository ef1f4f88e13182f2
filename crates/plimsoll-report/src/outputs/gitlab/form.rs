//! The shapes of a container scanning report, as far as they are used.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
pub struct Document<'a> {
    pub version: &'static str,
    pub scan: Scan<'a>,
    pub vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
pub struct Scan<'a> {
    pub analyzer: Analyzer<'a>,
    pub scanner: Analyzer<'a>,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub status: &'static str,
    pub start_time: String,
    pub end_time: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

#[derive(Serialize)]
pub struct Analyzer<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub version: &'a str,
    pub vendor: Vendor<'a>,
}

#[derive(Serialize)]
pub struct Vendor<'a> {
    pub name: &'a str,
}

#[derive(Serialize)]
pub struct Message {
    /// `info` or `warn`.
    pub level: &'static str,
    pub value: String,
}

#[derive(Serialize)]
pub struct Vulnerability<'a> {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub description: String,
    pub severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solution: Option<String>,
    pub identifiers: Vec<Identifier<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cvss_vectors: Vec<CvssVector<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    pub details: BTreeMap<&'static str, Detail>,
    pub location: Location<'a>,
}

#[derive(Serialize)]
pub struct Identifier<'a> {
    #[serde(rename = "type")]
    pub kind: String,
    pub name: &'a str,
    pub value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Serialize)]
pub struct CvssVector<'a> {
    pub vendor: &'a str,
    pub vector: &'a str,
}

#[derive(Serialize)]
pub struct Link {
    pub url: String,
}

#[derive(Serialize)]
pub struct Detail {
    pub name: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub value: String,
}

#[derive(Serialize)]
pub struct Location<'a> {
    pub dependency: Dependency<'a>,
    pub operating_system: String,
    pub image: &'a str,
}

#[derive(Serialize)]
pub struct Dependency<'a> {
    pub package: Named,
    pub version: &'a str,
}

#[derive(Serialize)]
pub struct Named {
    pub name: String,
}
