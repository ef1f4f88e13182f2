//! A whole run without a kernel: events, clock and losses come from the test.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use plimsoll_behavior::pipeline::PipelineOptions;
use plimsoll_behavior::scenario::{self, Step};
use plimsoll_behavior::{Alert, Record};
use plimsoll_model::Timestamp;
use plimsoll_model::event::EventKind;
use plimsoll_notify::{Notifier, Target, TargetOptions};
use plimsoll_policy::Document;
use plimsoll_sensor::respond::exec::{Place, Slots};

use super::budget::{Budget, Limits};
use super::scope::Scope;
use super::work::{Losses, Memory, Now, Parts, Source, Update, Work};
use super::{Configured, RuleFiles, Seat, Signals, StateFile, Taken};
use crate::cli::WatchArgs;
use crate::configuration::read_document;

const RULES: &str = "
- rule: Shadow
  desc: d
  condition: evt.type=openat and fd.name=/etc/shadow
  output: opened by %proc.name
  priority: WARNING
";

#[derive(Default)]
struct Machine {
    records: VecDeque<Vec<u8>>,
    losses: Losses,
    seconds: f64,
    cpu_seconds: f64,
    own_bytes: u64,
    /// What the kernel was told to answer, and about which containers.
    answers: Vec<String>,
    refuses_answers: bool,
}

#[derive(Clone, Default)]
struct Fake(Rc<RefCell<Machine>>);

impl Source for Fake {
    fn poll(&mut self, _: Duration, each: &mut dyn FnMut(&[u8])) -> Result<bool, String> {
        let records = std::mem::take(&mut self.0.borrow_mut().records);
        for record in &records {
            each(record);
        }
        Ok(false)
    }

    fn see(&mut self, _: &Record<'_>, _: &mut Vec<Vec<u8>>) {}

    fn learned(&mut self, _: u64, _: &mut Vec<Vec<u8>>) {}

    fn look_at(&mut self, _: u32, _: &mut Vec<Vec<u8>>) {}

    fn answer(&mut self, slots: &Slots, known: &[(u64, Place<'_>)]) -> Result<(), String> {
        let mut machine = self.0.borrow_mut();
        if machine.refuses_answers {
            return Err("failed to prepare responses: no map".to_owned());
        }
        machine
            .answers
            .push(format!("{} {known:?}", !slots.is_empty()));
        Ok(())
    }

    fn losses(&mut self) -> Losses {
        std::mem::take(&mut self.0.borrow_mut().losses)
    }

    fn programs(&self) -> (u64, u64) {
        (3, 1)
    }

    fn now(&self) -> Now {
        let machine = self.0.borrow();
        Now {
            wall: at(machine.seconds),
            since_boot: Duration::from_secs_f64(machine.seconds),
        }
    }

    fn cpu(&self) -> Duration {
        Duration::from_secs_f64(self.0.borrow().cpu_seconds)
    }

    fn memory(&self) -> Memory {
        let own_bytes = self.0.borrow().own_bytes;
        Memory {
            resident_bytes: own_bytes,
            own_bytes,
        }
    }
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + (seconds * 1000.0) as i64).unwrap()
}

struct Run {
    machine: Fake,
    work: Work<Fake>,
    updates: Receiver<Update>,
    folder: tempfile::TempDir,
}

impl Run {
    fn new(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.yaml");
        std::fs::write(&path, RULES).unwrap();
        let mut rules = RuleFiles::new(false, vec![path]);
        let compiled = rules.load().unwrap();
        let mut notifier = Notifier::default();
        let target = format!("json={}", folder.path().join("out").display());
        let target = Target::parse(&target).unwrap();
        let output = target.open(&TargetOptions::default()).unwrap();
        notifier.add("file", output).unwrap();
        let machine = Fake::default();
        machine.0.borrow_mut().seconds = 100.0;
        let (sender, updates) = sync_channel(1000);
        let scope = Scope {
            host: true,
            ..Scope::default()
        };
        let mut work = Work::new(Parts {
            source: machine.clone(),
            seat: Seat::new(compiled.judge, scope),
            options: PipelineOptions::default(),
            budget: Budget::new(limits, Duration::from_secs(100), Duration::ZERO),
            rules,
            rule_count: compiled.rules as u64,
            interest: compiled.interest,
            notifier,
            updates: sender,
            signals: Signals::default(),
        });
        for record in records("0 host host_name=node boot_time=1700000000000000000") {
            work.feed(&record);
        }
        Self {
            machine,
            work,
            updates,
            folder,
        }
    }

    /// Lets events come, so many seconds later.
    fn turn(&mut self, seconds: f64, text: &str) -> Vec<Alert> {
        {
            let mut machine = self.machine.0.borrow_mut();
            machine.seconds += seconds;
            let t = (machine.seconds * 1e9) as u64;
            let stamped = text.lines().map(|line| format!("{line} t={t}\n"));
            machine
                .records
                .extend(records(&stamped.collect::<String>()));
        }
        self.work.turn().unwrap();
        // What waits for its order goes on in the next turn.
        self.machine.0.borrow_mut().seconds += 0.01;
        self.work.turn().unwrap();
        self.alerts()
    }

    fn alerts(&self) -> Vec<Alert> {
        let alerts = self.updates.try_iter().filter_map(|update| match update {
            Update::Alert(alert) => Some(*alert),
            _ => None,
        });
        alerts.collect()
    }

    /// From now on the configuration's file is looked at.
    fn configured(&mut self) {
        let file = self.folder.path().join("plimsoll.yaml");
        let rules = self.folder.path().join("rules.yaml");
        std::fs::write(&file, "").unwrap();
        let trail = self.folder.path().join("answers.jsonl");
        let arguments = WatchArgs {
            trail: Some(trail.clone()),
            ..WatchArgs::default()
        };
        let read = move || {
            let (document, _): (Document, _) = read_document(&file)?;
            let mut watch = document.watch;
            if watch.rules.is_empty() {
                watch.rules = vec![rules.display().to_string()];
            }
            Taken::of(&arguments, &watch, document.responses, vec![file.clone()])
        };
        let taken = read().unwrap();
        self.work.trail = Some(trail);
        self.work.configured = Some(Configured::new(taken, Box::new(read)));
    }

    fn configuration_is(&self, text: &str) {
        std::fs::write(self.folder.path().join("plimsoll.yaml"), text).unwrap();
    }

    /// The audit trail's responses with what came of them.
    fn trail(&self) -> Vec<String> {
        let path = self.folder.path().join("answers.jsonl");
        let contents = crate::respond::trail::read(&path).unwrap();
        let entries = contents.entries.iter();
        entries
            .map(|entry| format!("{} {}", entry.response, entry.state))
            .collect()
    }

    fn rules_are(&self, text: &str) {
        std::fs::write(self.folder.path().join("rules.yaml"), text).unwrap();
    }
}

fn records(text: &str) -> Vec<Vec<u8>> {
    let steps = scenario::read(text).unwrap().into_iter();
    let records = steps.filter_map(|step| match step {
        Step::Record(bytes) => Some(bytes),
        Step::Question { .. } => None,
    });
    records.collect()
}

fn outputs(alerts: &[Alert]) -> Vec<&str> {
    alerts.iter().map(|alert| alert.output.as_str()).collect()
}

const NO_LIMITS: Limits = Limits {
    cpu: None,
    memory_bytes: 0,
};
const OPEN: &str = "7 openat=3 name=/etc/shadow flags=0 comm=cat";

#[test]
fn events_become_alerts_in_all_outputs() {
    let mut run = Run::new(NO_LIMITS);
    run.turn(0.1, "7 execve exe_path=/bin/cat args=cat,x comm=cat ppid=1");
    let alerts = run.turn(0.1, OPEN);
    assert_eq!(outputs(&alerts), ["opened by cat"]);
    assert_eq!(alerts[0].hostname, "node");
    let folder = run.folder.path().to_owned();
    run.work.signals.stop();
    run.work.run();
    let text = plimsoll_image::read_file_capped(&folder.join("out"), 1 << 20).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("\"rule\":\"Shadow\""));
}

#[test]
fn changed_rules_are_taken_and_bad_ones_leave_the_old() {
    let mut run = Run::new(NO_LIMITS);
    run.turn(0.1, "7 execve exe_path=/bin/cat args=cat,x comm=cat ppid=1");
    run.rules_are("- rule: [");
    let alerts = run.turn(3.0, "");
    assert_eq!(alerts[0].rule, "Plimsoll internal: rules not reloaded");
    assert!(
        alerts[0].output.contains("rules.yaml"),
        "{}",
        alerts[0].output
    );
    assert_eq!(outputs(&run.turn(0.1, OPEN)), ["opened by cat"]);
    run.rules_are(
        &RULES
            .replace("opened by", "read by")
            .replace("Shadow", "Other"),
    );
    let alerts = run.turn(3.0, "");
    assert_eq!(outputs(&alerts), ["1 rule is in force"]);
    assert_eq!(outputs(&run.turn(0.1, OPEN)), ["read by cat"]);
}

#[test]
fn losses_and_shedding_are_counted_and_told() {
    let mut run = Run::new(Limits {
        cpu: Some(0.1),
        memory_bytes: 0,
    });
    let lost = (Some(EventKind::Openat), "ring full".to_owned(), 5);
    run.machine.0.borrow_mut().losses.push(lost);
    run.machine.0.borrow_mut().cpu_seconds = 50.0;
    run.turn(1.0, "");
    // Over its share: opens are shed, execs are not.
    run.turn(0.1, &[OPEN; 3].join("\n"));
    let exec = run.turn(0.1, "9 execve exe_path=/bin/x args=x comm=x ppid=1");
    assert!(exec.is_empty());
    run.turn(2.0, "");
    let alerts = run.turn(61.0, "9 procexit");
    assert_eq!(outputs(&alerts).len(), 1, "{alerts:?}");
    assert!(alerts[0].output.starts_with("8 events lost since "));
    assert!(
        alerts[0]
            .output
            .ends_with("openat (5, ring full), openat (3, shed)")
    );
}

#[test]
fn memory_past_its_limit_is_told() {
    let mut run = Run::new(Limits {
        cpu: None,
        memory_bytes: 64 << 20,
    });
    run.machine.0.borrow_mut().own_bytes = 70 << 20;
    let alerts = run.turn(2.0, "");
    assert!(outputs(&alerts)[0].starts_with("70 MiB of memory are used"));
    assert!(run.turn(2.0, "").is_empty(), "told once");
}

#[test]
fn a_restart_tells_what_it_missed() {
    let path = |run: &Run| run.folder.path().join("state.json");
    let mut first = Run::new(NO_LIMITS);
    let file = path(&first);
    first.work.state_file = Some(StateFile::new(file.clone()));
    first.turn(0.1, OPEN);
    first.work.signals.stop();
    let folder = first.folder;
    first.work.run();
    let mut second = Run::new(NO_LIMITS);
    second.machine.0.borrow_mut().seconds = 500.0;
    second.work.state_file = Some(StateFile::new(file));
    second.work.signals.stop();
    let updates = second.updates;
    second.work.run();
    let alerts: Vec<Alert> = updates
        .try_iter()
        .filter_map(|update| match update {
            Update::Alert(alert) => Some(*alert),
            _ => None,
        })
        .collect();
    assert_eq!(
        outputs(&alerts),
        [
            "not watching from 2023-11-14T22:15:00.110000000Z to 2023-11-14T22:21:40.000000000Z: it was ended"
        ]
    );
    assert!(Path::new(folder.path()).exists());
}

#[test]
fn a_recording_holds_what_was_judged() {
    let mut run = Run::new(NO_LIMITS);
    let path = run.folder.path().join("t");
    run.work.recorder = Some(super::Recorder::create(&path).unwrap());
    run.turn(0.1, OPEN);
    let lost = (None, "ring full".to_owned(), 2);
    run.machine.0.borrow_mut().losses.push(lost);
    run.turn(2.0, "");
    run.work.signals.stop();
    let updates = run.updates;
    run.work.run();
    let notes: Vec<String> = updates
        .try_iter()
        .filter_map(|update| match update {
            Update::Note(note) => Some(note),
            _ => None,
        })
        .collect();
    assert_eq!(notes, ["recorded 2 events"]);
    assert!(std::fs::metadata(path).unwrap().len() > 100);
}

const RESPONSE: &str = "
responses:
  - {name: shadow, rules: [Shadow], answer: alert, host: true, mode: enforce, at_most: 1/hour}
";

#[test]
fn changed_responses_are_taken_and_what_did_not_change_keeps_its_counts() {
    let mut run = Run::new(NO_LIMITS);
    run.configured();
    run.turn(0.1, "7 execve exe_path=/bin/cat args=cat,x comm=cat ppid=1");
    run.turn(0.1, OPEN);
    assert!(run.trail().is_empty(), "nothing is said yet");
    run.configuration_is(RESPONSE);
    assert_eq!(
        outputs(&run.turn(3.0, "")),
        ["1 response is in force, 1 enforced"]
    );
    // The same open again is no new alert, and is answered all the same.
    run.turn(0.1, OPEN);
    assert_eq!(run.trail(), ["shadow done"]);
    // A file with an error leaves the old ones.
    run.configuration_is("responses: [{name: shadow, rules: [Shadow], anser: alert}]");
    let refused = run.turn(3.0, "");
    assert_eq!(
        refused[0].rule,
        "Plimsoll internal: configuration not reloaded"
    );
    assert!(
        refused[0].output.contains("unknown field `anser`"),
        "{}",
        refused[0].output
    );
    // Another one beside: the first stays at its rate.
    let more = "  - {name: more, rules: [Shadow], answer: alert, host: true, mode: enforce}\n";
    run.configuration_is(&format!("{RESPONSE}{more}"));
    assert_eq!(
        outputs(&run.turn(3.0, "")),
        ["2 responses are in force, 2 enforced"]
    );
    run.turn(0.1, OPEN);
    assert_eq!(
        run.trail(),
        ["shadow done", "shadow held-back", "more done"]
    );
    run.configuration_is("");
    assert_eq!(
        outputs(&run.turn(3.0, "")),
        ["0 responses are in force, 0 enforced"]
    );
    run.turn(0.1, OPEN);
    assert_eq!(run.trail().len(), 3);
}

#[test]
fn what_the_kernel_answers_is_exchanged_with_the_containers_it_is_about() {
    let mut run = Run::new(NO_LIMITS);
    run.configured();
    let container = "0 container cgroup=7 cgroup_path=/docker/abc container_id=abcdef \
                     container_name=web container_image=shop/web container_state=2";
    run.turn(0.1, container);
    let exec = "responses: [{name: x, exec: {names: [xmrig]}, containers: [web], answer: kill}]";
    run.machine.0.borrow_mut().refuses_answers = true;
    run.configuration_is(exec);
    let refused = run.turn(3.0, "");
    assert!(refused[0].output.ends_with("no map"), "{refused:?}");
    run.machine.0.borrow_mut().refuses_answers = false;
    run.work.signals.reload();
    let told = run.turn(0.1, "");
    assert_eq!(told[0].output, "1 response is in force, 0 enforced");
    let told = run.machine.0.borrow().answers.clone();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("true [(7, Place { container: \"web\", image: \"shop/web\""));
}

#[test]
fn scope_limits_and_rules_of_the_file_are_taken() {
    let mut run = Run::new(NO_LIMITS);
    run.configured();
    run.turn(0.1, "7 execve exe_path=/bin/cat args=cat,x comm=cat ppid=1");
    run.configuration_is("watch: {host: false, dedupe: 0, metrics: 9187}");
    assert_eq!(
        outputs(&run.turn(3.0, "")),
        ["scope taken; limits taken; of the next start: metrics"]
    );
    assert!(run.turn(0.1, OPEN).is_empty(), "not in scope");
    let other = run.folder.path().join("other.yaml");
    std::fs::write(&other, RULES.replace("opened by", "seen by")).unwrap();
    let rules = other.display();
    run.configuration_is(&format!(
        "watch: {{dedupe: 0, metrics: 9187, rules: [{rules}]}}"
    ));
    assert_eq!(
        outputs(&run.turn(3.0, "")),
        ["scope taken", "1 rule is in force"]
    );
    let two = run.turn(0.1, &[OPEN; 2].join("\n"));
    assert_eq!(outputs(&two), ["seen by cat", "seen by cat"]);
}
