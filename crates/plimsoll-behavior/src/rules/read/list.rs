//! Lists and macros.

use std::sync::Arc;

use super::super::definitions::{ListInfo, MacroInfo};
use super::super::diagnostic::{Code, ItemKind};
use super::super::located::Located;
use super::super::scalar::Item;
use super::overrides::Overrides;
use super::{APPEND_AND_OVERRIDE, DEPRECATED_APPEND, Read, Reader};

impl Reader<'_> {
    pub(super) fn list(&mut self, item: &Item<'_>) -> Read<()> {
        let unnamed = item.within(ItemKind::List, "");
        let name: Arc<str> = unnamed.string("list")?.into();
        let item = item.within(ItemKind::List, &name);
        self.unknown_keys(&item, &["list", "items", "append", "override"]);
        let is_bad = |c: char| c.is_ascii_whitespace() || "()\"'=,\u{b}\u{c}".contains(c);
        if name.contains(is_bad) {
            let message = "List has an invalid name. List names should match a regular \
                           expression: ([^()\"'[:space:]=,]+)";
            self.warn(&item.context, Code::InvalidListName, message);
        }
        let Some(items) = item.strings("items")? else {
            let message = "Item has no mapping for key 'items'";
            return Err(item.context.malformed(message));
        };
        let is_appended = self.is_appended(&item, "items")?;
        let lists = &mut self.definitions.lists;
        if is_appended {
            let Some(list) = lists.get_mut(&name) else {
                let message = "List uses 'append' or 'override.items: append' but no list by that \
                               name already exists";
                return Err(item.context.invalid(message));
            };
            list.items.extend(items);
            return Ok(());
        }
        let info = ListInfo {
            name: Arc::clone(&name),
            items,
            context: item.context.clone(),
        };
        lists.insert(&name, info);
        Ok(())
    }

    pub(super) fn macro_(&mut self, item: &Item<'_>) -> Read<()> {
        let unnamed = item.within(ItemKind::Macro, "");
        let name: Arc<str> = unnamed.string("macro")?.into();
        let item = item.within(ItemKind::Macro, &name);
        self.unknown_keys(&item, &["macro", "condition", "append", "override"]);
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_good = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_good || !name.chars().all(is_word) {
            let message = "Macro has an invalid name. Macro names should match a regular \
                           expression: ([a-zA-Z]+[a-zA-Z0-9_]*)";
            self.warn(&item.context, Code::InvalidMacroName, message);
        }
        let condition = item.located("condition")?;
        let node = item.node.get("condition").unwrap_or(item.node);
        let inner = item.inner(node, ItemKind::MacroCondition, "");
        let is_appended = self.is_appended(&item, "condition")?;
        let number = self.definitions.number();
        let macros = &mut self.definitions.macros;
        if is_appended {
            let Some(earlier) = macros.get_mut(&name) else {
                let message = "Macro uses 'append' or 'override.condition: append' but no macro by \
                               that name already exists";
                return Err(item.context.invalid(message));
            };
            append(&mut earlier.condition, &condition);
            earlier.visibility = number;
            return Ok(());
        }
        let info = MacroInfo {
            name: Arc::clone(&name),
            condition,
            context: item.context.clone(),
            condition_context: inner.context,
            index: macros.get(&name).map_or(number, |earlier| earlier.index),
            visibility: number,
        };
        macros.insert(&name, info);
        Ok(())
    }

    /// Whether a list or macro is appended to the earlier one of its name, by either key.
    fn is_appended(&mut self, item: &Item<'_>, key: &str) -> Read<bool> {
        let append = item.flag("append")?.unwrap_or(false);
        if append {
            self.warn(&item.context, Code::DeprecatedItem, DEPRECATED_APPEND);
        }
        let overrides = Overrides::read(item, &[key], &[key])?;
        if append && !overrides.is_empty() {
            return Err(item.context.malformed(APPEND_AND_OVERRIDE));
        }
        Ok(append || overrides.append.iter().any(|appended| appended == key))
    }
}

/// Puts text behind text, a blank between.
pub(super) fn append(earlier: &mut Located, more: &Located) {
    if let Some(site) = more.site(0) {
        earlier.push_fixed(" ", &site);
    }
    earlier.push(more);
}
