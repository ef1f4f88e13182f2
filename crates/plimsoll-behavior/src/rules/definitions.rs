//! What the files define, before anything is put in: lists, macros and rules by name.
//!
//! A later item of the same name takes an earlier one's place, is appended to it or replaces parts of
//! it; the place in the order stays that of the first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::condition::Site;
use super::diagnostic::Context;
use super::located::Located;
use super::model::{Plugin, Priority, Version};

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Definitions {
    pub lists: Indexed<ListInfo>,
    pub macros: Indexed<MacroInfo>,
    pub rules: Indexed<RuleInfo>,
    pub required_engine: Option<Version>,
    pub required_plugins: Vec<Vec<Plugin>>,
    /// How many items were read.
    count: usize,
}

impl Definitions {
    /// The number of an item in the order of the files.
    pub const fn number(&mut self) -> usize {
        let number = self.count;
        self.count += 1;
        number
    }
}

/// Things with names, in the order in which they were first defined.
#[derive(Debug)]
pub struct Indexed<T> {
    items: Vec<T>,
    by_name: BTreeMap<Arc<str>, usize>,
}

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            by_name: BTreeMap::new(),
        }
    }
}

impl<T> Indexed<T> {
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub fn get(&self, name: &str) -> Option<&T> {
        self.items.get(self.position(name)?)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.items.get_mut(*self.by_name.get(name)?)
    }

    pub fn insert(&mut self, name: &Arc<str>, item: T) {
        if let Some(slot) = self.get_mut(name) {
            *slot = item;
            return;
        }
        self.by_name.insert(Arc::clone(name), self.items.len());
        self.items.push(item);
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

#[derive(Debug, Clone)]
pub struct ListInfo {
    pub name: Arc<str>,
    pub items: Vec<String>,
    pub context: Context,
}

#[derive(Debug, Clone)]
pub struct MacroInfo {
    pub name: Arc<str>,
    pub condition: Located,
    pub context: Context,
    pub condition_context: Context,
    /// Number of the item that first defined it.
    pub index: usize,
    /// Number of the item that last changed it: it sees macros with a smaller index.
    pub visibility: usize,
}

#[derive(Debug, Clone)]
pub struct RuleInfo {
    pub name: Arc<str>,
    pub desc: String,
    pub condition: Located,
    pub output: Located,
    pub priority: Priority,
    pub source: Arc<str>,
    pub tags: BTreeSet<String>,
    pub exceptions: Vec<ExceptionInfo>,
    pub enabled: bool,
    pub warn_evttypes: bool,
    pub skip_if_unknown_filter: bool,
    pub capture: bool,
    pub capture_duration_ms: Option<u32>,
    pub context: Context,
    pub condition_context: Context,
    pub output_context: Context,
    /// Nobody gives its events: it is left out.
    pub has_unknown_source: bool,
}

/// An exception as it is written.
#[derive(Debug, Clone)]
pub struct ExceptionInfo {
    pub name: String,
    pub fields: Entry,
    pub comps: Entry,
    pub values: Vec<Entry>,
    pub context: Context,
}

/// A value or a list of values in an exception.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Empty when the key is absent.
    One(String, Site),
    Many(Vec<Self>, Site),
}

impl Entry {
    pub const fn site(&self) -> &Site {
        match self {
            Self::One(_, site) | Self::Many(_, site) => site,
        }
    }

    /// Whether anything is there.
    pub const fn is_given(&self) -> bool {
        match self {
            Self::One(text, _) => !text.is_empty(),
            Self::Many(items, _) => !items.is_empty(),
        }
    }

    /// The text of a single value; nothing for a list.
    pub fn text(&self) -> &str {
        match self {
            Self::One(text, _) => text,
            Self::Many(..) => "",
        }
    }

    /// The values of a list; nothing for a single one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::One(..) => &[],
            Self::Many(items, _) => items,
        }
    }
}
