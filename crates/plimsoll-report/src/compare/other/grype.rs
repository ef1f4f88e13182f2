//! grype's JSON.

use plimsoll_model::Purl;
use serde_json::Value;

use super::{CompareError, OtherMatch, OtherPackage, OtherReport, our_source, severity};
use crate::compare::names::Name;
use crate::sbom::stream::{self, Sink, Want, list, text};

pub fn read(bytes: &[u8]) -> Result<OtherReport, CompareError> {
    let mut reader = Reader {
        report: OtherReport {
            tool: "grype".to_owned(),
            ..OtherReport::default()
        },
    };
    stream::read(bytes, &mut reader).map_err(|error| CompareError::Broken {
        tool: "grype",
        reason: error.to_string(),
    })?;
    Ok(reader.report)
}

struct Reader {
    report: OtherReport,
}

impl Sink for Reader {
    fn want(&self, key: &str) -> Want {
        match key {
            "matches" | "ignoredMatches" => Want::Entries,
            "source" | "descriptor" => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn entry(&mut self, key: &str, _: usize, value: Value) {
        match (found(&value), key) {
            (Some(found), "matches") => self.report.matches.push(found),
            (Some(found), _) => self.report.ignored.push(found),
            (None, _) => self
                .report
                .notes
                .push("a match without id or package".to_owned()),
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        match key {
            "descriptor" => self.report.version = text(&value, "version"),
            "source" => {
                let target = value.get("target").unwrap_or(&Value::Null);
                let name = text(target, "userInput").or_else(|| target.as_str().map(str::to_owned));
                self.report.target = name.unwrap_or_default();
            }
            _ => {}
        }
    }
}

fn found(value: &Value) -> Option<OtherMatch> {
    let vulnerability = value.get("vulnerability")?;
    let artifact = value.get("artifact")?;
    let namespace = text(vulnerability, "namespace");
    let fix = vulnerability.get("fix").unwrap_or(&Value::Null);
    let details = list(value, "matchDetails");
    let by_cpe = !details.is_empty()
        && details
            .iter()
            .all(|detail| text(detail, "type").is_some_and(|kind| kind.contains("cpe")));
    Some(OtherMatch {
        id: text(vulnerability, "id")?,
        aliases: list(value, "relatedVulnerabilities")
            .iter()
            .filter_map(|related| text(related, "id"))
            .collect(),
        package: OtherPackage {
            name: name(artifact)?,
            version: text(artifact, "version").unwrap_or_default(),
        },
        severity: severity(text(vulnerability, "severity").as_deref()),
        fixed: list(fix, "versions")
            .iter()
            .filter_map(|version| version.as_str().map(str::to_owned))
            .collect(),
        our_source: namespace.as_deref().and_then(our_source),
        source: namespace,
        published: None,
        by_cpe,
        path: list(artifact, "locations")
            .first()
            .and_then(|at| text(at, "path")),
    })
}

fn name(artifact: &Value) -> Option<Name> {
    let purl = text(artifact, "purl").and_then(|purl| purl.parse::<Purl>().ok());
    if let Some(name) = purl.as_ref().and_then(Name::of_purl) {
        return Some(name);
    }
    let kind = text(artifact, "type").unwrap_or_default();
    let ecosystem = match kind.as_str() {
        "python" => "pypi",
        "go-module" => "golang",
        "java-archive" => "maven",
        "rust-crate" => "cargo",
        "php-composer" => "composer",
        "dotnet" => "nuget",
        "binary" => "generic",
        other => other,
    };
    Some(Name::new(ecosystem, None, &text(artifact, "name")?))
}
