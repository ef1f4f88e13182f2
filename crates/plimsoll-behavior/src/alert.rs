//! Alerts: what is worth a person's time, with all that is needed to understand it.
//!
//! An alert is made when a rule fires and is complete in itself: which rule, in which container, by
//! which process and its ancestors, what to do, and how often it was seen. It is written as Falco
//! writes its own (JSON and text, so that what reads Falco reads this), and is turned into a finding.
//! [`Gate`] makes one alert of many alike and holds back floods, counting what it holds back.
//!
//! Nothing here sends alerts anywhere (`plimsoll-notify` does) or reads a clock: times are those of
//! the events, so that a replayed trace gives the same alerts byte by byte.

mod build;
mod falco;
mod finding;
mod gate;
mod identity;
mod limits;
mod notices;
mod repeats;
#[cfg(test)]
mod tests;

use plimsoll_model::Timestamp;
use plimsoll_model::text::clean;

use crate::rules::Priority;

pub use build::{shown, time_of};
pub use falco::{json, text_line};
pub use finding::{finding, fingerprint, rule_id, severity};
pub use gate::{Gate, GateOptions, Held};
pub use identity::identity;
pub use limits::{Limit, Rate};
pub use notices::{Notice, SOURCE_INTERNAL};
pub use repeats::RepeatOptions;

/// Longest output text, in bytes; what is longer is cut and ends in `…`.
pub const OUTPUT_BYTES_MAX: usize = 8 << 10;
/// Longest text of a field of the output, in bytes.
pub const FIELD_BYTES_MAX: usize = 4 << 10;
/// Most fields of an output.
pub const FIELDS_MAX: usize = 256;
/// Most ancestors of a process that an alert names.
pub const CHAIN_MAX: usize = 16;

/// One alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// When the event happened that made the alert, or the last of its repetitions.
    pub time: Timestamp,
    /// Name of the rule.
    pub rule: String,
    pub priority: Priority,
    /// Falco's source of events: `syscall`, or `internal` for what the sensor says of itself.
    pub source: String,
    /// Name of the node; empty when unknown.
    pub hostname: String,
    /// Tags of the rule, sorted.
    pub tags: Vec<String>,
    /// Kind of the event: `execve`.
    pub event: String,
    /// The rule's output with its fields filled in, cleaned.
    pub output: String,
    /// Each field of the output by its name, sorted by it.
    pub fields: Vec<(String, FieldValue)>,
    /// Where it happened; `None` on the host.
    pub container: Option<AlertContainer>,
    /// The pod of that container.
    pub pod: Option<AlertPod>,
    /// The process first, then its ancestors upward.
    pub chain: Vec<AlertProcess>,
    /// What to do about it, as sentences.
    pub mend: Option<String>,
    /// What was seen, in the order in which it convinces: name and value.
    pub evidence: Vec<(String, String)>,
    /// How often it was seen, this time included.
    pub count: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

/// A value of a field, with its type as Falco's JSON has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// The event does not have the field; Falco's text says `<NA>`.
    Absent,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Text(String),
    /// Falco's text shows it as `(a,b)`.
    List(Vec<FieldValue>),
}

/// The container in which it happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertContainer {
    /// Full id as the engine has it.
    pub id: String,
    /// Name; empty while unknown.
    pub name: String,
    /// Image reference; empty while unknown.
    pub image: String,
    /// Digest of the image's manifest, or of its configuration; empty while unknown.
    pub image_digest: String,
    /// podman, docker, containerd, …; empty while unknown.
    pub engine: String,
}

/// The pod in which it happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertPod {
    pub namespace: String,
    pub name: String,
    /// Empty while unknown.
    pub uid: String,
}

/// A process of the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertProcess {
    /// In the host's pid namespace.
    pub pid: u32,
    /// Full path of the executable; empty while unknown.
    pub exe: String,
    /// Arguments, the program's own name first.
    pub args: Vec<String>,
    /// User id.
    pub uid: Option<u32>,
}

impl AlertProcess {
    /// Arguments as one text, or the executable where there are none.
    pub fn command(&self) -> String {
        if self.args.is_empty() {
            return self.exe.clone();
        }
        self.args.join(" ")
    }
}

impl Alert {
    /// An alert of one event with its identity; all else is empty.
    pub fn new(
        time: Timestamp,
        rule: impl Into<String>,
        priority: Priority,
        source: impl Into<String>,
        output: impl AsRef<str>,
    ) -> Self {
        Self {
            time,
            rule: rule.into(),
            priority,
            source: source.into(),
            hostname: String::new(),
            tags: Vec::new(),
            event: String::new(),
            output: cut(&clean(output.as_ref()), OUTPUT_BYTES_MAX),
            fields: Vec::new(),
            container: None,
            pod: None,
            chain: Vec::new(),
            mend: None,
            evidence: Vec::new(),
            count: 1,
            first_seen: time,
            last_seen: time,
        }
    }

    /// The value of a field of the output.
    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        let at = self
            .fields
            .binary_search_by(|(found, _)| found.as_str().cmp(name))
            .ok()?;
        self.fields.get(at).map(|(_, value)| value)
    }

    /// Techniques and tactics of MITRE ATT&CK among the tags: `T1059.004`, and `TA0002` for
    /// `mitre_execution`; sorted.
    pub fn mitre(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.tags.iter().filter_map(|tag| mitre_id(tag)).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Makes what came from outside harmless and bounded: control characters are shown as escapes,
    /// long texts are cut, fields and tags are sorted. To be called once when the alert is made.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        self.output = cut(&clean(&self.output), OUTPUT_BYTES_MAX);
        self.fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.fields.dedup_by(|(a, _), (b, _)| a == b);
        self.fields.truncate(FIELDS_MAX);
        for (_, value) in &mut self.fields {
            value.clean();
        }
        self.tags.sort();
        self.tags.dedup();
        self.chain.truncate(CHAIN_MAX);
        for process in &mut self.chain {
            tidy(&mut process.exe);
            process.args.iter_mut().for_each(tidy);
            bound_args(&mut process.args);
        }
        if let Some(container) = &mut self.container {
            tidy(&mut container.id);
            tidy(&mut container.name);
            tidy(&mut container.image);
            tidy(&mut container.image_digest);
        }
        if let Some(pod) = &mut self.pod {
            tidy(&mut pod.namespace);
            tidy(&mut pod.name);
            tidy(&mut pod.uid);
        }
        for (_, value) in &mut self.evidence {
            tidy(value);
        }
        self
    }

    /// Where it happened, for people: `pod shop/cart, container web`, `container web`, `host`.
    pub fn place(&self) -> String {
        let container = self.container.as_ref().map(AlertContainer::called);
        match (&self.pod, container) {
            (Some(pod), Some(name)) => {
                format!("pod {}/{}, container {name}", pod.namespace, pod.name)
            }
            (Some(pod), None) => format!("pod {}/{}", pod.namespace, pod.name),
            (None, Some(name)) => format!("container {name}"),
            (None, None) if self.hostname.is_empty() => "host".to_owned(),
            (None, None) => format!("host {}", self.hostname),
        }
    }
}

impl AlertContainer {
    /// Its name, or the short id while that is unknown.
    pub fn called(&self) -> &str {
        if self.name.is_empty() {
            return self.id.get(..12).unwrap_or(&self.id);
        }
        &self.name
    }
}

impl FieldValue {
    fn clean(&mut self) {
        match self {
            Self::Text(text) => tidy(text),
            Self::List(values) => values.iter_mut().for_each(Self::clean),
            Self::Absent | Self::Bool(_) | Self::Signed(_) | Self::Unsigned(_) => {}
        }
    }
}

fn tidy(text: &mut String) {
    if text.len() > FIELD_BYTES_MAX || text.chars().any(plimsoll_model::text::is_unsafe) {
        *text = cut(&clean(text), FIELD_BYTES_MAX);
    }
}

/// All arguments of a process together are no longer than a field.
fn bound_args(args: &mut Vec<String>) {
    let mut bytes = 0;
    let kept = args
        .iter()
        .take_while(|arg| {
            bytes += arg.len() + 1;
            bytes <= FIELD_BYTES_MAX
        })
        .count();
    if kept < args.len() {
        args.truncate(kept);
        args.push("…".to_owned());
    }
}

/// Text of at most so many bytes, cut between characters.
fn cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let room = bytes_max - '…'.len_utf8();
    let end = text.floor_char_boundary(room);
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// Tactics of MITRE ATT&CK for enterprises as Falco's tags name them.
const TACTICS: &[(&str, &str)] = &[
    ("mitre_collection", "TA0009"),
    ("mitre_command_and_control", "TA0011"),
    ("mitre_credential_access", "TA0006"),
    ("mitre_defense_evasion", "TA0005"),
    ("mitre_discovery", "TA0007"),
    ("mitre_execution", "TA0002"),
    ("mitre_exfiltration", "TA0010"),
    ("mitre_impact", "TA0040"),
    ("mitre_initial_access", "TA0001"),
    ("mitre_lateral_movement", "TA0008"),
    ("mitre_persistence", "TA0003"),
    ("mitre_privilege_escalation", "TA0004"),
    ("mitre_reconnaissance", "TA0043"),
    ("mitre_resource_development", "TA0042"),
];

fn mitre_id(tag: &str) -> Option<String> {
    if let Some((_, id)) = TACTICS.iter().find(|(name, _)| *name == tag) {
        return Some((*id).to_owned());
    }
    let (technique, sub) = match tag.split_once('.') {
        Some((technique, sub)) => (technique, Some(sub)),
        None => (tag, None),
    };
    let number = technique.strip_prefix('T')?;
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let whole = digits(number, 4) && sub.is_none_or(|sub| digits(sub, 3));
    whole.then(|| tag.to_owned())
}
