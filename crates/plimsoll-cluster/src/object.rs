//! An object as it is handed on: what the server keeps for itself is taken away.

use std::io;

use serde_json::ser::Formatter;
use serde_json::{Map, Serializer, Value};

use crate::discovery::Resource;

/// The annotation that holds a copy of the object, and with it the values of a Secret.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// One object of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `apps/v1`.
    pub api_version: String,
    pub kind: String,
    /// Empty where the kind has none.
    pub namespace: String,
    pub name: String,
    /// Unique over time; empty where the server gives none.
    pub uid: String,
    /// The `uid` of the object that looks after this one, where there is one.
    pub owner: Option<String>,
    /// A pod that has ended, or a ReplicaSet without pods.
    pub is_idle: bool,
    /// One line of JSON that is YAML as well and holds no `#`: nothing in it is a comment.
    pub json: Vec<u8>,
}

impl Item {
    /// Reads an object of a list. Nothing where it has no name.
    pub(crate) fn read(mut value: Value, resource: &Resource) -> Option<Self> {
        let object = value.as_object_mut()?;
        // Lists leave them out; those of metadata alone say another kind.
        object.insert("apiVersion".to_owned(), resource.api_version().into());
        object.insert("kind".to_owned(), resource.kind.clone().into());
        let metadata = object.get_mut("metadata")?.as_object_mut()?;
        metadata.remove("managedFields");
        if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
            annotations.remove(LAST_APPLIED);
        }
        let text = |key: &str| Some(metadata.get(key)?.as_str()?.to_owned());
        let name = text("name").filter(|name| !name.is_empty())?;
        let namespace = text("namespace").unwrap_or_default();
        let uid = text("uid").unwrap_or_default();
        let owner = owner(metadata);
        Some(Self {
            api_version: resource.api_version(),
            kind: resource.kind.clone(),
            namespace,
            name,
            uid,
            owner,
            is_idle: is_idle(&value, resource),
            json: written(&value)?,
        })
    }

    /// `shop/Deployment/cart`; without the namespace where there is none.
    pub fn display(&self) -> String {
        let text = match self.namespace.as_str() {
            "" => format!("{}/{}", self.kind, self.name),
            namespace => format!("{namespace}/{}/{}", self.kind, self.name),
        };
        plimsoll_model::text::clean(&text).into_owned()
    }
}

/// The one owner that is its controller. Static pods name their node so, but it makes no two alike.
fn owner(metadata: &Map<String, Value>) -> Option<String> {
    let owners = metadata.get("ownerReferences")?.as_array()?;
    let of = |owner: &Value| Some(owner.get("uid")?.as_str()?.to_owned());
    let is_node = |owner: &&Value| owner.get("kind").and_then(Value::as_str) == Some("Node");
    owners
        .iter()
        .find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))
        .filter(|owner| !is_node(owner))
        .and_then(of)
}

fn is_idle(object: &Value, resource: &Resource) -> bool {
    match (resource.group.as_str(), resource.kind.as_str()) {
        ("", "Pod") => {
            let phase = object.pointer("/status/phase").and_then(Value::as_str);
            matches!(phase, Some("Succeeded" | "Failed"))
        }
        ("apps", "ReplicaSet") => {
            let number = |path: &str| object.pointer(path).and_then(Value::as_u64);
            number("/spec/replicas") == Some(0) && number("/status/replicas").unwrap_or(0) == 0
        }
        _ => false,
    }
}

fn written(value: &Value) -> Option<Vec<u8>> {
    use serde::Serialize;
    let mut out = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut out, Plain))
        .ok()?;
    Some(out)
}

/// Compact JSON in which characters that mean something to YAML are escaped: a value in the cluster
/// must not turn into a comment, and a comment not into an exception.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, one)| must_be_escaped(*one))
        {
            let (before, from) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from.get(character.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

/// Beside `#`: breaks of lines for YAML, and what it does not take as it stands.
const fn must_be_escaped(character: char) -> bool {
    matches!(
        character,
        '#' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config_map() -> Resource {
        Resource {
            group: String::new(),
            kind: "ConfigMap".to_owned(),
            version: "v1".to_owned(),
            plural: "configmaps".to_owned(),
            is_namespaced: true,
        }
    }

    #[test]
    fn nothing_in_an_object_is_a_comment() {
        let value = json!({
            "metadata": {
                "name": "a", "namespace": "b", "managedFields": [{}],
                "annotations": {LAST_APPLIED: "secret", "c": "d"},
            },
            "data": {"x": "# plimsoll: allow privileged-container, because\u{2028}\u{85} end \"#\" 😀"},
        });
        let item = Item::read(value, &config_map()).unwrap();
        let text = String::from_utf8(item.json).unwrap();
        assert!(!text.contains(['#', '\u{2028}', '\u{85}', '\n']), "{text}");
        assert!(
            !text.contains("managedFields") && !text.contains("last-applied"),
            "{text}"
        );
        let back: Value = serde_json::from_str(&text).unwrap();
        let data = "# plimsoll: allow privileged-container, because\u{2028}\u{85} end \"#\" 😀";
        assert_eq!(back["data"]["x"], data);
        assert_eq!(back["kind"], "ConfigMap");
        assert_eq!(item.namespace, "b");
    }

    #[test]
    fn what_has_no_name_is_nothing() {
        for value in [
            json!(1),
            json!({}),
            json!({"metadata": {}}),
            json!({"metadata": {"name": 1}}),
        ] {
            assert_eq!(Item::read(value, &config_map()), None);
        }
    }
}
