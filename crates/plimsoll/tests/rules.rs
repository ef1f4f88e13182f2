//! `plimsoll rules` as a person runs it.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const GOOD: &str = "\
- list: shells
  items: [sh, bash]
- rule: Shell as root
  desc: A shell runs as root.
  condition: evt.type in (execve, execveat) and proc.name in (shells) and user.uid = 0
  output: A shell (user=%user.name command=%proc.cmdline)
  priority: WARNING
  tags: [shell]
- rule: Nobody
  desc: Never.
  condition: evt.type = open and proc.name = nobody
  output: Nobody
  priority: DEBUG
  enabled: false
";

const BAD: &str = "\
- rule: Broken
  desc: d
  condition: >
    evt.type = open
    and (proc.name = x
  output: o
  priority: INFO
";

fn plimsoll(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.yaml"), GOOD).unwrap();
    fs::write(folder.path().join("bad.yaml"), BAD).unwrap();
    let good = plimsoll(folder.path(), &["rules", "check", "good.yaml"]);
    assert_eq!(stdout(&good), "good.yaml: Ok\n");
    assert_eq!(good.status.code(), Some(0));
    let bad = plimsoll(
        folder.path(),
        &["rules", "check", "bad.yaml", "missing.yaml"],
    );
    assert_eq!(bad.status.code(), Some(1));
    insta::assert_snapshot!("check", stdout(&bad));
    let json = plimsoll(folder.path(), &["rules", "check", ".", "--format", "json"]);
    assert_eq!(json.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let results = json["falco_load_results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["successful"], false);
    assert_eq!(results[1]["successful"], true);
    let error = &results[0]["errors"][0];
    assert_eq!(error["code"], "LOAD_ERR_COMPILE_CONDITION");
    assert_eq!((&error["line"], &error["column"]), (&5.into(), &23.into()));
    let last = error["context"]["locations"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(last["item_type"], "condition expression");
    assert_eq!(last["position"]["line"], 4);
    assert!(error["context"]["snippet"].as_str().unwrap().contains('^'));
}

#[test]
fn rules_are_listed_with_what_they_need() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.yaml"), GOOD).unwrap();
    let table = plimsoll(folder.path(), &["rules", "list", "good.yaml"]);
    insta::assert_snapshot!("list", stdout(&table));
    let json = plimsoll(
        folder.path(),
        &["rules", "list", "good.yaml", "--format", "json"],
    );
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let rule = &json["rules"][0];
    assert_eq!(
        rule["event_types"],
        serde_json::json!(["execve", "execveat"])
    );
    assert_eq!(
        rule["fields"],
        serde_json::json!(["evt.type", "proc.name", "user.uid"])
    );
    assert_eq!(rule["line"], 3);
    let own = plimsoll(folder.path(), &["rules", "list"]);
    assert!(own.status.success(), "{own:?}");
    assert!(stdout(&own).lines().count() > 50);
}

#[test]
fn tests_of_rules_say_what_fired() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.yaml"), GOOD).unwrap();
    let tests = "\
rules: [good.yaml]
tests:
  - name: a shell as root
    events: |
      100 execve exe_path=/bin/sh exe=/bin/sh args=sh comm=sh ppid=1 uid=0 euid=0
    fires: [Shell as root]
  - name: a shell as somebody
    events: |
      100 execve exe_path=/bin/sh exe=/bin/sh args=sh comm=sh ppid=1 uid=7 euid=7
    fires: []
";
    fs::write(folder.path().join("tests.yaml"), tests).unwrap();
    let good = plimsoll(folder.path(), &["rules", "test", "tests.yaml"]);
    let want = "ok      a shell as root\nok      a shell as somebody\n2 tests, 0 failed\n";
    assert_eq!(stdout(&good), want, "{good:?}");
    assert_eq!(good.status.code(), Some(0));
    let wrong = tests.replace("fires: []", "fires: [Shell as root]");
    fs::write(folder.path().join("tests.yaml"), wrong).unwrap();
    let bad = plimsoll(folder.path(), &["rules", "test", "tests.yaml"]);
    assert!(stdout(&bad).contains("wanted: Shell as root\n        fired:  nothing\n"));
    assert_eq!(bad.status.code(), Some(1));
    let unknown = tests.replace("fires: []", "fires: [No such rule]");
    fs::write(folder.path().join("tests.yaml"), unknown).unwrap();
    let bad = plimsoll(folder.path(), &["rules", "test", "tests.yaml"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("no rule is called 'No such rule'"));
}
