//! The manifest of the DaemonSet asks for what it needs and no more, as our own checks see it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::process::Command;

/// Every check that the manifest fails, with why it has to.
const FAILED: &[(&str, &str)] = &[
    (
        "capabilities-not-dropped",
        "four capabilities are what it works with",
    ),
    (
        "dangerous-capability",
        "BPF, PERFMON, SYS_PTRACE, DAC_READ_SEARCH",
    ),
    (
        "engine-socket-mounted",
        "what shims keep lies below containerd's folder; no socket is in it",
    ),
    (
        "host-path-volume",
        "cgroups, tracing, what engines keep, and its own state",
    ),
    ("host-pid", "it looks at the processes of all containers"),
    (
        "namespace-privileged",
        "Pod Security admission knows nothing between",
    ),
    (
        "node-processes-traceable",
        "/proc tells arguments to who may trace alone",
    ),
    (
        "node-root-capability",
        "loading programs into the kernel is no small right",
    ),
    ("root-user", "capabilities stay with user 0 only"),
    ("root-user-possible", "the same"),
    (
        "seccomp-unconfined",
        "default profiles refuse bpf and perf_event_open",
    ),
    (
        "sensitive-host-path",
        "cgroups, tracing and storages are read",
    ),
];

#[test]
fn the_daemon_set_fails_only_what_it_must() {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--format", "json", "--cache", "off"])
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/plimsoll-watch.yaml"
        ))
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let title = finding["title"].as_str().unwrap();
        found
            .entry(finding["id"].as_str().unwrap())
            .or_default()
            .push(title);
    }
    let expected: Vec<&str> = FAILED.iter().map(|(id, _)| *id).collect();
    let ids: Vec<&str> = found.keys().copied().collect();
    assert_eq!(ids, expected, "{found:#?}");
    assert_eq!(found["dangerous-capability"].len(), 4);
}

#[test]
fn the_webhook_fails_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args([
            "check",
            "--persona",
            "regular",
            "--format",
            "json",
            "--cache",
            "off",
        ])
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/plimsoll-admission.yaml"
        ))
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"], serde_json::json!([]));
}
