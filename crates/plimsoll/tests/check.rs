//! `plimsoll check` as a person runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const BAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          securityContext:
            privileged: true
";
const GOOD: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec: {ports: [{port: 80}]}\n";

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn plimsoll(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn denied_with_the_place_of_the_field() {
    let folder = folder("place");
    fs::write(folder.join("cart.yaml"), BAD).unwrap();
    let output = plimsoll(&folder, &["cart.yaml", "--format", "json"], "");
    assert_eq!(output.status.code(), Some(2));
    let report = report(&output);
    assert_eq!(report["target"]["kind"], "configuration");
    assert_eq!(report["objects"], 1);
    assert_eq!(report["verdict"]["outcome"], "deny");
    let finding = &report["findings"][0];
    assert_eq!(finding["id"], "privileged-container");
    assert_eq!(finding["kind"], "configuration");
    let place = &finding["locations"][0];
    assert_eq!(
        (&place["path"], &place["line"], &place["column"]),
        (&"cart.yaml".into(), &13.into(), &25.into())
    );
}

#[test]
fn allowed_from_standard_input() {
    let output = plimsoll(&folder("stdin"), &["-", "--format", "json"], GOOD);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(report(&output)["findings"], Value::Array(Vec::new()));
}

/// With reason and day it holds, without a reason or after the day it does not.
#[test]
fn comments_let_through_what_they_name() {
    let folder = folder("allow");
    for (comment, code) in [
        (
            "# plimsoll: allow privileged-container, loads the driver",
            0,
        ),
        (
            "# plimsoll: allow privileged-container until 2999-01-01, driver",
            0,
        ),
        (
            "# plimsoll: allow privileged-container until 2020-01-01, driver",
            2,
        ),
        ("# plimsoll: allow privileged-container", 2),
        ("# plimsoll: allow host-network, another", 2),
    ] {
        let text = BAD.replace(
            "          securityContext:",
            &format!("          {comment}\n          securityContext:"),
        );
        let output = plimsoll(&folder, &["-"], &text);
        assert_eq!(output.status.code(), Some(code), "{comment}");
    }
}

/// What is no object is left alone, what cannot be read is told.
#[test]
fn folders_are_walked() {
    let folder = folder("walk");
    fs::create_dir_all(folder.join("sub/chart/templates")).unwrap();
    fs::write(folder.join("sub/cart.yaml"), BAD).unwrap();
    fs::write(folder.join("values.yaml"), "replicas: 3\n").unwrap();
    fs::write(folder.join("sub/chart/Chart.yaml"), "name: shop\n").unwrap();
    fs::write(folder.join("broken.yaml"), "apiVersion: v1\nkind: [\n").unwrap();
    let output = plimsoll(&folder, &[".", "--format", "json"], "");
    assert_eq!(output.status.code(), Some(2));
    let report = report(&output);
    let unknowns = report["unknowns"].to_string();
    assert_eq!(
        report["unknowns"].as_array().unwrap().len(),
        2,
        "{unknowns}"
    );
    assert!(unknowns.contains("helm"), "{unknowns}");
    assert!(unknowns.contains("broken.yaml:"), "{unknowns}");
    // Let through by --exit-code, it is still only a part that was looked at.
    fs::remove_file(folder.join("sub/cart.yaml")).unwrap();
    fs::write(folder.join("sub/service.yaml"), GOOD).unwrap();
    let output = plimsoll(&folder, &[".", "--strict"], "");
    assert_eq!(output.status.code(), Some(3));
}

/// What the API server would refuse is not passed over beside what it would take.
#[test]
fn half_an_object_is_told() {
    let folder = folder("half");
    for half in [
        "kind: Pod\n",
        "apiVersion: v1\n",
        "apiVersion: 1\nkind: Pod\n",
    ] {
        let output = plimsoll(&folder, &["-", "--strict"], &format!("{GOOD}---\n{half}"));
        assert_eq!(output.status.code(), Some(3), "{half}");
    }
    let fine = format!("{GOOD}---\njust: values\n");
    assert_eq!(
        plimsoll(&folder, &["-", "--strict"], &fine).status.code(),
        Some(0)
    );
}

#[test]
fn the_version_decides() {
    let folder = folder("version");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a:1, livenessProbe: {httpGet: {host: b, port: 80}}}]}\n";
    for (version, found) in [("v1.33", false), ("1.34", true), ("1.36.2", true)] {
        let output = plimsoll(
            &folder,
            &["-", "--verbose", "--kubernetes-version", version],
            pod,
        );
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            text.contains("probe-to-other-host"),
            found,
            "{version}: {text}"
        );
    }
}

#[test]
fn wrong_usage_is_no_verdict() {
    let folder = folder("usage");
    for (arguments, input, words) in [
        (&["nowhere.yaml"][..], "", "nowhere.yaml"),
        (&["-"], "just: values\n", "apiVersion"),
        (&["-", "--persona", "nobody"], GOOD, "regular"),
        (&["-", "--kubernetes-version", "2.0"], GOOD, "v1.30"),
    ] {
        let output = plimsoll(&folder, arguments, input);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(words), "{text}");
    }
}

/// By control, with a score that does not hang on what is shown or on the persona.
#[test]
fn frameworks_are_judged_by_control() {
    let folder = folder("framework");
    fs::write(folder.join("pod.yaml"), BAD).unwrap();
    let arguments = ["pod.yaml", "--framework", "pss-baseline"];
    for more in [&[][..], &["--severity", "critical"]] {
        let all = [&arguments[..], &["--format", "json"], more].concat();
        let output = plimsoll(&folder, &all, "");
        assert_eq!(output.status.code(), Some(2));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let compliance = &report["compliance"];
        assert_eq!(compliance["benchmark"], "pss-baseline");
        let rules = compliance["rules"].as_array().unwrap();
        let failed = rules.iter().filter(|rule| rule["result"] == "fail");
        let failed: Vec<&str> = failed.filter_map(|rule| rule["id"].as_str()).collect();
        assert_eq!(failed, ["privileged"]);
    }
    let table = plimsoll(&folder, &arguments, "");
    let text = String::from_utf8(table.stdout).unwrap();
    assert!(text.contains("pss-baseline: score 91.6 of 100"), "{text}");
    let output = plimsoll(&folder, &["pod.yaml", "--framework", "cis"], "");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("it is one of cis-1.12, mitre"), "{error}");
}

/// An allowance that lets nothing through is told, as an exception of a policy is.
#[test]
fn comments_without_effect_are_told() {
    let folder = folder("allow-notes");
    for (comment, words) in [
        ("# plimsoll: allow privileged-container, the driver", ""),
        ("# plimsoll: allow CKV_K8S_16, the driver", ""),
        (
            "# plimsoll: allow privileged-container until 2020-01-01, driver",
            "expired on 2020-01-01",
        ),
        ("# plimsoll: allow privileged-container", "gives no reason"),
        (
            "# plimsoll: allow privileged-container until soon, driver",
            "`soon` is no day",
        ),
        (
            "# plimsoll: allow priviledged-container, driver",
            "`privileged-container` is meant?",
        ),
        (
            "# plimsoll: allow host-port, another",
            "applies to nothing here",
        ),
        ("# plimsoll: ignore privileged-container", "it is written"),
        // It is not run for this persona: nothing can be said of it.
        ("# plimsoll: allow naked-pod, meant so", ""),
    ] {
        let text = BAD.replace(
            "          securityContext:",
            &format!("          {comment}\n          securityContext:"),
        );
        let output = plimsoll(&folder, &["-", "--format", "json"], &text);
        let report = report(&output);
        let notes = report["verdict"]["notes"].to_string();
        if words.is_empty() {
            assert_eq!(notes, "null", "{comment}");
        } else {
            assert!(notes.contains(words), "{comment}: {notes}");
            assert!(notes.contains("standard input:12: "), "{comment}: {notes}");
            assert_eq!(output.status.code(), Some(2), "{comment}");
        }
    }
}

/// A comment above all of a document speaks for all of it, at the end of one for nothing.
#[test]
fn comments_speak_for_what_follows() {
    let folder = folder("allow-place");
    let comment = "# plimsoll: allow privileged-container, the driver\n";
    for (text, code) in [
        (format!("{comment}{BAD}"), 0),
        (format!("{comment}---\n{BAD}"), 0),
        (format!("---\n{comment}{BAD}"), 0),
        (format!("{GOOD}{comment}---\n{BAD}"), 2),
        (format!("{BAD}{comment}"), 2),
        (format!("{comment}{GOOD}---\n{BAD}"), 2),
        (
            BAD.replace("privileged: true", &format!("privileged: true {comment}")),
            0,
        ),
        (
            BAD.replace("name: cart\n", &format!("name: cart {comment}")),
            2,
        ),
        (
            BAD.replace('\n', "\r\n")
                .replace("true\r\n", &format!("true {comment}")),
            0,
        ),
    ] {
        let output = plimsoll(&folder, &["-"], &text);
        assert_eq!(output.status.code(), Some(code), "{text}");
    }
}

/// The list on the command line, and the one in `plimsoll.yaml` where there is none.
#[test]
fn images_come_from_registries_of_the_list() {
    let folder = folder("registries");
    fs::write(folder.join("cart.yaml"), BAD).unwrap();
    let has = |arguments: &[&str]| {
        let arguments = [&["cart.yaml", "--format", "json"], arguments].concat();
        let report = report(&plimsoll(&folder, &arguments, ""));
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .any(|finding| finding["id"] == "registry-not-allowed")
    };
    assert!(!has(&[]), "no list is no demand");
    assert!(has(&["--registry", "registry.other.example"]));
    assert!(!has(&[
        "--registry",
        "registry.other.example",
        "--registry",
        "registry.example"
    ]));
    let settings = "settings:\n  registries: [registry.example/basket]\n";
    fs::write(folder.join("plimsoll.yaml"), settings).unwrap();
    assert!(has(&[]));
    assert!(!has(&["--registry", "registry.example"]));
}
