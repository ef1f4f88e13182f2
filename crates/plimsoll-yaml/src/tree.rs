//! Builds a document's tree from the parser's events: what aliases stand for, merge keys, caps.

use std::collections::BTreeMap;

use saphyr_parser::{Event, ScalarStyle};

use super::extent::Extent;
use super::{DEPTH_MAX, Document, Entry, NODES_MAX, Node, Place, Value, Word, YamlError, scalar};

/// A list or map that is not closed yet.
enum Open {
    List(Vec<Node>),
    Map(Vec<Entry>, Option<(Word, Place)>),
}

/// Builds trees from events.
#[derive(Default)]
pub(super) struct Reader {
    stack: Vec<(Place, usize, Open)>,
    anchors: BTreeMap<usize, (Node, Extent)>,
    nodes: usize,
    /// Of each open list or map: nodes when it began, depth of what is in it so far.
    extents: Vec<Extent>,
    duplicates: Vec<(Place, Word)>,
    root: Option<Node>,
}

impl Reader {
    /// Takes the next event; gives the document that it ends.
    pub fn take(&mut self, event: Event<'_>, at: Place) -> Result<Option<Document>, YamlError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, at)?;
                let tag = tag.as_ref().map(|tag| tag.suffix.as_str());
                let value = match (style, tag) {
                    (_, Some("str")) => Value::Text(text.as_ref().into()),
                    (ScalarStyle::Plain, _) => scalar::resolve(&text),
                    _ => Value::Text(text.as_ref().into()),
                };
                self.place(Node::new(at, value), anchor, Extent::flat(1))?;
            }
            Event::SequenceStart(anchor, _) => self.open(at, anchor, Open::List(Vec::new()))?,
            Event::MappingStart(anchor, _) => self.open(at, anchor, Open::Map(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(anchor) => {
                let Some((node, extent)) = self.anchors.get(&anchor).cloned() else {
                    return Err(YamlError::new(
                        at,
                        "the alias names an anchor that it is part of",
                    ));
                };
                self.count(extent.nodes, at)?;
                if self.stack.len() + extent.depth > DEPTH_MAX {
                    return Err(too_deep(at));
                }
                self.place(node, 0, extent)?;
            }
            Event::DocumentEnd => {
                let duplicates = std::mem::take(&mut self.duplicates);
                let root = self.root.take();
                *self = Self::default();
                return Ok(root
                    .filter(|root| root.value != Value::Null)
                    .map(|root| Document { root, duplicates }));
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
        Ok(None)
    }

    fn count(&mut self, nodes: usize, at: Place) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES_MAX {
            let message =
                format!("more than {NODES_MAX} values, those that aliases repeat included");
            return Err(YamlError::new(at, message));
        }
        Ok(())
    }

    fn open(&mut self, at: Place, anchor: usize, open: Open) -> Result<(), YamlError> {
        if self.stack.len() >= DEPTH_MAX {
            return Err(too_deep(at));
        }
        self.extents.push(Extent::flat(self.nodes));
        self.count(1, at)?;
        self.stack.push((at, anchor, open));
        Ok(())
    }

    fn close(&mut self) -> Result<(), YamlError> {
        let (Some((at, anchor, open)), Some(before)) = (self.stack.pop(), self.extents.pop())
        else {
            return Ok(());
        };
        let value = match open {
            Open::List(items) => Value::List(items.into()),
            Open::Map(entries, _) => Value::Map(self.settled(entries).into()),
        };
        let extent = Extent {
            nodes: self.nodes - before.nodes,
            depth: before.depth + 1,
        };
        self.place(Node::new(at, value), anchor, extent)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, anchor: usize, extent: Extent) -> Result<(), YamlError> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), extent));
        }
        // What is merged takes the place of the map that it is merged into.
        let is_merged =
            matches!(self.stack.last(), Some((_, _, Open::Map(_, Some((key, _))))) if key.is("<<"));
        if let Some(parent) = self.extents.last_mut() {
            let depth = extent.depth.saturating_sub(usize::from(is_merged));
            parent.depth = parent.depth.max(depth);
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some((_, _, Open::List(items))) => items.push(node),
            Some((_, _, Open::Map(entries, key))) => match key.take() {
                Some((key, at)) => entries.push(Entry {
                    key,
                    at,
                    value: node,
                }),
                None => *key = Some((scalar::key(&node)?, node.at)),
            },
        }
        Ok(())
    }

    /// Merge keys put in, and of a key that stands twice the last value.
    fn settled(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        if is_settled(&entries) {
            return entries;
        }
        let mut merged: Vec<Entry> = Vec::new();
        let mut index: BTreeMap<Word, usize> = BTreeMap::new();
        let (merges, own): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| &*entry.key == "<<");
        for entry in own {
            if let Some(slot) = index.get(&entry.key).and_then(|at| merged.get_mut(*at)) {
                self.duplicates.push((entry.at, entry.key.clone()));
                *slot = entry;
            } else {
                index.insert(entry.key.clone(), merged.len());
                merged.push(entry);
            }
        }
        for merge in &merges {
            let maps = match &merge.value.value {
                Value::List(items) => &**items,
                _ => std::slice::from_ref(&merge.value),
            };
            for entry in maps.iter().flat_map(Node::entries) {
                if !index.contains_key(&entry.key) {
                    index.insert(entry.key.clone(), merged.len());
                    merged.push(entry.clone());
                }
            }
        }
        merged
    }
}

fn too_deep(at: Place) -> YamlError {
    YamlError::new(at, format!("nested deeper than {DEPTH_MAX}"))
}

/// Most entries that are compared each with each.
const FEW: usize = 16;

/// Whether a map is small, without merge keys and without a key that stands twice: nearly all are.
fn is_settled(entries: &[Entry]) -> bool {
    entries.len() <= FEW
        && entries.iter().enumerate().all(|(index, entry)| {
            let before = entries.iter().take(index);
            !entry.key.is("<<") && before.clone().all(|other| other.key != entry.key)
        })
}
