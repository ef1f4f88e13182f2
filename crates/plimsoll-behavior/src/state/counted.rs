//! What is counted of processes and containers, and what is learnt from the DNS.

use plimsoll_model::event::{Class, EventKind, FLAG_ENTER, Param};

use super::State;
use super::counters::Counters;
use super::file::{OpenFile, Socket};
use super::life::CLONE_THREAD;
use super::table::Link;
use crate::dns;
use crate::wire::Record;

const EPERM: i64 = 1;
const EAGAIN: i64 = 11;
const ENOMEM: i64 = 12;
const EACCES: i64 = 13;
const ENFILE: i64 = 23;
const EMFILE: i64 = 24;
const ENOSPC: i64 = 28;
const ENETUNREACH: i64 = 101;
const ETIMEDOUT: i64 = 110;
const ECONNREFUSED: i64 = 111;
const EHOSTUNREACH: i64 = 113;
const EINPROGRESS: i64 = 115;
const EDQUOT: i64 = 122;
const DNS_PORT: u16 = 53;
const SOCK_STREAM: u16 = 1;

/// Something that is counted.
type Pick = fn(&mut Counters) -> &mut super::Window;

impl State {
    /// Counts an event, if it is one that is counted.
    pub(super) fn count(&mut self, link: Link, record: &Record<'_>) {
        let Some(pick) = picked(record) else {
            return;
        };
        self.count_one(link, record.time_ns, pick);
    }

    fn count_one(&mut self, link: Link, time_ns: u64, pick: Pick) {
        let Some(process) = self.processes.get_mut(link) else {
            return;
        };
        pick(process.counters.get_or_insert_default()).add(time_ns);
        let container = process.container;
        pick(&mut self.containers.get_mut(container).counters).add(time_ns);
    }

    /// Reads what was sent to, or came from, a name server.
    pub(super) fn resolve(&mut self, link: Link, record: &Record<'_>) {
        let Some(OpenFile::Socket(socket)) = self.now.file.as_deref() else {
            return;
        };
        let is_dns = socket.remote.is_some_and(|end| end.port == DNS_PORT);
        let (true, Some(data)) = (is_dns, record.param(Param::Data)) else {
            return;
        };
        let Some(message) = message(socket, data) else {
            return;
        };
        if !message.is_answer {
            self.count_one(link, record.time_ns, |counters| &mut counters.dns_questions);
            return;
        }
        let Some(container) = self.processes.get(link).map(|process| process.container) else {
            return;
        };
        for (name, address) in message.resolved() {
            self.names.add(container, address.to_canonical(), name);
        }
    }
}

fn message(socket: &Socket, data: &[u8]) -> Option<dns::Message> {
    if socket.kind == SOCK_STREAM {
        return dns::read(dns::over_tcp(data)?);
    }
    dns::read(data)
}

/// Whether an event is counted.
pub(crate) fn is_counted(record: &Record<'_>) -> bool {
    picked(record).is_some()
}

fn picked(record: &Record<'_>) -> Option<Pick> {
    if record.has(FLAG_ENTER) {
        return None;
    }
    if record.ret < 0 && record.kind.class() == Class::Syscall {
        return failed(record);
    }
    let pick: Pick = match record.kind {
        EventKind::Clone | EventKind::Clone3 | EventKind::Fork | EventKind::Vfork => {
            let flags = record.number(Param::CloneFlags).unwrap_or(0);
            let child = record.signed(Param::ChildPid)?;
            if flags & CLONE_THREAD != 0 || child == i64::from(record.exec.pid) {
                return None;
            }
            |counters| &mut counters.forks
        }
        EventKind::Execve | EventKind::Execveat => |counters| &mut counters.execs,
        EventKind::Connect => |counters| &mut counters.connections,
        EventKind::Accept | EventKind::Accept4 => |counters| &mut counters.accepts,
        EventKind::Unlink
        | EventKind::Unlinkat
        | EventKind::Rmdir
        | EventKind::Truncate
        | EventKind::Ftruncate => |counters| &mut counters.removals,
        EventKind::OomKill => |counters| &mut counters.oom_kills,
        _ => return None,
    };
    Some(pick)
}

fn failed(record: &Record<'_>) -> Option<Pick> {
    let fork = matches!(
        record.kind,
        EventKind::Clone | EventKind::Clone3 | EventKind::Fork | EventKind::Vfork
    );
    let pick: Pick = match record.ret.wrapping_neg() {
        EMFILE | ENFILE => |counters| &mut counters.descriptors_exhausted,
        ENOSPC | EDQUOT => |counters| &mut counters.space_exhausted,
        ENOMEM => |counters| &mut counters.memory_exhausted,
        EAGAIN if fork => |counters| &mut counters.processes_exhausted,
        EPERM | EACCES => |counters| &mut counters.denied,
        EINPROGRESS | ENETUNREACH | ETIMEDOUT | ECONNREFUSED | EHOSTUNREACH
            if record.kind == EventKind::Connect =>
        {
            |counters| &mut counters.connections
        }
        _ => return None,
    };
    Some(pick)
}
