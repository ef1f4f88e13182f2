//! Macros: parsed in their order, put into each other, and who names them.
//!
//! A macro sees those that were first defined before it was last changed, as with Falco; a rule sees
//! all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::definitions::MacroInfo;
use super::super::expand::{self, Expanded};
use super::super::model::Macro;
use super::super::types::Problem;
use super::{Compiler, Context, Parsed, Prepared};

/// Longest chain of macros that name each other.
pub const NESTED_MAX: usize = 100;

/// Most macros that one names, itself or through others, before they are defined.
pub const FORWARD_MAX: usize = 200;

/// Whether a macro sees everything that a name stands for.
enum Seen {
    All,
    Not(String),
    /// What is wrong was told with another macro.
    Told,
}

/// All macros, as far as they could be put together.
#[derive(Default)]
pub struct Macros {
    by_name: BTreeMap<Arc<str>, usize>,
    entries: Vec<Entry>,
}

struct Entry {
    info: MacroInfo,
    prepared: Option<Prepared>,
    /// None while it is not put together, and for good where something is wrong.
    expanded: Option<Expanded>,
    /// Whether what it names was found to be in order.
    is_checked: bool,
    used: bool,
    /// Positions of the macros it names itself.
    names: Vec<usize>,
}

impl Macros {
    pub fn new(compiler: &mut Compiler<'_>) -> Self {
        let mut macros = Self::default();
        let definitions = compiler.definitions;
        for (position, info) in definitions.macros.iter().enumerate() {
            let prepared = compiler.prepare(&info.condition, &info.condition_context);
            macros.by_name.insert(Arc::clone(&info.name), position);
            macros.entries.push(Entry {
                info: info.clone(),
                prepared,
                expanded: None,
                is_checked: false,
                used: false,
                names: Vec::new(),
            });
        }
        macros.name(compiler);
        for position in 0..macros.entries.len() {
            macros.put_together(position, compiler, 0);
        }
        macros
    }

    /// Finds what each macro names, in the order in which Falco puts them together; tells names that
    /// a macro cannot see, and loops.
    fn name(&mut self, compiler: &mut Compiler<'_>) {
        for position in 0..self.entries.len() {
            let result = self.check(position);
            let Some(entry) = self.entries.get_mut(position) else {
                continue;
            };
            match result {
                Ok(names) => {
                    entry.is_checked = true;
                    entry.names = names;
                }
                Err(Some((offset, message))) => {
                    if let Some(prepared) = entry.prepared.take() {
                        let error = prepared.at(offset).invalid(message);
                        compiler.diagnostics.push(error);
                    }
                }
                Err(None) => {}
            }
        }
    }

    /// The macros that a macro names, if it sees them and all that they name.
    fn check(&self, position: usize) -> Result<Vec<usize>, Option<(usize, String)>> {
        let entry = self.entries.get(position).ok_or(None)?;
        let prepared = entry.prepared.as_ref().ok_or(None)?;
        let visibility = entry.info.visibility;
        let mut names = Vec::new();
        for (name, offset) in expand::macros(&prepared.parsed) {
            let found = self.by_name.get(&name).copied();
            let mut seen = BTreeSet::new();
            let problem = self.walk(&name, position, visibility, &mut seen);
            match problem {
                Seen::All => {}
                Seen::Told => return Err(None),
                Seen::Not(message) => return Err(Some((offset, message))),
            }
            names.extend(found);
        }
        Ok(names)
    }

    /// What is wrong with a name for a macro that sees so far.
    fn walk(&self, name: &str, from: usize, visibility: usize, seen: &mut BTreeSet<usize>) -> Seen {
        let mut open = vec![Arc::<str>::from(name)];
        while let Some(name) = open.pop() {
            let found = self.by_name.get(&name).copied();
            let entry = found.and_then(|position| self.entries.get(position));
            let visible = entry.filter(|entry| entry.info.index < visibility);
            let (Some(position), Some(entry)) = (found, visible) else {
                return Seen::Not(format!("Undefined macro '{name}' used in filter."));
            };
            if position == from {
                return Seen::Not(format!("reference loop in macro '{name}'"));
            }
            // What was put together before does not change any more.
            if entry.is_checked || !seen.insert(position) {
                continue;
            }
            if seen.len() > FORWARD_MAX {
                let message = format!("more than {FORWARD_MAX} macros are named before they stand");
                return Seen::Not(message);
            }
            let Some(prepared) = &entry.prepared else {
                return Seen::Told;
            };
            let inner = expand::macros(&prepared.parsed).into_iter();
            open.extend(inner.map(|(name, _)| name));
        }
        Seen::All
    }

    fn put_together(&mut self, position: usize, compiler: &mut Compiler<'_>, depth: usize) {
        let Some(entry) = self.entries.get(position) else {
            return;
        };
        if entry.expanded.is_some() || !entry.is_checked || depth > NESTED_MAX {
            return;
        }
        for inner in entry.names.clone() {
            self.put_together(inner, compiler, depth + 1);
            if let Some(inner) = self.entries.get_mut(inner) {
                inner.used = true;
            }
        }
        let Some(prepared) = self
            .entries
            .get(position)
            .and_then(|entry| entry.prepared.as_ref())
        else {
            return;
        };
        let find = |name: &str| self.expanded(name);
        let expanded = compiler
            .expander
            .expand(&prepared.parsed, &prepared.text, &find);
        match expanded {
            Ok(expanded) => {
                if let Some(entry) = self.entries.get_mut(position) {
                    entry.expanded = Some(expanded);
                }
            }
            Err(error) => {
                // A macro in it that could not be put together was told itself, or is too deep.
                let names = expand::macros(&prepared.parsed);
                let is_told = names.iter().any(|(name, _)| self.is_told(name));
                if !is_told {
                    let broken = names.iter().any(|(name, _)| self.is_broken(name));
                    let message = if broken {
                        format!("more than {NESTED_MAX} macros name each other")
                    } else {
                        error.message
                    };
                    let error = prepared.at(error.offset).invalid(message);
                    compiler.diagnostics.push(error);
                }
                if let Some(entry) = self.entries.get_mut(position) {
                    entry.is_checked = false;
                }
            }
        }
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.by_name.get(name)?)
    }

    pub fn expanded(&self, name: &str) -> Option<Expanded> {
        self.entry(name)?.expanded.clone()
    }

    /// Whether there is such a macro, but something is wrong with it.
    pub fn is_broken(&self, name: &str) -> bool {
        self.entry(name)
            .is_some_and(|entry| entry.expanded.is_none())
    }

    fn is_told(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| !entry.is_checked)
    }

    /// Marks the macros of a rule's condition as used, and gathers what is wrong in them and in those
    /// that they name.
    pub fn problems_of(&mut self, parsed: &Parsed, found: &mut Vec<(Problem, Context)>) {
        let names = expand::macros(parsed).into_iter();
        let mut open: Vec<_> = names
            .filter_map(|(name, _)| self.by_name.get(&name).copied())
            .collect();
        for position in &open {
            if let Some(entry) = self.entries.get_mut(*position) {
                entry.used = true;
            }
        }
        let mut seen = BTreeSet::new();
        while let Some(position) = open.pop() {
            let Some(entry) = self.entries.get(position).filter(|_| seen.insert(position)) else {
                continue;
            };
            open.extend(&entry.names);
            let Some(prepared) = &entry.prepared else {
                continue;
            };
            let problems = prepared.problems.iter();
            found.extend(problems.map(|(problem, at)| (problem.clone(), prepared.at(*at))));
        }
    }

    pub fn finish(self) -> Vec<Macro> {
        let entries = self.entries.into_iter();
        let finished = |entry: Entry| {
            Some(Macro {
                name: entry.info.name,
                condition: entry.expanded?.condition,
                used: entry.used,
                at: entry.info.context.site().clone(),
            })
        };
        entries.filter_map(finished).collect()
    }
}
