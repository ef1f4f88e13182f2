//! Everything that was handed in together: files, their objects, and who refers to whom.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::pods::Pods;
use plimsoll_object::object::{Object, objects};
use plimsoll_object::yaml::Document;

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
    /// Positions by kind, name and namespace; made when first asked for.
    named: OnceLock<BTreeMap<(&'a str, &'a str), Vec<usize>>>,
    /// Namespaces by kind.
    kinds: OnceLock<BTreeMap<&'a str, BTreeMap<&'a str, usize>>>,
    pods: OnceLock<Pods<'a>>,
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
            named: OnceLock::new(),
            kinds: OnceLock::new(),
            pods: OnceLock::new(),
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

    /// Objects of this kind and name that may be meant from the namespace, with their position. An
    /// object that leaves its namespace to the command line may be in any.
    pub fn meant<'s>(
        &'s self,
        kind: &'s str,
        namespace: &'s str,
        name: &'s str,
    ) -> impl Iterator<Item = (usize, &'s Object<'a>)> {
        let named = self.named.get_or_init(|| {
            let mut named: BTreeMap<_, Vec<usize>> = BTreeMap::new();
            for (index, object) in self.iter() {
                named
                    .entry((object.kind, object.name))
                    .or_default()
                    .push(index);
            }
            named
        });
        let positions = named.get(&(kind, name)).map_or(&[][..], Vec::as_slice);
        positions
            .iter()
            .filter_map(|index| Some((*index, self.objects.get(*index)?)))
            .filter(move |(_, object)| is_near(namespace, object.namespace))
    }

    /// Whether any object of this kind is here that may be in the namespace: only then does it mean
    /// something that another one is not.
    pub fn knows(&self, kind: &str, namespace: &str) -> bool {
        let kinds = self.kinds.get_or_init(|| {
            let mut kinds: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
            for (_, object) in self.iter() {
                let of_kind = kinds.entry(object.kind).or_default();
                *of_kind.entry(object.namespace).or_default() += 1;
            }
            kinds
        });
        kinds.get(kind).is_some_and(|namespaces| {
            namespace.is_empty() || ["", namespace].iter().any(|at| namespaces.contains_key(at))
        })
    }

    /// The pods that all objects are or make.
    pub fn pods(&self) -> &Pods<'a> {
        self.pods.get_or_init(|| Pods::new(self))
    }
}

/// Whether two namespaces may be the same: one that is left to the command line may be any.
pub fn is_near(a: &str, b: &str) -> bool {
    a == b || a.is_empty() || b.is_empty()
}
