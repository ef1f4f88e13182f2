//! `plimsoll replay` and `plimsoll events` on traces that are made of scenarios in text.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plimsoll_behavior::scenario::{Step, read};
use plimsoll_behavior::trace::TraceWriter;

const RULES: &str = r"
- macro: reads
  condition: (evt.type in (open, openat, openat2) and evt.rawres >= 0)
- rule: Shadow read
  desc: Somebody reads the file of passwords.
  condition: reads and fd.name = /etc/shadow
  output: shadow read by %proc.name in %container.name (parent %proc.pname)
  priority: WARNING
  tags: [T1003]
";

const EVENTS: &str = "
0 host host_name=node-1 boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2
0 container cgroup=7 cgroup_path=/docker/abc container_id=abcdef container_name=web container_state=2
9 execve exe_path=/usr/sbin/nginx args=nginx comm=nginx cgroup=7 mnt=3 pidns=3 uid=0 euid=0
9 clone=10 child_pid=10 child_start=10000 cgroup=7 mnt=3 pidns=3
10 execve exe_path=/bin/cat args=cat,/etc/shadow comm=cat cgroup=7 mnt=3 pidns=3 uid=0 euid=0
10 openat=3 name=/etc/shadow flags=0 dir_fd=-100 cgroup=7 mnt=3 pidns=3
10 openat=-13 name=/etc/shadow flags=0 dir_fd=-100 cgroup=7 mnt=3 pidns=3
10 close fd=3 cgroup=7 mnt=3 pidns=3
10 procexit cgroup=7 mnt=3 pidns=3";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.path("rules.yaml"), RULES).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn trace(&self, events: &str, packed: bool) -> PathBuf {
        let mut writer = TraceWriter::new(Vec::new()).unwrap();
        for step in read(events).unwrap() {
            if let Step::Record(record) = step {
                writer.add(&record).unwrap();
            }
        }
        let mut bytes = writer.finish().unwrap();
        if packed {
            bytes = zstd::encode_all(&*bytes, 1).unwrap();
        }
        let path = self.path(if packed { "trace.zst" } else { "trace" });
        fs::write(&path, bytes).unwrap();
        path
    }

    fn replay(&self, trace: &Path, more: &[&str]) -> Output {
        let mut command = plimsoll("replay");
        command
            .arg(trace)
            .arg("--rules")
            .arg(self.path("rules.yaml"));
        command.args(more).output().unwrap()
    }
}

fn plimsoll(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.arg(name);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_trace_gives_the_same_alerts_each_time_packed_or_not() {
    let folder = Folder::new();
    let plain = folder.replay(&folder.trace(EVENTS, false), &["--format", "json"]);
    let packed = folder.replay(&folder.trace(EVENTS, true), &["--format", "json"]);
    assert_eq!(plain.status.code(), Some(0), "{}", text(&plain.stderr));
    assert_eq!(plain.stdout, packed.stdout);
    let lines = text(&plain.stdout);
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let alert: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(alert["rule"], "Shadow read");
    assert_eq!(alert["hostname"], "node-1");
    assert_eq!(alert["time"], "2023-11-14T22:13:21.006000000Z");
    let fields = &alert["output_fields"];
    assert_eq!(fields["proc.pname"], "nginx");
    assert_eq!(fields["container.name"], "web");
    let told = text(&plain.stderr);
    assert!(told.contains("9 events, 1 alerts"), "{told}");
}

#[test]
fn text_is_a_line_an_alert() {
    let folder = Folder::new();
    let output = folder.replay(&folder.trace(EVENTS, true), &["--quiet"]);
    assert_eq!(
        text(&output.stdout),
        "22:13:21.006000000: Warning shadow read by cat in web (parent nginx)\n"
    );
    assert!(output.stderr.is_empty());
}

#[test]
fn a_torn_trace_is_read_to_its_tear_and_said_to_be_torn() {
    let folder = Folder::new();
    let trace = folder.trace(EVENTS, false);
    let mut bytes = fs::read(&trace).unwrap();
    // The frame with the end is gone.
    bytes.truncate(bytes.len() - 40);
    fs::write(&trace, bytes).unwrap();
    let output = folder.replay(&trace, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert!(text(&output.stderr).contains("is torn: "));
    let output = folder.replay(&trace, &["--strict"]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn what_is_no_trace_fails_with_a_hint() {
    let folder = Folder::new();
    let output = folder.replay(&folder.path("rules.yaml"), &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("it is no trace of this program"), "{told}");
    assert!(told.contains("hint: "), "{told}");
    let output = folder.replay(&folder.path("none"), &[]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn events_are_json_and_filtered_by_conditions() {
    let folder = Folder::new();
    let trace = folder.trace(EVENTS, true);
    let run = |more: &[&str]| {
        let output = plimsoll("events").arg(&trace).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let lines = text(&output.stdout);
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<serde_json::Value>>()
    };
    let all = run(&[]);
    assert_eq!(all.len(), 9);
    assert!(
        all.iter()
            .all(|event| event["schema"] == "plimsoll.event/v1")
    );
    assert_eq!(run(&["--count", "2"]).len(), 2);
    let found = run(&[
        "--filter",
        "proc.name = cat and fd.name startswith \"/etc\"",
    ]);
    let kinds: Vec<_> = found.iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["openat", "openat", "close"]);
    assert_eq!(found[0]["container"]["name"], "web");
    assert_eq!(found[0]["ancestors"][0]["name"], "nginx");
    let rules = folder.path("rules.yaml");
    let found = run(&["--filter", "reads", "--rules", rules.to_str().unwrap()]);
    assert_eq!(found.len(), 1);
}

#[test]
fn a_condition_that_is_none_is_refused() {
    let folder = Folder::new();
    let trace = folder.trace(EVENTS, true);
    for condition in ["evt.typ = open", "evt.type =", "reads"] {
        let mut command = plimsoll("events");
        command.arg(&trace).args(["--filter", condition]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{condition}");
        assert!(text(&output.stderr).contains("failed to "), "{condition}");
        assert!(output.stdout.is_empty());
    }
}

/// What `watch` takes for its rules, scope and limits, `replay` takes too: from flags, or from the
/// file below them.
#[test]
fn scope_rules_and_limits_are_those_of_watch() {
    let folder = Folder::new();
    let twice = EVENTS.replace(
        "\n10 close",
        "\n10 openat=3 name=/etc/shadow flags=0 dir_fd=-100 cgroup=7 mnt=3 pidns=3\n10 close",
    );
    let more = "
- rule: Read again
  desc: d
  condition: reads and fd.name = /etc/shadow
  output: again
  priority: INFO
";
    fs::write(folder.path("rules.yaml"), format!("{RULES}{more}")).unwrap();
    let trace = folder.trace(&twice, false);
    let said = |config: &str, flags: &[&str]| {
        fs::write(folder.path("plimsoll.yaml"), config).unwrap();
        let output = plimsoll("replay")
            .args(["--quiet", "--config"])
            .arg(folder.path("plimsoll.yaml"))
            .args(flags)
            .arg(&trace)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().count()
    };
    let rules = folder.path("rules.yaml").display().to_string();
    let with_rules = ["--rules", rules.as_str()];
    let flags = |more: &[&'static str]| {
        let mut all: Vec<&str> = with_rules.to_vec();
        all.extend(more);
        all.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    // The same open again: one alert of each rule, and its count at the end.
    for (config, more, alerts) in [
        ("", vec![], 4),
        ("", vec!["--dedupe", "0"], 4),
        ("", vec!["--rule-matching", "first"], 2),
        ("", vec!["--container", "other"], 0),
        ("", vec!["--container", "w?b", "--no-host"], 4),
        ("", vec!["--namespace", "shop"], 0),
        ("", vec!["--alerts-max", "total=1"], 3),
        ("watch: {rule_matching: first, dedupe: 0}", vec![], 2),
        ("watch: {containers: [other]}", vec![], 0),
        (
            "watch: {containers: [other]}",
            vec!["--container", "web"],
            4,
        ),
    ] {
        let all = flags(&more);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(said(config, &all), alerts, "{config} {more:?}");
    }
    assert_eq!(said(&format!("watch: {{rules: [{rules}]}}"), &[]), 4);
}

/// What responses would have done is said, and nothing is done.
#[test]
fn responses_are_tried_on_a_recording() {
    let folder = Folder::new();
    let trace = folder.trace(EVENTS, false);
    let config = folder.path("plimsoll.yaml");
    let policy = "
responses:
  - {name: stop-readers, rules: ['Shadow*'], answer: stop, mode: enforce}
  - {name: tried, tags: [T1003], answer: pause}
";
    fs::write(&config, policy).unwrap();
    let output = plimsoll("replay")
        .arg("--config")
        .arg(&config)
        .arg("--rules")
        .arg(folder.path("rules.yaml"))
        .arg(&trace)
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(
        said.contains("response stop-readers: would stop: /bin/cat (10) in web, for Shadow read"),
        "{said}"
    );
    assert!(
        said.contains("response tried: would pause (mode audit)"),
        "{said}"
    );
    assert!(
        said.contains("2 decisions of responses, none carried out"),
        "{said}"
    );
}
