//! The fields that Kubernetes' objects have, and the types that these take.
//!
//! `fields.txt` has them as the API server publishes them. What it would refuse or drop is told here,
//! because no other check can judge it: a text `"true"` is no switch that is off.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Entry, Node, Place, Value};

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("fields.txt")));

/// Deepest nesting that is followed; the tree is bounded already.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Default)]
struct Table {
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
    types: BTreeMap<&'static str, BTreeMap<&'static str, Type>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    Any,
    Text,
    Bool,
    Int,
    Number,
    Quantity,
    Port,
    List(Box<Type>),
    Map(Box<Type>),
    /// A type of the table.
    Fields(&'static str),
}

impl Type {
    fn read(text: &'static str) -> Self {
        let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
        if let Some(item) = inside('[', ']') {
            return Self::List(Box::new(Self::read(item)));
        }
        if let Some(value) = inside('{', '}') {
            return Self::Map(Box::new(Self::read(value)));
        }
        match text {
            "any" => Self::Any,
            "text" => Self::Text,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "number" => Self::Number,
            "quantity" => Self::Quantity,
            "port" => Self::Port,
            name => Self::Fields(name),
        }
    }

    /// For people.
    const fn display(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "text",
            Self::Bool => "`true` or `false`",
            Self::Int => "a whole number",
            Self::Number => "a number",
            Self::Quantity => "a quantity",
            Self::Port => "a number or text",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Fields(_) => "a map",
        }
    }

    fn takes(&self, value: &Value) -> bool {
        let is_whole = |number: &f64| number.fract() == 0.0;
        match (self, value) {
            (_, Value::Null)
            | (Self::Any, _)
            | (Self::Text | Self::Port | Self::Quantity, Value::Text(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Int | Self::Port, Value::Int(_))
            | (Self::Number | Self::Quantity, Value::Int(_) | Value::Float(_))
            | (Self::List(_), Value::List(_))
            | (Self::Map(_) | Self::Fields(_), Value::Map(_)) => true,
            (Self::Int | Self::Port, Value::Float(number)) => is_whole(number),
            _ => false,
        }
    }
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut out = Self::default();
        let mut last = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(kind) = line.strip_prefix("= ") {
                let mut words = kind.split(' ');
                if let (Some(version), Some(kind), Some(name)) =
                    (words.next(), words.next(), words.next())
                {
                    out.kinds.insert((version, kind), name);
                }
            } else if let Some(fields) = line.strip_prefix(' ') {
                let mut words = fields.split(' ');
                let kind = words.next().map_or(Type::Any, Type::read);
                let fields = words.map(|field| (field, kind.clone()));
                out.types.entry(last).or_default().extend(fields);
            } else {
                last = line;
                out.types.entry(line).or_default();
            }
        }
        out
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There is none of this name; the nearest that there is.
    Unknown(Option<&'static str>),
    /// Of another type: what stands there, what it takes.
    Type {
        is: &'static str,
        takes: &'static str,
    },
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongField {
    pub at: Place,
    /// `spec.containers[main].image`.
    pub path: String,
    pub wrong: Wrong,
}

/// What is wrong with the fields of an object; of kinds that are not in the table only a pod's
/// template, where it is one of Kubernetes' own form.
pub fn wrong_fields(object: &Object<'_>) -> Vec<WrongField> {
    let table = &*TABLE;
    let mut walk = Walk {
        table,
        path: Vec::new(),
        found: Vec::new(),
    };
    if let Some(name) = table.kinds.get(&(object.api_version, object.kind)) {
        walk.value(object.node, &Type::Fields(name));
    } else if object.group() != "serving.knative.dev"
        && let Some(path) = object.pod_holder()
        && let Some(holder) = object.node.at_path(path)
    {
        walk.path.extend(path.iter().map(|&key| key.to_owned()));
        walk.value(holder, &Type::Fields("PodTemplateSpec"));
    }
    walk.found
}

/// Groups that Kubernetes has itself; all others have a dot in their name.
const PLAIN_GROUPS: [&str; 6] = ["", "apps", "autoscaling", "batch", "extensions", "policy"];

/// Why the API server would not know the kind of an object, where that is certain: `kind: pod`, a
/// Deployment in `v1`. No check speaks of such, so silence would be taken for a pass.
pub fn misplaced(object: &Object<'_>) -> Option<String> {
    let (version, kind) = (object.api_version, object.kind);
    let kinds = &TABLE.kinds;
    if kinds.contains_key(&(version, kind)) {
        return None;
    }
    let group = object.group();
    if !group.contains('.') && !PLAIN_GROUPS.contains(&group) {
        return Some(format!("there is no API group `{}`", shown(group)));
    }
    // Versions that are not in the table may have kinds that are not in it.
    if !kinds.keys().any(|(known, _)| *known == version) {
        return None;
    }
    let elsewhere = kinds.keys().find(|(_, known)| *known == kind);
    if let Some((known, _)) = elsewhere {
        return Some(format!("`{version}` has no {kind}: it is in `{known}`"));
    }
    let mut same_version = kinds.keys().filter(|(known, _)| *known == version);
    let (_, meant) = same_version.find(|(_, known)| known.eq_ignore_ascii_case(kind))?;
    let kind = shown(kind);
    Some(format!("`{version}` has no `{kind}`: `{meant}` is meant?"))
}

fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    plimsoll_model::text::clean(text)
}

struct Walk {
    table: &'static Table,
    path: Vec<String>,
    found: Vec<WrongField>,
}

impl Walk {
    fn value(&mut self, node: &Node, takes: &Type) {
        if self.path.len() > DEPTH_MAX {
            return;
        }
        if !takes.takes(&node.value) {
            return self.say(
                node.at,
                Wrong::Type {
                    is: word(&node.value),
                    takes: takes.display(),
                },
            );
        }
        match takes {
            Type::List(kind) => {
                for (index, item) in node.items().iter().enumerate() {
                    let name = item.get("name").and_then(Node::as_str);
                    let name = name.map_or_else(|| index.to_string(), str::to_owned);
                    self.below(format!("[{name}]"), item, kind);
                }
            }
            Type::Map(kind) => {
                for entry in node.entries() {
                    self.below(entry.key.to_string(), &entry.value, kind);
                }
            }
            Type::Fields(name) => {
                let table = self.table;
                if let Some(fields) = table.types.get(name) {
                    for entry in node.entries() {
                        self.field(entry, fields);
                    }
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, entry: &Entry, fields: &'static BTreeMap<&'static str, Type>) {
        if let Some(kind) = fields.get(entry.key.as_str()) {
            // Most fields are right: no path is written for them.
            if matches!(kind, Type::List(_) | Type::Map(_) | Type::Fields(_))
                || !kind.takes(&entry.value.value)
            {
                self.below(entry.key.to_string(), &entry.value, kind);
            }
            return;
        }
        self.path.push(entry.key.to_string());
        self.say(
            entry.at,
            Wrong::Unknown(nearest(&entry.key, fields.keys().copied())),
        );
        self.path.pop();
    }

    fn below(&mut self, step: String, node: &Node, kind: &Type) {
        self.path.push(step);
        self.value(node, kind);
        self.path.pop();
    }

    fn say(&mut self, at: Place, wrong: Wrong) {
        let path = self.path.join(".").replace(".[", "[");
        self.found.push(WrongField { at, path, wrong });
    }
}

const fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "`true` or `false`",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Text(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

/// Longest name that is compared, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// Most changes of letters that are taken for a slip.
const CHANGES_MAX: usize = 2;

/// The name that was probably meant: the same but for case, or few letters.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let plain = name.to_ascii_lowercase();
    known
        .filter(|known| known.len().abs_diff(plain.len()) <= CHANGES_MAX)
        .map(|known| (changes(&plain, &known.to_ascii_lowercase()), known))
        // In a short name every second letter would be a slip.
        .filter(|(changes, known)| *changes <= CHANGES_MAX && changes * 3 <= known.len())
        .min()
        .map(|(_, known)| known)
}

/// Letters that were put in, left out, changed, or swapped with their neighbour.
fn changes(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (index, letter) in a.chars().enumerate() {
        let mut next = vec![index + 1];
        for (column, other) in b.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&row, column) + usize::from(letter != *other))
                .min(at(&row, column + 1) + 1)
                .min(at(&next, column) + 1);
            let other_before = column.checked_sub(1).and_then(|column| b.get(column));
            if last == Some(*other) && other_before == Some(&letter) && column > 0 {
                least = least.min(at(&before, column - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every type that a field names is there, and the kinds that checks read are.
    #[test]
    fn the_table_is_whole() {
        let table = &*TABLE;
        let named = |mut kind: &Type| {
            while let Type::List(inner) | Type::Map(inner) = kind {
                kind = inner;
            }
            kind.clone()
        };
        for (name, fields) in &table.types {
            for (field, kind) in fields {
                if let Type::Fields(target) = named(kind) {
                    assert!(table.types.contains_key(target), "{name}.{field}: {target}");
                }
            }
        }
        for name in table.kinds.values() {
            assert!(table.types.contains_key(name), "{name}");
        }
        assert!(table.kinds.contains_key(&("apps/v1", "Deployment")));
        let container = table.types.get("Container").unwrap();
        assert_eq!(
            container.get("args"),
            Some(&Type::List(Box::new(Type::Text)))
        );
    }

    #[test]
    fn what_was_probably_meant() {
        let known = ["runAsNonRoot", "runAsUser", "image", "env", "name"];
        for (name, meant) in [
            ("runAsNonroot", Some("runAsNonRoot")),
            ("runAsNoRoot", Some("runAsNonRoot")),
            ("imgae", Some("image")),
            ("evn", Some("env")),
            ("envv", Some("env")),
            ("ab", None),
            ("privileged", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), meant, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(1 << 20), known.into_iter()), None);
    }
}
