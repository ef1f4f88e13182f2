//! Carries out what a policy answers: kills, freezes, stops, refuses connections; and takes back
//! what can be taken back. Decides nothing: see `plimsoll_policy::response`.
//!
//! A process is named by its exec id, so that a pid used again is never hit. A container is named by
//! its cgroup, so that no engine is needed and none is asked.

use std::fmt;
use std::path::{Path, PathBuf};

use plimsoll_model::event::ExecId;

mod cgroup;
pub mod exec;
mod freeze;
mod kill;
mod refuse;
mod stop;

pub use cgroup::Cgroups;
pub use refuse::{Refusals, RefuseError};
pub use stop::{STOP_GRACE, Stopping};

/// What was done, and what takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// A clause for people: `killed 4711`.
    pub text: String,
    pub undo: Option<Undo>,
}

/// What takes a response back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// Let the processes of a cgroup run again: the file that froze them.
    Thaw { file: PathBuf },
    /// Let a cgroup connect again.
    Allow { cgroup_id: u64 },
}

/// Why a response failed. A failed response is an alert.
#[derive(Debug, thiserror::Error)]
pub enum RespondError {
    #[error("process {0} has ended already")]
    Gone(ExecId),
    #[error("pid {} belongs to another process by now", .0.pid)]
    Reused(ExecId),
    #[error("no cgroup is known of the container")]
    NoCgroup,
    #[error("{0} containers are being stopped already")]
    Busy(usize),
    #[error("cgroup `{0}` is the root or the sensor's own")]
    Forbidden(String),
    #[error("neither version 2 nor version 1 can freeze cgroup `{0}`")]
    NoFreezer(String),
    #[error(transparent)]
    Refuse(#[from] RefuseError),
    #[error("{what}: {error}")]
    System {
        what: String,
        #[source]
        error: std::io::Error,
    },
}

impl RespondError {
    fn system(what: impl fmt::Display, error: impl Into<std::io::Error>) -> Self {
        Self::System {
            what: what.to_string(),
            error: error.into(),
        }
    }
}

/// Kills a process, and only it.
pub fn kill(process: ExecId) -> Result<Done, RespondError> {
    kill::kill(process)?;
    Ok(Done {
        text: format!("killed process {}", process.pid),
        undo: None,
    })
}

/// Freezes all processes of a container.
pub fn pause(cgroups: &Cgroups, path: &str) -> Result<Done, RespondError> {
    let file = freeze::freeze(cgroups, path)?;
    Ok(Done {
        text: format!("paused cgroup {path}"),
        undo: Some(Undo::Thaw { file }),
    })
}

/// Asks a container to end, and ends it after [`STOP_GRACE`]; the returned handle tells when.
pub fn stop(cgroups: &Cgroups, path: &str) -> Result<Stopping, RespondError> {
    stop::stop(cgroups, path)
}

/// Refuses new connections of a container.
pub fn refuse_connections(refusals: &mut Refusals, cgroup_id: u64) -> Result<Done, RespondError> {
    refusals.refuse(cgroup_id)?;
    let until = if refusals.outlives_us() {
        ""
    } else {
        ", until the sensor ends (bpffs is not mounted)"
    };
    Ok(Done {
        text: format!("refusing new connections of cgroup {cgroup_id}{until}"),
        undo: Some(Undo::Allow { cgroup_id }),
    })
}

/// Takes a response back; once more is no error.
pub fn undo(undo: &Undo) -> Result<String, RespondError> {
    match undo {
        Undo::Thaw { file } => {
            freeze::thaw(file)?;
            Ok(format!("let run again: {}", folder_of(file).display()))
        }
        Undo::Allow { cgroup_id } => {
            let text = format!("let connect again: cgroup {cgroup_id}");
            if let Some(mut refusals) = Refusals::left()? {
                refusals.allow(*cgroup_id)?;
            }
            Ok(text)
        }
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(file)
}
