//! Reads the layers of an image through the catalogers, keeping each layer's facts by its digest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use plimsoll_image::{LayerHead, LayerIndex, LayerSink, LayerTail};
use plimsoll_model::{Digest, Unknown};

use crate::dispatch::Dispatch;
use crate::layer::{LayerFacts, LayerVisitor};
use crate::stored::{self, FORM_VERSION, StoredLayer};

/// Keeps bytes between runs. What it loses is found again.
pub trait Cache: Sync {
    /// What was put under this key, if it is still there.
    fn get(&self, kind: &str, key: &str) -> Option<Vec<u8>>;

    fn put(&self, kind: &str, key: &str, bytes: &[u8]);
}

/// Kind of cache entry for the facts of one layer.
const LAYER_KIND: &str = "layers";

/// What is known about one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLayer {
    pub facts: LayerFacts,
    pub index: LayerIndex,
    /// What of the layer itself was not looked at.
    pub unknowns: Vec<Unknown>,
    /// Whether all of it was read.
    pub complete: bool,
}

/// Takes the layers of one image.
pub struct Reader<'c> {
    dispatch: &'c Dispatch<'c>,
    cache: Option<&'c dyn Cache>,
    known: Mutex<BTreeMap<Digest, KnownLayer>>,
}

impl<'c> Reader<'c> {
    pub const fn new(dispatch: &'c Dispatch<'c>, cache: Option<&'c dyn Cache>) -> Self {
        Self {
            dispatch,
            cache,
            known: Mutex::new(BTreeMap::new()),
        }
    }

    /// What was learned, by diff id.
    pub fn into_layers(self) -> BTreeMap<Digest, KnownLayer> {
        self.known
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, diff_id: Digest, layer: KnownLayer) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(diff_id, layer);
    }

    fn key(&self, diff_id: &Digest) -> String {
        format!("{}-{}", diff_id.hex(), cache_version(self.dispatch))
    }

    /// Takes the layer from the cache, if it is there and sound.
    fn recall(&self, diff_id: &Digest) -> Option<KnownLayer> {
        let bytes = self.cache?.get(LAYER_KIND, &self.key(diff_id))?;
        let stored = stored::decode(&bytes).ok()?;
        let unknowns = stored.unknowns;
        Some(KnownLayer {
            facts: stored.facts,
            index: LayerIndex::decode(&stored.index).ok()?,
            unknowns: in_layer(unknowns, diff_id),
            complete: true,
        })
    }
}

impl<'c> LayerSink for Reader<'c> {
    type Visit = LayerVisitor<'c>;

    fn begin(&self, layer: &LayerHead) -> Option<Self::Visit> {
        if let Some(diff_id) = &layer.diff_id {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.contains_key(diff_id) {
                return None;
            }
            drop(known);
            if let Some(recalled) = self.recall(diff_id) {
                self.keep(diff_id.clone(), recalled);
                return None;
            }
        }
        Some(LayerVisitor::new(self.dispatch))
    }

    fn end(&self, layer: LayerTail, visit: Self::Visit) {
        let facts = visit.into_facts();
        let unknowns = in_layer(layer.unknowns, &layer.diff_id);
        if let Some(cache) = self.cache.filter(|_| layer.complete) {
            let stored = StoredLayer {
                facts: facts.clone(),
                index: layer.index.encode(),
                unknowns: unknowns.clone(),
            };
            cache.put(
                LAYER_KIND,
                &self.key(&layer.diff_id),
                &stored::encode(&stored),
            );
        }
        let complete = layer.complete;
        self.keep(
            layer.diff_id,
            KnownLayer {
                facts,
                index: layer.index,
                unknowns,
                complete,
            },
        );
    }
}

fn in_layer(unknowns: Vec<Unknown>, diff_id: &Digest) -> Vec<Unknown> {
    unknowns
        .into_iter()
        .map(|unknown| unknown.in_layer(Some(diff_id.clone())))
        .collect()
}

/// Changes whenever the same layer could give other facts: catalogers, their versions, the form.
pub fn cache_version(dispatch: &Dispatch<'_>) -> String {
    let mut text = format!("form {FORM_VERSION}\n");
    for cataloger in dispatch.catalogers() {
        let _ = writeln!(text, "{} {}", cataloger.id(), cataloger.version());
    }
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
}
