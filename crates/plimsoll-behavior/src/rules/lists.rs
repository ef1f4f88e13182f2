//! Lists: those that they name put in, and then into conditions, where their name stands as a word.
//!
//! As Falco does it the text of a condition is changed before it is parsed, so that a list may stand
//! wherever its items make sense. Two things differ on purpose: lists in lists in lists are all put
//! in (Falco leaves the name of the third), and inside quotes nothing is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::definitions::{Definitions, ListInfo};
use super::diagnostic::Diagnostic;
use super::located::Located;
use super::parser::CONDITION_BYTES_MAX;

/// Most items of a list with everything put in.
pub const ITEMS_MAX: usize = 100_000;
/// Most text of all lists together, in bytes.
pub const ALL_BYTES_MAX: usize = 64 << 20;
/// Longest chain of lists that name each other.
pub const NESTED_MAX: usize = 100;

/// Lists with everything put in.
pub struct Lists {
    by_name: BTreeMap<Arc<str>, usize>,
    pub items: Vec<Vec<String>>,
    pub used: Vec<bool>,
    /// Items as they stand in a condition, put together when they are first needed.
    texts: Vec<Option<Arc<str>>>,
}

impl Lists {
    /// A list that grows too large is told, and is empty.
    pub fn new(definitions: &Definitions, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let count = definitions.lists.iter().count();
        let mut builder = Builder {
            definitions,
            done: vec![None; count],
            used: vec![false; count],
            open: Vec::new(),
            total: 0,
        };
        let mut by_name = BTreeMap::new();
        for (index, list) in definitions.lists.iter().enumerate() {
            by_name.insert(Arc::clone(&list.name), index);
            if let Err(message) = builder.list(index, list) {
                diagnostics.push(list.context.invalid(message));
            }
        }
        let done = builder.done.into_iter();
        Self {
            by_name,
            items: done.map(Option::unwrap_or_default).collect(),
            used: builder.used,
            texts: vec![None; count],
        }
    }

    /// A list's items as they stand in a condition.
    fn text(&mut self, index: usize) -> Arc<str> {
        if let Some(text) = self.texts.get(index).cloned().flatten() {
            return text;
        }
        let items = self.items.get(index).map(Vec::as_slice);
        let text: Arc<str> = joined(items.unwrap_or_default()).into();
        if let Some(slot) = self.texts.get_mut(index) {
            *slot = Some(Arc::clone(&text));
        }
        text
    }

    /// A condition with lists put in where their names stand; none when it grows longer than
    /// [`CONDITION_BYTES_MAX`].
    pub fn put_into(&mut self, condition: &Located) -> Option<Located> {
        let text = condition.text();
        let mut changed = Located::default();
        let mut copied = 0;
        for (start, end) in words(text) {
            let word = text.get(start..end).unwrap_or_default();
            let Some(index) = self.by_name.get(word).copied() else {
                continue;
            };
            if let Some(used) = self.used.get_mut(index) {
                *used = true;
            }
            let items = self.text(index);
            let Some(site) = condition.site(start) else {
                continue;
            };
            changed.push_part(condition, copied, start);
            copied = end;
            if items.is_empty() {
                // With nothing in its place, one of the commas beside it has to go.
                if changed.ends_with_comma() {
                    changed.pop_comma();
                } else {
                    copied = after_comma(text, end);
                }
                continue;
            }
            if changed.text().len().saturating_add(items.len()) > CONDITION_BYTES_MAX {
                return None;
            }
            changed.push_fixed(&items, &site);
        }
        changed.push_part(condition, copied, text.len());
        (changed.text().len() <= CONDITION_BYTES_MAX).then_some(changed)
    }
}

struct Builder<'d> {
    definitions: &'d Definitions,
    done: Vec<Option<Vec<String>>>,
    used: Vec<bool>,
    /// Lists being put together: one that names itself is left as a word.
    open: Vec<usize>,
    total: usize,
}

impl Builder<'_> {
    fn list(&mut self, index: usize, list: &ListInfo) -> Result<(), String> {
        if self.done.get(index).is_some_and(Option::is_some) {
            return Ok(());
        }
        if self.open.len() >= NESTED_MAX {
            return Err(format!("more than {NESTED_MAX} lists name each other"));
        }
        self.open.push(index);
        let items = self.items(list);
        self.open.pop();
        let items = items?;
        if let Some(slot) = self.done.get_mut(index) {
            *slot = Some(items);
        }
        Ok(())
    }

    fn items(&mut self, list: &ListInfo) -> Result<Vec<String>, String> {
        let mut items = Vec::with_capacity(list.items.len());
        for item in &list.items {
            let inner = self.definitions.lists.position(item);
            let Some(index) = inner.filter(|index| !self.open.contains(index)) else {
                self.count(std::slice::from_ref(item))?;
                items.push(item.clone());
                continue;
            };
            if let Some(list) = self.definitions.lists.get(item) {
                self.list(index, list)?;
            }
            if let Some(used) = self.used.get_mut(index) {
                *used = true;
            }
            let inner = self.done.get(index).cloned().flatten();
            let inner = inner.unwrap_or_default();
            self.count(&inner)?;
            items.extend(inner);
            if items.len() > ITEMS_MAX {
                return Err(format!("the list has more than {ITEMS_MAX} items"));
            }
        }
        Ok(items)
    }
}

impl Builder<'_> {
    fn count(&mut self, items: &[String]) -> Result<(), String> {
        let bytes = items.iter().map(|item| item.len() + size_of::<String>());
        self.total = bytes.fold(self.total, usize::saturating_add);
        if self.total > ALL_BYTES_MAX {
            let max = ALL_BYTES_MAX >> 20;
            return Err(format!("the lists hold more than {max} MiB together"));
        }
        Ok(())
    }
}

/// Items as they stand in a condition.
fn joined(items: &[String]) -> String {
    let items: Vec<_> = items.iter().map(|item| quoted(item)).collect();
    items.join(", ")
}

/// A value in quotes where blanks make it need them.
pub fn quoted(value: &str) -> String {
    if value.contains(' ') && !value.starts_with(['"', '\'']) {
        return format!("\"{value}\"");
    }
    value.to_owned()
}

/// Words of a condition, outside quotes, by where they begin and end.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    let mut start = None;
    for (at, c) in text.char_indices() {
        let ends = matches!(c, ' ' | '\t' | '\n' | '\r' | '(' | ')' | ',' | '=');
        match quote {
            Some(open) if c == open && before != '\\' => quote = None,
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                start = None;
            }
            None if ends => {
                words.extend(start.take().map(|start| (start, at)));
            }
            None if matches!(before, ' ' | '\t' | '\n' | '\r' | '(' | ')' | ',' | '=') => {
                start = Some(at);
            }
            Some(_) | None => {}
        }
        before = c;
    }
    words.extend(start.map(|start| (start, text.len())));
    words
}

/// The offset behind a comma that follows, blanks aside; the same offset where none does.
fn after_comma(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let behind = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    match behind.strip_prefix(',') {
        Some(behind) => text.len() - behind.len(),
        None => end,
    }
}
