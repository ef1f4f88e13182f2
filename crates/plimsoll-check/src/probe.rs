//! Probes of containers, with the defaults that the API server fills in.

use plimsoll_object::object::Container;
use plimsoll_object::yaml::{Node, Place, Value};

/// Ways to ask; a probe has exactly one.
pub const HANDLERS: [&str; 4] = ["httpGet", "tcpSocket", "grpc", "exec"];

/// A probe of a container.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// `livenessProbe`, `readinessProbe` or `startupProbe`.
    pub key: &'static str,
    /// Where the key stands.
    pub at: Place,
    pub node: &'a Node,
}

/// The probes that a container has.
pub fn probes<'a>(container: &Container<'a>) -> impl Iterator<Item = Probe<'a>> + use<'a> {
    let node = container.node;
    ["livenessProbe", "readinessProbe", "startupProbe"]
        .into_iter()
        .filter_map(move |key| {
            let entry = node.entry(key)?;
            let is_set = matches!(entry.value.value, Value::Map(_));
            is_set.then_some(Probe {
                key,
                at: entry.at,
                node: &entry.value,
            })
        })
}

impl<'a> Probe<'a> {
    /// How it asks: the word and what stands there.
    pub fn handler(&self) -> Option<(&'static str, &'a Node)> {
        let of = |key: &'static str| Some((key, self.node.at_path(&[key])?));
        HANDLERS.into_iter().find_map(of)
    }

    /// The port that it asks; a name or a number.
    pub fn port(&self) -> Option<&'a Node> {
        self.handler()?.1.at_path(&["port"])
    }

    /// Seconds before the first question.
    pub fn delay(&self) -> i64 {
        self.number("initialDelaySeconds", 0)
    }

    /// Seconds between two questions.
    pub fn period(&self) -> i64 {
        self.number("periodSeconds", 10)
    }

    /// Failures in a row that count.
    pub fn failures(&self) -> i64 {
        self.number("failureThreshold", 3)
    }

    /// A setting; 0 stands for the default.
    fn number(&self, key: &str, default: i64) -> i64 {
        let set = self.node.at_path(&[key]).and_then(Node::as_int);
        set.filter(|number| *number != 0).unwrap_or(default)
    }
}

/// Whether two trees say the same, wherever they stand and in whatever order.
pub fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(of_a), Value::Map(of_b)) => {
            of_a.len() == of_b.len()
                && of_a.iter().all(|entry| {
                    let other = b.get(&entry.key);
                    other.is_some_and(|other| same(&entry.value, other))
                })
        }
        (a, b) => a == b,
    }
}
