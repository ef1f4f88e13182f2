//! Kustomize overlays, by `kustomize build` or `kubectl kustomize`.
//!
//! The overlay is built through a kustomization of our own in a temporary folder that asks for the
//! origin of each object, so that nothing of the user's is changed; where the program is too old for
//! that it is built as it is and objects are told at the overlay. What set a field is looked for in
//! patches, images and generators. Reference: <https://kubectl.docs.kubernetes.io/references/kustomize/>.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use plimsoll_model::{Location, Unknown};
use plimsoll_object::trace::{Step, node_at, path_to};
use plimsoll_object::yaml::{self, Node, Place, Value};

use super::program::{self, ProgramError};
use super::tree::Source;
use super::{Options, Traced, display};

mod layers;

pub use layers::Layers;
use layers::{Hit, Target};

/// Names of the file that makes a folder an overlay.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// The annotation by which the program tells where an object is from.
const ORIGIN: &str = "config.kubernetes.io/origin";

/// The `kustomization.yaml` of a folder, whichever way it is written.
pub fn overlay_file(folder: &Path) -> Option<PathBuf> {
    let mut files = NAMES.iter().map(|name| folder.join(name));
    files.find(|path| path.is_file())
}

/// Whether a folder is an overlay.
pub fn is_overlay(folder: &Path) -> bool {
    overlay_file(folder).is_some()
}

/// An object that came of an overlay.
pub struct Resource {
    rendered: Source,
    /// The file that it was first written in; `None` where it cannot be told.
    origin: Option<Rc<Source>>,
    /// Its name for locations, also where it could not be read.
    name: String,
    layers: Rc<Layers>,
}

type Part = (String, String, Resource);

/// Runs the program; one part for each object.
pub fn render(folder: &Path, options: &Options) -> Result<Vec<Part>, Unknown> {
    let told = |reason: String| Unknown::at(display(folder), reason);
    let layers = Layers::read(folder);
    if let Some(remote) = layers.remote.first().filter(|_| !options.online) {
        return Err(told(format!(
            "it takes `{}` from the network, which is not used without --online",
            plimsoll_model::text::clean(remote)
        )));
    }
    let (text, base) = match with_origins(folder, options) {
        Ok((text, base)) => (text, Some(base)),
        Err(_) => (build(folder, options).map_err(told)?, None),
    };
    let layers = Rc::new(layers);
    let mut out: Vec<Part> = Vec::new();
    let mut known: Vec<(PathBuf, Option<Rc<Source>>)> = Vec::new();
    for text in documents(&text) {
        let (origin, text) = taken_out(&text);
        let path = origin
            .zip(base.as_deref())
            .map(|(origin, base)| normal(&base.join(origin)));
        let (name, origin) = match path {
            Some(path) => {
                let name = layers.display(&path);
                let kept = known.iter().find(|(known, _)| *known == path);
                let source = if let Some((_, source)) = kept {
                    source.clone()
                } else {
                    let source = Source::read(&path, name.clone()).map(Rc::new);
                    known.push((path, source.clone()));
                    source
                };
                (name, source)
            }
            None => match layers.resource(&Source::new(String::new(), text.clone())) {
                Some(source) => (source.name.clone(), Some(source)),
                None => (layers.name().to_owned(), None),
            },
        };
        let rendered = Source::new(name.clone(), text.clone());
        out.push((
            name.clone(),
            text,
            Resource {
                rendered,
                origin,
                name,
                layers: Rc::clone(&layers),
            },
        ));
    }
    Ok(out)
}

/// Builds through a kustomization of our own that asks for origins; the folder is what they are
/// relative to.
fn with_origins(folder: &Path, options: &Options) -> Result<(String, PathBuf), String> {
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let temporary = tempfile::Builder::new()
        .prefix(crate::atomic::TEMPORARY_PREFIX)
        .tempdir()
        .map_err(|error| error.to_string())?;
    let base = temporary
        .path()
        .canonicalize()
        .map_err(|error| error.to_string())?;
    // Absolute paths are refused as resources.
    let up = base
        .components()
        .filter(|part| matches!(part, Component::Normal(_)));
    let mut relative: PathBuf = up.map(|_| "..").collect();
    relative.extend(
        folder
            .components()
            .filter(|part| matches!(part, Component::Normal(_))),
    );
    let relative = relative.to_str().ok_or("its path is no UTF-8")?;
    let quoted = serde_json::to_string(relative).map_err(|error| error.to_string())?;
    let own = format!("resources: [{quoted}]\nbuildMetadata: [originAnnotations]\n");
    std::fs::write(base.join("kustomization.yaml"), own).map_err(|error| error.to_string())?;
    Ok((build(&base, options)?, base))
}

fn build(folder: &Path, options: &Options) -> Result<String, String> {
    let path = std::path::absolute(folder).map_err(|error| error.to_string())?;
    let run = |program, command| {
        let arguments = [OsStr::new(command), path.as_os_str()];
        program::output(program, &arguments, Path::new("/"), options.limits())
    };
    let output = match run("kustomize", "build") {
        Err(ProgramError::Missing(_)) => match run("kubectl", "kustomize") {
            Err(ProgramError::Missing(_)) => {
                return Err("a Kustomize overlay, and neither `kustomize` nor `kubectl` is installed (install one, or render it elsewhere: `kustomize build … | plimsoll check -`)".to_owned());
            }
            other => other,
        },
        other => other,
    };
    let bytes = output.map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it was rendered to no UTF-8".to_owned())
}

/// The documents of what was rendered, as text.
fn documents(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            last.push_str(line);
        }
    }
    out.retain(|text| !text.trim().is_empty());
    out
}

/// Takes the annotation about the origin out of a document, leaving its lines empty.
fn taken_out(text: &str) -> (Option<String>, String) {
    let mut origin = String::new();
    let mut rest = String::new();
    let mut inside = None;
    let indent = |line: &str| line.len() - line.trim_start().len();
    for line in text.split_inclusive('\n') {
        match inside {
            Some(depth) if line.trim().is_empty() || indent(line) > depth => {
                origin.push_str(line);
                rest.push('\n');
                continue;
            }
            Some(_) => inside = None,
            None => {}
        }
        if origin.is_empty()
            && line.trim_start().starts_with(ORIGIN)
            && line.trim_end().ends_with('|')
        {
            inside = Some(indent(line));
            rest.push('\n');
        } else {
            rest.push_str(line);
        }
    }
    let (documents, _) = yaml::parse(origin.as_bytes());
    let origin = documents.first().and_then(|document| {
        let root = &document.root;
        let path = root.get("path").or_else(|| root.get("configuredIn"));
        path.filter(|_| root.get("repo").is_none())?.as_str()
    });
    (origin.map(str::to_owned), rest)
}

/// A path without `..`, as far as its text says.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

impl Resource {
    pub fn text(&self, path: &str) -> Option<&str> {
        let origin = self.origin.as_deref().filter(|source| source.name == path);
        origin
            .map(|source| &*source.text)
            .or_else(|| self.layers.text(path))
    }

    /// The place that set one in what was rendered: patch, image or generator, and the resource.
    pub fn trace(&self, line: u32, column: u32) -> Traced {
        let mut out = Traced::default();
        let place = Place { line, column };
        let found = self.rendered.documents.iter().find_map(|root| {
            let path = path_to(root, place)?;
            Some((root, path))
        });
        let Some((root, path)) = found else {
            out.places.push(Location::file(&*self.name));
            return out;
        };
        let value = &node_at(root, &path).0.value;
        let target = Target::of(root);
        let base = self.origin.as_deref().and_then(|origin| {
            let object = origin.documents.iter().find(|node| target.is(node))?;
            let (node, at, depth) = node_at(object, &path);
            let is_whole = depth == path.len();
            let is_same = is_whole && is_alike(&node.value, value);
            Some((Location::at_place(&origin.name, at), depth, is_same))
        });
        let (base_depth, is_same) = match &base {
            Some((_, depth, is_same)) => (*depth, *is_same),
            None => (0, false),
        };
        let is_leaf = !matches!(value, Value::List(_) | Value::Map(_));
        // A list or map that was there before is not set by a patch that reaches into it.
        let sets = |hit: &Hit| {
            hit.depth > base_depth || (hit.depth == path.len() && (is_leaf || !is_same))
        };
        if let Some(hit) = self.layers.find(&target, &path, value).filter(sets) {
            out.words = format!("set by {} in {}:{}", hit.words, hit.name, hit.at.line);
            out.places.push(Location::at_place(&hit.name, hit.at));
        }
        out.places.extend(base.map(|(place, ..)| place));
        if out.places.is_empty() {
            out.places.push(Location::file(&*self.name));
        }
        out
    }
}

/// Whether two values are the same as far as one place is concerned: lists and maps are told by what
/// is in them.
fn is_alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => true,
        _ => a == b,
    }
}

/// Places as locations.
trait AtPlace {
    fn at_place(name: &str, at: Place) -> Self;
}

impl AtPlace for Location {
    fn at_place(name: &str, at: Place) -> Self {
        Self {
            line: Some(at.line),
            column: (at.column > 0).then_some(at.column),
            ..Self::file(name)
        }
    }
}

/// The steps of a JSON pointer.
fn pointer_steps(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// How many steps of a path a JSON pointer has, when it points at it or at what holds it.
fn pointer_depth(pointer: &str, path: &[Step]) -> Option<usize> {
    let parts = pointer_steps(pointer);
    let fits = |(part, step): (&String, &Step)| match step {
        Step::Key(key) => key == part,
        Step::Item(position, _) => part == "-" || part.parse() == Ok(*position),
    };
    (parts.len() <= path.len() && parts.iter().zip(path).all(fits)).then_some(parts.len())
}

/// A value's text, when it has one.
fn text_of(node: Option<&Node>) -> &str {
    node.and_then(Node::as_str).unwrap_or_default()
}
