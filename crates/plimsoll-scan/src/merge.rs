//! Puts the inventory together from what was found in each layer.
//!
//! What counts is what a process in the container would see: a fact about a file that an upper
//! layer replaced or removed is dropped. A package is attributed to the layer that brought it, not
//! to the one that last rewrote the package database. Language packages whose files belong to a
//! package of the operating system are named apart, so that nothing is counted twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use plimsoll_model::{
    Digest, Distribution, Inventory, Layer, Location, OwnedPackage, Package, PackageIndex, Part,
    State, Target, Unknown,
};

use crate::cataloger::path_hash;
use crate::layer::{FileFacts, LayerFacts};
use crate::{Found, purls};

/// The file system that the layers make together.
pub trait View {
    /// The layer (position, lowest first) whose entry a process sees at this path.
    fn winner(&self, path: &str) -> Option<usize>;

    /// Links at the root of the tree, as `(link, where it leads)`: `("bin", "usr/bin")`.
    fn root_links(&self) -> Vec<(String, String)>;
}

/// The facts of one layer and the layer's identity; a directory is one layer without digest.
pub struct MergeLayer {
    pub diff_id: Option<Digest>,
    pub facts: LayerFacts,
}

/// Identity of a found package within one file, across layers.
type FoundKey<'f> = (
    &'f str,
    Option<&'f str>,
    &'f str,
    &'f str,
    Option<&'f str>,
    Option<&'f str>,
);

/// Builds the inventory. `states` limits it to installed or declared packages.
pub fn merge(
    target: Target,
    layers: Vec<Layer>,
    merge_layers: &[MergeLayer],
    view: &dyn View,
    states: &[State],
    unknowns: Vec<Unknown>,
) -> Inventory {
    let live = live_facts(merge_layers, view);
    let mut inventory = Inventory::new(target);
    inventory.layers = layers;
    inventory.unknowns = unknowns;
    inventory.target.os = distribution(&live);
    let os = inventory.target.os.clone();
    let mut packages = Collected::default();
    for (layer_index, file) in &live {
        collect_packages(
            merge_layers,
            *layer_index,
            file,
            os.as_ref(),
            states,
            &mut packages,
        );
        inventory
            .unknowns
            .extend(file.facts.unknowns.iter().map(|unknown| {
                Unknown {
                    path: Some(inside(&file.path, unknown.path.as_deref())),
                    layer: merge_layers
                        .get(*layer_index)
                        .and_then(|layer| layer.diff_id.clone()),
                    reason: unknown.reason.clone(),
                }
            }));
    }
    packages.by_key.values_mut().for_each(settle);
    crate::licenses::join(
        live.iter().flat_map(|(_, file)| &file.facts.licenses),
        packages.by_key.values_mut(),
    );
    inventory.unknowns.extend(packages.unknowns);
    inventory.unknowns.sort();
    inventory.unknowns.dedup();
    let owners = Owners::new(&live, view);
    split_owned(
        packages.by_key.into_values().collect(),
        &owners,
        &mut inventory,
    );
    inventory
}

/// Facts about files that are visible in the end, with the layer they are in.
fn live_facts<'f>(layers: &'f [MergeLayer], view: &dyn View) -> Vec<(usize, &'f FileFacts)> {
    let mut live = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        live.extend(
            layer
                .facts
                .iter()
                .filter(|file| view.winner(&file.path) == Some(index))
                .map(|file| (index, file)),
        );
    }
    live.sort_by(|a, b| (&a.1.path, &a.1.cataloger).cmp(&(&b.1.path, &b.1.cataloger)));
    live
}

/// `etc/os-release` before `usr/lib/os-release` before everything else, which sorts by path.
fn distribution(live: &[(usize, &FileFacts)]) -> Option<Distribution> {
    let rank = |path: &str| match path {
        "etc/os-release" => 0,
        "usr/lib/os-release" => 1,
        _ => 2,
    };
    live.iter()
        .filter_map(|(_, file)| file.facts.os.as_ref().map(|os| (rank(&file.path), os)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, os)| Distribution {
            eol: crate::distribution::eol(os),
            ..os.clone()
        })
}

#[derive(Default)]
struct Collected {
    /// By purl, state and part: the same package at several places is one package.
    by_key: BTreeMap<(String, State, Part), Package>,
    unknowns: Vec<Unknown>,
}

fn collect_packages(
    layers: &[MergeLayer],
    layer_index: usize,
    file: &FileFacts,
    os: Option<&Distribution>,
    states: &[State],
    out: &mut Collected,
) {
    let lower = lower_versions(layers, layer_index, file);
    for found in file
        .facts
        .packages
        .iter()
        .filter(|found| states.contains(&found.state))
    {
        let layer = introduced_in(layers, layer_index, &lower, found);
        let location = Location {
            path: inside(&file.path, found.inside.as_deref()),
            layer,
            line: found.line,
            column: None,
        };
        match purls::package_of(found, os, &file.cataloger) {
            Ok(mut package) => {
                let key = (package.purl.to_string(), package.state, package.part);
                package.locations.push(location);
                match out.by_key.entry(key) {
                    std::collections::btree_map::Entry::Vacant(slot) => {
                        slot.insert(package);
                    }
                    std::collections::btree_map::Entry::Occupied(mut slot) => {
                        absorb(slot.get_mut(), package);
                    }
                }
            }
            Err(error) => out.unknowns.push(Unknown {
                path: Some(location.path),
                layer: location.layer,
                reason: format!("package without a usable name: {error}"),
            }),
        }
    }
}

/// The same package found once more: its places and licences are added. An image may hold it a
/// million times, so they are put in order only in the end, by [`settle`].
fn absorb(package: &mut Package, other: Package) {
    package.locations.extend(other.locations);
    // Copies mostly say the same again.
    if !package.licenses.ends_with(&other.licenses) {
        package.licenses.extend(other.licenses);
    }
}

/// Each place once, in order; each licence once, as they came.
fn settle(package: &mut Package) {
    package.locations.sort();
    package.locations.dedup();
    let mut known = HashSet::new();
    let is_first: Vec<bool> = package
        .licenses
        .iter()
        .map(|license| known.insert(license.as_str()))
        .collect();
    let mut is_first = is_first.into_iter();
    package
        .licenses
        .retain(|_| is_first.next().unwrap_or(false));
}

/// For each lower layer that has the same file, nearest first: its position and its packages.
fn lower_versions<'f>(
    layers: &'f [MergeLayer],
    layer_index: usize,
    file: &FileFacts,
) -> Vec<(usize, HashSet<FoundKey<'f>>)> {
    let below = layers.get(..layer_index).unwrap_or_default();
    let same = |layer: &'f MergeLayer| {
        let start = layer.facts.partition_point(|facts| facts.path < file.path);
        layer
            .facts
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|facts| facts.path == file.path)
            .find(|facts| facts.cataloger == file.cataloger)
    };
    below
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(index, layer)| {
            same(layer).map(|facts| (index, facts.facts.packages.iter().map(found_key).collect()))
        })
        .collect()
}

/// The lowest layer from which on the package was there without a break.
fn introduced_in(
    layers: &[MergeLayer],
    layer_index: usize,
    lower: &[(usize, HashSet<FoundKey<'_>>)],
    found: &Found,
) -> Option<Digest> {
    let key = found_key(found);
    let index = lower
        .iter()
        .take_while(|(_, packages)| packages.contains(&key))
        .last()
        .map_or(layer_index, |(index, _)| *index);
    layers.get(index).and_then(|layer| layer.diff_id.clone())
}

fn found_key(found: &Found) -> FoundKey<'_> {
    (
        found.ecosystem.as_str(),
        found.namespace.as_deref(),
        &found.name,
        &found.version,
        found.arch.as_deref(),
        found.inside.as_deref(),
    )
}

/// `path!/inside`, or the path alone.
fn inside(path: &str, inside: Option<&str>) -> String {
    match inside {
        Some(inside) => format!("{path}!/{inside}"),
        None => path.to_owned(),
    }
}

/// Which package of the operating system owns a path.
struct Owners<'f> {
    by_path: HashMap<u64, (&'f str, Option<&'f str>)>,
    root_links: Vec<(String, String)>,
}

impl<'f> Owners<'f> {
    fn new(live: &[(usize, &'f FileFacts)], view: &dyn View) -> Self {
        let mut by_path = HashMap::new();
        for (_, file) in live {
            for owned in &file.facts.owned {
                let owner = (owned.package.as_str(), owned.arch.as_deref());
                by_path.extend(owned.paths.iter().map(|hash| (*hash, owner)));
            }
        }
        Self {
            by_path,
            root_links: view.root_links(),
        }
    }

    /// The owner's name and, where the list says so, its architecture.
    fn of(&self, path: &str) -> Option<(&'f str, Option<&'f str>)> {
        let outer = path.split("!/").next().unwrap_or(path);
        if let Some(owner) = self.by_path.get(&path_hash(outer)) {
            return Some(*owner);
        }
        // Package lists say `/lib/x` where the tree has `usr/lib/x` behind a link at the root.
        self.root_links.iter().find_map(|(link, leads_to)| {
            let rest = outer.strip_prefix(leads_to.as_str())?.strip_prefix('/')?;
            self.by_path
                .get(&path_hash(&format!("{link}/{rest}")))
                .copied()
        })
    }
}

/// Sorts the packages and moves those that an operating system package owns to their own list.
fn split_owned(mut packages: Vec<Package>, owners: &Owners<'_>, inventory: &mut Inventory) {
    packages.sort_by(|a, b| {
        (&a.purl, a.state, a.part, &a.locations).cmp(&(&b.purl, b.state, b.part, &b.locations))
    });
    let mut os_packages: HashMap<String, Vec<(Option<String>, String)>> = HashMap::new();
    for package in packages.iter().filter(|package| package.part == Part::Os) {
        os_packages
            .entry(package.name.clone())
            .or_default()
            .push((package.arch.clone(), package.purl.to_string()));
    }
    let owner_purl = |path: &str| {
        let (name, arch) = owners.of(path)?;
        let candidates = os_packages.get(name)?;
        candidates
            .iter()
            .find(|(candidate, _)| arch.is_none() || candidate.as_deref() == arch)
            .or_else(|| candidates.first())
            .map(|(_, purl)| purl.clone())
    };
    let mut owned = Vec::new();
    for package in packages {
        if package.part == Part::Os {
            inventory.packages.push(package);
            continue;
        }
        for (owner, part) in by_owner(&package, &owner_purl) {
            match owner {
                Some(owner) => owned.push((owner, part)),
                None => inventory.packages.push(part),
            }
        }
    }
    let index_of: HashMap<&str, usize> = inventory
        .packages
        .iter()
        .enumerate()
        .map(|(index, package)| (package.purl.as_str(), index))
        .collect();
    inventory.owned = owned
        .into_iter()
        .filter_map(|(owner, package)| {
            let owner = PackageIndex(*index_of.get(owner.as_str())?);
            Some(OwnedPackage { package, owner })
        })
        .collect();
}

/// A package that lies at several places may be owned at some and not at others: one part each.
fn by_owner(
    package: &Package,
    owner_purl: &dyn Fn(&str) -> Option<String>,
) -> Vec<(Option<String>, Package)> {
    let mut parts: BTreeMap<Option<String>, Vec<Location>> = BTreeMap::new();
    for location in &package.locations {
        parts
            .entry(owner_purl(&location.path))
            .or_default()
            .push(location.clone());
    }
    parts
        .into_iter()
        .map(|(owner, locations)| {
            (
                owner,
                Package {
                    locations,
                    ..package.clone()
                },
            )
        })
        .collect()
}

/// The cataloger's id as packages carry it.
pub(crate) fn cataloger_id(id: &str) -> Cow<'static, str> {
    crate::catalogers::CATALOGERS
        .iter()
        .find(|cataloger| cataloger.id() == id)
        .map_or_else(
            || Cow::Owned(id.to_owned()),
            |cataloger| Cow::Borrowed(cataloger.id()),
        )
}
