//! How one Compose file is put over another, and a service over the one that it extends.

use crate::service::{entry, map, node, text};
use plimsoll_object::yaml::{Entry, Node, Value};

/// Lists that the one above replaces whole.
const REPLACED: [&str; 3] = ["command", "entrypoint", "test"];
/// Lists of `KEY=value` that may also be maps.
const PAIRS: [&str; 7] = [
    "environment",
    "labels",
    "args",
    "sysctls",
    "annotations",
    "extra_hosts",
    "driver_opts",
];
/// Keys in keys; trees are no deeper than the reader takes them.
const DEPTH_MAX: usize = 100;

/// A tree put over another; `path` is where they stand.
pub fn merged(below: &Node, above: &Node, path: &mut Vec<String>) -> Node {
    let key = path.last().map(String::as_str).unwrap_or_default();
    if path.len() > DEPTH_MAX {
        return above.clone();
    }
    if PAIRS.contains(&key) {
        let (below, above) = (pairs(below), pairs(above));
        return maps(&below, &above, path);
    }
    match (&below.value, &above.value) {
        (Value::Map(_), Value::Map(_)) => maps(below, above, path),
        (Value::List(first), Value::List(second)) if !REPLACED.contains(&key) => {
            let mut items = first.to_vec();
            for item in second.iter() {
                if !items.iter().any(|known| known.value == item.value) {
                    items.push(item.clone());
                }
            }
            node(above.at, Value::List(items.into()))
        }
        (_, Value::Null) => below.clone(),
        _ => above.clone(),
    }
}

fn maps(below: &Node, above: &Node, path: &mut Vec<String>) -> Node {
    let mut out: Vec<Entry> = below.entries().to_vec();
    for new in above.entries() {
        match out.iter_mut().find(|old| old.key == new.key) {
            Some(old) => {
                path.push(new.key.to_string());
                let value = merged(&old.value, &new.value, path);
                path.pop();
                *old = entry(&new.key, new.at, value);
            }
            None => out.push(new.clone()),
        }
    }
    // A service is told where the file that is put over the other has it.
    map(above.at, out)
}

/// `KEY=value` items as a map.
pub fn pairs(tree: &Node) -> Node {
    let Value::List(items) = &tree.value else {
        return tree.clone();
    };
    let entries = items.iter().filter_map(|item| {
        let words = item.as_str()?;
        Some(match words.split_once('=') {
            Some((key, value)) => entry(key, item.at, text(value, item.at)),
            None => entry(words, item.at, node(item.at, Value::Null)),
        })
    });
    map(tree.at, entries.collect())
}
