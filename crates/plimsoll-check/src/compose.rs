//! Compose files: services with their overrides, `extends`, `include` and `.env`, as one view each.
//!
//! Variables take their value from `.env` or their default; what only the environment of a run says
//! stays as it is written. Profiles are all looked at. The tags `!reset` and `!override` are not known.
//! Specification: <https://github.com/compose-spec/compose-spec/blob/main/spec.md>.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::Unknown;

use crate::options::Options;
use crate::service::{Dialect, FILES_MAX, File, Service, Told, first_line, in_file, tell};
use plimsoll_object::yaml::{Node, Place, parse_part};

mod draft;
mod merge;
#[cfg(test)]
mod tests;
mod variables;

pub(crate) use draft::{published, security_option};

/// Services that extend services that extend services.
const EXTENDS_MAX: usize = 32;
/// Most services of one project.
const SERVICES_MAX: usize = 10_000;

/// Whether a document is a Compose file: has services, and is no object.
pub fn is_compose(root: &Node) -> bool {
    root.get("services")
        .is_some_and(|node| !node.entries().is_empty())
        && root.get("apiVersion").is_none()
}

/// Whether a file is called as Compose looks for it.
pub fn is_compose_name(name: &str) -> bool {
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| {
        let stem = stem.strip_prefix("docker-").unwrap_or(stem);
        stem == "compose" || stem.starts_with("compose.") || stem.starts_with("compose-")
    })
}

/// Whether a file is put over the one beside it without being asked for.
pub fn is_override_name(name: &str) -> bool {
    let name = name.strip_prefix("docker-").unwrap_or(name);
    matches!(name, "compose.override.yaml" | "compose.override.yml")
}

/// Checks a project: files from the first to the one that is put over all others. `open` reads a file
/// by its name beside them (`dir/.env`); the error is a clause.
pub fn check(
    files: Vec<File>,
    open: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    options: Options<'_>,
) -> Told {
    let mut project = Project {
        files: Vec::new(),
        roots: Vec::new(),
        unknowns: Vec::new(),
        variables: BTreeMap::new(),
        open,
    };
    let folder = files
        .first()
        .map_or("", |file| folder_of(&file.name))
        .to_owned();
    if let Ok(bytes) = (project.open)(&format!("{folder}.env")) {
        project.variables = variables::read_env(&String::from_utf8_lossy(&bytes));
    }
    for file in files {
        project.add(file);
    }
    let root = project.whole();
    let services = project.services(&root);
    let mut told = tell(&services, &project.files, Dialect::Compose, options);
    told.unknowns = project.unknowns;
    told
}

/// The folder of a name, with its slash; empty for none.
fn folder_of(name: &str) -> &str {
    name.rfind('/')
        .and_then(|at| name.get(..=at))
        .unwrap_or_default()
}

struct Project<'a> {
    files: Vec<File>,
    /// One for each file; empty where it could not be read.
    roots: Vec<Node>,
    unknowns: Vec<Unknown>,
    variables: BTreeMap<String, String>,
    open: &'a mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
}

impl Project<'_> {
    fn unknown(&mut self, at: Place, reason: impl Into<String>) {
        let (name, _, at) = in_file(&self.files, at);
        let place = format!("{name}:{}:{}", at.line, at.column);
        self.unknowns.push(Unknown::at(place, reason));
    }

    /// Reads a file, its variables filled in; the position of it.
    fn add(&mut self, file: File) -> usize {
        if let Some(index) = self.files.iter().position(|known| known.name == file.name) {
            return index;
        }
        let index = self.files.len();
        let (documents, error) = parse_part(&file.bytes, first_line(index));
        self.files.push(file);
        if let Some(error) = error {
            let hint = error
                .hint
                .map_or(String::new(), |hint| format!(" ({hint})"));
            self.unknown(error.at, format!("{error}{hint}"));
        }
        let mut root = documents.into_iter().next().map(|document| {
            for (at, key) in &document.duplicates {
                let reason = format!("the key `{key}` stands twice: Compose refuses it");
                self.unknown(*at, reason);
            }
            document.root
        });
        if let Some(root) = &mut root {
            *root = variables::filled(root, &self.variables);
        }
        let at = Place {
            line: first_line(index),
            column: 1,
        };
        let empty = crate::service::map(at, Vec::new());
        self.roots.push(root.unwrap_or(empty));
        index
    }

    /// A file that another names, beside that one.
    fn beside(&mut self, index: usize, path: &str, at: Place) -> Option<usize> {
        let base = self
            .files
            .get(index)
            .map_or("", |file| folder_of(&file.name));
        let name = if path.starts_with('/') {
            path.to_owned()
        } else {
            joined(base, path)
        };
        if let Some(index) = self.files.iter().position(|known| known.name == name) {
            return Some(index);
        }
        if self.files.len() >= FILES_MAX {
            self.unknown(at, format!("more than {FILES_MAX} files in one project"));
            return None;
        }
        match (self.open)(&name) {
            Ok(bytes) => Some(self.add(File { name, bytes })),
            Err(reason) => {
                self.unknown(
                    at,
                    format!("it takes in `{name}`, which could not be read: {reason}"),
                );
                None
            }
        }
    }

    /// The files put over each other, what they include below them.
    fn whole(&mut self) -> Node {
        let count = self.roots.len();
        let mut whole: Option<Node> = None;
        for index in 0..count {
            let root = self.with_extended(index);
            whole = Some(match whole {
                Some(below) => merge::merged(&below, &root, &mut Vec::new()),
                None => root,
            });
        }
        let mut whole = whole.unwrap_or_else(|| crate::service::map(Place::default(), Vec::new()));
        let mut waiting: Vec<usize> = (0..count).collect();
        let mut seen: BTreeSet<usize> = waiting.iter().copied().collect();
        while let Some(index) = waiting.pop() {
            for (path, at) in self.includes(index) {
                if let Some(found) = self.beside(index, &path, at)
                    && seen.insert(found)
                {
                    let root = self.with_extended(found);
                    whole = merge::merged(&root, &whole, &mut Vec::new());
                    waiting.push(found);
                }
            }
        }
        whole
    }

    fn includes(&self, index: usize) -> Vec<(String, Place)> {
        let root = self.roots.get(index);
        let items = root
            .and_then(|root| root.get("include"))
            .map_or(&[][..], Node::items);
        let mut out = Vec::new();
        for item in items {
            let path = item.get("path").unwrap_or(item);
            let paths = if path.items().is_empty() {
                std::slice::from_ref(path)
            } else {
                path.items()
            };
            let paths = paths
                .iter()
                .filter_map(|path| Some((path.as_str()?.to_owned(), path.at)));
            out.extend(paths);
        }
        out
    }

    /// A file's root, its services laid over those that they extend.
    fn with_extended(&mut self, index: usize) -> Node {
        let Some(root) = self.roots.get(index).cloned() else {
            return crate::service::map(Place::default(), Vec::new());
        };
        let Some(services) = root.entry("services") else {
            return root;
        };
        let entries: Vec<_> = services
            .value
            .entries()
            .iter()
            .take(SERVICES_MAX)
            .map(|service| {
                let value = self.extended(index, &service.key, &mut Vec::new());
                crate::service::entry(
                    &service.key,
                    service.at,
                    value.unwrap_or_else(|| service.value.clone()),
                )
            })
            .collect();
        let services = crate::service::entry(
            "services",
            services.at,
            crate::service::map(services.value.at, entries),
        );
        let mut all: Vec<_> = root.entries().to_vec();
        all.retain(|entry| &*entry.key != "services");
        all.push(services);
        crate::service::map(root.at, all)
    }

    fn extended(
        &mut self,
        index: usize,
        name: &str,
        stack: &mut Vec<(usize, String)>,
    ) -> Option<Node> {
        let service = self.roots.get(index)?.at_path(&["services", name])?.clone();
        let Some(extends) = service.get("extends").cloned() else {
            return Some(service);
        };
        stack.push((index, name.to_owned()));
        let from = extends
            .get("service")
            .unwrap_or(&extends)
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let file = extends.get("file").and_then(Node::as_str);
        let other = match file {
            Some(path) => self.beside(index, path, extends.at)?,
            None => index,
        };
        if stack.len() > EXTENDS_MAX || stack.contains(&(other, from.clone())) {
            self.unknown(
                extends.at,
                format!("`{name}` extends itself, by way of `{from}`"),
            );
            return Some(service);
        }
        let Some(base) = self.extended(other, &from, stack) else {
            self.unknown(
                extends.at,
                format!("it extends the service `{from}`, which is not there"),
            );
            return Some(service);
        };
        Some(merge::merged(
            &base,
            &service,
            &mut vec!["services".to_owned(), name.to_owned()],
        ))
    }

    fn services(&mut self, root: &Node) -> Vec<Service> {
        let services = root.get("services").map_or(&[][..], Node::entries);
        if services.len() >= SERVICES_MAX {
            let at = services.first().map_or(root.at, |entry| entry.at);
            self.unknown(at, format!("more than {SERVICES_MAX} services"));
        }
        let services = services.iter().take(SERVICES_MAX);
        services.map(|entry| draft::service(entry, root)).collect()
    }
}

/// A path beside a folder, `.` and `..` resolved as far as text goes.
fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let is_absolute = base.starts_with('/');
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if is_absolute {
        format!("/{joined}")
    } else {
        joined
    }
}
