//! What is known of processes, files, sockets and containers, kept by the events that came so far.
//!
//! [`State::apply`] takes one record and gives the [`Moment`] in which rules judge it. All is
//! bounded by named constants; what does not fit is given up in an order that the events alone
//! decide, and counted. The state believes nothing it was not told: a descriptor that came by other
//! ways, a container without a name and a parent never seen stay unknown.

pub mod accounts;
mod attribution;
pub mod container;
pub mod containers;
mod counted;
pub mod counters;
mod describe;
mod descriptors;
mod dispatch;
pub mod file;
pub mod files;
mod identity;
mod life;
pub mod moment;
pub mod names;
pub mod path;
pub mod process;
mod sockets;
pub mod table;
#[cfg(test)]
mod tests;
pub mod text;

pub use accounts::{Accounts, Group, User};
pub(crate) use counted::is_counted;

pub use container::{Container, ContainerId, Details, HOST, Knowledge, Mount, Pod};
pub use containers::{Containers, Host, UNKNOWN};
pub use counters::{Counters, WINDOW_SECONDS, Window};
pub use file::{Endpoint, OpenFile, PathFile, Role, Socket};
pub use moment::{Ancestors, Moment};
pub use process::{
    Capabilities, Credentials, ExeFile, Exit, LOGIN_UID_NONE, Namespaces, Origin, Process, Program,
};
pub use sockets::address;
pub use text::Text;

use std::sync::Arc;

use foldhash::HashMap;
use plimsoll_model::event::ExecId;

use self::files::FileTables;
use self::names::Names;
use self::table::{Link, Table};
use crate::wire::Record;

/// Most processes of which nothing was told that are named at once.
pub const STRANGERS_MAX: usize = 256;

/// All that is known.
#[derive(Debug, Default)]
pub struct State {
    pub(crate) processes: Table,
    pub(crate) files: FileTables,
    pub containers: Containers,
    pub names: Names,
    pub host: Host,
    /// Events applied so far.
    pub events: u64,
    /// Sockets of the snapshot, by inode, whose descriptor was not told of yet.
    sockets_waiting: HashMap<u64, Socket>,
    /// Processes of which nothing was told, since somebody last asked.
    strangers: Vec<ExecId>,
    nobody: Process,
    now: Now,
}

/// What the event that is judged now is about.
#[derive(Debug, Default)]
struct Now {
    process: Link,
    fd: Option<i32>,
    file: Option<Arc<OpenFile>>,
    second_fd: Option<i32>,
    second_file: Option<Arc<OpenFile>>,
}

impl State {
    /// A state that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many processes are remembered, ended ones included.
    pub const fn process_count(&self) -> usize {
        self.processes.len()
    }

    /// At most so many living processes of which nothing was told (their fork was lost). Who can
    /// look into `/proc` hands in a `Task` record of each, which goes into the trace like any other.
    pub fn take_strangers(&mut self, most: usize) -> Vec<ExecId> {
        let most = most.min(self.strangers.len());
        let mut strangers: Vec<ExecId> = self.strangers.drain(..most).collect();
        strangers.retain(|exec| {
            let process = self.process(*exec);
            process.is_some_and(|process| !process.is_described() && process.exit.is_none())
        });
        strangers
    }

    /// Takes in one event and gives the moment in which it is judged.
    pub fn apply<'a>(&'a mut self, record: &'a Record<'a>) -> Moment<'a> {
        self.events += 1;
        self.now = Now::default();
        self.take(record);
        self.moment(record)
    }

    /// The moment of the last event.
    fn moment<'a>(&'a self, record: &'a Record<'a>) -> Moment<'a> {
        let process = self.processes.get(self.now.process).unwrap_or(&self.nobody);
        let container = self.containers.get(process.container);
        Moment {
            record,
            state: self,
            process,
            container,
            accounts: &container.accounts,
            fd: self.now.fd,
            file: self.now.file.as_deref(),
            second_fd: self.now.second_fd,
            second_file: self.now.second_file.as_deref(),
        }
    }
}
