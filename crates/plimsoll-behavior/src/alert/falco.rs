//! Alerts as Falco writes them.
//!
//! JSON with the keys and types of Falco's `json_output` (falco.org, "Output formatting"), keys in
//! the order of the alphabet as Falco's library writes them, and our own fields beside them under
//! `plimsoll`, which readers of Falco's form pass over. Times are UTC, where Falco's text has the
//! machine's own zone: the same trace gives the same text everywhere.

use std::fmt::Write as _;

use plimsoll_model::Timestamp;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::{Alert, AlertContainer, AlertPod, AlertProcess, FieldValue, finding};

/// `16:31:56.746609046: Error text`, Falco's line without JSON; no line break at the end.
pub fn text_line(alert: &Alert) -> String {
    let mut line = format!("{}: {} {}", clock(alert.time), alert.priority, alert.output);
    if alert.count > 1 {
        // Falco has no such thing: it repeats the line instead.
        let since = clock(alert.first_seen);
        let _ = write!(line, " (seen {} times since {since})", alert.count);
    }
    line
}

/// Falco's JSON with our own fields, in one line without its break.
pub fn json(alert: &Alert) -> String {
    let document = Document {
        hostname: &alert.hostname,
        output: text_line(alert),
        output_fields: Fields(&alert.fields),
        plimsoll: Own::of(alert),
        priority: alert.priority.name(),
        rule: &alert.rule,
        source: &alert.source,
        tags: &alert.tags,
        time: iso(alert.time),
    };
    // Strings, numbers and lists only: nothing of this can fail.
    serde_json::to_string(&document).unwrap_or_default()
}

#[derive(Serialize)]
struct Document<'a> {
    hostname: &'a str,
    output: String,
    output_fields: Fields<'a>,
    plimsoll: Own<'a>,
    priority: &'static str,
    rule: &'a str,
    source: &'a str,
    tags: &'a [String],
    time: String,
}

/// What Falco does not say.
#[derive(Serialize)]
struct Own<'a> {
    schema: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    event: &'a str,
    fingerprint: String,
    count: u64,
    first_seen: String,
    last_seen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<Container<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pod: Option<Pod<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    process_chain: Vec<Process<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mitre: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence<'a>>,
}

impl<'a> Own<'a> {
    fn of(alert: &'a Alert) -> Self {
        Self {
            schema: "plimsoll.alert/v1",
            event: &alert.event,
            fingerprint: finding::fingerprint(alert),
            count: alert.count,
            first_seen: iso(alert.first_seen),
            last_seen: iso(alert.last_seen),
            container: alert.container.as_ref().map(Container::of),
            pod: alert.pod.as_ref().map(Pod::of),
            process_chain: alert.chain.iter().map(Process::of).collect(),
            mitre: alert.mitre(),
            mend: alert.mend.as_deref(),
            evidence: alert
                .evidence
                .iter()
                .map(|(name, value)| Evidence { name, value })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct Container<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    image: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    image_digest: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    engine: &'a str,
}

impl<'a> Container<'a> {
    fn of(container: &'a AlertContainer) -> Self {
        Self {
            id: &container.id,
            name: &container.name,
            image: &container.image,
            image_digest: &container.image_digest,
            engine: &container.engine,
        }
    }
}

#[derive(Serialize)]
struct Pod<'a> {
    namespace: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    uid: &'a str,
}

impl<'a> Pod<'a> {
    fn of(pod: &'a AlertPod) -> Self {
        Self {
            namespace: &pod.namespace,
            name: &pod.name,
            uid: &pod.uid,
        }
    }
}

#[derive(Serialize)]
struct Process<'a> {
    pid: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    exe: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    args: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
}

impl<'a> Process<'a> {
    fn of(process: &'a AlertProcess) -> Self {
        Self {
            pid: process.pid,
            exe: &process.exe,
            args: &process.args,
            uid: process.uid,
        }
    }
}

#[derive(Serialize)]
struct Evidence<'a> {
    name: &'a str,
    value: &'a str,
}

struct Fields<'a>(&'a [(String, FieldValue)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, &Value(value))?;
        }
        map.end()
    }
}

struct Value<'a>(&'a FieldValue);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            FieldValue::Absent => serializer.serialize_none(),
            FieldValue::Bool(value) => serializer.serialize_bool(*value),
            FieldValue::Signed(value) => serializer.serialize_i64(*value),
            FieldValue::Unsigned(value) => serializer.serialize_u64(*value),
            FieldValue::Text(value) => serializer.serialize_str(value),
            FieldValue::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&Value(value))?;
                }
                list.end()
            }
        }
    }
}

/// `2017-10-09T23:31:56.746609046Z`.
pub(super) fn iso(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// `23:31:56.746609046`.
fn clock(time: Timestamp) -> String {
    let text = iso(time);
    let from = text.find('T').map_or(0, |at| at + 1);
    text.get(from..text.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned()
}
