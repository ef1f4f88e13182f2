//! Birth, exec and end of processes.

use std::sync::Arc;

use plimsoll_model::event::{EventKind, ExecId, FLAG_FROM_PROC, Param};

use super::describe::describe;
use super::process::{Exit, Origin, Process, Program};
use super::table::{Link, PROC_TICK_NS};
use super::{STRANGERS_MAX, State};
use crate::wire::Record;

pub const CLONE_FILES: u64 = 0x400;
pub const CLONE_PARENT: u64 = 0x8000;
pub const CLONE_THREAD: u64 = 0x1_0000;

impl State {
    /// The process of a record; made from its head when it was not known.
    pub(super) fn who(&mut self, record: &Record<'_>) -> Link {
        let link = match self.processes.find(record.exec) {
            Some(link) => link,
            None => match self.roughly(record) {
                Some(link) => link,
                None => return self.guess(record),
            },
        };
        let (host, containers) = (&self.host, &self.containers);
        let Some(process) = self.processes.get_mut(link) else {
            return link;
        };
        process.touched = true;
        let spaces = &mut process.namespaces;
        let moved = process.cgroup_id != record.cgroup_id
            || spaces.mnt != record.mnt_ns
            || spaces.pid != record.pid_ns;
        if moved || process.container_epoch != containers.epoch {
            (spaces.mnt, spaces.pid) = (record.mnt_ns, record.pid_ns);
            process.cgroup_id = record.cgroup_id;
            process.container_epoch = containers.epoch;
            process.container = containers.locate(host, record);
        }
        if process
            .exit
            .is_some_and(|exit| exit.time_ns < record.time_ns)
            && record.kind != EventKind::Procexit
            && self.processes.current(record.exec.pid) == Some(link)
        {
            self.processes.revive(link);
        }
        link
    }

    /// The newest process of the pid, where one of the two starts is known only roughly.
    fn roughly(&mut self, record: &Record<'_>) -> Option<Link> {
        let link = self.processes.current(record.exec.pid)?;
        let process = self.processes.get(link)?;
        let (known, told) = (process.exec.start_ns, record.exec.start_ns);
        let same = known.abs_diff(told) < PROC_TICK_NS;
        if record.has(FLAG_FROM_PROC) && same {
            return Some(link);
        }
        if process.rough_start && same {
            self.processes.correct_start(link, told);
            return Some(link);
        }
        None
    }

    /// A process of which nothing was told: what the head says, and what the parameters add.
    fn guess(&mut self, record: &Record<'_>) -> Link {
        let mut process = Process {
            exec: record.exec,
            login_uid: super::LOGIN_UID_NONE,
            cgroup_id: record.cgroup_id,
            container_epoch: self.containers.epoch,
            container: self.containers.locate(&self.host, record),
            rough_start: record.has(FLAG_FROM_PROC),
            files: self.files.create(),
            ..Process::default()
        };
        process.namespaces.mnt = record.mnt_ns;
        process.namespaces.pid = record.pid_ns;
        self.stranger(record.exec);
        self.processes.insert(process, record.time_ns)
    }

    fn stranger(&mut self, exec: ExecId) {
        if exec.pid != 0 && self.strangers.len() < STRANGERS_MAX {
            self.strangers.push(exec);
        }
    }

    /// A successful exec.
    pub(super) fn exec(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get_mut(link) else {
            return;
        };
        // What is not said of the new program must not be taken from the old one.
        process.program = Arc::new(Program {
            mnt_ns: record.mnt_ns,
            ..Program::default()
        });
        let parent = describe(process, record);
        if record.param(Param::Comm).is_none() {
            let name = super::path::base(&process.program.exe);
            process.comm.set(super::describe::comm(name));
        }
        process.exec_ns = record.time_ns;
        let unknown = process.origin == Origin::Guess;
        process.origin = Origin::Exec;
        let files = process.files;
        process.files = self.files.exec(files);
        if unknown && let Some(parent) = parent {
            self.processes.set_parent(link, parent);
        }
        self.processes.weigh(link);
    }

    /// What the snapshot, or a later look into `/proc`, says of a process.
    pub(super) fn task(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get_mut(link) else {
            return;
        };
        if record.time_ns < process.exec_ns {
            return;
        }
        let parent = describe(process, record);
        let told = process.origin != Origin::Guess;
        if process.origin != Origin::Exec {
            process.origin = Origin::Task;
        }
        // A parent that was seen making it is truer than the reaper of today.
        let parent = parent.filter(|_| !told || process.parent.pid == 0);
        if let Some(parent) = parent {
            self.processes.set_parent(link, parent);
        }
        self.processes.weigh(link);
    }

    /// A successful fork or clone, told by the parent (with the child's ids) or by the child.
    pub(super) fn fork(&mut self, link: Link, record: &Record<'_>) {
        let Some(pid) = record.signed(Param::ChildPid) else {
            // Told by the child itself.
            if record.ret == 0 {
                self.task(link, record);
            }
            return;
        };
        let flags = record.number(Param::CloneFlags).unwrap_or(0);
        let pid = u32::try_from(pid).unwrap_or(0);
        if flags & CLONE_THREAD != 0 || pid == record.exec.pid || pid == 0 {
            return;
        }
        let exec = ExecId {
            pid,
            start_ns: record.number(Param::ChildStart).unwrap_or(0),
        };
        if let Some(known) = self.processes.find(exec) {
            self.fork_late(known, link, record);
            return;
        }
        let Some(parent) = self.processes.get(link) else {
            return;
        };
        let mut child = Process {
            exec,
            origin: if parent.origin == Origin::Guess {
                Origin::Guess
            } else {
                Origin::Fork
            },
            parent: parent.exec,
            exec_ns: 0,
            exit: None,
            vpid: 0,
            vppid: parent.vpid,
            counters: None,
            stage: super::process::Stage::Alive,
            rough_start: false,
            ..parent.clone()
        };
        if flags & CLONE_PARENT != 0 {
            child.parent = parent.parent;
            child.vppid = parent.vppid;
        }
        let files = parent.files;
        child.files = if flags & CLONE_FILES != 0 {
            self.files.share(files)
        } else {
            self.files.copy(files)
        };
        // Parameters that describe the child, where there are any.
        describe(&mut child, record);
        let described = child.is_described();
        self.processes.insert(child, record.time_ns);
        if !described {
            self.stranger(exec);
        }
    }

    /// The child's first events came before its parent's fork.
    fn fork_late(&mut self, child: Link, parent: Link, record: &Record<'_>) {
        let Some(source) = self.processes.get(parent) else {
            return;
        };
        let (maker, source) = (source.exec, source.clone());
        let Some(process) = self.processes.get_mut(child) else {
            return;
        };
        if process.origin == Origin::Guess {
            let kept = std::mem::take(process);
            *process = Process {
                exec: kept.exec,
                origin: Origin::Fork,
                parent: kept.parent,
                parent_link: kept.parent_link,
                children: kept.children,
                stage: kept.stage,
                exit: kept.exit,
                bytes: kept.bytes,
                files: kept.files,
                counters: kept.counters,
                cgroup_id: kept.cgroup_id,
                container: kept.container,
                container_epoch: kept.container_epoch,
                touched: true,
                vppid: source.vpid,
                exec_ns: 0,
                ..source
            };
            process.namespaces.mnt = kept.namespaces.mnt;
            process.namespaces.pid = kept.namespaces.pid;
            describe(process, record);
        }
        if self
            .processes
            .get(child)
            .is_some_and(|child| child.parent.pid == 0)
        {
            self.processes.set_parent(child, maker);
        }
        self.processes.weigh(child);
    }

    /// A process, and not only one of its threads, ended.
    pub(super) fn exited(&mut self, link: Link, record: &Record<'_>) {
        let status = record.number(Param::ExitCode).unwrap_or(0) as u32;
        let exit = Exit {
            time_ns: record.time_ns,
            status,
        };
        self.processes.exit(link, exit);
    }
}
