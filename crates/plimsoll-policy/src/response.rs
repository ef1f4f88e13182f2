//! Responses: what is done about an alert, where, how often at most, and what never happens.
//!
//! A response names alerts (by rule, tag, priority) or, for what must not even begin, programs that
//! the kernel kills as they are executed. It is tried out first: without `mode: enforce` it only says
//! what it would have done. Doing it is the sensor's work; this module decides and keeps count.

use plimsoll_model::Mode;

use crate::exception::Origin;
use crate::glob::Glob;

mod decide;
mod form;
#[cfg(test)]
mod tests;

pub use decide::{Decision, Guard, Responder, Subject};
pub(crate) use form::{ResponseForm, read};

/// Most responses of a policy: the kernel's table has that many slots.
pub const RESPONSES_MAX: usize = 64;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// Nothing but the alert.
    Alert,
    /// The process is killed.
    Kill,
    /// New connections of the container's cgroup are refused.
    RefuseConnections,
    /// All processes of the container are frozen.
    Pause,
    /// The container is asked to end, then ended.
    Stop,
}

impl Answer {
    pub const ALL: [Self; 5] = [
        Self::Alert,
        Self::Kill,
        Self::RefuseConnections,
        Self::Pause,
        Self::Stop,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Kill => "kill",
            Self::RefuseConnections => "refuse-connections",
            Self::Pause => "pause",
            Self::Stop => "stop",
        }
    }

    /// Whether `plimsoll undo` can take it back.
    pub const fn can_be_undone(self) -> bool {
        matches!(self, Self::RefuseConnections | Self::Pause)
    }
}

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub times: u32,
    /// Length of the window, nanoseconds.
    pub window_ns: u64,
}

impl Rate {
    /// What holds where a response says nothing.
    pub const DEFAULT: Self = Self {
        times: 5,
        window_ns: 60 * 1_000_000_000,
    };

    /// `5/minute`, `1/second`, `20/hour`.
    pub fn parse(text: &str) -> Option<Self> {
        let (times, unit) = text.split_once('/')?;
        let seconds = match unit.trim() {
            "s" | "second" => 1,
            "m" | "minute" => 60,
            "h" | "hour" => 3600,
            _ => return None,
        };
        Some(Self {
            times: times.trim().parse().ok().filter(|times| *times > 0)?,
            window_ns: seconds * 1_000_000_000,
        })
    }
}

/// Programs that the kernel kills before their first instruction; any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecMatch {
    /// Full paths of executables, as the process sees them.
    pub paths: Vec<String>,
    /// Names of executables: the last part of the path.
    pub names: Vec<String>,
    /// Executables that the container's image does not have (the upper layer of its overlay).
    pub not_in_image: bool,
    /// Executables without a file: `memfd_create`, or removed since.
    pub in_memory: bool,
}

impl ExecMatch {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which containers a response is about; an empty list means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    pub containers: Vec<Glob>,
    pub images: Vec<Glob>,
    pub namespaces: Vec<Glob>,
    /// Containers that are left alone whatever the others say, by name.
    pub except: Vec<Glob>,
    /// Processes of the host too.
    pub host: bool,
}

/// One response of the policy.
#[derive(Debug, Clone)]
pub struct Response {
    pub name: String,
    /// Globs over the names of rules.
    pub rules: Vec<Glob>,
    /// Tags of rules, any of which fits.
    pub tags: Vec<String>,
    /// At least this urgent: 0 is Emergency, 7 Debug.
    pub priority: Option<u8>,
    pub exec: ExecMatch,
    pub scope: Scope,
    pub answer: Answer,
    /// `enforce` does it; `audit` writes down and `warn` says what would have been done.
    pub mode: Mode,
    pub at_most: Rate,
    pub origin: Origin,
}

impl Response {
    /// Whether the other says the same, wherever it stands.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let Self {
            name,
            rules,
            tags,
            priority,
            exec,
            scope,
            answer,
            mode,
            at_most,
            origin: _,
        } = self;
        (name, rules, tags, priority, exec)
            == (
                &other.name,
                &other.rules,
                &other.tags,
                &other.priority,
                &other.exec,
            )
            && (scope, answer, mode, at_most)
                == (&other.scope, &other.answer, &other.mode, &other.at_most)
    }
}
