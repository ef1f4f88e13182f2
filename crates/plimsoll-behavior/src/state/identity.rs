//! Who a process is, as it changes itself: users, groups, capabilities, session, name, folder.
//!
//! Where the kernel says what holds afterwards, that is taken. Else the rules of the calls are
//! followed (`credentials(7)`, `capabilities(7)`), without `SECBIT_KEEP_CAPS` and its fellows.

use plimsoll_model::event::{EventKind, Param};

use super::State;
use super::describe::{comm, describe, describe_rights};
use super::path;
use super::process::Process;
use super::table::Link;
use crate::wire::Record;

const PR_SET_NAME: u64 = 15;
const PR_SET_NO_NEW_PRIVS: u64 = 38;
/// An id that stays as it is.
const KEEP: u32 = u32::MAX;

impl State {
    /// A call of the setuid or setgid family, or capset, succeeded.
    pub(super) fn rights(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get_mut(link) else {
            return;
        };
        let before = process.credentials;
        let told = record.param(Param::Euid).is_some() || record.param(Param::Egid).is_some();
        if told {
            describe_rights(process, record);
            return;
        }
        // What nobody told of cannot be counted on from there.
        if !process.is_described() {
            return;
        }
        computed(process, record);
        if record.param(Param::CapEffective).is_some() {
            describe_rights(process, record);
            return;
        }
        let after = process.credentials;
        let rights = &mut process.capabilities;
        let root = |ids: [u32; 3]| ids.contains(&0);
        let had = root([before.uid, before.euid, before.suid]);
        if had && !root([after.uid, after.euid, after.suid]) {
            rights.permitted = 0;
            rights.effective = 0;
            rights.ambient = 0;
        } else if before.euid == 0 && after.euid != 0 {
            rights.effective = 0;
        } else if before.euid != 0 && after.euid == 0 {
            rights.effective = rights.permitted;
        }
    }

    /// unshare or setns succeeded.
    pub(super) fn spaces(&mut self, link: Link, record: &Record<'_>) {
        if let Some(process) = self.processes.get_mut(link) {
            describe(process, record);
        }
    }

    pub(super) fn session(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get_mut(link) else {
            return;
        };
        let (pid, vpid) = (process.exec.pid, process.vpid);
        process.sid = pid;
        process.pgid = pid;
        process.vsid = vpid;
        process.vpgid = vpid;
        process.tty = 0;
        describe(process, record);
    }

    /// setpgid: of the process itself, or of a child.
    pub(super) fn group(&mut self, link: Link, record: &Record<'_>) {
        let subject = record.number(Param::Arg0).unwrap_or(0) as u32;
        let group = record.number(Param::Arg1).unwrap_or(0) as u32;
        let Some(caller) = self.processes.get_mut(link) else {
            return;
        };
        let (pid, vpid) = (caller.exec.pid, caller.vpid);
        // The call's numbers are those of the caller's pid namespace.
        let subject = if subject == 0 || subject == vpid || subject == pid {
            Some(link)
        } else {
            let current = self.processes.current(subject);
            let child = current.and_then(|link| self.processes.get(link));
            current.filter(|_| child.is_some_and(|child| child.vpid == subject))
        };
        let Some(process) = subject.and_then(|link| self.processes.get_mut(link)) else {
            return;
        };
        if record.param(Param::Pgid).is_some() && process.exec == record.exec {
            // What the kernel says of the caller afterwards.
            describe(process, record);
        } else if group == 0 || group == process.vpid || group == process.exec.pid {
            process.pgid = process.exec.pid;
            process.vpgid = process.vpid;
        } else {
            process.vpgid = group;
            if process.vpid == process.exec.pid {
                process.pgid = group;
            }
        }
    }

    pub(super) fn prctl(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get_mut(link) else {
            return;
        };
        let request = record.number(Param::Request);
        match request.or_else(|| record.number(Param::Arg0)) {
            // Each thread has a name of its own; the first one's is the process's.
            Some(PR_SET_NAME) if record.tid == record.exec.pid => {
                let name = record
                    .param(Param::Text)
                    .or_else(|| record.param(Param::Comm));
                if let Some(name) = name.or_else(|| record.param(Param::Name)) {
                    process.comm.set(comm(name));
                    self.processes.weigh(link);
                }
            }
            Some(PR_SET_NO_NEW_PRIVS) => process.no_new_privs = true,
            _ => {}
        }
    }

    /// chdir, fchdir, chroot or pivot_root succeeded.
    pub(super) fn folder(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get(link) else {
            return;
        };
        let told = record.param(Param::Cwd).or_else(|| match record.kind {
            EventKind::Chdir | EventKind::Fchdir => record.param(Param::Path),
            _ => None,
        });
        let told = told.filter(|told| !told.is_empty());
        let cwd = match (told, record.kind) {
            (Some(told), _) => told.to_vec(),
            (None, EventKind::Chdir) => {
                let name = record.param(Param::Name).unwrap_or_default();
                path::full(&process.cwd, name)
            }
            (None, EventKind::Fchdir) => {
                let fd = record.signed(Param::Fd).unwrap_or(-1);
                self.folder_of(process, fd).to_vec()
            }
            // The root has moved under it, and the current folder's path with it.
            _ => return,
        };
        if let Some(process) = self.processes.get_mut(link) {
            process.cwd.set(&cwd);
            self.processes.weigh(link);
        }
    }
}

/// What the call's arguments make of the credentials.
fn computed(process: &mut Process, record: &Record<'_>) {
    let given = |own: Param, raw: Param| record.number(own).or_else(|| record.number(raw));
    let first_user = given(Param::Uid, Param::Arg0).map_or(KEEP, |id| id as u32);
    let first_group = given(Param::Gid, Param::Arg0).map_or(KEEP, |id| id as u32);
    let raw = |param| record.number(param).map_or(KEEP, |id| id as u32);
    let (second, third) = (raw(Param::Arg1), raw(Param::Arg2));
    let root = process.credentials.euid == 0;
    let ids = &mut process.credentials;
    let (users, first) = match record.kind {
        EventKind::Setuid | EventKind::Setreuid | EventKind::Setresuid | EventKind::Setfsuid => {
            let ids = (&mut ids.uid, &mut ids.euid, &mut ids.suid, &mut ids.fsuid);
            (ids, first_user)
        }
        EventKind::Setgid | EventKind::Setregid | EventKind::Setresgid | EventKind::Setfsgid => {
            let ids = (&mut ids.gid, &mut ids.egid, &mut ids.sgid, &mut ids.fsgid);
            (ids, first_group)
        }
        _ => return,
    };
    let (real, effective, saved, files) = users;
    let set = |place: &mut u32, id: u32| {
        if id != KEEP {
            *place = id;
        }
    };
    match record.kind {
        EventKind::Setuid | EventKind::Setgid => {
            if root {
                set(real, first);
                set(saved, first);
            }
            set(effective, first);
        }
        EventKind::Setreuid | EventKind::Setregid => {
            let changes = first != KEEP || second != KEEP && second != *real;
            set(real, first);
            set(effective, second);
            if changes {
                *saved = *effective;
            }
        }
        EventKind::Setresuid | EventKind::Setresgid => {
            set(real, first);
            set(effective, second);
            set(saved, third);
        }
        _ => {
            set(files, first);
            return;
        }
    }
    *files = *effective;
}
