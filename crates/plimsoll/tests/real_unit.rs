//! The systemd unit, as systemd itself sees it.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Highest exposure that `systemd-analyze security` may find, in tenths: 0 is none, 100 all.
const EXPOSURE_MAX: u32 = 25;

fn unit() -> (tempfile::TempDir, std::path::PathBuf) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/plimsoll-watch.service");
    let text = fs::read_to_string(source).unwrap();
    assert!(text.contains("ExecStart=/usr/local/bin/plimsoll watch "));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plimsoll-watch.service");
    // It is not installed here.
    let program = env!("CARGO_BIN_EXE_plimsoll");
    fs::write(&path, text.replace("/usr/local/bin/plimsoll", program)).unwrap();
    (folder, path)
}

fn analyze(arguments: &[&str], unit: &Path) -> std::process::Output {
    Command::new("systemd-analyze")
        .args(arguments)
        .arg(unit)
        .env("SYSTEMD_COLORS", "0")
        .output()
        .expect("systemd-analyze is missing: apt install systemd")
}

#[test]
fn systemd_finds_nothing_wrong_in_it() {
    let (_folder, path) = unit();
    let output = analyze(&["verify", "--man=no"], &path);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn it_is_exposed_as_little_as_it_can_be() {
    let (_folder, path) = unit();
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let output = analyze(
        &["security", "--offline=yes", "--no-pager", &threshold],
        &path,
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn its_command_line_is_one_that_plimsoll_takes() {
    let (_folder, path) = unit();
    let text = fs::read_to_string(path).unwrap().replace("\\\n", " ");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let mut words = line.split_whitespace();
    let output = Command::new(words.next().unwrap())
        .args(words)
        // Told what is wrong before anything is loaded.
        .args(["--dedupe", "nonsense", "--state", "off"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("failed to read the time `nonsense`"),
        "{said}"
    );
}
