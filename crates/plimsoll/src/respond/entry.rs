//! One line of the audit trail, and what it says of an order.

use std::path::PathBuf;

use plimsoll_model::Timestamp;
use plimsoll_policy::response::Decision;
use plimsoll_sensor::respond::exec::Outcome;
use plimsoll_sensor::respond::{Done, RespondError, Undo};
use serde::{Deserialize, Serialize};

use super::Order;

pub const SCHEMA: &str = "plimsoll.answer/v1";

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub schema: String,
    /// Given when it is written: the line's number, from 1.
    #[serde(default)]
    pub id: u64,
    pub time: String,
    pub response: String,
    pub rule: String,
    pub answer: String,
    /// What was decided and, where it was to be done, what came of it; for people.
    pub outcome: String,
    /// done, failed, dry-run, guarded, held-back, undone.
    pub state: String,
    /// The policy's mode that made it a dry run: audit or warn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// What takes it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Way>,
    /// The line that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub pid: u32,
    pub start_ns: u64,
    pub exe: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub id: String,
    pub name: String,
    pub image: String,
    pub cgroup_id: u64,
    pub cgroup_path: String,
}

/// What takes a response back, in the trail's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Thaw { file: PathBuf },
    Allow { cgroup_id: u64 },
}

impl From<Undo> for Way {
    fn from(undo: Undo) -> Self {
        match undo {
            Undo::Thaw { file } => Self::Thaw { file },
            Undo::Allow { cgroup_id } => Self::Allow { cgroup_id },
        }
    }
}

impl From<Way> for Undo {
    fn from(way: Way) -> Self {
        match way {
            Way::Thaw { file } => Self::Thaw { file },
            Way::Allow { cgroup_id } => Self::Allow { cgroup_id },
        }
    }
}

impl Entry {
    /// What was decided and is not done.
    pub fn decided(order: Order) -> Self {
        let state = match order.decision {
            Decision::Act => "done",
            Decision::DryRun(_) => "dry-run",
            Decision::Guarded(_) => "guarded",
            Decision::HeldBack { .. } => "held-back",
        };
        let mode = match order.decision {
            Decision::DryRun(mode) => Some(mode.as_str().to_owned()),
            _ => None,
        };
        let outcome = order.decision.text(order.answer);
        Self {
            mode,
            ..Self::new(order, state, outcome, None)
        }
    }

    /// What the kernel did by itself.
    pub fn by_kernel(order: Order, outcome: Outcome) -> Self {
        let (state, text) = match outcome {
            Outcome::Killed => ("done", "killed before its first instruction"),
            Outcome::DryRun => (
                "dry-run",
                "would have been killed before its first instruction",
            ),
            Outcome::HeldBack => ("held-back", "not killed: rate reached"),
            Outcome::Failed => ("failed", "failed to kill: the kernel took no signal"),
        };
        let text = format!("{text}: {}", order.exe);
        Self::new(order, state, text, None)
    }

    /// What was done, or failed.
    pub fn done(order: Order, result: Result<Done, RespondError>) -> Self {
        match result {
            Ok(done) => Self::new(order, "done", done.text, done.undo.map(Way::from)),
            Err(error) => {
                let outcome = format!("failed to {}: {error}", order.answer.as_str());
                Self::new(order, "failed", outcome, None)
            }
        }
    }

    fn new(order: Order, state: &str, outcome: String, undo: Option<Way>) -> Self {
        let on_host = order.container.id.is_empty();
        Self {
            schema: SCHEMA.to_owned(),
            id: 0,
            time: order.time.to_string(),
            response: order.response,
            rule: order.rule,
            answer: order.answer.as_str().to_owned(),
            outcome,
            state: state.to_owned(),
            mode: None,
            process: Some(Process {
                pid: order.process.pid,
                start_ns: order.process.start_ns,
                exe: order.exe,
            }),
            container: (!on_host).then_some(Container {
                id: order.container.id,
                name: order.container.name,
                image: order.container.image,
                cgroup_id: order.container.cgroup_id,
                cgroup_path: order.container.cgroup_path,
            }),
            undo,
            undoes: None,
        }
    }

    /// The line that says that this one was taken back.
    pub fn undone(&self, now: Timestamp, outcome: String) -> Self {
        Self {
            id: 0,
            time: now.to_string(),
            outcome,
            state: "undone".to_owned(),
            mode: None,
            undo: None,
            undoes: Some(self.id),
            ..self.clone()
        }
    }

    /// The container, or the host, for people.
    pub fn place(&self) -> String {
        match &self.container {
            None => "the host".to_owned(),
            Some(container) if container.name.is_empty() => container.id.chars().take(12).collect(),
            Some(container) => container.name.clone(),
        }
    }

    /// Whether it is worth an alert of its own.
    pub fn has_failed(&self) -> bool {
        self.state == "failed"
    }
}
