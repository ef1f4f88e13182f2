//! Charts and overlays where Helm and Kustomize are missing, broken or hostile: programs of our own
//! stand in for them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {hostPID: true, containers: [{name: a, image: a:1}]}\n";

/// A chart and an overlay, and a folder for programs.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rendered-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("chart/templates")).unwrap();
    fs::create_dir_all(folder.join("overlay")).unwrap();
    fs::create_dir_all(folder.join("bin")).unwrap();
    fs::write(folder.join("chart/Chart.yaml"), "name: --Shop_1\n").unwrap();
    fs::write(folder.join("chart/templates/pod.yaml"), POD).unwrap();
    fs::write(
        folder.join("overlay/kustomization.yaml"),
        "resources: [pod.yaml]\n",
    )
    .unwrap();
    fs::write(folder.join("overlay/pod.yaml"), POD).unwrap();
    folder
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join("bin").join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> (Output, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("check")
        .args(arguments)
        .args(["--format", "json"])
        .current_dir(folder)
        .env("PATH", folder.join("bin"))
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output, report)
}

#[test]
fn a_missing_program_is_no_verdict() {
    let folder = folder("missing");
    for (path, words) in [("chart", "helm template"), ("overlay", "kustomize build")] {
        let (output, report) = plimsoll(&folder, &[path, "--strict"]);
        assert_eq!(output.status.code(), Some(3));
        let unknowns = report["unknowns"].to_string();
        assert!(
            unknowns.contains(words) && unknowns.contains("installed"),
            "{unknowns}"
        );
    }
}

/// What it says is told, on one line and without its control characters.
#[test]
fn a_program_that_fails_is_quoted() {
    let folder = folder("fails");
    program(
        &folder,
        "helm",
        "echo 'WARNING: old' >&2; printf 'Error: no \\033[31msuch\\n value\\n' >&2; exit 1",
    );
    let (output, report) = plimsoll(&folder, &["chart", "--strict"]);
    assert_eq!(output.status.code(), Some(3));
    let reason = report["unknowns"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("`helm` failed: no "), "{reason}");
    assert!(
        reason.contains("such value") && !reason.contains('\u{1b}'),
        "{reason}"
    );
}

#[test]
fn arguments_cannot_become_flags() {
    let folder = folder("flags");
    program(
        &folder,
        "helm",
        "printf '%s\\n' \"$@\" > \"$HOME/arguments\"",
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    fs::rename(folder.join("chart"), folder.join("--post-renderer=x")).unwrap();
    let output = command
        .args([
            "check",
            "--helm-set",
            "a=b",
            "--helm-values",
            "v.yaml",
            "--",
            "--post-renderer=x",
        ])
        .current_dir(&folder)
        .env("PATH", folder.join("bin"))
        .env("HOME", &folder)
        .output()
        .unwrap();
    let arguments =
        fs::read_to_string(folder.join("arguments")).unwrap_or_else(|_| panic!("{output:?}"));
    let arguments: Vec<&str> = arguments.lines().collect();
    let at = |name: &str| folder.join(name).display().to_string();
    assert_eq!(
        arguments,
        [
            "template",
            "shop-1",
            &*at("--post-renderer=x"),
            "--kube-version",
            "v1.36.0",
            "--values",
            &*at("v.yaml"),
            "--set",
            "a=b"
        ]
    );
}

/// No end, no text, nothing, half of it, places outside of the chart.
#[test]
fn strange_output_is_told() {
    let folder = folder("strange");
    for (script, words) in [
        ("exec yes 'a: b'", "MiB"),
        ("printf '\\377\\376'", "UTF-8"),
        (
            "printf -- '---\\n# Source: shop/templates/pod.yaml\\nkind: [\\n'",
            "chart/templates/pod.yaml",
        ),
    ] {
        let script = script.replace("yes", "/usr/bin/yes");
        program(&folder, "helm", &script);
        let (output, report) = plimsoll(&folder, &["chart", "--strict"]);
        assert_eq!(output.status.code(), Some(3), "{script}");
        let unknowns = report["unknowns"].to_string();
        assert!(unknowns.contains(words), "{unknowns}");
    }
    let outside = format!("/bin/cat <<'X'\n---\n# Source: shop/../../../etc/passwd\n{POD}X");
    program(&folder, "helm", &outside);
    let (output, report) = plimsoll(&folder, &["chart"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        report["findings"][0]["locations"][0]["path"],
        "chart!/shop/../../../etc/passwd"
    );
}

/// A kubectl that does not know origins: places are told at the overlay.
#[test]
fn an_old_kustomize_does() {
    let folder = folder("old");
    let script = format!(
        "if /bin/grep -q buildMetadata \"$2/kustomization.yaml\"; then echo 'unknown field' >&2; exit 1; fi\n/bin/cat <<'X'\n{POD}X"
    );
    program(&folder, "kubectl", &script);
    let (output, report) = plimsoll(&folder, &["overlay"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let place = &report["findings"][0]["locations"][0];
    assert_eq!(place["path"], "overlay/pod.yaml", "{report:#}");
    assert_eq!(place["line"], 4);
}

/// Kustomizations that take in each other, or what is not there.
#[test]
fn circles_end() {
    let folder = folder("circles");
    fs::create_dir_all(folder.join("other")).unwrap();
    fs::remove_file(folder.join("overlay/pod.yaml")).unwrap();
    fs::write(
        folder.join("overlay/kustomization.yaml"),
        "resources: [../other, none.yaml, 7, {a: b}]\npatches: [1]\n",
    )
    .unwrap();
    fs::write(
        folder.join("other/kustomization.yaml"),
        "resources: [../overlay]\n",
    )
    .unwrap();
    program(
        &folder,
        "kustomize",
        "echo 'Error: cycle detected' >&2; exit 1",
    );
    let (output, report) = plimsoll(&folder, &["overlay", "--strict"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(report["unknowns"].to_string().contains("cycle detected"));
}
