//! A sink that notes down what it is shown.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use plimsoll_model::Digest;

use crate::path::spell;
use crate::{
    Content, Entry, EntryKind, ImageFacts, LayerHead, LayerSink, LayerTail, ReadError, Tree,
    TreeBuilder, Visitor,
};

/// Bytes of content that are noted down.
const SHOWN_BYTES_MAX: u64 = 100;

/// Notes of one layer, one line an entry: `File etc/a = data`, `Symlink b -> a`.
#[derive(Debug, Default)]
pub struct Lines(pub Vec<String>);

impl Visitor for Lines {
    fn entry(&mut self, entry: &Entry<'_>, content: &mut dyn Content) {
        let mut line = format!("{:?} {}", entry.kind, entry.path);
        if let Some(link) = entry.link {
            line.push_str(" -> ");
            line.push_str(link);
        }
        match content.read_all(SHOWN_BYTES_MAX) {
            Ok(data) => line.extend([" = ", &spell(&data)]),
            Err(ReadError::Absent) if entry.kind != EntryKind::File => {}
            Err(error) => line.extend([" ! ", &error.to_string()]),
        }
        self.0.push(line);
    }

    fn wants_link(&mut self, _: &Entry<'_>) -> bool {
        true
    }
}

/// Notes of all layers.
#[derive(Debug, Default)]
pub struct Notes {
    layers: Mutex<BTreeMap<Digest, (LayerTail, Vec<String>)>>,
    known: Vec<Digest>,
}

impl LayerSink for Notes {
    type Visit = Lines;

    fn begin(&self, layer: &LayerHead) -> Option<Lines> {
        let known = layer
            .diff_id
            .as_ref()
            .is_some_and(|id| self.known.contains(id));
        (!known).then(Lines::default)
    }

    fn end(&self, layer: LayerTail, visit: Lines) {
        let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        layers.insert(layer.diff_id.clone(), (layer, visit.0));
    }
}

impl Notes {
    /// Passes over layers that are known.
    pub fn knowing(known: Vec<Digest>) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// Tail and lines of each layer that was read, in the image's order.
    pub fn of(self, facts: &ImageFacts) -> Vec<(LayerTail, Vec<String>)> {
        let layers = self
            .layers
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let of = |layer: &plimsoll_model::Layer| layers.get(&layer.diff_id).cloned();
        facts.layers.iter().filter_map(of).collect()
    }
}

/// The layers laid over each other.
pub fn tree(layers: &[(LayerTail, Vec<String>)]) -> Tree {
    let mut builder = TreeBuilder::default();
    for (tail, _) in layers {
        builder.layer(&tail.index);
    }
    builder.finish()
}
