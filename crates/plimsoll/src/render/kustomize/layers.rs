//! The kustomizations that make up an overlay, outermost first, with everything in them that sets
//! fields: patches, images, replicas, the namespace, generators.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use plimsoll_object::trace::{Step, node_at};
use plimsoll_object::yaml::{Node, Place, Value};

use super::{is_alike, normal, overlay_file, pointer_depth, text_of};
use crate::render::display;
use crate::render::tree::Source;

/// Most kustomizations of one overlay.
const LAYERS_MAX: usize = 500;
/// Keys whose items are files or folders that the overlay is made of.
const PARTS: [&str; 9] = [
    "resources",
    "bases",
    "components",
    "patchesStrategicMerge",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
];

/// Everything below an overlay.
#[derive(Default)]
pub struct Layers {
    /// The overlay's folder, as it was named and in full.
    named: PathBuf,
    full: PathBuf,
    name: String,
    kustomizations: Vec<Source>,
    patches: Vec<Patch>,
    /// Folders of other kustomizations that it takes in, in full.
    pub folders: BTreeSet<PathBuf>,
    /// Files that it is made of, in full.
    pub files: BTreeSet<PathBuf>,
    /// What is not on this machine.
    pub remote: Vec<String>,
    /// Whether it can be built only inside of another.
    pub is_component: bool,
}

struct Patch {
    source: Source,
    /// Where the text begins of a patch that stands in the kustomization; `None` for a file.
    line: Option<u32>,
    /// Kind and name that `target` asks for.
    target: Option<(String, String)>,
}

/// What set a field.
pub struct Hit {
    pub name: String,
    pub at: Place,
    /// Steps of the path that were found there.
    pub depth: usize,
    pub words: &'static str,
}

/// An object, by kind and name.
pub struct Target<'a> {
    kind: &'a str,
    name: &'a str,
}

impl<'a> Target<'a> {
    pub fn of(root: &'a Node) -> Self {
        Self {
            kind: text_of(root.get("kind")),
            name: text_of(root.at_path(&["metadata", "name"])),
        }
    }

    /// Whether a node is this object before prefix, suffix and hash came to its name.
    pub fn is(&self, node: &Node) -> bool {
        let other = Target::of(node);
        self.kind == other.kind && self.is_named(other.name)
    }

    fn is_named(&self, name: &str) -> bool {
        !name.is_empty() && self.name.contains(name)
    }
}

impl Layers {
    /// Reads an overlay's kustomizations, as far as they are on this machine.
    pub fn read(folder: &Path) -> Self {
        let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let mut out = Self {
            named: folder.to_owned(),
            full: full.clone(),
            ..Self::default()
        };
        out.name = overlay_file(folder).map_or_else(|| display(folder), |path| display(&path));
        let mut seen = BTreeSet::new();
        let mut waiting = vec![full.clone()];
        while let Some(folder) = waiting.pop() {
            if !seen.insert(folder.clone()) || seen.len() > LAYERS_MAX {
                continue;
            }
            out.layer(&folder, &mut waiting);
        }
        out.folders.remove(&full);
        out
    }

    /// The overlay's own file, for locations.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A full path as the user would name it.
    pub fn display(&self, path: &Path) -> String {
        if let Ok(rest) = path.strip_prefix(&self.full) {
            return display(&self.named.join(rest));
        }
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        match here
            .ok()
            .and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned))
        {
            Some(rest) if !self.named.is_absolute() => display(&rest),
            _ => display(path),
        }
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        let patches = self.patches.iter().filter(|patch| patch.line.is_none());
        let mut all = self
            .kustomizations
            .iter()
            .chain(patches.map(|patch| &patch.source));
        all.find(|source| source.name == name)
            .map(|source| &*source.text)
    }

    fn layer(&mut self, folder: &Path, waiting: &mut Vec<PathBuf>) {
        let Some(path) = overlay_file(folder) else {
            return;
        };
        self.files.insert(path.clone());
        let Some(source) = Source::read(&path, self.display(&path)) else {
            return;
        };
        let mut found = Vec::new();
        if let Some(root) = source.root() {
            if *folder == *self.full {
                self.is_component = text_of(root.get("kind")) == "Component";
            }
            for key in PARTS {
                for item in root.get(key).map_or(&[][..], Node::items) {
                    if let Some(text) = item.as_str() {
                        self.part(folder, key, item, text, &source, &mut found);
                    }
                }
            }
            for key in ["patches", "patchesJson6902"] {
                for item in root.get(key).map_or(&[][..], Node::items) {
                    self.patch(folder, item, &source);
                }
            }
            for key in ["configMapGenerator", "secretGenerator"] {
                for item in root.get(key).map_or(&[][..], Node::items) {
                    for list in ["files", "envs"] {
                        for file in item.get(list).map_or(&[][..], Node::items) {
                            let text = text_of(Some(file));
                            let path = text.split_once('=').map_or(text, |(_, path)| path);
                            self.files.insert(normal(&folder.join(path)));
                        }
                    }
                }
            }
        }
        // The first named is read first, and what is outside before what is in it.
        waiting.extend(found.into_iter().rev());
        self.kustomizations.push(source);
    }

    fn part(
        &mut self,
        folder: &Path,
        key: &str,
        item: &Node,
        text: &str,
        source: &Source,
        found: &mut Vec<PathBuf>,
    ) {
        let path = normal(&folder.join(text));
        if path.is_dir() {
            let path = path.canonicalize().unwrap_or(path);
            self.folders.insert(path.clone());
            found.push(path);
        } else if path.is_file() {
            if key == "patchesStrategicMerge"
                && let Some(source) = Source::read(&path, self.display(&path))
            {
                self.patches.push(Patch {
                    source,
                    line: None,
                    target: None,
                });
            }
            self.files.insert(path);
        } else if text.contains('\n') {
            self.inline(item, text, None, source);
        } else if text.contains("://") || text.contains("github.com") || text.starts_with("git@") {
            self.remote.push(text.to_owned());
        }
    }

    fn patch(&mut self, folder: &Path, item: &Node, source: &Source) {
        let target = item.get("target").map(|target| {
            let text = |key| text_of(target.get(key)).to_owned();
            (text("kind"), text("name"))
        });
        if let Some(inline) = item.get("patch")
            && let Some(text) = inline.as_str()
        {
            self.inline(inline, text, target, source);
        } else if let Some(path) = item.get("path").and_then(Node::as_str) {
            let path = normal(&folder.join(path));
            if let Some(source) = Source::read(&path, self.display(&path)) {
                self.patches.push(Patch {
                    source,
                    line: None,
                    target,
                });
            }
            self.files.insert(path);
        }
    }

    /// A patch that is text in a kustomization, which begins below the key of a block scalar.
    fn inline(
        &mut self,
        item: &Node,
        text: &str,
        target: Option<(String, String)>,
        source: &Source,
    ) {
        self.patches.push(Patch {
            source: Source::new(source.name.clone(), text.to_owned()),
            line: Some(item.at.line),
            target,
        });
    }

    /// The one file that writes an object, by its kind and name.
    pub fn resource(&self, rendered: &Source) -> Option<Rc<Source>> {
        let target = Target::of(rendered.root()?);
        let is_patch = |name: &str| self.patches.iter().any(|patch| patch.source.name == name);
        let writes = |source: &Source| source.documents.iter().any(|node| target.is(node));
        let files = self.files.iter().map(|path| (path, self.display(path)));
        let mut found = files
            .filter(|(_, name)| !is_patch(name))
            .filter_map(|(path, name)| Source::read(path, name))
            .filter(writes);
        let first = found.next()?;
        found.next().is_none().then(|| Rc::new(first))
    }

    /// What set the value at a path of an object, the outermost first.
    pub fn find(&self, target: &Target<'_>, path: &[Step], value: &Value) -> Option<Hit> {
        let mut best: Option<Hit> = None;
        for patch in &self.patches {
            if let Some(hit) = patch.find(target, path, value) {
                if hit.depth == path.len() {
                    return Some(hit);
                }
                if best.as_ref().is_none_or(|best| hit.depth > best.depth) {
                    best = Some(hit);
                }
            }
        }
        let set = self.kustomizations.iter().find_map(|source| {
            let root = source.root()?;
            let (at, words) = field(root, target, path, value)?;
            Some(Hit {
                name: source.name.clone(),
                at,
                depth: path.len(),
                words,
            })
        });
        set.or(best)
    }
}

impl Patch {
    fn find(&self, target: &Target<'_>, path: &[Step], value: &Value) -> Option<Hit> {
        let is_meant = |node: Option<&Node>| match &self.target {
            Some((kind, name)) => {
                (kind.is_empty() || kind == target.kind)
                    && (name.is_empty() || target.is_named(name))
            }
            None => node.is_some_and(|node| target.is(node)),
        };
        let hit = |at: Place, depth: usize| Hit {
            name: self.source.name.clone(),
            at: match self.line {
                None => at,
                // How far the text is indented is not known.
                Some(line) => Place {
                    line: line.saturating_add(at.line).saturating_sub(1),
                    column: 0,
                },
            },
            depth,
            words: "the patch",
        };
        for document in &self.source.documents {
            for operation in document.items() {
                let depth = pointer_depth(text_of(operation.get("path")), path);
                let is_set = matches!(text_of(operation.get("op")), "add" | "replace");
                let Some(depth) = depth.filter(|_| is_set && is_meant(None)) else {
                    continue;
                };
                let Some(new) = operation.entry("value") else {
                    continue;
                };
                let (node, at, found) = node_at(&new.value, path.get(depth..).unwrap_or_default());
                if depth + found == path.len() && is_alike(&node.value, value) {
                    return Some(hit(if found == 0 { new.value.at } else { at }, path.len()));
                }
            }
            if document.entries().is_empty() || !is_meant(Some(document)) {
                continue;
            }
            let (node, at, depth) = node_at(document, path);
            let is_same = depth == path.len() && is_alike(&node.value, value);
            // A map that a patch only reaches through was there before.
            let is_leaf = node.entries().is_empty();
            if is_same && (is_leaf || matches!(path.last(), Some(Step::Item(..)))) {
                return Some(hit(at, depth));
            }
            if depth > 0 && depth < path.len() {
                return Some(hit(at, depth));
            }
        }
        None
    }
}

/// What a kustomization itself sets: images, replicas, the namespace, generated data.
fn field(
    root: &Node,
    target: &Target<'_>,
    path: &[Step],
    value: &Value,
) -> Option<(Place, &'static str)> {
    let keys: Vec<&str> = path
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(..) => None,
        })
        .collect();
    let list = |key: &str| root.get(key).map_or(&[][..], Node::items).iter();
    match (keys.as_slice(), value) {
        ([.., "image"], Value::Text(image)) => {
            let sets = |item: &&Node| {
                let new = ["newTag", "newName", "digest"].into_iter();
                let mut new = new.filter_map(|key| item.get(key)).filter_map(Node::as_str);
                let name = text_of(item.get("newName").or_else(|| item.get("name")));
                image.starts_with(name)
                    && new.clone().count() > 0
                    && new.all(|new| image.contains(new))
            };
            list("images").find(sets).map(|item| (item.at, "`images`"))
        }
        (["spec", "replicas"], value) => {
            let sets = |item: &&Node| {
                target.is_named(text_of(item.get("name")))
                    && item.get("count").is_some_and(|count| count.value == *value)
            };
            list("replicas")
                .find(sets)
                .map(|item| (item.at, "`replicas`"))
        }
        (["metadata", "namespace"], value) => {
            let entry = root.entry("namespace")?;
            (entry.value.value == *value).then_some((entry.value.at, "`namespace`"))
        }
        (keys, _) if matches!(target.kind, "ConfigMap" | "Secret") => {
            let key = if target.kind == "Secret" {
                "secretGenerator"
            } else {
                "configMapGenerator"
            };
            let item = list(key).find(|item| target.is_named(text_of(item.get("name"))))?;
            let literal = match keys {
                ["data" | "stringData", name] => {
                    let literals = item.get("literals").map_or(&[][..], Node::items);
                    literals.iter().find(|literal| {
                        let text = text_of(Some(literal));
                        text.split_once('=').is_some_and(|(key, _)| key == *name)
                    })
                }
                _ => None,
            };
            Some((
                literal.map_or(item.at, |literal| literal.at),
                "the generator",
            ))
        }
        _ => None,
    }
}
