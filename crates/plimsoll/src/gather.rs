//! Files with Kubernetes objects: those that the user names, and those in folders.

use std::path::{Path, PathBuf};

use plimsoll_check::File;
use plimsoll_model::Unknown;

use crate::failure::{Context, Failure};
use crate::input;

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
        match input::read_at_most(&path, plimsoll_check::yaml::FILE_BYTES_MAX as u64) {
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

/// What lies at the paths that the user named, and what was passed over.
pub fn gather(paths: &[PathBuf]) -> Result<(Vec<Input>, Vec<Unknown>), Failure> {
    let mut gathered = Gathered::default();
    for path in paths {
        gathered.path(path)?;
    }
    Ok((gathered.inputs, gathered.unknowns))
}

/// What to look at, and what was passed over.
#[derive(Default)]
struct Gathered {
    inputs: Vec<Input>,
    unknowns: Vec<Unknown>,
}

impl Gathered {
    /// What the user named: must be there.
    fn path(&mut self, path: &Path) -> Result<(), Failure> {
        if path.as_os_str() != "-" && path.is_dir() {
            return self.folder(path, FOLDER_DEPTH_MAX);
        }
        let bytes = input::read_at_most(path, plimsoll_check::yaml::FILE_BYTES_MAX as u64)?;
        self.inputs.push(Input::Named(File {
            name: shown(path).trim_start_matches("./").to_owned(),
            bytes,
        }));
        Ok(())
    }

    /// Every YAML and JSON file below a folder, in the order of names. Links are not followed.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Failure> {
        if folder.join("Chart.yaml").is_file() {
            let hint = "a Helm chart, which is not rendered: `helm template . | plimsoll check -`";
            self.unknowns.push(Unknown::at(shown(folder), hint));
            return Ok(());
        }
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect()
            })
            .context(format_args!("read the folder {}", folder.display()))?;
        entries.sort();
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
