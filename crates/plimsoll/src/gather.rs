//! Files with Kubernetes objects: those that the user names, those in folders, and what is rendered of
//! charts and overlays.

use std::path::{Path, PathBuf};

use plimsoll_model::Unknown;
use plimsoll_object::File;

use crate::containers::Containers;
use crate::failure::{Context, Failure};
use crate::input;
use crate::render::{self, Layers, Rendered};

/// Most files of one run.
const FILES_MAX: usize = 200_000;
/// Folders in folders that are looked into.
const FOLDER_DEPTH_MAX: usize = 64;

/// How a target of these paths is called.
pub fn named(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| shown(path)).collect();
    names.join(" ")
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "standard input".to_owned();
    }
    path.display().to_string()
}

/// Something to be looked at.
pub enum Input {
    Named(File),
    /// Found in a folder; read when its turn comes, so that not all are held at once.
    Found(PathBuf),
}

impl Input {
    /// The file, unless it is not about Kubernetes: found, not named, such are left alone.
    pub fn file(self, unknowns: &mut Vec<Unknown>) -> Option<File> {
        let path = match self {
            Self::Named(file) => return Some(file),
            Self::Found(path) => path,
        };
        match input::read_at_most(&path, plimsoll_object::yaml::FILE_BYTES_MAX as u64) {
            Ok(bytes) => speaks_of_objects(&bytes).then(|| File {
                name: shown(&path).trim_start_matches("./").to_owned(),
                bytes,
            }),
            Err(error) => {
                unknowns.push(Unknown::at(shown(&path), error.to_string()));
                None
            }
        }
    }
}

/// What to look at, what was passed over, and where rendered files come from.
pub struct Gathered {
    pub inputs: Vec<Input>,
    pub unknowns: Vec<Unknown>,
    pub rendered: Rendered,
    /// Compose projects and quadlets.
    pub containers: Containers,
    rendering: render::Options,
    /// Folders with a kustomization, to be rendered when all are known.
    overlays: Vec<PathBuf>,
}

impl Gathered {
    /// Everything at these paths, charts and overlays rendered.
    pub fn read(paths: &[PathBuf], rendering: render::Options) -> Result<Self, Failure> {
        let mut gathered = Self {
            inputs: Vec::new(),
            unknowns: Vec::new(),
            rendered: Rendered::default(),
            containers: Containers::default(),
            rendering,
            overlays: Vec::new(),
        };
        for path in paths {
            gathered.path(path)?;
        }
        gathered.overlays(paths);
        Ok(gathered)
    }

    /// What the user named: must be there.
    fn path(&mut self, path: &Path) -> Result<(), Failure> {
        if path.as_os_str() != "-" && path.is_dir() {
            return self.folder(path, FOLDER_DEPTH_MAX);
        }
        if path.extension().is_some_and(|end| end == "tgz") && path.is_file() {
            self.chart(path);
            return Ok(());
        }
        let bytes = input::read_at_most(path, plimsoll_object::yaml::FILE_BYTES_MAX as u64)?;
        let name = shown(path).trim_start_matches("./").to_owned();
        if path.extension().is_some_and(|end| end == "kube") {
            self.played(path, &bytes);
        }
        if let Some(bytes) = self.containers.named(path, &name, bytes) {
            self.inputs.push(Input::Named(File { name, bytes }));
        }
        Ok(())
    }

    /// Every YAML and JSON file below a folder, in the order of names. Links are not followed.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Failure> {
        if folder.join("Chart.yaml").is_file() {
            self.chart(folder);
            return Ok(());
        }
        if render::is_overlay(folder) {
            self.overlays.push(folder.to_owned());
        }
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect()
            })
            .context(format_args!("read the folder {}", folder.display()))?;
        entries.sort();
        let files: Vec<PathBuf> = entries
            .iter()
            .filter(|path| path.symlink_metadata().is_ok_and(|kind| kind.is_file()))
            .cloned()
            .collect();
        let taken = self.containers.folder(&files);
        entries.retain(|path| !taken.contains(path));
        for path in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || name == "node_modules" {
                continue;
            }
            let Ok(kind) = path.symlink_metadata() else {
                self.unknowns
                    .push(Unknown::at(shown(&path), "it went away while reading"));
                continue;
            };
            let is_yaml = [".yaml", ".yml", ".json"]
                .iter()
                .any(|end| name.ends_with(end));
            if kind.is_dir() && depth == 0 {
                let reason = format!("folder depth limit ({FOLDER_DEPTH_MAX}) reached");
                self.unknowns.push(Unknown::at(shown(&path), reason));
            } else if kind.is_dir() {
                self.folder(&path, depth - 1)?;
            } else if kind.is_file() && is_yaml {
                self.found(path);
            }
        }
        Ok(())
    }

    /// The Kubernetes files of a `.kube` unit. In a folder they are found anyway.
    fn played(&mut self, unit: &Path, bytes: &[u8]) {
        for name in plimsoll_check::quadlet::played(bytes) {
            let path = unit.with_file_name(&name);
            if path.is_file() {
                self.found(path);
            } else {
                let reason = format!("the unit plays `{name}`, which is not there");
                self.unknowns.push(Unknown::at(shown(unit), reason));
            }
        }
    }

    fn chart(&mut self, chart: &Path) {
        let rendered = self.rendered.chart(chart, &self.rendering);
        self.take(rendered);
    }

    fn take(&mut self, rendered: Result<Vec<File>, Unknown>) {
        match rendered {
            Ok(files) => self.inputs.extend(files.into_iter().map(Input::Named)),
            Err(unknown) => self.unknowns.push(unknown),
        }
    }

    /// Renders the overlays that no other takes in, or that were named. What they are made of is not
    /// checked as it stands.
    fn overlays(&mut self, named: &[PathBuf]) {
        let overlays = std::mem::take(&mut self.overlays);
        let layers: Vec<Layers> = overlays.iter().map(|folder| Layers::read(folder)).collect();
        let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        for (folder, layer) in overlays.iter().zip(&layers) {
            let path = full(folder);
            let is_part = layers.iter().any(|other| other.folders.contains(&path));
            // A component makes nothing by itself.
            if named.contains(folder) || !(is_part || layer.is_component) {
                let rendered = self.rendered.overlay(folder, &self.rendering);
                self.take(rendered);
            }
        }
        if !layers.is_empty() {
            self.inputs.retain(|input| match input {
                Input::Named(_) => true,
                Input::Found(path) => {
                    let path = full(path);
                    !layers.iter().any(|layer| layer.files.contains(&path))
                }
            });
        }
    }

    fn found(&mut self, path: PathBuf) {
        if self.inputs.len() >= FILES_MAX {
            let reason = format!("more than {FILES_MAX} files");
            self.unknowns.push(Unknown::at(shown(&path), reason));
        } else {
            self.inputs.push(Input::Found(path));
        }
    }
}

/// Whether the words of an object stand in a file at all.
fn speaks_of_objects(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains("apiVersion") && text.contains("kind")
}
