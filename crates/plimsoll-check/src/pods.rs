//! The pods of a world, by namespace and label.

use std::collections::BTreeMap;

use crate::world::{World, is_near};
use plimsoll_object::object::{Object, Pod};
use plimsoll_object::selector::Selector;
use plimsoll_object::yaml::Node;

/// A pod, and what is it or makes it.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The position of the object.
    pub index: usize,
    pub object: Object<'a>,
    pub pod: Pod<'a>,
    pub labels: Option<&'a Node>,
}

/// Every pod of a world.
pub struct Pods<'a> {
    all: Vec<Made<'a>>,
    by_label: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    by_namespace: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Pods<'a> {
    pub fn new(world: &World<'a>) -> Self {
        let mut out = Self {
            all: Vec::new(),
            by_label: BTreeMap::new(),
            by_namespace: BTreeMap::new(),
        };
        for (index, object) in world.iter() {
            let Some(pod) = object.pod() else {
                continue;
            };
            let labels = pod.metadata.and_then(|metadata| metadata.get("labels"));
            let at = out.all.len();
            for entry in labels.map_or(&[][..], Node::entries) {
                let value = entry.value.as_str().unwrap_or_default();
                let key = (&*entry.key, value);
                out.by_label.entry(key).or_default().push(at);
            }
            let of_namespace = out.by_namespace.entry(object.namespace);
            of_namespace.or_default().push(at);
            out.all.push(Made {
                index,
                object: *object,
                pod,
                labels,
            });
        }
        out
    }

    pub fn iter(&self) -> impl Iterator<Item = &Made<'a>> {
        self.all.iter()
    }

    /// Whether any pod is here that may be in the namespace.
    pub fn knows(&self, namespace: &str) -> bool {
        match namespace {
            "" => !self.all.is_empty(),
            namespace => ["", namespace]
                .iter()
                .any(|at| self.by_namespace.contains_key(at)),
        }
    }

    /// The pods that a selector means from a namespace.
    pub fn selected(&self, namespace: &str, selector: &Selector) -> Vec<&Made<'a>> {
        let of = |positions: Option<&Vec<usize>>| {
            let positions = positions.map_or(&[][..], Vec::as_slice).iter();
            let made = positions.filter_map(|at| self.all.get(*at));
            made.filter(|made| {
                is_near(namespace, made.object.namespace) && selector.matches(made.labels)
            })
            .collect::<Vec<_>>()
        };
        // Of the labels that it asks for, the one that the fewest pods have.
        let lists = selector.equalities().map(|label| self.by_label.get(&label));
        if let Some(fewest) = lists.min_by_key(|list| list.map_or(0, Vec::len)) {
            return of(fewest);
        }
        if namespace.is_empty() {
            return self
                .all
                .iter()
                .filter(|made| selector.matches(made.labels))
                .collect();
        }
        let mut out = of(self.by_namespace.get(""));
        out.extend(of(self.by_namespace.get(namespace)));
        out
    }
}

/// The pods that a Service sends requests to; none where it leaves that to others.
pub fn of_service<'w, 'a>(world: &'w World<'a>, service: &Object<'_>) -> Vec<&'w Made<'a>> {
    let selector = service.node.at_path(&["spec", "selector"]);
    let read = selector.map(Selector::of_labels);
    match read {
        Some(Ok(selector)) if !selector.is_empty() => {
            world.pods().selected(service.namespace, &selector)
        }
        _ => Vec::new(),
    }
}
