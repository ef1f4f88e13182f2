//! Which ids mean the same vulnerability.
//!
//! Ids and their aliases are joined into sets, with one rule against feeds that are careless with
//! the word: a set never holds two CVE ids. A record that names several CVE ids (a notice, or an
//! advisory about a bundle) speaks about each of them, and joins none.

use std::collections::{BTreeMap, BTreeSet};

use super::Builder;

/// Sets of ids, numbered in the order of the id that names each set.
pub struct Groups {
    /// Per set: the ids in it, the naming one first.
    pub ids: Vec<Vec<String>>,
    /// Per record: the sets it speaks about, ascending.
    pub of_record: Vec<Vec<u32>>,
    /// Per id in capitals: the sets it leads to, ascending.
    pub of_id: BTreeMap<String, Vec<u32>>,
}

pub fn is_cve(id: &str) -> bool {
    id.get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("CVE-"))
}

/// What a record is about, before sets are known.
enum Subject {
    /// Its own id, which is the same as these.
    Itself(Vec<String>),
    /// Several vulnerabilities, each by its id.
    Several(Vec<String>),
}

fn subject(id: &str, aliases: &[String], upstream: &[String]) -> Subject {
    if !upstream.is_empty() {
        return Subject::Several(upstream.to_vec());
    }
    let (cves, others): (Vec<&String>, Vec<&String>) =
        aliases.iter().partition(|alias| is_cve(alias));
    if is_cve(id) {
        // Other CVE ids are not the same vulnerability, whatever the feed calls them.
        return Subject::Itself(others.into_iter().cloned().collect());
    }
    let distinct: BTreeSet<String> = cves.iter().map(|id| id.to_ascii_uppercase()).collect();
    if distinct.len() > 1 {
        return Subject::Several(cves.into_iter().cloned().collect());
    }
    Subject::Itself(aliases.to_vec())
}

/// Sets under construction: each id points at another of its set, the last at itself.
#[derive(Default)]
struct Sets {
    numbers: BTreeMap<String, usize>,
    parents: Vec<usize>,
    /// Of the set, kept at its last id.
    cve: Vec<Option<usize>>,
    /// As first in order spelled.
    spellings: Vec<String>,
}

impl Sets {
    fn insert(&mut self, id: &str) -> usize {
        let key = id.to_ascii_uppercase();
        if let Some(number) = self.numbers.get(&key) {
            if let Some(spelling) = self.spellings.get_mut(*number)
                && id < spelling.as_str()
            {
                id.clone_into(spelling);
            }
            return *number;
        }
        let number = self.parents.len();
        self.numbers.insert(key, number);
        self.parents.push(number);
        self.cve.push(is_cve(id).then_some(number));
        self.spellings.push(id.to_owned());
        number
    }

    fn root(&mut self, mut number: usize) -> usize {
        while let Some(parent) = self.parents.get(number).copied().filter(|p| *p != number) {
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(number) {
                *slot = above;
            }
            number = above;
        }
        number
    }

    fn find(&mut self, key: &str) -> Option<usize> {
        let number = *self.numbers.get(key)?;
        Some(self.root(number))
    }

    /// Joins the sets of two ids in capitals, unless that would put two CVE ids into one.
    fn join(&mut self, a: &str, b: &str) {
        let (Some(a), Some(b)) = (self.find(a), self.find(b)) else {
            return;
        };
        let cve = |sets: &Self, root: usize| sets.cve.get(root).copied().flatten();
        let (cve_a, cve_b) = (cve(self, a), cve(self, b));
        if a == b || (cve_a.is_some() && cve_b.is_some()) {
            return;
        }
        if let Some(slot) = self.parents.get_mut(b) {
            *slot = a;
        }
        if let Some(slot) = self.cve.get_mut(a) {
            *slot = cve_a.or(cve_b);
        }
    }
}

/// The CVE id names a set, else the one of GitHub, else the first.
fn naming_order(id: &str) -> (u8, &str) {
    if is_cve(id) {
        (0, id)
    } else if id.starts_with("GHSA-") {
        (1, id)
    } else {
        (2, id)
    }
}

impl Groups {
    pub fn new(builder: &Builder) -> Self {
        let mut sets = Sets::default();
        let mut subjects = Vec::with_capacity(builder.records.len());
        // Joins are made in the order of the ids, those with a CVE id first, so that neither the
        // order of the input nor a roundabout alias decides what a CVE id stands for.
        let mut joins = BTreeSet::new();
        for record in &builder.records {
            let subject = subject(&record.id, &record.entry.aliases, &record.entry.upstream);
            match &subject {
                Subject::Several(ids) => {
                    for id in ids {
                        sets.insert(id);
                    }
                }
                Subject::Itself(aliases) => {
                    sets.insert(&record.id);
                    let own = record.id.to_ascii_uppercase();
                    for alias in aliases {
                        sets.insert(alias);
                        let alias = alias.to_ascii_uppercase();
                        let roundabout = !is_cve(&own) && !is_cve(&alias);
                        let (a, b) = (own.clone().min(alias.clone()), own.clone().max(alias));
                        joins.insert((roundabout, a, b));
                    }
                }
            }
            subjects.push(subject);
        }
        for stored in builder.enrichments.values() {
            sets.insert(&stored.id);
        }
        for (_, a, b) in &joins {
            sets.join(a, b);
        }
        Self::number(builder, sets, &subjects)
    }

    fn number(builder: &Builder, mut sets: Sets, subjects: &[Subject]) -> Self {
        let mut members: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for number in 0..sets.parents.len() {
            let root = sets.root(number);
            let spelling = sets.spellings.get(number).cloned().unwrap_or_default();
            members.entry(root).or_default().push(spelling);
        }
        let mut ids: Vec<(Vec<String>, usize)> = members
            .into_iter()
            .map(|(root, mut ids)| {
                ids.sort_unstable_by(|a, b| naming_order(a).cmp(&naming_order(b)));
                (ids, root)
            })
            .collect();
        ids.sort_unstable();
        let mut number_of_root = BTreeMap::new();
        for (number, (_, root)) in ids.iter().enumerate() {
            number_of_root.insert(*root, number as u32);
        }
        let mut group_of = |id: &str| {
            let root = sets.find(&id.to_ascii_uppercase())?;
            number_of_root.get(&root).copied()
        };
        let mut of_id: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for (number, (ids, _)) in ids.iter().enumerate() {
            for id in ids {
                of_id
                    .entry(id.to_ascii_uppercase())
                    .or_default()
                    .insert(number as u32);
            }
        }
        let mut of_record = Vec::with_capacity(subjects.len());
        for (record, subject) in builder.records.iter().zip(subjects) {
            let groups: BTreeSet<u32> = match subject {
                Subject::Itself(_) => group_of(&record.id).into_iter().collect(),
                Subject::Several(ids) => ids.iter().filter_map(|id| group_of(id)).collect(),
            };
            of_id
                .entry(record.id.to_ascii_uppercase())
                .or_default()
                .extend(&groups);
            of_record.push(groups.into_iter().collect());
        }
        Self {
            ids: ids.into_iter().map(|(ids, _)| ids).collect(),
            of_record,
            of_id: of_id
                .into_iter()
                .map(|(id, groups)| (id, groups.into_iter().collect()))
                .collect(),
        }
    }
}
