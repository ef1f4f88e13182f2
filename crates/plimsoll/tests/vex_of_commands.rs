//! `--vex` with every command that judges, from files and from standard input.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot run must fail loudly"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const ADVISORY: &str = r#"[{"id": "GHSA-x", "aliases": ["CVE-2026-1"], "published": "2026-01-01T00:00:00Z",
  "database_specific": {"severity": "CRITICAL"}, "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}]}]}]"#;
const SBOM: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "library",
  "name": "left-pad", "version": "1.0.0", "purl": "pkg:npm/left-pad@1.0.0"}]}"#;
const VEX: &str = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1",
  "author": "shop", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [{
  "vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "pkg:npm/left-pad@1.0.0"}],
  "status": "not_affected", "justification": "vulnerable_code_not_present"}]}"#;

/// Exit code and output of the program, with the VEX document on standard input.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["--cache", "off"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read it goes away before.
    let _ = child.stdin.take().unwrap().write_all(VEX.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

#[test]
fn documents_count_for_every_command_that_judges() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, text) in [
        ("feed.json", ADVISORY),
        ("a.cdx.json", SBOM),
        ("vex.json", VEX),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let (code, text) = run(
        folder,
        &["db", "build", "--from", "osv=feed.json", "-o", "a.db"],
    );
    assert_eq!(code, 0, "{text}");
    let db = ["--db", "a.db"];
    for command in ["scan", "advise"] {
        for (vex, expected) in [
            (&[][..], 2),
            (&["--vex", "vex.json"], 0),
            (&["--vex", "-"], 0),
        ] {
            let arguments = [&db[..], &[command, "sbom:a.cdx.json"], vex].concat();
            let (code, text) = run(folder, &arguments);
            assert_eq!(code, expected, "{command} {vex:?}: {text}");
        }
    }
    // Standard input is read once, for both sides.
    let sides = [
        "diff",
        "sbom:a.cdx.json",
        "sbom:a.cdx.json",
        "--format",
        "json",
    ];
    let (code, text) = run(folder, &[&db[..], &sides, &["--vex", "-"]].concat());
    assert_eq!(code, 0, "{text}");
    for (twice, words) in [
        (
            &["scan", "-", "--vex", "-"][..],
            "as the target and for --vex",
        ),
        (
            &["scan", "sbom:a.cdx.json", "--vex", "-", "--vex", "-"],
            "twice for --vex",
        ),
    ] {
        let (code, text) = run(folder, &[&db[..], twice].concat());
        assert!(code == 1 && text.contains(words), "{text}");
    }
    // `--policy` and the settings count for them as they do for `scan`.
    fs::write(folder.join("p.yaml"), "policy:\n  rules: []\n").unwrap();
    for command in ["scan", "advise"] {
        let (code, text) = run(
            folder,
            &[&db[..], &["--policy", "p.yaml", command, "sbom:a.cdx.json"]].concat(),
        );
        assert_eq!(code, 0, "{command}: {text}");
    }
}
