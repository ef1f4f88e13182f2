//! JSON as the tree that checks read.
//!
//! The API server writes plain JSON (RFC 8259), so the YAML reader's care is not needed here, and its
//! time neither. Places are left out: nobody sees these bytes. A key that stands twice is refused, since
//! readers differ in which of the two they take.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use plimsoll_object::yaml::{Entry, Node, Place, Value, Word};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Most values of one review: 3 MiB of empty lists have more, and no object that a person wrote.
pub const NODES_MAX: usize = 300_000;

/// Bookkeeping of the API server that no check reads and that is often longer than the object.
const SKIPPED_KEY: &str = "managedFields";
/// Most entries of a map that are compared each with each.
const FEW: usize = 16;

const TOO_MANY: &str = "more values than the limit";

/// Why bytes are no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    #[error("the body is no JSON: {0}")]
    Malformed(String),
    #[error("the body is too large to judge: {0}")]
    TooLarge(String),
}

/// Reads one value, with nothing behind it.
pub fn parse(bytes: &[u8]) -> Result<Node, JsonError> {
    let nodes = Cell::new(0);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Seed(&nodes).deserialize(&mut reader);
    let read = read.and_then(|node| reader.end().map(|()| node));
    read.map_err(|error| {
        let text = error.to_string();
        // Depth is bounded by the reader itself, at 128.
        if text.contains(TOO_MANY) {
            JsonError::TooLarge(format!("it has more than {NODES_MAX} values"))
        } else if text.contains("recursion limit") {
            JsonError::TooLarge("it is nested deeper than 128".to_owned())
        } else {
            JsonError::Malformed(plimsoll_model::text::clean(&text).into_owned())
        }
    })
}

#[derive(Clone, Copy)]
struct Seed<'s>(&'s Cell<usize>);

impl Seed<'_> {
    fn count<E: Error>(self) -> Result<(), E> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > NODES_MAX {
            return Err(E::custom(TOO_MANY));
        }
        Ok(())
    }
}

fn node(value: Value) -> Node {
    Node {
        at: Place::default(),
        value,
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Node, D::Error> {
        self.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(node(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(node(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(node(Value::Int(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        let whole = i64::try_from(value).map(Value::Int);
        Ok(node(whole.unwrap_or(Value::Float(value as f64))))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(node(Value::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(node(Value::Text(Word::from(value))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(node(Value::List(items.into())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries: Vec<Entry> = Vec::new();
        while let Some(Key(key)) = map.next_key_seed(KeySeed)? {
            if key.is(SKIPPED_KEY) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(self)?;
            entries.push(Entry {
                key,
                at: Place::default(),
                value,
            });
        }
        if let Some(key) = doubled(&entries) {
            return Err(A::Error::custom(format!("the key `{key}` stands twice")));
        }
        Ok(node(Value::Map(entries.into())))
    }
}

struct Key(Word);
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Key, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        Ok(Key(Word::from(key)))
    }
}

fn doubled(entries: &[Entry]) -> Option<&Word> {
    if entries.len() <= FEW {
        let mut all = entries.iter().enumerate();
        return all.find_map(|(index, entry)| {
            let mut before = entries.iter().take(index);
            before
                .any(|other| other.key == entry.key)
                .then_some(&entry.key)
        });
    }
    let mut seen = BTreeSet::new();
    let mut keys = entries.iter().map(|entry| &entry.key);
    keys.find(|key| !seen.insert(key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_the_yaml_reader_makes_of_them() {
        let text =
            r#"{"a": [1, -2, 1.5, true, null, "x", "false", "\u00e9\n\ud83d\ude00"], "b": {}}"#;
        let read = parse(text.as_bytes()).unwrap();
        let (documents, error) = plimsoll_object::yaml::parse(
            br#"{"a": [1, -2, 1.5, true, null, "x", "false"], "b": {}}"#,
        );
        assert!(error.is_none());
        let values = |root: &Node| -> Vec<Value> {
            let items = root.get("a").unwrap().items();
            items
                .iter()
                .take(7)
                .map(|item| item.value.clone())
                .collect()
        };
        assert_eq!(values(&read), values(&documents[0].root));
        assert_eq!(read.get("a").unwrap().items()[7].as_str(), Some("é\n😀"));
        assert_eq!(
            parse(b"18446744073709551615").unwrap().value,
            Value::Float(18_446_744_073_709_551_615.0)
        );
    }

    #[test]
    fn what_is_no_json_or_too_much_is_told_apart() {
        for bad in [
            "",
            "{",
            "[1,]",
            "{} x",
            "{\"a\":1,\"a\":2}",
            "\"\\ud800\"",
            "nul",
            "{1:2}",
        ] {
            assert!(
                matches!(parse(bad.as_bytes()), Err(JsonError::Malformed(_))),
                "{bad}"
            );
        }
        assert!(matches!(parse(b"\"\xff\""), Err(JsonError::Malformed(_))));
        let many: Vec<String> = (0..20).map(|n| format!("\"k{n}\":1")).collect();
        let twice = format!("{{{},\"k7\":2}}", many.join(","));
        assert!(matches!(
            parse(twice.as_bytes()),
            Err(JsonError::Malformed(_))
        ));
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(matches!(
            parse(deep.as_bytes()),
            Err(JsonError::TooLarge(_))
        ));
        let wide = format!("[{}0]", "0,".repeat(NODES_MAX));
        assert!(matches!(
            parse(wide.as_bytes()),
            Err(JsonError::TooLarge(_))
        ));
        // Skipped without being kept.
        let skipped = format!("{{\"managedFields\":{wide}}}");
        assert_eq!(parse(skipped.as_bytes()).unwrap().entries().len(), 0);
    }
}
