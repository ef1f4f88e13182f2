//! Starts programs: the kernel checks many of them at the same time, and they are attached in order.

use std::collections::BTreeMap;
use std::thread;

use aya::programs::Program as Loaded;
use aya::{Btf, Ebpf};

use crate::attach::{self, Link};
use crate::hooks::{Hook, PROGRAMS, Program};
use crate::load::State;
use crate::snapshot::ITERATORS;

/// While the kernel checks a program it takes up to some 12 MiB for it, which count against the limit
/// of our cgroup: many at the same time would be the end of a service that is held to 64 MiB.
const THREADS_MAX: usize = 2;

struct Work<'a> {
    index: usize,
    program: &'static Program,
    loaded: &'a mut Loaded,
    refused: Option<String>,
}

/// Loads the iterators, which are run once. Which were refused, by name, and why.
pub(crate) fn load_iterators(ebpf: &mut Ebpf, btf: &Btf) -> BTreeMap<&'static str, String> {
    let iterators = ITERATORS.iter();
    load_all(
        ebpf,
        btf,
        iterators.map(|(name, what)| (*name, Hook::Iterator(what))),
    )
}

/// Whether one of these programs has to be loaded with the kernel's types at hand.
pub(crate) fn needs_types(
    ebpf: &Ebpf,
    refused: &BTreeMap<&'static str, String>,
    wanted: &[usize],
) -> bool {
    chosen(wanted).any(|(name, hook)| {
        let typed = matches!(hook, Hook::BtfTracepoint(_) | Hook::Lsm(_) | Hook::Fexit(_));
        let loaded = ebpf.program(name).is_some_and(|one| one.fd().is_ok());
        typed && !loaded && !refused.contains_key(name)
    })
}

/// Loads those of these programs that are tied to one of the kernel's types, one after the other: they
/// are the dearest to check. Which were refused, by name, and why.
pub(crate) fn load_typed(
    ebpf: &mut Ebpf,
    btf: &Btf,
    wanted: &[usize],
) -> BTreeMap<&'static str, String> {
    load_all(ebpf, btf, chosen(wanted))
}

fn chosen(wanted: &[usize]) -> impl Iterator<Item = (&'static str, Hook)> {
    let programs = wanted.iter().filter_map(|index| PROGRAMS.get(*index));
    programs.map(|program| (program.name, program.hook))
}

fn load_all(
    ebpf: &mut Ebpf,
    btf: &Btf,
    programs: impl Iterator<Item = (&'static str, Hook)>,
) -> BTreeMap<&'static str, String> {
    let mut refused = BTreeMap::new();
    for (name, hook) in programs {
        let program = ebpf.program_mut(name).filter(|one| one.fd().is_err());
        let loaded = program.and_then(|program| attach::load_typed(program, hook, btf));
        if let Some(Err(error)) = loaded {
            refused.insert(name, attach::reason(&error));
        }
    }
    refused
}

/// Loads and attaches programs by their places in [`PROGRAMS`]; what became of each. Those of
/// [`load_typed`] are loaded already, or `refused`.
pub(crate) fn start(
    ebpf: &mut Ebpf,
    refused: &BTreeMap<&'static str, String>,
    wanted: &[usize],
) -> Vec<(usize, State, Option<Link>)> {
    let mut found: BTreeMap<String, &mut Loaded> = ebpf
        .programs_mut()
        .map(|(name, program)| (name.to_owned(), program))
        .collect();
    let mut outcome = Vec::new();
    let mut work = Vec::new();
    for index in wanted {
        let Some(program) = PROGRAMS.get(*index) else {
            continue;
        };
        if attach::absent(program.hook) {
            outcome.push((*index, State::Absent, None));
        } else if let Some(why) = refused.get(program.name) {
            outcome.push((*index, State::Refused(why.clone()), None));
        } else if let Some(loaded) = found.remove(program.name) {
            work.push(Work {
                index: *index,
                program,
                loaded,
                refused: None,
            });
        } else {
            let why = "not in the object".to_owned();
            outcome.push((*index, State::Refused(why), None));
        }
    }
    load(&mut work);
    outcome.extend(work.into_iter().map(|work| {
        let (state, link) = match work.refused {
            Some(why) => (State::Refused(why), None),
            None => match attach::attach(work.loaded, work.program.hook) {
                Ok(link) => (State::Attached, Some(link)),
                Err(error) => (State::Refused(attach::reason(&error)), None),
            },
        };
        (work.index, state, link)
    }));
    outcome
}

fn load(work: &mut [Work<'_>]) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let each = work.len().div_ceil(threads.min(THREADS_MAX)).max(1);
    thread::scope(|scope| {
        for part in work.chunks_mut(each) {
            scope.spawn(|| {
                // One that was detached for a while is loaded still.
                for work in part.iter_mut().filter(|work| work.loaded.fd().is_err()) {
                    let result = attach::load(work.loaded);
                    work.refused = result.err().map(|error| attach::reason(&error));
                }
            });
        }
    });
}
