//! What engines say of a container, and its form in a record.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Longest text that is taken over from an engine's file, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// Most entries of a list or map that are taken over.
const ENTRIES_MAX: usize = 256;
/// Longest JSON in a record, in bytes: it shares the record with names and digests.
pub const JSON_BYTES_MAX: usize = 40 << 10;
/// Parts of a variable's name that tell a secret.
const SECRET_NAMES: &[&str] = &[
    "AUTH",
    "CREDENTIAL",
    "DSN",
    "KEY",
    "PASS",
    "PRIVATE",
    "PWD",
    "SECRET",
    "SESSION",
    "TOKEN",
];

/// A mount from outside the container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount {
    /// Folder or file of the host, or what kind of filesystem is mounted.
    pub source: String,
    pub destination: String,
    pub mode: String,
    pub is_writable: bool,
    pub propagation: String,
}

/// The pod of a container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pod {
    pub name: Option<String>,
    pub namespace: Option<String>,
    pub uid: Option<String>,
    pub sandbox_id: Option<String>,
    pub ip: Option<String>,
    pub qos: Option<String>,
    pub labels: BTreeMap<String, String>,
}

/// What is known of a container; what is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    pub name: Option<String>,
    pub image: Option<String>,
    pub image_id: Option<String>,
    pub image_digest: Option<String>,
    pub namespace: Option<String>,
    pub hostname: Option<String>,
    pub user: Option<String>,
    pub command: Vec<String>,
    pub env: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub privileged: Option<bool>,
    pub capabilities: Option<Vec<String>>,
    pub no_new_privileges: Option<bool>,
    pub read_only: Option<bool>,
    pub host_pid: Option<bool>,
    pub host_network: Option<bool>,
    pub host_ipc: Option<bool>,
    pub mounts: Vec<Mount>,
    pub ip: Option<String>,
    /// Nanoseconds since 1970.
    pub created_ns: Option<u64>,
    pub started_ns: Option<u64>,
    /// In the host's pid namespace.
    pub init_pid: Option<u32>,
    pub healthcheck: Option<String>,
    pub liveness: Option<String>,
    pub readiness: Option<String>,
    pub startup: Option<String>,
    pub upper: Option<String>,
    pub sandbox: Option<bool>,
    pub pod: Option<Pod>,
    /// What could not be read, and why.
    pub not_known: Vec<String>,
}

impl Details {
    /// Notes what could not be read.
    pub fn missing(&mut self, what: impl Into<String>) {
        if self.not_known.len() < ENTRIES_MAX {
            self.not_known.push(cut(what.into()));
        }
    }

    /// The pod, made when there is none yet.
    pub fn pod(&mut self) -> &mut Pod {
        self.pod.get_or_insert_default()
    }

    /// The keys of `CONTAINER_KEYS` that are known.
    pub fn json(&self) -> Map<String, Value> {
        let mut map = Map::new();
        let mut put = |key: &str, value: Value| {
            let is_empty = match &value {
                Value::Null => true,
                Value::Array(list) => list.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => false,
            };
            if !is_empty {
                map.insert(key.to_owned(), value);
            }
        };
        put("namespace", json!(self.namespace));
        put("hostname", json!(self.hostname));
        put("user", json!(self.user));
        put("command", json!(self.command));
        put("env", json!(self.env));
        put("labels", json!(self.labels));
        put("privileged", json!(self.privileged));
        put("capabilities", json!(self.capabilities));
        put("no_new_privileges", json!(self.no_new_privileges));
        put("read_only", json!(self.read_only));
        put("host_pid", json!(self.host_pid));
        put("host_network", json!(self.host_network));
        put("host_ipc", json!(self.host_ipc));
        put("mounts", self.mounts.iter().map(Mount::json).collect());
        put("ip", json!(self.ip));
        put("created_ns", json!(self.created_ns));
        put("started_ns", json!(self.started_ns));
        put("init_pid", json!(self.init_pid));
        put("healthcheck", json!(self.healthcheck));
        put("liveness", json!(self.liveness));
        put("readiness", json!(self.readiness));
        put("startup", json!(self.startup));
        put("upper", json!(self.upper));
        put("sandbox", json!(self.sandbox));
        put("pod", self.pod.as_ref().map_or(Value::Null, Pod::json));
        put("not_known", json!(self.not_known));
        map
    }
}

impl Mount {
    fn json(&self) -> Value {
        json!({
            "source": self.source,
            "dest": self.destination,
            "mode": self.mode,
            "rw": self.is_writable,
            "propagation": self.propagation,
        })
    }
}

impl Pod {
    fn json(&self) -> Value {
        let mut map = Map::new();
        let texts = [
            ("name", &self.name),
            ("namespace", &self.namespace),
            ("uid", &self.uid),
            ("sandbox_id", &self.sandbox_id),
            ("ip", &self.ip),
            ("qos", &self.qos),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                map.insert(key.to_owned(), json!(text));
            }
        }
        if !self.labels.is_empty() {
            map.insert("labels".to_owned(), json!(self.labels));
        }
        Value::Object(map)
    }
}

/// Writes JSON that fits a record: the longest parts go first when it is too long, and are named.
pub fn written(mut map: Map<String, Value>) -> Vec<u8> {
    const GIVEN_UP: [&str; 6] = ["env", "labels", "mounts", "command", "pod", "claims"];
    let mut gone = Vec::new();
    for key in GIVEN_UP.map(Some).into_iter().chain([None]) {
        let bytes = Value::Object(map.clone()).to_string().into_bytes();
        let Some(key) = key.filter(|_| bytes.len() > JSON_BYTES_MAX) else {
            return bytes;
        };
        if map.remove(key).is_some() {
            gone.push(format!("{key}: too long for a record"));
            map.insert("not_known".to_owned(), json!(gone));
        }
    }
    b"{}".to_vec()
}

/// A text of an engine, cut to what is kept.
pub fn cut(mut text: String) -> String {
    if text.len() > TEXT_BYTES_MAX {
        let end = (0..=TEXT_BYTES_MAX)
            .rev()
            .find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    text
}

/// A text that says something.
pub fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(|text| cut(text.to_owned()))
}

/// A list of texts.
pub fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.take(ENTRIES_MAX)
        .filter_map(Value::as_str)
        .map(|text| cut(text.to_owned()))
        .collect()
}

/// A map of texts.
pub fn text_map(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .take(ENTRIES_MAX)
        .filter_map(|(key, value)| Some((cut(key.clone()), cut(value.as_str()?.to_owned()))))
        .collect()
}

/// Variables without the values that look secret.
pub fn harmless(env: Vec<String>) -> Vec<String> {
    env.into_iter()
        .map(|entry| {
            let (name, value) = entry.split_once('=').unwrap_or((&entry, ""));
            let upper = name.to_ascii_uppercase();
            let is_secret = SECRET_NAMES.iter().any(|part| upper.contains(part))
                // Addresses that carry a password.
                || value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
            if is_secret { format!("{name}=") } else { entry }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_model::event::container::CONTAINER_KEYS;

    fn full() -> Details {
        Details {
            namespace: Some("k8s.io".to_owned()),
            env: vec!["A=1".to_owned()],
            privileged: Some(false),
            mounts: vec![Mount::default()],
            pod: Some(Pod::default()),
            not_known: vec!["ip".to_owned()],
            ..Details::default()
        }
    }

    #[test]
    fn every_key_that_is_written_is_told() {
        for key in full().json().keys() {
            assert!(
                CONTAINER_KEYS.iter().any(|(known, _)| known == key),
                "{key}"
            );
        }
    }

    #[test]
    fn what_is_too_long_is_left_out_and_named() {
        let mut details = full();
        details.env = (0..256)
            .map(|number| format!("A{number}={}", "x".repeat(1000)))
            .collect();
        let bytes = written(details.json());
        assert!(bytes.len() <= JSON_BYTES_MAX);
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["env"], Value::Null);
        assert_eq!(value["privileged"], false);
        assert!(value["not_known"][0].as_str().unwrap().starts_with("env"));
    }

    #[test]
    fn secrets_are_left_out() {
        let env = [
            "PATH=/bin",
            "DB_PASSWORD=x",
            "AWS_SECRET_ACCESS_KEY=y",
            "URL=http://a:b@c/",
            "U=http://c/",
        ];
        let found = harmless(env.map(str::to_owned).to_vec());
        assert_eq!(
            found,
            [
                "PATH=/bin",
                "DB_PASSWORD=",
                "AWS_SECRET_ACCESS_KEY=",
                "URL=",
                "U=http://c/"
            ]
        );
    }

    #[test]
    fn texts_are_cut_between_letters() {
        assert_eq!(cut("ä".repeat(3000)).len(), TEXT_BYTES_MAX);
        assert_eq!(
            cut(format!("a{}", "ä".repeat(3000))).len(),
            TEXT_BYTES_MAX - 1
        );
    }
}
