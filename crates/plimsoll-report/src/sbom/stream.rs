//! Reads a JSON object key by key, and its long lists entry by entry, so that a large document
//! never stands in memory as a tree, and one odd entry never spoils the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Takes what is read.
pub trait Sink {
    /// Whether this key's value is wanted, and how.
    fn want(&self, key: &str) -> Want;
    /// One entry of a list.
    fn entry(&mut self, key: &str, index: usize, value: Value);
    /// A whole value; a wanted list that was empty or no list also comes here.
    fn value(&mut self, key: &str, value: Value);
}

/// How a key's value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Not at all.
    Nothing,
    /// As one value.
    Whole,
    /// Entry by entry.
    Entries,
}

/// Reads the object into the sink. Errors are those of syntax and depth only.
pub fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    json.deserialize_map(ObjectVisitor { sink })?;
    json.end()
}

struct ObjectVisitor<'a> {
    sink: &'a mut dyn Sink,
}

impl<'de> Visitor<'de> for ObjectVisitor<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.sink.want(&key) {
                Want::Nothing => {
                    map.next_value::<IgnoredAny>()?;
                }
                Want::Whole => {
                    let value = map.next_value()?;
                    self.sink.value(&key, value);
                }
                Want::Entries => map.next_value_seed(Entries {
                    key: &key,
                    sink: self.sink,
                })?,
            }
        }
        Ok(())
    }
}

/// A list, or whatever else stands where a list should.
struct Entries<'a> {
    key: &'a str,
    sink: &'a mut dyn Sink,
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        let mut index = 0;
        while let Some(value) = list.next_element::<Value>()? {
            self.sink.entry(self.key, index, value);
            index += 1;
        }
        if index == 0 {
            self.sink.value(self.key, Value::Array(Vec::new()));
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.sink
            .value(self.key, Value::Object(serde_json::Map::new()));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.sink.value(self.key, Value::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.sink.value(self.key, Value::Bool(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.sink.value(self.key, Value::from(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.sink.value(self.key, Value::from(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.sink.value(self.key, Value::from(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.sink.value(self.key, Value::from(value));
        Ok(())
    }
}

/// The keys of a JSON object, with the values of those that are short texts.
#[derive(Debug, Default)]
pub struct Head {
    keys: BTreeMap<String, Option<String>>,
}

impl Head {
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.keys.get(key)?.as_deref()
    }
}

/// The keys by which forms are told apart.
const HEAD_KEYS: [&str; 6] = [
    "bomFormat",
    "spdxVersion",
    "schema",
    "artifacts",
    "@context",
    "@graph",
];

impl Sink for Head {
    fn want(&self, key: &str) -> Want {
        match key {
            "artifacts" | "@graph" => Want::Entries,
            _ if HEAD_KEYS.contains(&key) => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn entry(&mut self, key: &str, index: usize, _: Value) {
        if index == 0 {
            self.keys.insert(key.to_owned(), None);
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        let text = value.as_str().map(str::to_owned);
        self.keys.insert(key.to_owned(), text);
    }
}

/// Looks at the top of a document without keeping it.
pub fn head(bytes: &[u8]) -> Result<Head, serde_json::Error> {
    let mut head = Head::default();
    read(bytes, &mut head)?;
    Ok(head)
}

/// The keys of a JSON object.
pub fn keys(bytes: &[u8]) -> Result<BTreeSet<String>, serde_json::Error> {
    #[derive(Default)]
    struct Keys(std::cell::RefCell<BTreeSet<String>>);

    impl Sink for Keys {
        fn want(&self, key: &str) -> Want {
            self.0.borrow_mut().insert(key.to_owned());
            Want::Nothing
        }

        fn entry(&mut self, _: &str, _: usize, _: Value) {}

        fn value(&mut self, _: &str, _: Value) {}
    }

    let mut keys = Keys::default();
    read(bytes, &mut keys)?;
    Ok(keys.0.into_inner())
}

/// The text at a key; numbers as they are spelled.
pub fn text(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The list at a key; nothing where there is none.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
