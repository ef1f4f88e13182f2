//! Applications as people have them, with their usual mistakes, and two that are well made.
//!
//! The files below `applications/` are written by hand for this test, after what tutorials, charts and
//! old repositories look like; what looks like a secret in them is none.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use plimsoll_check::CHECKS;
use serde_json::Value;

/// Nothing in these is worth a change.
const WELL_MADE: [&str; 2] = ["stateless-api", "static-site"];

fn plimsoll(arguments: &[&str]) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/applications");
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 2)), "{output:?}");
    output.stdout
}

fn report(arguments: &[&str]) -> Value {
    serde_json::from_slice(&plimsoll(&[arguments, &["--format", "json"]].concat())).unwrap()
}

fn applications() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/applications");
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Who hears it, where it is, what it is: all that an auditor is told.
#[test]
fn each_says_what_is_wrong_with_it() {
    for name in applications() {
        let report = report(&[&name, "--persona", "auditor"]);
        assert_eq!(
            report["unknowns"].as_array().map_or(0, Vec::len),
            0,
            "{name}"
        );
        let mut text = String::new();
        for finding in report["findings"].as_array().unwrap() {
            let id = finding["id"].as_str().unwrap();
            let check = CHECKS.iter().find(|check| check.id == id).unwrap();
            let place = &finding["locations"][0];
            let path = place["path"].as_str().unwrap();
            let path = path.split_once('/').unwrap().1;
            let place = format!("{path}:{}:{}", place["line"], place["column"]);
            let subject = finding["subject"].as_str().unwrap();
            let detail = finding["detail"].as_str();
            let detail = detail.map_or_else(String::new, |detail| format!(": {detail}"));
            let persona = check.persona.as_str();
            let severity = finding["severity"].as_str().unwrap();
            writeln!(text, "{persona} {severity} {id} {place} {subject}{detail}").unwrap();
        }
        insta::with_settings!({prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(format!("application-{name}"), text);
        });
    }
}

/// What is well made is left in peace: a persona that is kept on has nothing to say.
#[test]
fn what_is_well_made_is_silent() {
    for name in WELL_MADE {
        for persona in ["regular", "pedantic"] {
            let report = report(&[name, "--persona", persona]);
            let findings = report["findings"].as_array().unwrap();
            assert!(findings.is_empty(), "{name}, {persona}: {findings:#?}");
        }
        let report = report(&[name, "--framework", "pss-restricted"]);
        assert_eq!(report["compliance"]["score"], 100.0, "{name}");
    }
}

/// Each defect stands where a person finds it: on a line that is there, and not on an empty one.
#[test]
fn places_are_in_the_files() {
    let report = report(&[".", "--persona", "auditor"]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/applications");
    for finding in report["findings"].as_array().unwrap() {
        let place = &finding["locations"][0];
        let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        let text = fs::read_to_string(folder.join(place["path"].as_str().unwrap())).unwrap();
        let line = text.lines().nth(number("line") - 1).unwrap();
        let rest: String = line.chars().skip(number("column") - 1).collect();
        assert!(
            !rest.is_empty() && !rest.starts_with(' '),
            "{}: {line:?} at {place}",
            finding["id"]
        );
    }
}

/// As it stands at a terminal that says nothing about its width.
#[test]
fn the_table_of_all() {
    let text = String::from_utf8(plimsoll(&["."])).unwrap();
    let text: Vec<&str> = text
        .lines()
        .map(|line| {
            line.split_once(" objects in ")
                .map_or(line, |(line, _)| line)
        })
        .collect();
    insta::assert_snapshot!("applications-table", text.join("\n"));
}
