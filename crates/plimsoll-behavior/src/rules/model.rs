//! What loading gives: rules in their order, with what stands around the condition.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::condition::{Condition, Site};
use super::output::Template;

/// Rules in the order in which their names first stood, everything put in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSet {
    pub rules: Vec<Arc<Rule>>,
    pub macros: Vec<Macro>,
    pub lists: Vec<List>,
    /// The highest engine version that a file asks for.
    pub required_engine: Option<Version>,
    /// Each with its alternatives, of which one is needed.
    pub required_plugins: Vec<Vec<Plugin>>,
}

/// A rule, ready to be compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub name: Arc<str>,
    pub desc: String,
    /// With the exceptions put in.
    pub condition: Arc<Condition>,
    pub output: Template,
    pub priority: Priority,
    pub source: Source,
    pub tags: BTreeSet<String>,
    /// A disabled rule is kept: it can be enabled again by name or tag.
    pub enabled: bool,
    /// Names of the exceptions' fields, for those that show them.
    pub exception_fields: BTreeSet<String>,
    /// Whether events around the alert are to be recorded, and for how long.
    pub capture: bool,
    pub capture_duration_ms: Option<u32>,
    pub at: Site,
}

/// A named condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Macro {
    pub name: Arc<str>,
    /// The very node that the rules hold that name it.
    pub condition: Arc<Condition>,
    pub used: bool,
    pub at: Site,
}

/// A named list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub name: Arc<str>,
    /// With lists that it names put in.
    pub items: Vec<String>,
    pub used: bool,
    pub at: Site,
}

/// How urgent an alert is, the most urgent first, as syslog orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Informational,
    Debug,
}

/// All of them, the most urgent first.
pub const PRIORITIES: &[Priority] = &[
    Priority::Emergency,
    Priority::Alert,
    Priority::Critical,
    Priority::Error,
    Priority::Warning,
    Priority::Notice,
    Priority::Informational,
    Priority::Debug,
];

impl Priority {
    /// As it is written in a rule: any case, and `info` for `informational`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("info") {
            return Some(Self::Informational);
        }
        let is_it = |priority: &&Self| priority.name().eq_ignore_ascii_case(text);
        PRIORITIES.iter().find(is_it).copied()
    }

    /// As it is written in alerts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "Emergency",
            Self::Alert => "Alert",
            Self::Critical => "Critical",
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Notice => "Notice",
            Self::Informational => "Informational",
            Self::Debug => "Debug",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Where the events of a rule come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub Arc<str>);

/// The source of rules that name none: the kernel.
pub const SYSCALL: &str = "syscall";

impl Source {
    pub fn is_syscall(&self) -> bool {
        &*self.0 == SYSCALL
    }
}

/// A version as `0.57.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A plugin that a file asks for, and from which version on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    pub name: String,
    pub version: Version,
}
