//! `plimsoll check --fix` as a person runs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const POD: &str = "\
# The cart.
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: b}
spec:
  containers:
    - name: a # main
      image: a.example/a:1
";

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fix-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn files_are_mended_and_looked_at_again() {
    let folder = folder("again");
    let path = folder.join("real.yaml");
    fs::write(&path, POD).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.yaml", folder.join("link.yaml")).unwrap();
    let dry = plimsoll(&folder, &["link.yaml", "--fix", "--dry-run"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), POD);
    let shown = String::from_utf8(dry.stdout).unwrap();
    assert!(
        shown.starts_with("--- a/link.yaml\n+++ b/link.yaml\n@@ "),
        "{shown}"
    );
    assert!(
        shown.contains("\n+        allowPrivilegeEscalation: false\n"),
        "{shown}"
    );
    let output = plimsoll(&folder, &["link.yaml", "--fix", "--verbose"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("privilege-escalation-allowed"), "{text}");
    let expected = POD.replace(
        "    - name: a # main\n",
        "    - name: a # main\n      securityContext:\n        allowPrivilegeEscalation: false\n",
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert!(
        fs::symlink_metadata(folder.join("link.yaml"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

/// What somebody let through, in a comment or in the policy, stays.
#[test]
fn what_is_let_through_stays() {
    let folder = folder("allowed");
    let allowed = POD.replace(
        "# The cart.",
        "# plimsoll: allow privilege-escalation-allowed, has a setuid helper",
    );
    fs::write(folder.join("a.yaml"), &allowed).unwrap();
    plimsoll(&folder, &["a.yaml", "--fix"]);
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), allowed);
}

#[test]
fn nothing_else_is_written() {
    let folder = folder("else");
    let compose = "services:\n  a:\n    image: a.example/a:1\n";
    fs::write(folder.join("compose.yaml"), compose).unwrap();
    fs::write(folder.join("a.json"), "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\", \"namespace\": \"b\"}, \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"a.example/a:1\"}]}}").unwrap();
    let output = plimsoll(&folder, &[".", "--fix"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains("a.json:1:") && words.contains("is left"),
        "{words}"
    );
    assert_eq!(
        fs::read_to_string(folder.join("compose.yaml")).unwrap(),
        compose
    );
    let output = plimsoll(&folder, &["-", "--fix"]);
    assert_eq!(output.status.code(), Some(1));
}
