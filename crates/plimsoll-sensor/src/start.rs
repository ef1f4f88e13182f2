//! Starts programs: the kernel checks many of them at the same time, and they are attached in order.

use std::collections::BTreeMap;
use std::thread;

use aya::programs::Program as Loaded;
use aya::{Btf, Ebpf};

use crate::attach::{self, Link};
use crate::hooks::{PROGRAMS, Program};
use crate::load::State;

/// More threads than this do not make it faster: checking is bound by memory.
const THREADS_MAX: usize = 8;

struct Work<'a> {
    index: usize,
    program: &'static Program,
    loaded: &'a mut Loaded,
    refused: Option<String>,
}

/// Loads and attaches programs by their places in [`PROGRAMS`]; what became of each.
pub(crate) fn start(
    ebpf: &mut Ebpf,
    btf: &Btf,
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
    load(&mut work, btf);
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

fn load(work: &mut [Work<'_>], btf: &Btf) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let each = work.len().div_ceil(threads.min(THREADS_MAX)).max(1);
    thread::scope(|scope| {
        for part in work.chunks_mut(each) {
            scope.spawn(|| {
                // One that was detached for a while is loaded still.
                for work in part.iter_mut().filter(|work| work.loaded.fd().is_err()) {
                    let result = attach::load(work.loaded, work.program.hook, btf);
                    work.refused = result.err().map(|error| attach::reason(&error));
                }
            });
        }
    });
}
