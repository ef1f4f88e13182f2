//! The sensor with rules behind it: which of them fire in which container.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use plimsoll_behavior::pipeline::Order;
use plimsoll_behavior::{Engine, Record, RecordWriter, State};
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::attribution::{Attribution, Places};
use plimsoll_sensor::{Options, Sensor};

/// How long an event may take to come on a busy machine.
const SEEN_MAX: Duration = Duration::from_secs(30);

pub struct Watched {
    sensor: Sensor,
    attribution: Attribution,
    order: Order,
    state: State,
    engine: Engine,
    /// What fired, by container: rule and output.
    pub fired: BTreeMap<String, BTreeSet<(String, String)>>,
}

impl Watched {
    pub fn new(engine: Engine) -> Self {
        let attribution = Attribution::new(namespace("pid"), Places::default()).unwrap();
        let sensor = Sensor::load(&Options {
            ring_bytes: 64 << 20,
            ..Options::default()
        })
        .unwrap();
        let mut watched = Self {
            sensor,
            attribution,
            order: Order::default(),
            state: State::new(),
            engine,
            fired: BTreeMap::new(),
        };
        let wall = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let boot = wall.as_nanos() as u64 - now_ns();
        watched.take(
            &RecordWriter::new(EventKind::Host)
                .bytes(Param::HostName, b"node")
                .number(Param::BootTime, boot)
                .number(Param::HostMntNs, namespace("mnt").into())
                .number(Param::HostPidNs, namespace("pid").into())
                .finish(),
        );
        let mut out = Vec::new();
        watched.attribution.scan(now_ns(), &mut out);
        for bytes in &out {
            watched.take(bytes);
        }
        watched
    }

    /// Reads events until a file of this name is opened; says whether that came.
    pub fn until(&mut self, name: &str) -> bool {
        let begun = Instant::now();
        let mut seen = false;
        while !seen && begun.elapsed() < SEEN_MAX {
            seen = self.read(name);
        }
        let mut records = Vec::new();
        self.order.finish(|bytes| records.push(bytes.to_vec()));
        self.take_all(&records);
        seen
    }

    /// Reads for a while.
    pub fn read_for(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.read("");
        }
    }

    /// Kinds of events that were meant to be told and were not.
    pub fn losses(&self) -> String {
        format!("{:?}", self.sensor.losses().unwrap())
    }

    fn read(&mut self, name: &str) -> bool {
        let (mut raw, mut seen) = (Vec::new(), false);
        self.sensor
            .poll(Duration::from_millis(20), |bytes| {
                raw.push(bytes.to_vec());
            })
            .unwrap();
        let (mut known, mut due) = (Vec::new(), Vec::new());
        for bytes in &raw {
            let record = Record::read(bytes).unwrap();
            seen |= !name.is_empty() && record.param(Param::Name) == Some(name.as_bytes());
            self.order
                .push(bytes, record.time_ns, |bytes| due.push(bytes.to_vec()));
        }
        self.order
            .settle(now_ns(), |bytes| due.push(bytes.to_vec()));
        self.take_all(&due);
        self.attribution.poll(now_ns(), &mut known);
        for bytes in &known {
            self.take(bytes);
        }
        seen
    }

    /// Events in their order, each followed by what it teaches of containers.
    fn take_all(&mut self, records: &[Vec<u8>]) {
        let mut added = Vec::new();
        for bytes in records {
            let record = Record::read(bytes).unwrap();
            self.attribution.foresee(&record, &mut added);
            for bytes in added.drain(..) {
                self.take(&bytes);
            }
            self.take(bytes);
            self.attribution.see(&record, &mut added);
            for bytes in added.drain(..) {
                self.take(&bytes);
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let record = Record::read(bytes).unwrap();
        let moment = self.state.apply(&record);
        let container = String::from_utf8_lossy(&moment.container.id).into_owned();
        let fired = self.fired.entry(container).or_default();
        self.engine.judge(&moment, &mut |found| {
            fired.insert((found.rule.name.to_string(), found.output()));
        });
    }
}

fn namespace(name: &str) -> u32 {
    let link = std::fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
    let text = link.to_string_lossy().into_owned();
    let number = text.trim_matches(|letter: char| !letter.is_ascii_digit());
    number.parse().unwrap()
}

/// Nanoseconds since boot, suspended time included.
pub fn now_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
