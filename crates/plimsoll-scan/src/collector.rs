//! Takes the packages of one file from a cataloger of a language ecosystem.
//!
//! Names and versions that no package manager would accept are refused and counted, the same
//! package is kept once, and a file can yield only so many: what is left out becomes one
//! `Unknown` for the file.

use std::collections::BTreeSet;

use plimsoll_model::{Unknown, text::clean};

use crate::{CatalogError, Facts, Found};

/// Most packages taken from one file.
pub const PACKAGES_PER_FILE_MAX: usize = 100_000;

/// Most parts of one file that are named as unread; the rest is counted.
pub const UNKNOWNS_PER_FILE_MAX: usize = 1_000;

/// Longest name, namespace or version that is believed, in bytes.
pub const NAME_BYTES_MAX: usize = 512;

/// Longest licence text that is kept, in bytes: what is longer is the licence itself.
pub const LICENSE_BYTES_MAX: usize = 256;

/// Gathers packages into [`Facts`]; see [`collect`].
pub struct Collector<'a> {
    out: &'a mut Facts,
    seen: BTreeSet<Key>,
    refused: Vague,
    unpinned: Vague,
    unread: Vague,
    /// Parts that could not be read, past those that are named.
    unnamed: usize,
}

/// Namespace, name, version, and the place inside the file.
type Key = (Option<String>, String, String, Option<String>);

/// Entries that gave no package: how many, and the first of them.
#[derive(Debug, Default)]
struct Vague {
    count: u32,
    first: Option<(String, Option<u32>)>,
}

/// Runs `read` with a collector. What was found before an error counts.
pub fn collect(
    out: &mut Facts,
    read: impl FnOnce(&mut Collector<'_>) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let mut collector = Collector {
        out,
        seen: BTreeSet::new(),
        refused: Vague::default(),
        unpinned: Vague::default(),
        unread: Vague::default(),
        unnamed: 0,
    };
    let done = read(&mut collector);
    let Collector {
        refused,
        unpinned,
        unread,
        unnamed,
        ..
    } = collector;
    if unnamed > 0 {
        unknown(out, format!("{unnamed} more parts that could not be read"));
    }
    if let Some(reason) = refused.reason("without a usable name or version") {
        unknown(out, reason);
    }
    if let Some(reason) = unpinned.reason("without an exact version") {
        unknown(out, reason);
    }
    if let Some(reason) = unread.reason("naming a file that is not read") {
        unknown(out, reason);
    }
    done
}

impl Collector<'_> {
    /// Takes a package, unless it was seen at this place in the file already.
    pub fn add(&mut self, mut found: Found) -> Result<(), CatalogError> {
        let usable = believable(&found.name)
            && believable(&found.version)
            && found.namespace.as_deref().is_none_or(believable);
        if !usable {
            self.refused.note(&found.name, found.line);
            return Ok(());
        }
        let key = (
            found.namespace.clone(),
            found.name.clone(),
            found.version.clone(),
            found.inside.clone(),
        );
        if self.seen.contains(&key) {
            return Ok(());
        }
        if self.seen.len() >= PACKAGES_PER_FILE_MAX {
            return Err(CatalogError::new(format!(
                "more than {PACKAGES_PER_FILE_MAX} packages in one file"
            )));
        }
        self.seen.insert(key);
        found
            .licenses
            .retain(|text| !text.is_empty() && text.len() <= LICENSE_BYTES_MAX);
        self.out.packages.push(found);
        Ok(())
    }

    /// Counts an entry that names a package but no version.
    pub fn unpinned(&mut self, name: &str, line: Option<u32>) {
        self.unpinned.note(name, line);
    }

    /// Counts an entry that points at another file, which nothing reads.
    pub fn unread(&mut self, file: &str, line: Option<u32>) {
        self.unread.note(file, line);
    }

    /// Says that something at a place inside the file could not be read.
    pub fn unknown_at(&mut self, inside: impl Into<String>, reason: impl Into<String>) {
        if self.has_room() {
            self.out.unknowns.push(Unknown::at(inside, reason));
        }
    }

    /// Says that a part of the file could not be read.
    pub fn unknown(&mut self, reason: impl Into<String>) {
        if self.has_room() {
            unknown(self.out, reason.into());
        }
    }

    /// Whether one more part may be named; counts it otherwise.
    fn has_room(&mut self) -> bool {
        let has_room = self.out.unknowns.len() < UNKNOWNS_PER_FILE_MAX;
        self.unnamed += usize::from(!has_room);
        has_room
    }
}

impl Vague {
    fn note(&mut self, name: &str, line: Option<u32>) {
        self.count = self.count.saturating_add(1);
        if self.first.is_none() {
            let name = clean(&name.chars().take(80).collect::<String>()).into_owned();
            self.first = Some((name, line));
        }
    }

    fn reason(self, what: &str) -> Option<String> {
        let (name, line) = self.first?;
        let entries = if self.count == 1 { "entry" } else { "entries" };
        let place = line.map_or_else(String::new, |line| format!(" in line {line}"));
        let first = if self.count == 1 { "" } else { "first " };
        Some(format!(
            "{} {entries} {what} ({first}`{name}`{place})",
            self.count
        ))
    }
}

fn unknown(out: &mut Facts, reason: String) {
    out.unknowns.push(Unknown {
        path: None,
        layer: None,
        reason,
    });
}

/// Not empty, not endless, and without space or control characters.
fn believable(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && !text
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
}

#[cfg(test)]
mod tests {
    use plimsoll_model::Ecosystem;

    use super::*;

    fn run(entries: &[(&str, &str)]) -> (usize, Vec<String>, bool) {
        let mut facts = Facts::default();
        let done = collect(&mut facts, |packages| {
            for (line, (name, version)) in (1..).zip(entries) {
                packages.add(Found {
                    line: Some(line),
                    ..Found::new(Ecosystem::PYPI, *name, *version)
                })?;
            }
            Ok(())
        });
        let reasons = facts.unknowns.into_iter().map(|u| u.reason).collect();
        (facts.packages.len(), reasons, done.is_ok())
    }

    #[test]
    fn the_same_package_counts_once_and_odd_names_are_told() {
        let long = "x".repeat(NAME_BYTES_MAX + 1);
        let entries = [
            ("a", "1"),
            ("a", "1"),
            ("a", "2"),
            ("b c", "1"),
            ("d", ""),
            (long.as_str(), "1"),
            ("e\u{1b}[31m", "1"),
        ];
        assert_eq!(
            run(&entries),
            (
                2,
                vec![
                    "4 entries without a usable name or version (first `b c` in line 4)".to_owned()
                ],
                true
            )
        );
    }

    /// A jar may hold a million entries that cannot be read.
    #[test]
    fn unread_parts_are_named_up_to_a_limit() {
        let mut facts = Facts::default();
        let done = collect(&mut facts, |packages| {
            for number in 0..UNKNOWNS_PER_FILE_MAX + 5 {
                packages.unknown_at(number.to_string(), "damaged");
            }
            packages.unknown("damaged too");
            Ok(())
        });
        assert_eq!(done, Ok(()));
        assert_eq!(facts.unknowns.len(), UNKNOWNS_PER_FILE_MAX + 1);
        let last = facts.unknowns.last().map(|unknown| unknown.reason.as_str());
        assert_eq!(last, Some("6 more parts that could not be read"));
    }

    #[test]
    fn the_count_is_capped() {
        let names: Vec<String> = (0..=PACKAGES_PER_FILE_MAX).map(|n| n.to_string()).collect();
        let entries: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
        assert_eq!(run(&entries), (PACKAGES_PER_FILE_MAX, vec![], false));
    }
}
