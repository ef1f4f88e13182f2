//! Compose projects and Podman quadlets on this machine: which files belong together, read and handed
//! to their checks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_check::service::{self, Told};
use plimsoll_check::{Checked, Options, compose, quadlet};
use plimsoll_model::Unknown;

use crate::input;

/// Largest file of a project or unit, in bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Names of a project's own file, the first one counts.
const BASES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];

/// Files that are read together, the one that is put over the others last.
enum Together {
    Compose(Vec<PathBuf>),
    /// A unit; its drop-ins are looked for.
    Quadlet(PathBuf),
    /// What came from standard input, or has a name of its own.
    Text(String, Vec<u8>),
}

/// Everything of this kind that was named or found.
#[derive(Default)]
pub struct Containers {
    all: Vec<Together>,
}

impl Containers {
    /// Takes a file that was named, if it is one; hands it back else.
    pub fn named(&mut self, path: &Path, name: &str, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if quadlet::is_quadlet_name(&file) {
            self.all.push(Together::Quadlet(path.to_owned()));
        } else if BASES.contains(&&*file) {
            self.all.push(Together::Compose(with_override(path)));
        } else if is_compose(&bytes) {
            self.all.push(Together::Text(name.to_owned(), bytes));
        } else {
            return Some(bytes);
        }
        None
    }

    /// Takes what there is of it in a folder; the files that are not to be looked at otherwise.
    pub fn folder(&mut self, files: &[PathBuf]) -> Vec<PathBuf> {
        let name = |path: &PathBuf| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let base = BASES
            .iter()
            .find_map(|base| files.iter().find(|path| name(path) == *base));
        if let Some(base) = base {
            self.all.push(Together::Compose(with_override(base)));
        }
        let mut taken = Vec::new();
        for path in files {
            let name = name(path);
            if quadlet::is_quadlet_name(&name) {
                self.all.push(Together::Quadlet(path.clone()));
                taken.push(path.clone());
            } else if compose::is_compose_name(&name) {
                taken.push(path.clone());
                let is_put_over = compose::is_override_name(&name) && base.is_some();
                if !is_put_over && !BASES.contains(&name.as_str()) {
                    let project = base.into_iter().chain([path]).cloned();
                    self.all.push(Together::Compose(project.collect()));
                }
            }
        }
        taken
    }

    /// Checks all of it; what was found joins the rest.
    pub fn check(self, checked: &mut Checked, options: Options<'_>) {
        let mut notes: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
        for together in self.all {
            let told = match together {
                Together::Compose(paths) => project(&paths, &mut checked.unknowns, options),
                Together::Quadlet(path) => unit(&path, &mut checked.unknowns, options),
                Together::Text(name, bytes) => {
                    let file = service::File { name, bytes };
                    compose::check(vec![file], &mut open, options)
                }
            };
            checked.findings.extend(told.findings);
            checked.unknowns.extend(told.unknowns);
            checked.objects += told.services;
            checked.seen.services += told.services;
            for (file, list) in told.notes {
                let (times, of_file) = notes.entry(file).or_default();
                *times += 1;
                for note in list {
                    *of_file.entry(note).or_default() += 1;
                }
            }
        }
        // A file may be part of several projects, and what is idle in one have effect in another.
        for (times, of_file) in notes.into_values() {
            let always = of_file.into_iter().filter(|(_, said)| *said == times);
            checked.notes.extend(always.map(|(note, _)| note));
        }
    }
}

fn project(paths: &[PathBuf], unknowns: &mut Vec<Unknown>, options: Options<'_>) -> Told {
    let files = paths
        .iter()
        .filter_map(|path| read(path, unknowns))
        .collect();
    compose::check(files, &mut open, options)
}

/// A unit with its drop-ins: `cart.container.d/*.conf`, and those for all of its kind.
fn unit(path: &Path, unknowns: &mut Vec<Unknown>, options: Options<'_>) -> Told {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let kind = name.rsplit('.').next().unwrap_or_default();
    let mut drop_ins: Vec<PathBuf> = [format!("{kind}.d"), format!("{name}.d")]
        .iter()
        .filter_map(|folder| std::fs::read_dir(path.with_file_name(folder)).ok())
        .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())))
        .filter(|path| path.extension().is_some_and(|end| end == "conf") && path.is_file())
        .collect();
    drop_ins.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    let paths = std::iter::once(path.to_owned()).chain(drop_ins);
    let files: Vec<service::File> = paths
        .take(service::FILES_MAX)
        .filter_map(|path| read(&path, unknowns))
        .collect();
    quadlet::check(&files, options)
}

fn with_override(base: &Path) -> Vec<PathBuf> {
    let name = base.file_name().unwrap_or_default().to_string_lossy();
    let prefix = if name.starts_with("docker-") {
        "docker-compose"
    } else {
        "compose"
    };
    let over = ["yaml", "yml"].map(|end| base.with_file_name(format!("{prefix}.override.{end}")));
    let over = over.into_iter().find(|path| path.is_file());
    std::iter::once(base.to_owned()).chain(over).collect()
}

fn read(path: &Path, unknowns: &mut Vec<Unknown>) -> Option<service::File> {
    let name = path.display().to_string();
    let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
    match input::read_at_most(path, FILE_BYTES_MAX) {
        Ok(bytes) => Some(service::File { name, bytes }),
        Err(error) => {
            unknowns.push(Unknown::at(name, error.to_string()));
            None
        }
    }
}

/// Reads what a project names beside itself; only regular files.
fn open(name: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(name);
    if !path.is_file() {
        return Err("there is no such file".to_owned());
    }
    input::read_at_most(path, FILE_BYTES_MAX).map_err(|error| error.to_string())
}

fn is_compose(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    if !text.contains("services") {
        return false;
    }
    let (documents, _) = plimsoll_object::yaml::parse(bytes);
    documents
        .first()
        .is_some_and(|document| compose::is_compose(&document.root))
}
