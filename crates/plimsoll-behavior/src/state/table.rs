//! The table of processes: who is there, who made whom, and who is forgotten when.
//!
//! A process that ended is kept for a while (late events of other processors), and after that as
//! long as a living descendant names it as its ancestor. All is bounded; what is given up to keep a
//! bound is chosen by the order of events alone, and counted.

use std::collections::VecDeque;

use foldhash::HashMap;
use plimsoll_model::event::ExecId;

use super::files::FilesId;
use super::process::{Exit, Process, Stage};

/// Most processes that are held, ended ones included.
pub const PROCESSES_MAX: usize = 10_240;
/// Ended processes that are held for late events, whoever needs them.
pub const EXITED_MAX: usize = 1024;
/// Ended processes that are held because living ones descend from them.
pub const ANCESTORS_MAX: usize = 4096;
/// Most bytes of texts (arguments, environment, paths) that processes hold.
pub const PROCESS_BYTES_MAX: usize = 6 << 20;

/// `/proc` tells the start of a process in hundredths of a second.
pub const PROC_TICK_NS: u64 = 10_000_000;

/// A place in the table, good only as long as the same process stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Link {
    index: u32,
    /// 0 is nowhere.
    generation: u32,
}

#[derive(Debug, Default)]
struct Slot {
    generation: u32,
    process: Option<Process>,
}

/// All processes.
#[derive(Debug, Default)]
pub struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Newest process of each pid.
    by_pid: HashMap<u32, Link>,
    /// Those that another one with the same pid came after.
    older: HashMap<ExecId, Link>,
    exited: VecDeque<Link>,
    /// May name some that are gone.
    ancestors: VecDeque<Link>,
    ancestors_held: usize,
    held: usize,
    bytes: usize,
    hand: usize,
    evicted: u64,
    /// Tables of files whose process is gone; the state lets go of them.
    pub(super) released: Vec<FilesId>,
}

impl Table {
    /// How many processes are held, ended ones included.
    pub const fn len(&self) -> usize {
        self.held
    }

    pub const fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Living processes that were given up to keep a bound.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Bytes of texts that are held.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn get(&self, link: Link) -> Option<&Process> {
        let slot = self.slots.get(link.index as usize)?;
        (slot.generation == link.generation)
            .then_some(slot.process.as_ref())
            .flatten()
    }

    pub fn get_mut(&mut self, link: Link) -> Option<&mut Process> {
        let slot = self.slots.get_mut(link.index as usize)?;
        (slot.generation == link.generation)
            .then_some(slot.process.as_mut())
            .flatten()
    }

    /// The newest process of a pid.
    pub fn current(&self, pid: u32) -> Option<Link> {
        self.by_pid.get(&pid).copied()
    }

    /// The process of an exec id. A start of 0 is unknown and stands for the newest.
    pub fn find(&self, exec: ExecId) -> Option<Link> {
        let current = self.current(exec.pid)?;
        let start = self.get(current)?.exec.start_ns;
        if start == exec.start_ns || exec.start_ns == 0 {
            return Some(current);
        }
        self.older.get(&exec).copied()
    }

    /// The process of an exec id whose start may be known only as `/proc` tells it.
    pub fn find_about(&self, exec: ExecId) -> Option<Link> {
        self.find(exec).or_else(|| {
            let link = self.current(exec.pid)?;
            let start = self.get(link)?.exec.start_ns;
            (start.abs_diff(exec.start_ns) < PROC_TICK_NS).then_some(link)
        })
    }

    /// Puts a process in; one with the same pid that began earlier is taken as ended.
    pub fn insert(&mut self, mut process: Process, time_ns: u64) -> Link {
        let exec = process.exec;
        self.bound();
        process.parent_link = self.find_about(process.parent).unwrap_or_default();
        if process.parent.pid == 0 || process.parent == exec {
            process.parent_link = Link::default();
        }
        if let Some(parent) = self.get_mut(process.parent_link) {
            parent.children += 1;
        }
        process.children = 0;
        process.bytes = 0;
        process.touched = true;
        self.held += 1;
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() as u32 - 1
        });
        let Some(slot) = self.slots.get_mut(index as usize) else {
            return Link::default();
        };
        slot.generation += 1;
        slot.process = Some(process);
        let link = Link {
            index,
            generation: slot.generation,
        };
        self.weigh(link);
        self.name(exec, link, time_ns);
        link
    }

    /// Gives a new process its pid, unless a later one holds it already.
    fn name(&mut self, exec: ExecId, link: Link, time_ns: u64) {
        let Some(before) = self.by_pid.insert(exec.pid, link) else {
            return;
        };
        let Some(old) = self.get(before).map(|process| process.exec) else {
            return;
        };
        if old.start_ns > exec.start_ns {
            self.by_pid.insert(exec.pid, before);
            self.older.insert(exec, link);
            self.exit(link, Exit { time_ns, status: 0 });
            return;
        }
        self.older.insert(old, before);
        // Its end was not seen.
        self.exit(before, Exit { time_ns, status: 0 });
    }

    /// Takes a start that was known roughly as what it is.
    pub fn correct_start(&mut self, link: Link, start_ns: u64) {
        if let Some(process) = self.get_mut(link) {
            process.exec.start_ns = start_ns;
            process.rough_start = false;
        }
    }

    /// Names another parent, found later than the process itself.
    pub fn set_parent(&mut self, link: Link, parent: ExecId) {
        let new = self.find_about(parent).filter(|found| *found != link);
        let Some(process) = self.get_mut(link) else {
            return;
        };
        process.parent = parent;
        let old = std::mem::replace(&mut process.parent_link, new.unwrap_or_default());
        if let Some(process) = self.get_mut(new.unwrap_or_default()) {
            process.children += 1;
        }
        self.orphan(old);
    }

    /// Counts the bytes that a process holds again, after a change.
    pub fn weigh(&mut self, link: Link) {
        let Some(process) = self.get_mut(link) else {
            return;
        };
        let program = &process.program;
        let texts = [
            &program.exe,
            &program.exe_path,
            &program.args,
            &program.env,
            &program.interpreter,
            &process.cwd,
            &process.comm,
        ];
        let sum: usize = texts.iter().map(|text| text.len()).sum();
        // A program shared by children counts for each in full: an upper bound.
        let new = sum as u32;
        let old = std::mem::replace(&mut process.bytes, new);
        self.bytes = self.bytes - old as usize + new as usize;
    }

    /// A process ended. It is held for a while.
    pub fn exit(&mut self, link: Link, exit: Exit) {
        let Some(process) = self.get_mut(link) else {
            return;
        };
        if process.exit.replace(exit).is_some() {
            return;
        }
        process.stage = Stage::Late;
        self.exited.push_back(link);
        if self.exited.len() > EXITED_MAX {
            self.retire();
        }
    }

    /// The process goes on after all (only a thread had ended).
    pub fn revive(&mut self, link: Link) {
        let Some(process) = self.get_mut(link) else {
            return;
        };
        process.exit = None;
        match std::mem::take(&mut process.stage) {
            Stage::Alive => {}
            Stage::Late => self.exited.retain(|other| *other != link),
            Stage::Ancestor => {
                self.ancestors.retain(|other| *other != link);
                self.ancestors_held -= 1;
            }
        }
    }

    /// The process that ended first is forgotten, or kept as an ancestor.
    fn retire(&mut self) {
        let Some(link) = self.exited.pop_front() else {
            return;
        };
        let Some(process) = self.get_mut(link) else {
            return;
        };
        if process.children == 0 {
            self.forget(link);
            return;
        }
        let files = std::mem::take(&mut process.files);
        process.stage = Stage::Ancestor;
        self.released.push(files);
        self.ancestors.push_back(link);
        self.ancestors_held += 1;
        if self.ancestors_held > ANCESTORS_MAX {
            self.forget_ancestor();
        }
        if self.ancestors.len() > 2 * ANCESTORS_MAX {
            let mut ancestors = std::mem::take(&mut self.ancestors);
            ancestors.retain(|link| self.get(*link).is_some());
            self.ancestors = ancestors;
        }
    }

    /// Forgets the ancestor that has been one for the longest time: lineages through it end there.
    fn forget_ancestor(&mut self) -> bool {
        while let Some(link) = self.ancestors.pop_front() {
            if self.get(link).is_some() {
                self.forget(link);
                return true;
            }
        }
        false
    }

    /// Removes a process, and each ended ancestor that was held only for it.
    fn forget(&mut self, link: Link) {
        let mut next = self.remove(link);
        while let Some(parent) = next {
            next = self.orphan(parent);
        }
    }

    /// A child of this process is gone: one that was held only for it goes too. Gives its parent.
    fn orphan(&mut self, link: Link) -> Option<Link> {
        let process = self.get_mut(link)?;
        process.children = process.children.saturating_sub(1);
        if process.children > 0 || process.stage != Stage::Ancestor {
            return None;
        }
        self.remove(link)
    }

    fn remove(&mut self, link: Link) -> Option<Link> {
        let slot = self.slots.get_mut(link.index as usize)?;
        if slot.generation != link.generation {
            return None;
        }
        let process = slot.process.take()?;
        self.free.push(link.index);
        self.held -= 1;
        self.bytes -= process.bytes as usize;
        self.ancestors_held -= usize::from(process.stage == Stage::Ancestor);
        self.released.push(process.files);
        if self.by_pid.get(&process.exec.pid) == Some(&link) {
            self.by_pid.remove(&process.exec.pid);
        }
        if self.older.get(&process.exec) == Some(&link) {
            self.older.remove(&process.exec);
        }
        Some(process.parent_link)
    }

    /// Makes room for one more.
    fn bound(&mut self) {
        while self.held >= PROCESSES_MAX || self.bytes > PROCESS_BYTES_MAX {
            if let Some(link) = self.exited.pop_front() {
                self.forget(link);
            } else if self.forget_ancestor() {
            } else if let Some(link) = self.idle() {
                self.evicted += 1;
                self.forget(link);
            } else {
                return;
            }
        }
    }

    /// A living process that had no event since the hand passed it last.
    fn idle(&mut self) -> Option<Link> {
        // Twice around: the first time may only take marks away.
        for _ in 0..2 * self.slots.len() {
            self.hand = (self.hand + 1) % self.slots.len();
            let slot = self.slots.get_mut(self.hand)?;
            let Some(process) = &mut slot.process else {
                continue;
            };
            if !std::mem::take(&mut process.touched) {
                return Some(Link {
                    index: self.hand as u32,
                    generation: slot.generation,
                });
            }
        }
        None
    }
}

#[cfg(test)]
impl Table {
    /// Holds the counts against what is there.
    pub(super) fn verify(&self) {
        let held = || self.slots.iter().filter_map(|slot| slot.process.as_ref());
        assert_eq!(held().count(), self.held);
        assert_eq!(held().map(|p| p.bytes as usize).sum::<usize>(), self.bytes);
        let ancestors = held().filter(|p| p.stage == Stage::Ancestor);
        assert_eq!(ancestors.count(), self.ancestors_held);
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(process) = &slot.process else {
                continue;
            };
            let link = Link {
                index: index as u32,
                generation: slot.generation,
            };
            let children = held().filter(|child| child.parent_link == link).count();
            assert_eq!(process.children as usize, children, "{}", process.exec);
            assert_eq!(process.exit.is_some(), process.stage != Stage::Alive);
            let named = self.by_pid.get(&process.exec.pid) == Some(&link);
            let older = self.older.get(&process.exec) == Some(&link);
            assert!(named || older, "{} is not found", process.exec);
        }
        for link in self.by_pid.values().chain(self.older.values()) {
            assert!(self.get(*link).is_some());
        }
    }
}
