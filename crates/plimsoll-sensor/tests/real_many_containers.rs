//! Ten thousand containers come and go while the sensor watches, through all that `plimsoll watch`
//! does with an event: ring, order, attribution, state, rules, gate. Each is told by its own name, and
//! nothing of them stays.
//!
//! All but a few hundred are what an engine leaves for the kernel to see: a cgroup with an engine's
//! name, a process in it that starts a program, and its end. The others are runc's.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test should fail where this fails"
)]

#[path = "support/containers.rs"]
mod containers;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use containers::{Root, Runc, may_run, output, unique};
use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::pipeline::{Judge, Order, Pipeline, PipelineOptions};
use plimsoll_behavior::rules::Loader;
use plimsoll_behavior::state::Moment;
use plimsoll_behavior::state::containers::REMOVED_MAX;
use plimsoll_behavior::state::table::EXITED_MAX;
use plimsoll_behavior::{Alert, Engine, Record, RecordWriter, own};
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::attribution::{Attribution, Places};
use plimsoll_sensor::{Filter, Options, Sensor, cgroup_root};

/// Containers in all, and those of runc.
const CONTAINERS: usize = 10_000;
const OF_RUNC: usize = 200;
/// After so many memory is what it will be.
const WARM: usize = 2_000;
/// What memory may grow by between then and the end, in bytes. What the eight thousand containers
/// after that are known by would be fifteen times as much.
const GROWTH_MAX: u64 = 4 << 20;
/// Others use this machine too: so many of their cgroups and processes may come meanwhile.
const OTHERS: usize = 500;

/// The rules, and which container they said it was.
struct Counting {
    engine: Engine,
    mark: String,
    /// By number: how often it was told by its own name.
    told: Vec<u32>,
    of_runc: usize,
    wrong: Vec<String>,
}

impl Judge for Counting {
    fn judge(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>) {
        let before = alerts.len();
        Judge::judge(&mut self.engine, moment, alerts);
        for alert in &alerts[before..] {
            if alert.rule != "Counted" {
                continue;
            }
            let args = String::from_utf8_lossy(moment.record.param(Param::Args).unwrap());
            let name = args.trim_end_matches('\0').rsplit('\0').next().unwrap();
            let found = alert.container.as_ref().map(|found| found.id.as_str());
            if found != Some(name) {
                self.wrong.push(format!("{name}: {found:?}"));
            } else if name.starts_with(&self.mark) {
                self.of_runc += 1;
            } else {
                self.told[usize::from_str_radix(name, 16).unwrap()] += 1;
            }
        }
    }
}

struct Watch {
    sensor: Sensor,
    attribution: Attribution,
    order: Order,
    pipeline: Pipeline<Counting>,
    seen: usize,
    alerts: usize,
}

impl Watch {
    fn new(mark: &str) -> Self {
        let mut loader = Loader::new(&Catalog);
        for (name, text) in own::files() {
            loader.file(&name, text.as_bytes());
        }
        let counted = format!(
            "- rule: Counted\n  desc: d\n  condition: evt.type = execve and evt.rawres = 0 and proc.name = true and proc.args contains {mark}\n  \
             output: in %container.id\n  priority: INFO\n"
        );
        loader.file("counted.yaml", counted.as_bytes());
        let loaded = loader.finish();
        assert!(loaded.is_ok(), "{:?}", loaded.diagnostics);
        let engine = Engine::new(&loaded.set).unwrap();
        let filter = Filter::for_rules(engine.interest().kinds.iter().copied());
        let sensor = Sensor::load(&Options {
            filter,
            ..Options::default()
        })
        .unwrap();
        let judge = Counting {
            engine,
            mark: mark.to_owned(),
            told: vec![0; CONTAINERS],
            of_runc: 0,
            wrong: Vec::new(),
        };
        let mut watch = Self {
            sensor,
            attribution: Attribution::new(namespace("pid"), Places::default()).unwrap(),
            order: Order::default(),
            pipeline: Pipeline::new(judge, PipelineOptions::default()),
            seen: 0,
            alerts: 0,
        };
        let host = RecordWriter::new(EventKind::Host)
            .bytes(Param::HostName, b"node")
            .number(Param::HostMntNs, namespace("mnt").into())
            .number(Param::HostPidNs, namespace("pid").into())
            .finish();
        let mut records = vec![host];
        watch.attribution.scan(now_ns(), &mut records);
        watch.feed(&records);
        watch
    }

    /// One round, as `plimsoll watch` goes around.
    fn turn(&mut self) {
        let Self { sensor, order, .. } = self;
        let mut due = Vec::new();
        sensor
            .poll(Duration::from_millis(20), |bytes| {
                let time = Record::read(bytes).unwrap().time_ns;
                order.push(bytes, time, |bytes| due.push(bytes.to_vec()));
            })
            .unwrap();
        order.settle(now_ns(), |bytes| due.push(bytes.to_vec()));
        let mut added = Vec::new();
        for bytes in due {
            let record = Record::read(&bytes).unwrap();
            self.attribution.foresee(&record, &mut added);
            self.feed(&std::mem::take(&mut added));
            self.feed(std::slice::from_ref(&bytes));
            self.attribution.see(&record, &mut added);
            self.feed(&std::mem::take(&mut added));
        }
        self.attribution.poll(now_ns(), &mut added);
        self.feed(&added);
    }

    fn feed(&mut self, records: &[Vec<u8>]) {
        let mut out = Vec::new();
        for bytes in records {
            self.seen += 1;
            self.pipeline.feed(bytes, &mut out).unwrap();
        }
        self.alerts += out.len();
    }

    /// What is held: cgroups and containers of the attribution; containers, cgroups and processes of
    /// the state; alerts that may come again.
    fn held(&self) -> [usize; 6] {
        let (counts, state) = (self.attribution.counts(), self.pipeline.state());
        [
            counts.cgroups,
            counts.containers,
            state.containers.len(),
            state.containers.cgroups(),
            state.process_count(),
            self.pipeline.remembered(),
        ]
    }

    fn lost(&self) -> u64 {
        let losses = self.sensor.losses().unwrap();
        let ring = losses.iter().filter(|loss| loss.reason != "repetition");
        ring.map(|loss| loss.count).sum()
    }
}

#[test]
fn ten_thousand_containers_leave_nothing_behind() {
    if !may_run() {
        return;
    }
    let mark = unique("many");
    let (root, runc) = (Root::new(), Runc::new());
    let program = compiled(&runc.folder.at(""));
    let tree = Tree::new(&mark);
    let mut watch = Watch::new(&mark);
    let before = watch.held();
    let begun = Instant::now();
    let mut warm = None;
    thread::scope(|scope| {
        let made = scope.spawn(|| {
            let half = (CONTAINERS - OF_RUNC) / 2;
            for from in [0, half] {
                make(&program, &tree, &mark, from, half);
                for number in 0..OF_RUNC / 2 {
                    let name = format!("{mark}-{from}-{number}");
                    let bundle = runc.bundle(&name, &root, &["true", &name], |_| {});
                    assert!(runc.run(&name, &bundle), "{name}");
                    std::fs::remove_dir_all(bundle).unwrap();
                }
            }
        });
        while !made.is_finished() {
            watch.turn();
            let judge = watch.pipeline.judge();
            let count = judge.told.iter().sum::<u32>() as usize;
            if warm.is_none() && count >= WARM {
                warm = Some((memory_bytes(), watch.held()));
            }
        }
        let end = Instant::now() + Duration::from_millis(500);
        while Instant::now() < end {
            watch.turn();
        }
    });
    let (memory, warm) = (warm.unwrap(), memory_bytes());
    let took = begun.elapsed();
    assert_eq!(watch.lost(), 0, "{:?}", watch.sensor.losses());
    let judge = watch.pipeline.judge();
    assert!(judge.wrong.is_empty(), "{:?}", judge.wrong.first());
    let made = CONTAINERS - OF_RUNC;
    let missing: Vec<_> = (0..made)
        .filter(|number| judge.told[*number] != 1)
        .collect();
    assert!(missing.is_empty(), "not told once: {missing:?}");
    assert_eq!(judge.of_runc, OF_RUNC);

    // What has ended is held for late events, so many and no longer than half a minute.
    let full = watch.held();
    let mut out = Vec::new();
    watch.attribution.poll(now_ns() + 31_000_000_000, &mut out);
    let after = watch.held();
    println!(
        "{took:?}; {} events; memory {} -> {warm}; held {before:?}, {:?} at {WARM}, {full:?} at the end, {after:?} later",
        watch.seen, memory.0, memory.1
    );
    let late = [0, 0, REMOVED_MAX, REMOVED_MAX + 1024, EXITED_MAX, 16 << 10];
    for (index, late) in late.into_iter().enumerate() {
        assert!(
            after[index] <= before[index] + late + OTHERS,
            "{index}: {before:?} {after:?}"
        );
    }
    assert!(
        warm.saturating_sub(memory.0) < GROWTH_MAX,
        "{} {warm}",
        memory.0
    );
}

/// Has the C program make so many.
fn make(program: &Path, tree: &Tree, mark: &str, from: usize, count: usize) {
    let made = Command::new(program)
        .arg(&tree.0)
        .args([&count.to_string(), mark, &from.to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{:?} {said}", made.status);
}

fn compiled(folder: &Path) -> PathBuf {
    let program = folder.join("many");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/many.c");
    let mut command = Command::new("cc");
    command
        .args(["-O1", "-Wall", "-o"])
        .arg(&program)
        .arg(source);
    output(&mut command, "gcc and libc6-dev");
    program
}

/// A part of the tree of cgroups that is this test's own.
struct Tree(PathBuf);

const FOLDERS: &[&str] = &[
    "docker",
    "libpod_parent",
    "kubepods",
    "kubepods/besteffort",
    "kubepods/besteffort/pod0f0e0d0c-1111-2222-3333-444455556666",
    "system.slice",
];

impl Tree {
    fn new(name: &str) -> Self {
        let tree = Self(cgroup_root().unwrap().join(name));
        std::fs::create_dir(&tree.0).unwrap();
        for folder in FOLDERS {
            std::fs::create_dir(tree.0.join(folder)).unwrap();
        }
        tree
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        for folder in FOLDERS.iter().rev() {
            let _ = std::fs::remove_dir(self.0.join(folder));
        }
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Of this process, without what belongs to files.
fn memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon"));
    let kib: u64 = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kib << 10
}

fn namespace(name: &str) -> u32 {
    let link = std::fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
    let text = link.to_string_lossy().into_owned();
    let number = text.trim_matches(|letter: char| !letter.is_ascii_digit());
    number.parse().unwrap()
}

fn now_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
