//! From an opened target to its inventory.

use plimsoll_image::{
    Folder, Image, ImageFacts, ImageStream, OpenError, Origin, ReadOptions, Tree, TreeBuilder,
};
use plimsoll_model::{Digest, Inventory, Report, State, Target, Unknown};
use plimsoll_report::wire;

use crate::catalogers::CATALOGERS;
use crate::dispatch::Dispatch;
use crate::distribution;
use crate::layer::LayerVisitor;
use crate::merge::{MergeLayer, View, merge};
use crate::reading::{Cache, KnownLayer, Reader, cache_version};
use crate::stored;

/// Kind of cache entry for the inventory of a whole image.
const INVENTORY_KIND: &str = "inventories";
/// Kind of cache entry for the inventory of what an engine sent: its layers are described as that
/// engine describes them, since nothing else is opened on the next run.
const SENT_KIND: &str = "sent";

/// How to look at a target.
pub struct ScanOptions<'a> {
    /// Which packages to look for.
    pub states: Vec<State>,
    pub cache: Option<&'a dyn Cache>,
    pub read: ReadOptions,
    /// The program's name and version, for stored documents.
    pub tool: plimsoll_model::report::Tool,
}

impl ScanOptions<'_> {
    fn dispatch(&self) -> Dispatch<'static> {
        Dispatch::new(
            CATALOGERS
                .iter()
                .copied()
                .filter(|cataloger| self.states.contains(&cataloger.state())),
        )
    }
}

/// The inventory of an image whose layers can be read side by side.
pub fn image_inventory(image: &Image, options: &ScanOptions<'_>) -> Result<Inventory, OpenError> {
    let dispatch = options.dispatch();
    let key = inventory_key(&image.facts, &dispatch, options);
    if let Some(known) = recall(options, &key, &image.facts) {
        return Ok(known);
    }
    let reader = Reader::new(&dispatch, options.cache);
    image.read(&reader, &options.read)?;
    let unknowns = image.unknowns.clone();
    let place = (INVENTORY_KIND, key.as_str());
    Ok(assemble(&image.facts, reader, unknowns, options, place))
}

/// The inventory of an image that comes as one stream. An engine says which image it is going to
/// send: one that is known is not asked for.
pub fn stream_inventory(
    stream: &ImageStream,
    options: &ScanOptions<'_>,
) -> Result<Inventory, OpenError> {
    let dispatch = options.dispatch();
    let sent_key = stream
        .origin()
        .map(|origin| sent_key(origin, &dispatch, options));
    if let Some(key) = &sent_key
        && let Some(known) = recall_sent(options, key, stream)
    {
        return Ok(known);
    }
    let reader = Reader::new(&dispatch, options.cache);
    let read = stream.read(&reader, &options.read)?;
    let (kind, key) = match sent_key {
        Some(key) => (SENT_KIND, key),
        None => (
            INVENTORY_KIND,
            inventory_key(&read.facts, &dispatch, options),
        ),
    };
    let place = (kind, key.as_str());
    Ok(assemble(&read.facts, reader, read.unknowns, options, place))
}

/// The inventory of a folder.
pub fn folder_inventory(target: Target, folder: &Folder, options: &ScanOptions<'_>) -> Inventory {
    let dispatch = options.dispatch();
    let (read, visitors) = folder.read(|| LayerVisitor::new(&dispatch), &options.read);
    let mut facts: Vec<_> = visitors
        .into_iter()
        .flat_map(LayerVisitor::into_facts)
        .collect();
    facts.sort_by(|a, b| (&a.path, &a.cataloger).cmp(&(&b.path, &b.cataloger)));
    let view = FolderView {
        root_links: read.root_links,
    };
    let layers = [MergeLayer {
        diff_id: None,
        facts,
    }];
    finish(merge(
        target,
        Vec::new(),
        &layers,
        &view,
        &options.states,
        read.unknowns,
    ))
}

/// A folder is one layer in which everything is visible.
struct FolderView {
    root_links: Vec<(String, String)>,
}

impl View for FolderView {
    fn winner(&self, _: &str) -> Option<usize> {
        Some(0)
    }

    fn root_links(&self) -> Vec<(String, String)> {
        self.root_links.clone()
    }
}

/// Adds what is known about the distribution from elsewhere than the target.
fn finish(mut inventory: Inventory) -> Inventory {
    if let Some(os) = &mut inventory.target.os {
        os.eol = os.eol.or_else(|| distribution::eol(os));
    }
    inventory
}

/// Lays the layers over each other. A layer that was not read is an unknown, never nothing.
fn assemble(
    facts: &ImageFacts,
    reader: Reader<'_>,
    mut unknowns: Vec<Unknown>,
    options: &ScanOptions<'_>,
    place: (&str, &str),
) -> Inventory {
    let mut known = reader.into_layers();
    let mut layers = Vec::with_capacity(facts.layers.len());
    let mut builder = TreeBuilder::default();
    let mut complete = true;
    for layer in &facts.layers {
        let found = known
            .remove(&layer.diff_id)
            .or_else(|| again(&layers, &layer.diff_id));
        let Some(KnownLayer {
            facts,
            index,
            unknowns: own,
            complete: whole,
        }) = found
        else {
            complete = false;
            if !unknowns
                .iter()
                .any(|unknown| unknown.layer.as_ref() == Some(&layer.diff_id))
            {
                unknowns.push(
                    Unknown::whole("layer was not read").in_layer(Some(layer.diff_id.clone())),
                );
            }
            builder.layer(&plimsoll_image::LayerIndex::default());
            layers.push((layer.diff_id.clone(), None));
            continue;
        };
        complete &= whole;
        builder.layer(&index);
        unknowns.extend(own.iter().cloned());
        layers.push((
            layer.diff_id.clone(),
            Some(KnownLayer {
                facts,
                index,
                unknowns: own,
                complete: whole,
            }),
        ));
    }
    let tree = builder.finish();
    let merge_layers: Vec<MergeLayer> = layers
        .into_iter()
        .map(|(diff_id, known)| MergeLayer {
            diff_id: Some(diff_id),
            facts: known.map(|known| known.facts).unwrap_or_default(),
        })
        .collect();
    if !tree.is_complete() {
        unknowns.push(Unknown::whole(
            "more files and folders than the limit: some were left out",
        ));
    }
    let inventory = finish(merge(
        facts.target(),
        facts.layers.clone(),
        &merge_layers,
        &tree,
        &options.states,
        unknowns,
    ));
    if complete {
        remember(options, place, &inventory);
    }
    inventory
}

/// A layer that is in the image a second time (an empty one, mostly).
fn again(layers: &[(Digest, Option<KnownLayer>)], diff_id: &Digest) -> Option<KnownLayer> {
    layers
        .iter()
        .find(|(other, _)| other == diff_id)
        .and_then(|(_, known)| known.clone())
}

impl View for Tree {
    fn winner(&self, path: &str) -> Option<usize> {
        Self::winner(self, path)
    }

    fn root_links(&self) -> Vec<(String, String)> {
        Self::root_links(self)
    }
}

fn inventory_key(facts: &ImageFacts, dispatch: &Dispatch<'_>, options: &ScanOptions<'_>) -> String {
    let version = inventory_version(dispatch, options);
    format!("{}-{version}", facts.config_digest.hex())
}

/// How layers are laid over each other and what is known of distributions is the program's own.
fn inventory_version(dispatch: &Dispatch<'_>, options: &ScanOptions<'_>) -> String {
    format!("{}-{}", cache_version(dispatch), options.tool.version)
}

/// The inventory found in an earlier run; target and layers are those of today's opening.
fn recall(options: &ScanOptions<'_>, key: &str, facts: &ImageFacts) -> Option<Inventory> {
    let bytes = options.cache?.get(INVENTORY_KIND, key)?;
    let mut inventory = unseal_inventory(&bytes)?;
    let os = inventory.target.os.take();
    inventory.target = facts.target();
    inventory.target.os = os;
    inventory.layers.clone_from(&facts.layers);
    Some(inventory)
}

fn unseal_inventory(bytes: &[u8]) -> Option<Inventory> {
    let body = stored::unseal(bytes).ok()?;
    wire::read_report(body).ok().map(|report| report.inventory)
}

fn sent_key(origin: &Origin, dispatch: &Dispatch<'_>, options: &ScanOptions<'_>) -> String {
    let sender = xxhash_rust::xxh3::xxh3_64(origin.sender.as_bytes());
    let version = inventory_version(dispatch, options);
    format!("{}-{sender:016x}-{version}", origin.image_id.hex())
}

/// The inventory of what the same engine sent in an earlier run.
fn recall_sent(options: &ScanOptions<'_>, key: &str, stream: &ImageStream) -> Option<Inventory> {
    let bytes = options.cache?.get(SENT_KIND, key)?;
    let mut inventory = unseal_inventory(&bytes)?;
    let platform = inventory.target.platform.as_ref()?;
    if !stream.accepts(platform) {
        // Refused when it is read, with what there is.
        return None;
    }
    stream.name().clone_into(&mut inventory.target.name);
    Some(inventory)
}

fn remember(options: &ScanOptions<'_>, (kind, key): (&str, &str), inventory: &Inventory) {
    let Some(cache) = options.cache else { return };
    let report = Report {
        tool: options.tool.clone(),
        inventory: inventory.clone(),
        findings: Vec::new(),
        compliance: None,
        advisories: None,
        verdict: None,
    };
    cache.put(kind, key, &stored::seal(&wire::to_bytes(&report)));
}
