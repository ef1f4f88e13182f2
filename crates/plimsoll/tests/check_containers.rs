//! Compose projects and Podman quadlets, as a person checks them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("containers-{test}"));
    let _ = fs::remove_dir_all(&folder);
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn plimsoll(folder: &Path, arguments: &[&str]) -> (Output, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("check")
        .args(arguments)
        .args(["--format", "json"])
        .current_dir(folder)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output, report)
}

/// `id path:line` of everything found.
fn found(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let lines = findings.map(|finding| {
        let place = &finding["locations"][0];
        format!(
            "{} {}:{}",
            finding["id"].as_str().unwrap(),
            place["path"].as_str().unwrap(),
            place["line"]
        )
    });
    lines.collect()
}

#[test]
fn a_folder_holds_all_kinds() {
    let folder = folder(
        "kinds",
        &[
            (
                "app/docker-compose.yml",
                "services:\n  cart:\n    image: a.example/a:${TAG}\n    env_file: app.env\n",
            ),
            (
                "app/docker-compose.override.yml",
                "services:\n  cart:\n    privileged: true\n",
            ),
            (
                "app/docker-compose.prod.yml",
                "services:\n  cart:\n    network_mode: host\n",
            ),
            ("app/.env", "TAG=latest\n"),
            (
                "units/cart.container",
                "[Container]\nImage=a.example/a:1\nPodmanArgs=--privileged\n",
            ),
            (
                "units/cart.container.d/10-host.conf",
                "[Container]\nNetwork=host\n",
            ),
            ("units/shop.kube", "[Kube]\nYaml=shop.yaml\n"),
            (
                "units/shop.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a.example/a:1}]\n",
            ),
        ],
    );
    let (output, report) = plimsoll(&folder, &["."]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let found = found(&report);
    for line in [
        "privileged-container app/docker-compose.override.yml:3",
        "host-network app/docker-compose.prod.yml:3",
        "mutable-image-tag app/docker-compose.yml:3",
        "privileged-container units/cart.container:3",
        "host-network units/cart.container.d/10-host.conf:2",
        "host-pid units/shop.yaml:5",
    ] {
        assert_eq!(
            found.iter().filter(|one| *one == line).count(),
            1,
            "{line}: {found:#?}"
        );
    }
    assert!(
        report
            .get("unknowns")
            .is_none_or(|list| list.as_array().unwrap().is_empty()),
        "{}",
        report["unknowns"]
    );
}

/// A unit that is named alone brings the Kubernetes file that it plays.
#[test]
fn a_kube_unit_brings_its_file() {
    let folder = folder(
        "kube",
        &[
            ("shop.kube", "[Kube]\nYaml=shop.yaml\nYaml=none.yaml\n"),
            (
                "shop.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec:\n  hostPID: true\n  containers: [{name: a, image: a.example/a:1}]\n",
            ),
        ],
    );
    let (_, report) = plimsoll(&folder, &["shop.kube"]);
    assert!(
        found(&report).contains(&"host-pid shop.yaml:5".to_owned()),
        "{report:#}"
    );
    assert!(report["unknowns"].to_string().contains("none.yaml"));
}

#[test]
fn any_name_and_standard_input_will_do() {
    let folder = folder(
        "name",
        &[(
            "stack.yml",
            "services:\n  cart:\n    image: a.example/a:1\n    privileged: true\n",
        )],
    );
    let (output, report) = plimsoll(&folder, &["stack.yml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(report["objects"], 1);
    assert!(found(&report).contains(&"privileged-container stack.yml:4".to_owned()));
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = folder(
        "broken",
        &[(
            "compose.yaml",
            "services:\n  a:\n    extends: {file: none.yaml, service: b}\n    image: [\n",
        )],
    );
    let (output, report) = plimsoll(&folder, &[".", "--strict"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(report["unknowns"].to_string().contains("compose.yaml:"));
}

/// What is idle in one project and has effect in another is not told; frameworks count services.
#[test]
fn comments_and_frameworks_speak_of_services() {
    let base = "services:\n  a:\n    image: a.example/a:1.2.3\n    # plimsoll: allow host-pid, profiler\n    pid: private\n    # plimsoll: allow host-ipc, is not there\n    init: true\n";
    let over =
        "services:\n  a:\n    pid: host\n    init: true # plimsoll: allow host-network, no\n";
    let folder = folder(
        "notes",
        &[("compose.yaml", base), ("compose.prod.yaml", over)],
    );
    let (_, report) = plimsoll(&folder, &["."]);
    let notes = report["verdict"]["notes"].as_array().unwrap().iter();
    let notes: Vec<&str> = notes.map(|note| note.as_str().unwrap()).collect();
    assert_eq!(
        notes,
        [
            "compose.prod.yaml:4: the allowance for host-network applies to nothing here",
            "compose.yaml:4: the allowance for host-pid applies to nothing here",
            "compose.yaml:6: the allowance for host-ipc applies to nothing here",
        ]
    );
    let (_, report) = plimsoll(&folder, &["compose.yaml", "--framework", "pss-baseline"]);
    let rules = report["compliance"]["rules"].as_array().unwrap();
    let outcome = |id: &str| {
        let rule = rules.iter().find(|rule| rule["id"] == id);
        rule.unwrap()["result"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome("hostNamespaces"), "pass");
    assert_eq!(outcome("privileged"), "pass");
    // Nobody looks at it here.
    assert_eq!(outcome("hostProbesAndHostLifecycle"), "notchecked");
}
