//! What is known of processes, files, sockets and containers, kept by the events that came so far.
//!
//! [`State::apply`] takes one record and gives the [`Moment`] in which rules judge it. All is
//! bounded by named constants; what does not fit is given up in an order that the events alone
//! decide, and counted. The state believes nothing it was not told: a descriptor that came by other
//! ways, a container without a name and a parent never seen stay unknown.

pub mod accounts;
pub mod container;
pub mod containers;
pub mod counters;
pub mod file;
pub mod files;
pub mod moment;
pub mod names;
pub mod path;
pub mod process;
pub mod table;
pub mod text;

pub use accounts::{Accounts, Group, User};
pub use container::{Container, ContainerId, Details, HOST, Knowledge, Mount, Pod};
pub use containers::{Containers, Host, UNKNOWN};
pub use counters::{Counters, WINDOW_SECONDS, Window};
pub use file::{Endpoint, OpenFile, PathFile, Role, Socket};
pub use moment::{Ancestors, Moment};
pub use process::{
    Capabilities, Credentials, ExeFile, Exit, LOGIN_UID_NONE, Namespaces, Origin, Process, Program,
};
pub use text::Text;

use std::sync::Arc;

use self::files::FileTables;
use self::names::Names;
use self::table::{Link, Table};
use crate::wire::Record;

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

    /// Takes in one event and gives the moment in which it is judged.
    pub fn apply<'a>(&'a mut self, record: &'a Record<'a>) -> Moment<'a> {
        self.events += 1;
        self.now = Now::default();
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
