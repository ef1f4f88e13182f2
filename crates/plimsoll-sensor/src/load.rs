//! The sensor: loads the kernel programs, attaches what is wanted, hands out their records.
//!
//! Each program is loaded and attached by itself: one that this kernel refuses is reported and left
//! out. Joins nothing and judges nothing; see `plimsoll-behavior` for that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::time::Duration;

use aya::maps::{Array, HashMap, MapData, MapError, PerCpuArray};
use aya::{Btf, Ebpf, EbpfError, EbpfLoader};
use plimsoll_model::event::EventKind;

use crate::attach::{self, Link};
use crate::environment;
use crate::filter::{self, Filter, OpenKey, Words};
use crate::hooks::{PROGRAMS, Program};
use crate::host;
use crate::memory;
use crate::object::object;
use crate::ring::Ring;
use crate::shared;
use crate::snapshot::{Snapshot, Taken};
use crate::start;

/// Places for records on each processor, as `maps.h` has them.
const SCRATCH_SLOTS: u32 = 4;

/// Why there is no sensor at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(
        "find kernel programs: this build has none; install clang (Debian: apt install clang) and build again"
    )]
    NoObject,
    #[error(
        "read the kernel's types at /sys/kernel/btf/vmlinux: the kernel needs CONFIG_DEBUG_INFO_BTF: {0}"
    )]
    Btf(#[source] aya::BtfError),
    #[error("load the kernel programs (root, or CAP_BPF and CAP_PERFMON, is needed): {0}")]
    Object(#[source] Box<EbpfError>),
    #[error("find the map {0} in the kernel programs")]
    NoMap(&'static str),
    #[error("use the map {name}: {source}")]
    Map {
        name: &'static str,
        source: MapError,
    },
    #[error("wait for the ring buffer: {0}")]
    Wait(#[from] io::Error),
}

/// How the sensor begins.
#[derive(Debug, Clone)]
pub struct Options {
    pub filter: Filter,
    /// Size of the ring buffer in bytes; rounded up to a power of two of at least one page.
    pub ring_bytes: u32,
    /// The reader is woken when so much waits; otherwise it comes by itself, see [`Sensor::poll`].
    pub wake_bytes: u32,
    /// Environment variables that are told at exec, at most 31 bytes each.
    pub environment: Vec<String>,
    /// Whether the sensor's own process is left out.
    pub without_self: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            ring_bytes: 8 << 20,
            wake_bytes: 256 << 10,
            environment: environment::USUAL.iter().map(ToString::to_string).collect(),
            without_self: true,
        }
    }
}

/// What became of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Attached,
    /// Nobody wants what it tells, or another program tells it.
    Unwanted,
    /// The kernel refused it, and why.
    Refused(String),
    /// This kernel has no such hook.
    Absent,
}

/// A program and what became of it.
#[derive(Debug, Clone)]
pub struct ProgramState {
    pub program: &'static Program,
    pub state: State,
}

/// Events that were meant to be told and were not, since the sensor began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Unknown when the number belongs to no kind.
    pub kind: Option<EventKind>,
    /// One of [`shared::LOSS_REASONS`].
    pub reason: &'static str,
    pub count: u64,
}

/// Kernel programs at work. Dropping it detaches them all.
pub struct Sensor {
    ring: Ring,
    configs: Array<MapData, Words>,
    cgroups: HashMap<MapData, u64, u64>,
    left_out: HashMap<MapData, [u64; 2], u64>,
    losses: PerCpuArray<MapData, u64>,
    sequences: PerCpuArray<MapData, u64>,
    words: Words,
    filter: Filter,
    states: Vec<ProgramState>,
    links: Vec<Option<Link>>,
    /// Programs that need the kernel's types and were refused, and why.
    refused: BTreeMap<&'static str, String>,
    ebpf: Ebpf,
}

impl Sensor {
    /// Loads the object, sets the filters and attaches what they want.
    pub fn load(options: &Options) -> Result<Self, LoadError> {
        let bytes = object().ok_or(LoadError::NoObject)?;
        let btf = kernel_types()?;
        attach::mount_tracefs();
        let processors = aya::util::nr_cpus().map_err(|(_, error)| error)? as u32;
        let mut ebpf = EbpfLoader::new()
            .btf(Some(&btf))
            .map_max_entries("ring", ring_bytes(options.ring_bytes))
            .map_max_entries("scratches", processors * SCRATCH_SLOTS)
            .load(bytes)
            .map_err(|error| LoadError::Object(Box::new(error)))?;
        let mut words = [0; shared::CONFIG_WORDS];
        if options.without_self {
            filter::set(&mut words, "own_pid", 0, u64::from(std::process::id()));
        }
        filter::set(&mut words, "host_mnt_ns", 0, host::namespace("mnt")?);
        // A mark above what the ring can hold would never be reached.
        let wake_bytes = options.wake_bytes.min(ring_bytes(options.ring_bytes) / 4);
        filter::set(&mut words, "wake_bytes", 0, u64::from(wake_bytes));
        for (at, number) in random()?.into_iter().enumerate() {
            filter::set(&mut words, "open_seed", at, number);
        }
        environment::choose(&mut ebpf, &options.environment)?;
        let refused = start::load_iterators(&mut ebpf, &btf);
        let ring = Ring::new(map(&mut ebpf, "ring")?)?;
        let mut sensor = Self {
            ring,
            configs: map(&mut ebpf, "configs")?,
            cgroups: map(&mut ebpf, "cgroups")?,
            left_out: map(&mut ebpf, "left_out")?,
            losses: map(&mut ebpf, "losses")?,
            sequences: map(&mut ebpf, "sequences")?,
            words,
            // Nothing yet: what the maps hold.
            filter: Filter {
                kinds: BTreeSet::new(),
                ..Filter::default()
            },
            states: PROGRAMS
                .iter()
                .map(|program| ProgramState {
                    program,
                    state: State::Unwanted,
                })
                .collect(),
            links: PROGRAMS.iter().map(|_| None).collect(),
            refused,
            ebpf,
        };
        // They take some 20 MiB, as much as all else here: kept no longer than programs are loaded.
        sensor.set(options.filter.clone(), Some(btf))?;
        Ok(sensor)
    }

    /// Changes the filters; programs are attached and detached as they then are wanted.
    pub fn set_filter(&mut self, filter: Filter) -> Result<(), LoadError> {
        self.set(filter, None)
    }

    fn set(&mut self, filter: Filter, types: Option<Btf>) -> Result<(), LoadError> {
        let before = std::mem::replace(&mut self.filter, filter);
        let (old_ids, new_ids) = (before.cgroup_ids(), self.filter.cgroup_ids());
        for id in new_ids.difference(&old_ids) {
            self.cgroups
                .insert(id, 1, 0)
                .map_err(|source| map_error("cgroups", source))?;
        }
        self.filter.write(&mut self.words);
        self.configs
            .set(0, self.words, 0)
            .map_err(|source| map_error("configs", source))?;
        // What is no longer meant goes last. One that was never there is as good as removed.
        for id in old_ids.difference(&new_ids) {
            self.cgroups.remove(id).ok();
        }
        self.attach_wanted(types)
    }

    /// Has opens left out that are like one of which this was told ([`Param::OpenKey`]): as long as no
    /// path changes and the filter is not set anew.
    ///
    /// [`Param::OpenKey`]: plimsoll_model::event::Param::OpenKey
    pub fn leave_out(&mut self, key: OpenKey) -> Result<(), LoadError> {
        let [hash @ .., epoch] = key.0;
        self.left_out
            .insert(hash, epoch, 0)
            .map_err(|source| map_error("left_out", source))
    }

    /// The filters that hold.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Hands every record that waits to `each`, oldest first, without copying it. Waits at most
    /// `timeout` for the ring to fill up to the wake-up mark and then takes what there is, so that
    /// `timeout` bounds how late an event can be. Returns how many there were.
    pub fn poll(&mut self, timeout: Duration, each: impl FnMut(&[u8])) -> io::Result<usize> {
        self.ring.poll(timeout, each)
    }

    /// The same, but returns after so many records: the caller has other things to do. When that
    /// many were there, more may wait.
    pub fn poll_some(
        &mut self,
        timeout: Duration,
        records_max: usize,
        each: impl FnMut(&[u8]),
    ) -> io::Result<usize> {
        self.ring.poll_some(timeout, records_max, each)
    }

    /// What was lost or held back since the sensor began, by kind and reason.
    pub fn losses(&self) -> Result<Vec<Loss>, LoadError> {
        let mut losses = Vec::new();
        for index in 0..self.losses.len() {
            let values = self
                .losses
                .get(&index, 0)
                .map_err(|source| map_error("losses", source))?;
            let count = values.iter().sum();
            if count == 0 {
                continue;
            }
            let reasons = shared::LOSS_REASONS.len();
            losses.push(Loss {
                kind: EventKind::from_number((index as usize / reasons) as u16),
                reason: shared::LOSS_REASONS
                    .get(index as usize % reasons)
                    .copied()
                    .unwrap_or("unknown"),
                count,
            });
        }
        Ok(losses)
    }

    /// How many events were meant for the ring since the sensor began: received and lost ones
    /// together, apart from those that a filter held back.
    pub fn meant(&self) -> Result<u64, LoadError> {
        self.counted(0)
    }

    /// How many events were lost since the sensor began, whatever kind and reason; those that are
    /// left out as repetitions are none. Cheap, unlike [`Sensor::losses`].
    pub fn lost(&self) -> Result<u64, LoadError> {
        self.counted(1)
    }

    fn counted(&self, index: u32) -> Result<u64, LoadError> {
        let values = self
            .sequences
            .get(&index, 0)
            .map_err(|source| map_error("sequences", source))?;
        Ok(values.iter().sum())
    }

    /// Every program and what became of it, in the order of [`PROGRAMS`].
    pub fn programs(&self) -> &[ProgramState] {
        &self.states
    }

    /// Tells what exists already, from the kernel's iterators or, where they do not load, `/proc`.
    /// Call it when the programs are attached: what begins meanwhile is told twice, and nothing is
    /// told never.
    pub fn snapshot(&mut self, reader: &mut Snapshot, emit: &mut dyn FnMut(&[u8])) -> Taken {
        let taken = reader.all_from_kernel(&mut self.ebpf, emit);
        memory::give_back();
        taken
    }

    /// The loaded object, for maps and programs that other parts of the sensor use.
    pub fn object(&mut self) -> &mut Ebpf {
        &mut self.ebpf
    }

    fn attach_wanted(&mut self, mut types: Option<Btf>) -> Result<(), LoadError> {
        // Those that stand in for others come when it is known what became of the others.
        let first = self.starting(|program| program.instead_of.is_none());
        self.start(&first, &mut types)?;
        let attached = |name: &str| {
            let same = |state: &&ProgramState| state.program.name == name;
            let found = self.states.iter().find(same);
            found.is_some_and(|state| state.state == State::Attached)
        };
        let names: BTreeSet<_> = PROGRAMS.iter().filter_map(|p| p.instead_of).collect();
        let there: BTreeSet<_> = names.into_iter().filter(|name| attached(name)).collect();
        for (link, state) in self.links.iter_mut().zip(&mut self.states) {
            if state
                .program
                .instead_of
                .is_some_and(|name| there.contains(name))
            {
                *link = None;
                state.state = State::Unwanted;
            }
        }
        let others = self.starting(|program| {
            let stands_in = |name| !there.contains(name);
            program.instead_of.is_some_and(stands_in)
        });
        self.start(&others, &mut types)?;
        if types.take().is_some() {
            memory::give_back();
        }
        Ok(())
    }

    /// Places of the programs among these that are wanted and not attached; what is not wanted any
    /// more is detached.
    fn starting(&mut self, among: impl Fn(&Program) -> bool) -> Vec<usize> {
        let mut starting = Vec::new();
        for (index, (link, state)) in self.links.iter_mut().zip(&mut self.states).enumerate() {
            let kinds = state.program.kinds;
            let wanted =
                kinds.is_empty() || kinds.iter().any(|kind| self.filter.kinds.contains(kind));
            if !among(state.program) {
                continue;
            }
            if !wanted {
                *link = None;
                state.state = State::Unwanted;
            } else if link.is_none() && !matches!(state.state, State::Refused(_)) {
                starting.push(index);
            }
        }
        starting
    }

    fn start(&mut self, starting: &[usize], types: &mut Option<Btf>) -> Result<(), LoadError> {
        if start::needs_types(&self.ebpf, &self.refused, starting) {
            let btf = match types.take() {
                Some(btf) => btf,
                None => kernel_types()?,
            };
            let refused = start::load_typed(&mut self.ebpf, &btf, starting);
            self.refused.extend(refused);
            *types = Some(btf);
        }
        for (index, outcome, made) in start::start(&mut self.ebpf, &self.refused, starting) {
            if let (Some(state), Some(link)) =
                (self.states.get_mut(index), self.links.get_mut(index))
            {
                state.state = outcome;
                *link = made;
            }
        }
        Ok(())
    }
}

/// Takes a map out of the object, in the form that its user wants.
fn map<T>(ebpf: &mut Ebpf, name: &'static str) -> Result<T, LoadError>
where
    T: TryFrom<aya::maps::Map, Error = MapError>,
{
    let map = ebpf.take_map(name).ok_or(LoadError::NoMap(name))?;
    T::try_from(map).map_err(|source| map_error(name, source))
}

pub(crate) fn map_error(name: &'static str, source: MapError) -> LoadError {
    LoadError::Map { name, source }
}

/// Numbers that nobody can foresee.
fn random() -> io::Result<[u64; shared::OPEN_SEED_WORDS]> {
    let mut bytes = [0; 8 * shared::OPEN_SEED_WORDS];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut numbers = [0; shared::OPEN_SEED_WORDS];
    for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
        *number = u64::from_ne_bytes(*bytes);
    }
    Ok(numbers)
}

fn ring_bytes(wanted: u32) -> u32 {
    wanted.clamp(4096, 1 << 30).next_power_of_two()
}

/// The kernel's types. They are many small pieces: made by a thread of their own they lie apart, and
/// the memory goes back when they are dropped.
fn kernel_types() -> Result<Btf, LoadError> {
    let read = std::thread::scope(|scope| scope.spawn(Btf::from_sys_fs).join());
    match read {
        Ok(types) => types.map_err(LoadError::Btf),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
