//! A sensor for tests: some kinds of events, of this very process or of one child. A test file takes
//! this in with
//!
//! ```text
//! #[path = "support/recorder.rs"]
//! mod recorder;
//! ```

#![allow(dead_code, reason = "each test uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a part of tests"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::filter::Filter;
use plimsoll_sensor::load::{Options, Sensor, State};

/// How long events may take on a busy machine.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Whether tests with kernel programs can run here; says so when not.
pub fn may_run() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    let has_types = Path::new("/sys/kernel/btf/vmlinux").exists();
    if !is_root || !has_types {
        println!("skipped: needs root and BPF (root: {is_root}, types of the kernel: {has_types})");
    }
    is_root && has_types
}

pub struct Recorder {
    sensor: Sensor,
    records: Vec<Vec<u8>>,
}

impl Recorder {
    /// Tells events of these kinds, the test's own included. Panics when a program that the sensor
    /// needs for them does not load.
    pub fn new(kinds: &[EventKind]) -> Self {
        Self::with(kinds, |_| {})
    }

    pub fn with(kinds: &[EventKind], change: impl FnOnce(&mut Filter)) -> Self {
        let mut filter = Filter {
            kinds: kinds.iter().copied().collect(),
            ..Filter::default()
        };
        change(&mut filter);
        let options = Options {
            filter,
            without_self: false,
            ..Options::default()
        };
        let sensor = Sensor::load(&options).unwrap_or_else(|error| panic!("failed to {error}"));
        for program in sensor.programs() {
            if let State::Refused(reason) = &program.state {
                assert!(
                    program.program.optional,
                    "{}: {reason}",
                    program.program.name
                );
                println!("left out: {}: {reason}", program.program.name);
            }
        }
        let mut recorder = Self {
            sensor,
            records: Vec::new(),
        };
        // Attaching programs is told as well.
        recorder.clear();
        recorder
    }

    /// Forgets what was told so far.
    pub fn clear(&mut self) {
        let _ = self.sensor.poll(Duration::ZERO, |_| {});
        self.records.clear();
    }

    fn take(&mut self) {
        let records = &mut self.records;
        self.sensor
            .poll(Duration::ZERO, |bytes| records.push(bytes.to_vec()))
            .unwrap();
    }

    /// All records so far of a thread.
    pub fn of_thread(&mut self, tid: u32) -> Vec<Record<'_>> {
        self.take();
        self.records
            .iter()
            .map(|bytes| Record::read(bytes).unwrap())
            .filter(|record| record.tid == tid)
            .collect()
    }

    /// All records so far of the thread that asks.
    pub fn own(&mut self) -> Vec<Record<'_>> {
        self.of_thread(own_tid())
    }

    /// Waits for a record; panics with all that came when it does not.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&Record<'_>) -> bool) -> Record<'_> {
        let begun = Instant::now();
        let found = loop {
            self.take();
            let found = self
                .records
                .iter()
                .position(|bytes| wanted(&Record::read(bytes).unwrap()));
            if let Some(found) = found {
                break found;
            }
            if begun.elapsed() > WAIT_MAX {
                for bytes in &self.records {
                    println!("{}", told(&Record::read(bytes).unwrap()));
                }
                println!("{:?}", self.sensor.losses());
                panic!("no record: {what}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Record::read(&self.records[found]).unwrap()
    }

    /// Waits for a record of a kind of the thread that asks.
    pub fn own_of(&mut self, kind: EventKind) -> Record<'_> {
        let tid = own_tid();
        self.wait(kind.name(), |record| {
            record.kind == kind && record.tid == tid
        })
    }

    pub fn sensor(&mut self) -> &mut Sensor {
        &mut self.sensor
    }
}

pub fn own_tid() -> u32 {
    rustix::thread::gettid().as_raw_nonzero().get() as u32
}

/// A record as a person reads it.
pub fn told(record: &Record<'_>) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{} pid {} tid {} ret {} flags {:#x}",
        record.kind, record.exec.pid, record.tid, record.ret, record.flags
    );
    for (number, value) in record.params() {
        let Some(param) = Param::from_number(number) else {
            continue;
        };
        let _ = match (record.number(param), record.signed(param)) {
            (Some(number), Some(signed))
                if param.value_type() != plimsoll_model::event::Type::Bytes =>
            {
                if signed < 0 {
                    write!(text, " {}={signed}", param.name())
                } else {
                    write!(text, " {}={number}", param.name())
                }
            }
            _ => write!(text, " {}={}", param.name(), value.escape_ascii()),
        };
    }
    text
}
