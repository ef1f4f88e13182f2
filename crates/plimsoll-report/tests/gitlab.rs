//! GitLab's container scanning report against the rules of its schema 15.0.7.
//!
//! The schema itself comes with no package that could be installed, so what it demands of the keys
//! that we write is spelled out here, by its documentation: required keys, types, lengths,
//! patterns and closed sets.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/sample.rs"]
mod sample;

use plimsoll_model::{Cvss, Severity};
use serde_json::{Value, json};

fn schema() -> Value {
    let filled = json!({"type": "string", "minLength": 1});
    let time = json!({"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$"});
    let tool = json!({
        "type": "object", "required": ["id", "name", "version", "vendor"],
        "properties": {"id": filled, "name": filled, "version": filled,
            "vendor": {"type": "object", "required": ["name"], "properties": {"name": filled}}}
    });
    json!({
        "type": "object", "required": ["scan", "version", "vulnerabilities"],
        "properties": {
            "version": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"},
            "scan": {
                "type": "object",
                "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                "properties": {
                    "analyzer": tool, "scanner": tool, "start_time": time, "end_time": time,
                    "status": {"enum": ["success", "failure"]},
                    "type": {"enum": ["container_scanning"]},
                    "messages": {"type": "array", "items": {
                        "type": "object", "required": ["level", "value"],
                        "properties": {"level": {"enum": ["info", "warn", "fatal"]}, "value": filled}}}
                }
            },
            "vulnerabilities": {"type": "array", "items": {
                "type": "object", "required": ["id", "identifiers", "location"],
                "properties": {
                    "id": filled,
                    "name": {"type": "string", "maxLength": 255},
                    "description": {"type": "string", "maxLength": 1_048_576},
                    "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                    "solution": {"type": "string", "maxLength": 7_000},
                    "identifiers": {"type": "array", "minItems": 1, "items": {
                        "type": "object", "required": ["type", "name", "value"],
                        "properties": {"type": filled, "name": filled, "value": filled,
                            "url": {"type": "string", "pattern": "^(https?|ftp)://.+"}}}},
                    "cvss_vectors": {"type": "array", "minItems": 1, "maxItems": 10, "items": {
                        "type": "object", "required": ["vendor", "vector"],
                        "properties": {"vendor": filled,
                            "vector": {"type": "string", "minLength": 16, "maxLength": 128}}}},
                    "links": {"type": "array", "items": {
                        "type": "object", "required": ["url"],
                        "properties": {"url": {"type": "string", "pattern": "^(https?|ftp)://.+"}}}},
                    "details": {"type": "object", "additionalProperties": {
                        "type": "object", "required": ["name", "type", "value"],
                        "properties": {"name": filled, "type": {"const": "text"}, "value": {"type": "string"}}}},
                    "location": {
                        "type": "object", "required": ["dependency", "operating_system", "image"],
                        "properties": {
                            "operating_system": filled, "image": filled,
                            "dependency": {"type": "object", "required": ["package", "version"],
                                "properties": {"version": {"type": "string"},
                                    "package": {"type": "object", "required": ["name"],
                                        "properties": {"name": {"type": "string"}}}}}
                        }
                    }
                }
            }}
        }
    })
}

#[test]
fn reports_hold_to_the_rules() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut extreme = sample::report();
    for finding in &mut extreme.findings {
        finding.title = "é".repeat(100_000);
        finding.mend = Some("ß".repeat(100_000));
        finding.aliases = vec![String::new(), "-".to_owned(), "CWE-".to_owned()];
        finding.severity = Severity::Negligible;
        let rating = |vector: &str| Cvss {
            version: "3.1".to_owned(),
            vector: vector.to_owned(),
            score: f64::NAN,
            source: Some(String::new()),
        };
        finding.cvss = vec![rating("AV:N/AC:L/Au:N/C:P/I:P/A:P"); 20];
        finding.cvss.push(rating("nonsense"));
    }
    extreme.inventory.target.name = String::new();
    extreme.inventory.target.os = None;
    for (name, report) in [
        ("rich", sample::report()),
        ("empty", sample::empty()),
        ("extreme", extreme),
    ] {
        let text = sample::written("gitlab", &report, &sample::options());
        let document: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// What the format cannot say is said as a message.
#[test]
fn nothing_is_left_out_in_silence() {
    let text = sample::written("gitlab", &sample::report(), &sample::options());
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["vulnerabilities"].as_array().unwrap().len(), 4);
    let messages = document["scan"]["messages"].to_string();
    for expected in [
        "1 finding of other kinds cannot be said",
        "2 findings excepted",
        "archive depth limit (4) reached",
        "verdict deny",
    ] {
        assert!(messages.contains(expected), "{expected}: {messages}");
    }
}
