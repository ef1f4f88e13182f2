//! The sensor and attribution at work together, as `plimsoll watch` has them.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{Class, EventKind, Param};
use plimsoll_sensor::attribution::Places;
use plimsoll_sensor::filter::Filter;
use plimsoll_sensor::load::{Options, Sensor, State};

use crate::told::Told;

/// What is needed to attribute, and what is attributed.
const KINDS: &[EventKind] = &[
    EventKind::Execve,
    EventKind::CgroupMkdir,
    EventKind::CgroupRmdir,
    EventKind::CgroupAttach,
];

pub struct Live {
    sensor: Sensor,
    pub told: Told,
    /// Programs that were started: their last argument, and the id of the container that their
    /// cgroup belonged to when the event was read.
    pub started: BTreeMap<String, Option<String>>,
    /// How often it was another container than before.
    pub changed: usize,
    pub execs: usize,
    /// The ids of containers of all started programs that said this as their first argument.
    pub counted: BTreeMap<String, usize>,
}

impl Live {
    pub fn new() -> Self {
        Self::with_ring(Options::default().ring_bytes)
    }

    /// With room for so many bytes of events that wait to be read.
    pub fn with_ring(ring_bytes: u32) -> Self {
        let options = Options {
            ring_bytes,
            filter: Filter {
                kinds: KINDS.iter().copied().collect(),
                ..Filter::default()
            },
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
            }
        }
        Self {
            sensor,
            told: Told::scanned(Places::default()),
            started: BTreeMap::new(),
            changed: 0,
            execs: 0,
            counted: BTreeMap::new(),
        }
    }

    /// Takes in what there is.
    pub fn take(&mut self) {
        let Self {
            sensor,
            told,
            started,
            changed,
            execs,
            counted,
        } = self;
        sensor
            .poll(Duration::from_millis(5), |bytes| {
                let record = Record::read(bytes).unwrap();
                // As it was known before: an event may tell something of its own cgroup.
                let id = told.attribution.container_id(record.cgroup_id);
                let id = id.map(str::to_owned);
                told.see(bytes);
                if record.kind != EventKind::Execve {
                    return;
                }
                *execs += 1;
                let judged = told.judged.take();
                let args = String::from_utf8_lossy(record.param(Param::Args).unwrap_or_default())
                    .into_owned();
                let words: Vec<&str> = args.trim_end_matches('\0').split('\0').collect();
                let is_counted = words.last() == Some(&"counted");
                let is_marked = words.first().is_some_and(|word| word.ends_with("true"));
                if (is_counted || is_marked) && id.is_some() {
                    // What rules are judged by says the same, from the records alone.
                    assert_eq!(judged.as_deref(), id.as_deref());
                }
                if is_counted {
                    *counted.entry(id.clone().unwrap_or_default()).or_default() += 1;
                }
                if is_marked {
                    let before = started.insert(words.last().unwrap().to_string(), id.clone());
                    *changed += usize::from(before.is_some_and(|before| before != id));
                }
            })
            .unwrap();
        told.poll();
    }

    /// Says that events of cgroups were lost, as `plimsoll watch` does once a second.
    pub fn say_losses(&mut self) {
        let losses = self.sensor.losses().unwrap();
        let of_cgroups = |kind: EventKind| kind.class() == Class::Cgroup;
        if losses.iter().any(|loss| loss.kind.is_some_and(of_cgroups)) {
            self.told.attribution.missed();
        }
    }

    /// Takes in events while something goes on, and for a moment more.
    pub fn during<T: Send>(&mut self, act: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let acting = scope.spawn(act);
            while !acting.is_finished() {
                self.take();
            }
            let end = Instant::now() + Duration::from_millis(300);
            while Instant::now() < end {
                self.take();
            }
            acting.join().unwrap()
        })
    }

    pub fn lost(&self) -> u64 {
        let losses = self.sensor.losses().unwrap();
        losses.iter().map(|loss| loss.count).sum()
    }
}
