//! Everything that was handed in together: files, their objects, and who refers to whom.

use std::collections::BTreeMap;

use crate::object::{Object, objects};
use crate::yaml::Document;

/// A file that was read.
pub struct Source {
    /// Its name for locations.
    pub name: String,
    pub documents: Vec<Document>,
}

/// Objects of all files, by position.
pub struct World<'a> {
    pub objects: Vec<Object<'a>>,
    /// Which source each object is from.
    pub sources: Vec<usize>,
    by_name: BTreeMap<(&'a str, &'a str, &'a str), usize>,
}

impl<'a> World<'a> {
    pub fn new(sources: &'a [Source]) -> Self {
        let mut all = Vec::new();
        let mut from = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            for document in &source.documents {
                objects(&document.root, &mut all);
            }
            from.resize(all.len(), index);
        }
        let mut by_name = BTreeMap::new();
        for (index, object) in all.iter().enumerate() {
            by_name
                .entry((object.kind, object.namespace, object.name))
                .or_insert(index);
        }
        Self {
            objects: all,
            sources: from,
            by_name,
        }
    }

    /// Objects with their position.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Object<'a>)> {
        self.objects.iter().enumerate()
    }

    /// Objects of a kind, with their position.
    pub fn of_kind<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = (usize, &'s Object<'a>)> {
        self.iter().filter(move |(_, object)| object.kind == kind)
    }

    /// Whether there is an object of this kind and name in the namespace.
    pub fn has(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.by_name.contains_key(&(kind, namespace, name))
    }
}
