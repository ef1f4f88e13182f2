//! Events of this machine's kernel.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use plimsoll_behavior::engine::interest::Interest;
use plimsoll_behavior::{Record, RecordWriter};
use plimsoll_model::Timestamp;
use plimsoll_model::event::container::STATE_GONE;
use plimsoll_model::event::{Class, EventKind, Param};
use plimsoll_sensor::attribution::{Attribution, Places};
use plimsoll_sensor::filter::OpenKey;
use plimsoll_sensor::respond::exec::{ExecAnswers, Place, Slots};
use plimsoll_sensor::snapshot::{Snapshot, Taken};
use plimsoll_sensor::{LoadError, Options, Sensor, State};

use super::work::{Losses, Memory, Now, Source};
use super::{usage, wanted};
use crate::failure::{Context, Failure};

/// Where cgroups of version 2 may be mounted.
const CGROUPS: &[&str] = &["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
/// How long engines are waited for before what ran before is looked at.
const ENGINES_WAIT: Duration = Duration::from_millis(100);
/// Most records that are taken at once.
const RECORDS_MAX: usize = 4096;
/// Opens that are the same within this time are counted by the kernel and not told: no loss.
const REPETITION: &str = "repetition";

/// The sensor, with what user space adds to its events.
pub struct Live {
    sensor: Sensor,
    attribution: Attribution,
    /// What the kernel answers by itself.
    exec: ExecAnswers,
    /// Losses that were told, by kind and reason.
    told: BTreeMap<(u16, &'static str), u64>,
    /// All losses when they were last looked at.
    lost: u64,
    reader: Option<Snapshot>,
}

impl Live {
    /// Loads the kernel programs.
    pub fn load(options: &Options) -> Result<Self, Failure> {
        let sensor = Sensor::load(options).map_err(|error| load_failure(&error))?;
        let attached = |state: &&plimsoll_sensor::ProgramState| state.state == State::Attached;
        if sensor.programs().iter().find(attached).is_none() {
            return Err(
                Failure::new("failed to watch: this kernel takes none of the programs")
                    .hint("`plimsoll doctor` says what it lacks"),
            );
        }
        let places = Places::default();
        let attribution = Attribution::new(namespace("pid") as u32, places)
            .context("start the thread that asks container engines")?;
        Ok(Self {
            sensor,
            attribution,
            exec: ExecAnswers::new(own_cgroup()),
            told: BTreeMap::new(),
            lost: 0,
            reader: None,
        })
    }

    /// Why the kernel does not answer by itself what it is to answer.
    fn unanswered(&self) -> Option<String> {
        let mut states = self.sensor.programs().iter();
        let own = states.find(|state| state.program.kinds.contains(&EventKind::Answered))?;
        match &own.state {
            _ if self.exec.is_empty() => None,
            State::Refused(why) => Some(why.clone()),
            State::Absent => Some("this kernel has no such hook".to_owned()),
            State::Attached | State::Unwanted => None,
        }
    }

    /// Programs that the kernel refused, and why.
    pub fn refused(&self) -> Vec<String> {
        let states = self.sensor.programs().iter();
        let refused = states.filter_map(|state| match &state.state {
            State::Refused(why) => Some(format!("{}: {why}", state.program.name)),
            State::Attached | State::Unwanted | State::Absent => None,
        });
        refused.collect()
    }

    /// What there was before the first event: the host, its accounts, cgroups and containers,
    /// processes and files.
    pub fn existing(&mut self, each: &mut dyn FnMut(&[u8])) -> Taken {
        each(&host_record());
        let mut records = Vec::new();
        let now_ns = usage::since_boot().as_nanos() as u64;
        let left_out = self.attribution.scan(now_ns, &mut records);
        // Engines answer in milliseconds; who answers later is heard later.
        let until = usage::since_boot() + ENGINES_WAIT;
        while usage::since_boot() < until {
            std::thread::sleep(ENGINES_WAIT / 20);
            self.attribution.poll(now_ns, &mut records);
        }
        for record in &records {
            each(record);
        }
        let mut reader = reader();
        let mut taken = self.sensor.snapshot(&mut reader, each);
        self.reader = Some(reader);
        taken.skipped_count += usize::try_from(left_out).unwrap_or(usize::MAX);
        taken
    }
}

impl Source for Live {
    fn poll(&mut self, timeout: Duration, each: &mut dyn FnMut(&[u8])) -> Result<bool, String> {
        self.sensor
            .poll_some(timeout, RECORDS_MAX, each)
            .map(|count| count >= RECORDS_MAX)
            .map_err(|error| format!("failed to read events: {error}"))
    }

    fn foresee(&mut self, record: &Record<'_>, ahead: &mut Vec<Vec<u8>>) {
        self.attribution.foresee(record, ahead);
    }

    fn see(&mut self, record: &Record<'_>, more: &mut Vec<Vec<u8>>) {
        self.attribution.see(record, more);
    }

    fn learned(&mut self, now_ns: u64, more: &mut Vec<Vec<u8>>) {
        self.attribution.poll(now_ns, more);
    }

    fn look_at(&mut self, pid: u32, more: &mut Vec<Vec<u8>>) {
        let mut reader = self.reader.take().unwrap_or_else(reader);
        reader.process_and_files(pid, &mut |record| more.push(record.to_vec()));
        self.reader = Some(reader);
    }

    fn want(&mut self, rules: &Interest) -> Result<(), String> {
        let filter = wanted::filter(rules, !self.exec.is_empty());
        self.sensor
            .set_filter(filter)
            .map_err(|error| format!("failed to tell the kernel what to watch: {error}"))?;
        match self.unanswered() {
            Some(why) => Err(format!("responses with `exec` do not hold: {why}")),
            None => Ok(()),
        }
    }

    fn answer(&mut self, slots: &Slots, containers: &[(u64, Place<'_>)]) -> Result<(), String> {
        self.exec
            .change(&mut self.sensor, slots, containers)
            .map_err(|error| format!("failed to prepare responses: {error}"))
    }

    fn leave_out(&mut self, open: OpenKey) {
        // If the kernel does not take it, the open is told again.
        self.sensor.leave_out(open).ok();
    }

    fn hold(&mut self, container: &Record<'_>) -> Result<(), String> {
        let answers = &self.exec;
        if container.number(Param::ContainerState) == Some(STATE_GONE) {
            answers.forget(&mut self.sensor, container.cgroup_id);
            return Ok(());
        }
        let text = |param| String::from_utf8_lossy(container.param(param).unwrap_or_default());
        let details = container.param(Param::ContainerJson).unwrap_or_default();
        let details: serde_json::Value = serde_json::from_slice(details).unwrap_or_default();
        let namespace = details.pointer("/pod/namespace").and_then(|n| n.as_str());
        let name = text(Param::ContainerName);
        let place = Place {
            container: &name,
            image: &text(Param::ContainerImage),
            namespace: namespace.unwrap_or_default(),
        };
        answers
            .hold(&mut self.sensor, container.cgroup_id, place)
            .map_err(|error| format!("responses by the kernel do not hold in {name}: {error}"))
    }

    fn losses(&mut self) -> Losses {
        // A map that cannot be read this time is read the next time: the counts only grow.
        let lost = self.sensor.lost().unwrap_or(u64::MAX);
        if lost == self.lost {
            return Vec::new();
        }
        self.lost = lost;
        let losses = self.sensor.losses().unwrap_or_default();
        let mut new = Vec::new();
        for loss in losses {
            if loss.reason == REPETITION {
                continue;
            }
            let number = loss.kind.map_or(0, EventKind::number);
            let told = self.told.entry((number, loss.reason)).or_default();
            let count = loss.count.saturating_sub(*told);
            if count > 0 {
                *told = loss.count;
                // Containers that nobody told of are looked for in the tree.
                if loss.kind.is_some_and(|kind| kind.class() == Class::Cgroup) {
                    self.attribution.missed();
                }
                new.push((loss.kind, loss.reason.to_owned(), count));
            }
        }
        new
    }

    fn programs(&self) -> (u64, u64) {
        let count = |wanted: fn(&State) -> bool| {
            let states = self.sensor.programs().iter();
            states.filter(|state| wanted(&state.state)).count() as u64
        };
        (
            count(|state| *state == State::Attached),
            count(|state| matches!(state, State::Refused(_))),
        )
    }

    fn now(&self) -> Now {
        Now {
            wall: Timestamp::now(),
            since_boot: usage::since_boot(),
        }
    }

    fn cpu(&self) -> Duration {
        usage::cpu()
    }

    fn memory(&self) -> Memory {
        let (resident_bytes, own_bytes) = usage::memory();
        Memory {
            resident_bytes,
            own_bytes,
        }
    }
}

/// A reader of this machine's processes.
fn reader() -> Snapshot {
    let cgroup = CGROUPS
        .iter()
        .map(Path::new)
        .find(|path| path.join("cgroup.controllers").exists());
    let environment = Options::default().environment;
    let names: Vec<&str> = environment.iter().map(String::as_str).collect();
    Snapshot::new(Path::new("/proc"), cgroup, &names)
}

/// The cgroup that the sensor runs in, unless that is the root's.
fn own_cgroup() -> Option<u64> {
    let text = plimsoll_image::read_file_capped(Path::new("/proc/self/cgroup"), 1 << 16).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let path = text.lines().find_map(|line| line.strip_prefix("0::/"))?;
    if path.is_empty() {
        return None;
    }
    CGROUPS
        .iter()
        .map(|root| Path::new(root).join(path))
        .find_map(|folder| std::fs::metadata(folder).ok())
        .map(|found| std::os::unix::fs::MetadataExt::ino(&found))
}

fn host_record() -> Vec<u8> {
    let names = rustix::system::uname();
    let since_boot = usage::since_boot().as_nanos();
    let boot = Timestamp::now().as_nanosecond() - i128::try_from(since_boot).unwrap_or_default();
    RecordWriter::new(EventKind::Host)
        .time_ns(since_boot as u64)
        .bytes(Param::HostName, names.nodename().to_bytes())
        .bytes(Param::KernelRelease, names.release().to_bytes())
        .number(Param::BootTime, u64::try_from(boot).unwrap_or_default())
        .bytes(
            Param::UserspaceVersion,
            env!("CARGO_PKG_VERSION").as_bytes(),
        )
        .number(Param::HostMntNs, namespace("mnt"))
        .number(Param::HostPidNs, namespace("pid"))
        .finish()
}

/// A namespace of the host; 0 where nothing says.
fn namespace(name: &str) -> u64 {
    plimsoll_sensor::host::namespace(name).unwrap_or_default()
}

/// What is missing, and what to do.
fn load_failure(error: &LoadError) -> Failure {
    let failure = Failure::new(format!("failed to {error}"));
    match error {
        LoadError::NoObject => failure.hint(
            "install clang where plimsoll is built and build again; \
             `plimsoll replay` works without kernel programs",
        ),
        LoadError::Btf(_) => failure.hint(
            "the kernel must tell its types: CONFIG_DEBUG_INFO_BTF=y, as the distributions' own \
             kernels have; `plimsoll doctor` says more",
        ),
        LoadError::Object(_) if !rustix::process::geteuid().is_root() => failure.hint(
            "run it as root, or with CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH",
        ),
        _ => failure.hint("`plimsoll doctor` says what this kernel gives"),
    }
}
