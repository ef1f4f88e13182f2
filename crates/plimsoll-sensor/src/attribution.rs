//! From events to containers: which container a cgroup is, and what its engine says of it.
//!
//! [`Attribution::foresee`] and [`Attribution::see`] are shown every record of the kernel, and add
//! records of containers where they are due, ahead of it and behind it, so that whoever reads the
//! stream knows a container before its first process runs.
//! What engines say is asked for on another thread and added when it is there: events never wait.
//! The path of a cgroup is a claim ([`path`]); whether it is believed depends on who made the cgroup
//! (`trust`).
//!
//! It does not decide what is the host's or a container's process: `plimsoll-behavior` does, from
//! the records alone, so that a recording gives the same answer.

mod container;
mod details;
pub mod fuzz;
mod hints;
mod metadata;
pub mod path;
mod record;
mod rescan;
mod scan;
mod table;
mod trust;

#[cfg(test)]
mod tests;

pub use metadata::Places;
pub use table::Overflow;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{Class, EventKind, Param};

use self::container::{Container, Known};
use self::hints::{Hint, Hints};
use self::metadata::{Answer, Metadata, Question, Subject};
use self::path::Engine;
use self::rescan::Rescan;
use self::table::{Effect, Table};
use self::trust::{Maker, Serial};

/// Most answers that are taken at once: between them events are read.
const ANSWERS_AT_ONCE: usize = 256;
/// How often what was removed long ago is forgotten, nanoseconds.
const SECOND_NS: u64 = 1_000_000_000;
/// Most namespaces that are remembered as asked for.
const NAMESPACES_MAX: usize = 4_096;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub cgroups: usize,
    pub containers: usize,
    /// What found no room.
    pub overflow: Overflow,
    /// Questions to engines that found no room; they are asked again.
    pub questions_refused: u64,
    /// How often the tree of cgroups was read again, as events about it were lost.
    pub rescans: u64,
}

/// Joins events with containers.
#[derive(Debug)]
pub struct Attribution {
    table: Table,
    hints: Hints,
    metadata: Metadata,
    /// Where version 2 of cgroups is mounted.
    mount: Option<PathBuf>,
    proc: PathBuf,
    /// Namespaces of which it was asked where their processes are.
    asked_namespaces: HashSet<(u32, u32)>,
    /// Questions that found no room.
    unasked: Vec<Effect>,
    expired_ns: u64,
    rescan: Rescan,
}

impl Attribution {
    /// Begins with nothing known. `host_pid_ns` is the inode of the host's pid namespace.
    pub fn new(host_pid_ns: u32, mut places: Places) -> std::io::Result<Self> {
        places.cgroups = places.cgroups.or_else(|| scan::mount(&places.proc));
        Ok(Self {
            mount: places.cgroups.clone(),
            proc: places.proc.clone(),
            asked_namespaces: HashSet::new(),
            table: Table::new(host_pid_ns),
            hints: Hints::default(),
            metadata: Metadata::start(places)?,
            unasked: Vec::new(),
            expired_ns: 0,
            rescan: Rescan::default(),
        })
    }

    /// Takes in the cgroups that are there, and gives the records for them: a `cgroup_mkdir` for
    /// each and a `container` where it is one's. To be called once the kernel's programs run, so
    /// that none is missed in between; what is missed later is looked for by [`Attribution::poll`]. Returns how many cgroups were left out.
    pub fn scan(&mut self, now_ns: u64, out: &mut Vec<Vec<u8>>) -> u64 {
        let Some(mount) = &self.mount else {
            return 0;
        };
        let tree = scan::tree(mount);
        for cgroup in &tree.cgroups {
            out.push(record::cgroup(cgroup.id, &cgroup.path, now_ns));
            let effects = self
                .table
                .made(cgroup.id, &cgroup.path, Maker::Unknown, now_ns);
            self.follow(effects, now_ns, None, out);
        }
        self.table.is_whole(tree.left_out == 0);
        for process in scan::isolated(&self.proc, self.table.host_pid_ns()) {
            let scan::Isolated {
                mnt_ns,
                pid_ns,
                path,
            } = process;
            let effects = self.table.placed(&path, mnt_ns, pid_ns);
            self.follow(effects, now_ns, None, out);
        }
        if let Ok(accounts) = metadata::host_accounts() {
            out.push(record::accounts(None, &accounts, now_ns));
        }
        tree.left_out
    }

    /// Looks at a record of the kernel before it is judged. What is added to `out` belongs ahead of
    /// it: that its cgroup is a container's, where only its namespaces tell.
    pub fn foresee(&mut self, record: &Record<'_>, out: &mut Vec<Vec<u8>>) {
        if matches!(record.kind.class(), Class::Meta | Class::Snapshot) {
            return;
        }
        let is_exec =
            matches!(record.kind, EventKind::Execve | EventKind::Execveat) && record.ret >= 0;
        if is_exec {
            self.executed(record);
        }
        if let Some(serial) = self.table.isolated(record.cgroup_id, record.pid_ns) {
            let effects = [Effect::Ask(serial), Effect::Tell(serial, record.cgroup_id)];
            self.follow(effects, record.time_ns, Some(record.exec.pid), out);
        } else if is_exec && self.table.is_unplaced(record.cgroup_id, record.pid_ns) {
            self.ask_place(record);
        }
        if self.table.is_missing(record.cgroup_id) {
            self.missed();
        }
    }

    /// Looks at a record of the kernel. What is added to `out` belongs behind it.
    pub fn see(&mut self, record: &Record<'_>, out: &mut Vec<Vec<u8>>) {
        match record.kind {
            EventKind::CgroupMkdir => self.cgroup_made(record, out),
            EventKind::CgroupRmdir => self.cgroup_removed(record, out),
            _ => {}
        }
        if record.time_ns > self.expired_ns.saturating_add(SECOND_NS) {
            self.expired_ns = record.time_ns;
            self.table.expire(record.time_ns);
        }
    }

    /// Adds what engines have said meanwhile. To be called now and then, also without events.
    pub fn poll(&mut self, now_ns: u64, out: &mut Vec<Vec<u8>>) {
        self.table.expire(now_ns);
        self.rescan(now_ns, out);
        for _ in 0..ANSWERS_AT_ONCE {
            let Some(answer) = self.metadata.answer() else {
                break;
            };
            self.answered(answer, now_ns, out);
        }
        let unasked = std::mem::take(&mut self.unasked);
        self.follow(unasked, now_ns, None, out);
    }

    pub fn counts(&self) -> Counts {
        let (cgroups, containers) = self.table.len();
        Counts {
            cgroups,
            containers,
            overflow: self.table.overflow(),
            questions_refused: self.metadata.refused,
            rescans: self.rescan.count,
        }
    }

    /// Id of the container of a cgroup, as far as it is known.
    pub fn container_id(&self, cgroup_id: u64) -> Option<&str> {
        let container = self.table.container_of(cgroup_id)?;
        Some(&container.identity.id)
    }

    fn cgroup_made(&mut self, record: &Record<'_>, out: &mut Vec<Vec<u8>>) {
        let hierarchy = record.number(Param::CgroupHierarchy).unwrap_or(0);
        let (Some(id), Some(path)) = (
            record.number(Param::CgroupSubject),
            record.param(Param::CgroupPath),
        ) else {
            return;
        };
        if hierarchy != 0 {
            return;
        }
        let maker = self.table.maker(record.cgroup_id, record.pid_ns);
        let effects = self.table.made(id, path, maker, record.time_ns);
        self.follow(effects, record.time_ns, None, out);
    }

    fn cgroup_removed(&mut self, record: &Record<'_>, out: &mut Vec<Vec<u8>>) {
        let Some(id) = record.number(Param::CgroupSubject) else {
            return;
        };
        if record.number(Param::CgroupHierarchy).unwrap_or(0) == 0 {
            let effect = self.table.removed(id, record.time_ns);
            self.follow(effect, record.time_ns, None, out);
        } else if let Some(path) = record.param(Param::CgroupPath) {
            let effect = self.table.removed_elsewhere(path, record.time_ns);
            self.follow(effect, record.time_ns, None, out);
        }
    }

    /// What an engine's helper says of a container in its arguments.
    fn executed(&mut self, record: &Record<'_>) {
        if self.table.maker(record.cgroup_id, record.pid_ns) != Maker::Host {
            return;
        }
        let args = record.param(Param::Args).unwrap_or_default();
        let folder = record.param(Param::Cwd).unwrap_or_default();
        let uid = record
            .number(Param::Euid)
            .and_then(|uid| u32::try_from(uid).ok());
        let folder = String::from_utf8_lossy(folder);
        if let Some(hint) = uid.and_then(|uid| hints::read(args, Path::new(&*folder), uid)) {
            self.hints.put(hint);
        }
    }

    /// Asks where a process is of which version 2 says nothing; once for its namespaces.
    fn ask_place(&mut self, record: &Record<'_>) {
        let (mnt_ns, pid_ns) = (record.mnt_ns, record.pid_ns);
        if self.asked_namespaces.len() >= NAMESPACES_MAX {
            self.asked_namespaces.clear();
        }
        if self.asked_namespaces.insert((mnt_ns, pid_ns)) {
            let pid = record.exec.pid;
            let subject = Subject::Process {
                pid,
                mnt_ns,
                pid_ns,
            };
            self.metadata.ask(subject, Question::default());
        }
    }

    /// Does what follows from a change of the table.
    fn follow(
        &mut self,
        effects: impl IntoIterator<Item = Effect>,
        now_ns: u64,
        pid: Option<u32>,
        out: &mut Vec<Vec<u8>>,
    ) {
        for effect in effects {
            match effect {
                Effect::Tell(serial, cgroup_id) => self.tell(serial, cgroup_id, now_ns, out),
                Effect::Ask(serial) => self.ask(serial, pid),
                Effect::AskGuess(cgroup_id) => self.ask_guess(cgroup_id, now_ns, out),
                Effect::AskClaim(cgroup_id) => self.ask_claim(cgroup_id),
            }
        }
    }

    fn tell(&self, serial: Serial, cgroup_id: u64, now_ns: u64, out: &mut Vec<Vec<u8>>) {
        if let Some(container) = self.table.container(serial) {
            out.push(record::container(container, cgroup_id, now_ns));
        }
    }

    fn ask(&mut self, serial: Serial, pid: Option<u32>) {
        let Some(container) = self.table.container_mut(serial) else {
            return;
        };
        let identity = &container.identity;
        let hint = self.hints.get(&identity.id, identity.user).cloned();
        if let Some(Hint {
            name: Some(name), ..
        }) = &hint
        {
            container.details.name = Some(name.clone());
        }
        let question = question(container, hint, pid);
        if !self.metadata.ask(Subject::Container(serial), question) {
            self.unasked.push(Effect::Ask(serial));
        }
    }

    /// Asks about a guess, unless a helper has said so already.
    fn ask_guess(&mut self, cgroup_id: u64, now_ns: u64, out: &mut Vec<Vec<u8>>) {
        let Some((path, guess)) = self.table.guess(cgroup_id) else {
            return;
        };
        let (path, guess) = (Box::from(path), guess.clone());
        let hint = self.hints.get(&guess.id, None).cloned();
        if let Some(hint) = &hint {
            self.confirmed(cgroup_id, Some(hint.engine), &guess.id, now_ns, out);
            return;
        }
        let question = Question {
            engine: None,
            id: guess.id,
            namespace: guess.namespace,
            path,
            is_of_version_2: true,
            user: None,
            hint,
            pid: None,
        };
        if !self.metadata.ask(Subject::Guess(cgroup_id), question) {
            self.unasked.push(Effect::AskGuess(cgroup_id));
        }
    }

    fn ask_claim(&mut self, cgroup_id: u64) {
        let Some((path, claim, user)) = self.table.claim(cgroup_id) else {
            return;
        };
        let question = Question {
            engine: claim.engine,
            id: claim.id,
            path: path.into(),
            user,
            ..Question::default()
        };
        if !self.metadata.ask(Subject::Claim(cgroup_id), question) {
            self.unasked.push(Effect::AskClaim(cgroup_id));
        }
    }

    fn confirmed(
        &mut self,
        cgroup_id: u64,
        engine: Option<Engine>,
        id: &str,
        now_ns: u64,
        out: &mut Vec<Vec<u8>>,
    ) -> Option<Serial> {
        let serial = self.table.confirmed(cgroup_id, engine, id, None)?;
        self.follow(
            [Effect::Ask(serial), Effect::Tell(serial, cgroup_id)],
            now_ns,
            None,
            out,
        );
        Some(serial)
    }

    fn answered(&mut self, answer: Answer, now_ns: u64, out: &mut Vec<Vec<u8>>) {
        let found = answer.found;
        let serial = match answer.subject {
            Subject::Container(serial) => serial,
            Subject::Claim(cgroup_id) => {
                let serial = Some(cgroup_id).filter(|_| found.is_exact);
                match serial.and_then(|id| self.table.claim_confirmed(id)) {
                    Some(serial) => {
                        if !found.is_complete {
                            self.ask(serial, None);
                        }
                        serial
                    }
                    None => return,
                }
            }
            Subject::Process {
                pid,
                mnt_ns,
                pid_ns,
            } => {
                let effects = found
                    .path
                    .map(|path| self.table.placed(&path, mnt_ns, pid_ns));
                return self.follow(effects.unwrap_or_default(), now_ns, Some(pid), out);
            }
            Subject::Guess(cgroup_id) => {
                let Some((_, guess)) = self.table.guess(cgroup_id).filter(|_| found.is_known)
                else {
                    return;
                };
                let id = guess.id.clone();
                let Some(serial) = self.table.confirmed(cgroup_id, found.engine, &id, None) else {
                    return;
                };
                if !found.is_complete {
                    self.ask(serial, None);
                }
                serial
            }
        };
        if let Some(engine) = found.engine {
            self.table.belongs(serial, engine);
        }
        let Some(container) = self.table.container_mut(serial) else {
            return;
        };
        if found.is_known {
            container.known = Known::Engine;
            let name = container.details.name.take();
            container.details = found.details;
            container.details.name = container.details.name.take().or(name);
        } else if answer.is_last && container.known == Known::Path && container.removed_ns.is_none()
        {
            container.known = Known::Unconfirmed;
            container.details.not_known = found.details.not_known;
        } else {
            return;
        }
        let (id, cgroup_id) = (container.identity.id.clone(), container.cgroup_id);
        self.tell(serial, cgroup_id, now_ns, out);
        if let Some(accounts) = &found.accounts {
            out.push(record::accounts(Some(&id), accounts, now_ns));
        }
    }
}

fn question(container: &Container, hint: Option<Hint>, pid: Option<u32>) -> Question {
    Question {
        engine: container.identity.engine,
        id: container.identity.id.clone(),
        namespace: None,
        path: container.path.clone(),
        is_of_version_2: container.cgroup_id != 0,
        user: container.identity.user,
        hint,
        pid: pid.or(container.details.init_pid),
    }
}
