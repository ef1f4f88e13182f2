//! The `override` key: which keys are appended to an earlier item and which take the place of its.

use std::collections::BTreeSet;

use plimsoll_yaml::Value;

use super::super::condition::Site;
use super::super::diagnostic::ItemKind;
use super::super::scalar::Item;
use super::Read;

/// Keys by what is done with them.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    pub append: BTreeSet<String>,
    pub replace: BTreeSet<String>,
}

impl Overrides {
    pub fn is_empty(&self) -> bool {
        self.append.is_empty() && self.replace.is_empty()
    }

    /// Reads the key, of which each entry has to be one that this kind of item has.
    pub fn read(item: &Item<'_>, can_append: &[&str], can_replace: &[&str]) -> Read<Self> {
        let mut overrides = Self::default();
        let Some(node) = item.node.get("override") else {
            return Ok(overrides);
        };
        let inner = item.inner(node, ItemKind::Overrides, "");
        let Value::Map(entries) = &node.value else {
            let error = inner.context.malformed("Value is not a mapping");
            return Err(error.hint("for each key `append` or `replace`"));
        };
        for entry in entries.iter() {
            let key: &str = &entry.key;
            let site = Site {
                place: entry.at,
                ..item.site(node)
            };
            let context = inner.context.inner(ItemKind::Overrides, key, site);
            let operation = inner.inner(&entry.value, ItemKind::ValueFor, key);
            let appends = can_append.contains(&key);
            let replaces = can_replace.contains(&key);
            match operation.text()?.as_deref() {
                Some("append") if appends => overrides.append.insert(key.to_owned()),
                Some("replace") if replaces => overrides.replace.insert(key.to_owned()),
                Some("append") => {
                    let message =
                        format!("Key '{key}' cannot be appended to, use 'replace' instead");
                    return Err(context.malformed(message));
                }
                Some("replace") => {
                    let message = format!("Key '{key}' cannot be replaced");
                    return Err(context.malformed(message));
                }
                other => {
                    let allowed = [(appends, "append "), (replaces, "replace ")];
                    let allowed = allowed.iter().filter(|(is_allowed, _)| *is_allowed);
                    let allowed: String = allowed.map(|(_, name)| *name).collect();
                    let other = other.unwrap_or_default();
                    let message = format!(
                        "Invalid override operation for key '{key}': '{other}'. Allowed values \
                         are: {allowed}"
                    );
                    return Err(operation.context.malformed(message));
                }
            };
        }
        Ok(overrides)
    }
}
