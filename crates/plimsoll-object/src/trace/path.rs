//! Where in a tree a place is, and what stands at the same path of another tree.

use crate::yaml::{Node, Place};

/// One step into a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// An item of a list: its position, and its `name` where it has one.
    Item(usize, Option<String>),
}

/// The path to what begins at a place: a value, or a key.
pub fn path_to(root: &Node, at: Place) -> Option<Vec<Step>> {
    let mut path = Vec::new();
    if root.at == at && root.entries().first().is_none_or(|entry| entry.at != at) {
        return Some(path);
    }
    descend(root, at, &mut path).then_some(path)
}

/// Whether a map's first key has a value of its own: where both begin, that is meant. In braces the
/// map begins before its key.
fn begins_with_field(node: &Node) -> bool {
    let first = node.entries().first().filter(|first| first.at == node.at);
    first.is_some_and(|first| first.value.entries().is_empty() && first.value.items().is_empty())
}

fn descend(node: &Node, at: Place, path: &mut Vec<Step>) -> bool {
    for entry in node.entries() {
        path.push(Step::Key(entry.key.to_string()));
        if entry.at == at
            || (entry.value.at == at && !begins_with_field(&entry.value))
            || descend(&entry.value, at, path)
        {
            return true;
        }
        path.pop();
    }
    for (index, item) in node.items().iter().enumerate() {
        let name = item.get("name").and_then(Node::as_str).map(str::to_owned);
        path.push(Step::Item(index, name));
        // A map begins where its first key does: the item is meant.
        if item.at == at || descend(item, at, path) {
            return true;
        }
        path.pop();
    }
    false
}

/// The value at a path, items by name where they have one; and how many steps were found.
pub fn node_at<'a>(root: &'a Node, path: &[Step]) -> (&'a Node, Place, usize) {
    let mut node = root;
    let mut at = root.at;
    for (index, step) in path.iter().enumerate() {
        match step {
            Step::Key(key) => match node.entry(key) {
                Some(entry) => {
                    node = &entry.value;
                    at = if node.entries().is_empty() && node.items().is_empty() {
                        node.at
                    } else {
                        entry.at
                    };
                }
                None => return (node, at, index),
            },
            Step::Item(position, name) => {
                let named = |item: &&Node| {
                    name.is_some() && item.get("name").and_then(Node::as_str) == name.as_deref()
                };
                let found = node.items().iter().find(named);
                let has_names = node.items().iter().any(|item| item.get("name").is_some());
                let by_position = || {
                    node.items()
                        .get(*position)
                        .filter(|_| !has_names || name.is_none())
                };
                match found.or_else(by_position) {
                    Some(item) => {
                        node = item;
                        at = item.at;
                    }
                    None => return (node, at, index),
                }
            }
        }
    }
    (node, at, path.len())
}
