//! Programs killed before their first instruction, in a mount namespace of their own as containers
//! have it. Needs root and BPF.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use plimsoll_behavior::Record;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_policy::{Document, Response};
use plimsoll_sensor::respond::exec::{ExecAnswers, Outcome, Slots, outcome};
use plimsoll_sensor::{Filter, Options, Sensor};

fn sensor(policy: &str) -> Option<(Sensor, ExecAnswers)> {
    if !rustix::process::geteuid().is_root() || !Path::new("/sys/kernel/btf/vmlinux").exists() {
        println!("skipped: needs root and BPF");
        return None;
    }
    let options = Options {
        filter: Filter {
            kinds: BTreeSet::from([EventKind::Answered]),
            ..Filter::default()
        },
        ..Options::default()
    };
    let mut sensor = Sensor::load(&options).expect("a sensor: clang at build time, BPF");
    let attached: Vec<&str> = sensor
        .programs()
        .iter()
        .filter(|program| program.state == plimsoll_sensor::State::Attached)
        .map(|program| program.program.name)
        .collect();
    assert_eq!(attached, ["answer_exec"], "{:?}", sensor.programs());
    let responses = Document::parse(policy, "policy")
        .expect("a policy")
        .responses;
    let mut answers = ExecAnswers::new(None);
    answers
        .change(&mut sensor, &Slots::new(&responses), &[])
        .expect("told to the kernel");
    Some((sensor, answers))
}

/// Runs a program in a mount namespace of its own.
fn run(program: &Path) -> Output {
    Command::new("unshare")
        .arg("--mount")
        .arg(program)
        .output()
        .expect("unshare, of util-linux")
}

/// What the kernel said that it did: slot, outcome, path.
fn told(sensor: &mut Sensor) -> Vec<(u64, Outcome, String)> {
    let mut told = Vec::new();
    let each = |bytes: &[u8]| {
        let record = Record::read(bytes).expect("a record");
        let path = record.param(Param::ExePath).expect("a path");
        let (slot, outcome) = outcome(&record).expect("an answer");
        told.push((slot, outcome, String::from_utf8_lossy(path).into_owned()));
    };
    sensor
        .poll(Duration::from_millis(100), each)
        .expect("records");
    told
}

/// A copy of a program under a name that nobody else uses here.
fn program(folder: &Path, name: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::copy("/bin/echo", &path).expect("a copy of echo");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    path
}

#[test]
fn no_byte_of_output_comes_from_a_program_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = format!("plimsoll-kill-{}", std::process::id());
    let other = format!("plimsoll-live-{}", std::process::id());
    let policy = format!(
        "responses:\n  - {{name: a, exec: {{names: [{name}]}}, answer: kill, mode: enforce, at_most: 1000/second}}\n"
    );
    let Some((mut sensor, _answers)) = sensor(&policy) else {
        return;
    };
    let doomed = program(folder.path(), &name);
    let spared = program(folder.path(), &other);
    let mut killed = 0;
    for round in 0..300 {
        let output = run(&doomed);
        assert_eq!(output.status.signal(), Some(9), "round {round}: {output:?}");
        assert!(output.stdout.is_empty(), "round {round}: {output:?}");
        if round % 30 == 0 {
            assert!(run(&spared).status.success());
            killed += told(&mut sensor).len();
        }
    }
    let rest = told(&mut sensor);
    assert!(rest.iter().all(|(slot, outcome, path)| {
        *slot == 0 && *outcome == Outcome::Killed && path.ends_with(&name)
    }));
    assert_eq!(killed + rest.len(), 300, "each is told");
}

#[test]
fn the_host_is_spared_and_a_rate_holds_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = format!("plimsoll-rate-{}", std::process::id());
    let doomed = program(folder.path(), &name);
    let path = doomed.display();
    let policy = format!(
        "responses:\n  - {{name: a, exec: {{paths: [{path}]}}, answer: kill, mode: enforce, at_most: 2/hour}}\n"
    );
    let Some((mut sensor, _answers)) = sensor(&policy) else {
        return;
    };
    let on_host = Command::new(&doomed).status().expect("run");
    assert!(on_host.success(), "the host is left alone");
    let signals: Vec<Option<i32>> = (0..4).map(|_| run(&doomed).status.signal()).collect();
    assert_eq!(signals, [Some(9), Some(9), None, None]);
    let outcomes: Vec<Outcome> = told(&mut sensor).iter().map(|told| told.1).collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Killed,
            Outcome::Killed,
            Outcome::HeldBack,
            Outcome::HeldBack
        ]
    );
}

#[test]
fn without_enforce_it_is_only_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = format!("plimsoll-dry-{}", std::process::id());
    let policy = format!(
        "responses:\n  - {{name: a, exec: {{names: [{name}]}}, answer: kill, host: true}}\n"
    );
    let Some((mut sensor, _answers)) = sensor(&policy) else {
        return;
    };
    let program = program(folder.path(), &name);
    assert!(run(&program).status.success());
    assert!(Command::new(&program).status().expect("run").success());
    let outcomes: Vec<Outcome> = told(&mut sensor).iter().map(|told| told.1).collect();
    assert_eq!(outcomes, [Outcome::DryRun, Outcome::DryRun]);
}

/// While the policy is changed again and again, what it goes on saying holds without a gap, and the
/// count of its rate goes on.
#[test]
fn a_policy_is_exchanged_without_a_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = format!("plimsoll-gapless-{}", std::process::id());
    let other = format!("plimsoll-changed-{}", std::process::id());
    let policy = |more: &str, times: u32| {
        let text = format!(
            "responses:\n{more}  - {{name: stays, exec: {{names: [{name}]}}, answer: kill, \
             mode: enforce, at_most: {times}/hour}}\n"
        );
        Document::parse(&text, "policy")
            .expect("a policy")
            .responses
    };
    let Some((mut sensor, mut answers)) = sensor("responses: []") else {
        return;
    };
    let (doomed, changed) = (
        program(folder.path(), &name),
        program(folder.path(), &other),
    );
    let mut slots = Slots::default();
    let mut change = |sensor: &mut Sensor, responses: &[Response]| {
        slots.change(responses);
        answers
            .change(sensor, &slots, &[])
            .expect("told to the kernel");
    };
    assert!(run(&doomed).status.success());
    change(&mut sensor, &policy("", 1000));
    let runs = std::thread::spawn(move || {
        let runs = (0..100).map(|_| run(&doomed).status.signal());
        (runs.collect::<Vec<_>>(), doomed)
    });
    let more =
        format!("  - {{name: more, exec: {{names: [{other}]}}, answer: kill, mode: enforce}}\n");
    while !runs.is_finished() {
        // Another one, the same with another rate, neither.
        change(&mut sensor, &policy(&more, 1000));
        change(&mut sensor, &policy("", 1001));
        change(&mut sensor, &policy("", 1000));
        told(&mut sensor);
    }
    let (signals, doomed) = runs.join().expect("no panic");
    assert_eq!(signals, [Some(9); 100]);
    change(&mut sensor, &policy(&more, 3));
    assert_eq!(run(&changed).status.signal(), Some(9));
    change(&mut sensor, &policy("", 3));
    assert!(run(&changed).status.success(), "no longer said");
    let mut left = Vec::new();
    for _ in 0..4 {
        left.push(run(&doomed).status.signal());
        change(&mut sensor, &policy(&more, 3));
    }
    assert_eq!(left, [Some(9), Some(9), Some(9), None], "one count");
}
