//! What is written for Helm and Kustomize: rendered by the user's own programs, checked like any
//! other objects, and told at the line of the template, value or patch that it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_check::Checked;
use plimsoll_model::{Date, Finding, Location, Unknown};
use plimsoll_object::File;

mod helm;
mod kustomize;
mod program;
mod tree;

pub use kustomize::{Layers, is_overlay};
use program::Limits;

/// How charts and overlays are rendered.
#[derive(Debug, Clone)]
pub struct Options {
    /// `--helm-values`, the later one wins.
    pub values: Vec<PathBuf>,
    /// `--helm-set`, as Helm reads them.
    pub set: Vec<String>,
    /// Minor version of Kubernetes 1 that templates are told.
    pub minor: u16,
    /// Whether the programs may use the network.
    pub online: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            set: Vec::new(),
            minor: plimsoll_check::standards::NEWEST_MINOR,
            online: false,
        }
    }
}

impl Options {
    const fn limits(&self) -> Limits {
        Limits {
            time: program::TIME_MAX,
            output_bytes: program::OUTPUT_BYTES_MAX,
            online: self.online,
        }
    }
}

/// Everything that was rendered, with what it came from.
#[derive(Default)]
pub struct Rendered {
    origins: BTreeMap<String, Origin>,
}

/// What a rendered file came from.
enum Origin {
    Helm(helm::Template),
    Kustomize(kustomize::Resource),
}

/// A place in what was written, with what has to be said of it.
#[derive(Debug, Default)]
struct Traced {
    /// Primary place first; a file without a line where the line is not known.
    places: Vec<Location>,
    /// What sets it: completes the title.
    words: String,
}

impl Rendered {
    /// Renders a chart: a folder with `Chart.yaml`, or a packed one.
    pub fn chart(&mut self, chart: &Path, options: &Options) -> Result<Vec<File>, Unknown> {
        let parts = helm::render(chart, options)?;
        let parts = parts.into_iter().map(|(name, text, origin)| {
            let origin = Origin::Helm(origin);
            (name, text, origin)
        });
        Ok(self.keep(parts.collect()))
    }

    /// Renders a folder with a `kustomization.yaml`.
    pub fn overlay(&mut self, folder: &Path, options: &Options) -> Result<Vec<File>, Unknown> {
        let parts = kustomize::render(folder, options)?;
        let parts = parts.into_iter().map(|(name, text, origin)| {
            let origin = Origin::Kustomize(origin);
            (name, text, origin)
        });
        Ok(self.keep(parts.collect()))
    }

    /// Whether a file was rendered, and is not one of the user's.
    pub fn has(&self, name: &str) -> bool {
        self.origins.contains_key(name)
    }

    fn keep(&mut self, parts: Vec<(String, String, Origin)>) -> Vec<File> {
        let mut files = Vec::with_capacity(parts.len());
        for (name, text, origin) in parts {
            // Told apart from each other, and from a file that is checked as it stands.
            let name = format!("{name}#{}", self.origins.len() + 1);
            self.origins.insert(name.clone(), origin);
            files.push(File {
                name,
                bytes: text.into_bytes(),
            });
        }
        files
    }

    /// Turns places in rendered files into places in what was written, and puts all in order.
    pub fn trace(&self, checked: &mut Checked, today: Date) {
        for finding in &mut checked.findings {
            let place = finding.locations.first();
            let found = place.and_then(|at| Some((self.origins.get(&at.path)?, at.clone())));
            if let Some((origin, at)) = found {
                self.finding(finding, origin, &at, today);
            }
        }
        // One base in two overlays is one defect, and one file in two projects.
        let mut seen = std::collections::BTreeSet::new();
        checked.findings.retain(|finding| {
            seen.insert((finding.fingerprint.clone(), finding.locations.clone()))
        });
        checked.findings.sort_by(|a, b| {
            (b.severity.cmp(&a.severity))
                .then_with(|| a.locations.cmp(&b.locations))
                .then_with(|| a.id.cmp(&b.id))
                .then_with(|| a.fingerprint.cmp(&b.fingerprint))
        });
        for unknown in &mut checked.unknowns {
            if let Some(path) = &unknown.path
                && let Some((name, line, column)) = split_place(path)
                && let Some(origin) = self.origins.get(name)
            {
                let traced = origin.trace(line, column);
                unknown.path = traced.places.first().map(shown);
            }
        }
    }

    fn finding(&self, finding: &mut Finding, origin: &Origin, at: &Location, today: Date) {
        let (line, column) = (at.line.unwrap_or(1), at.column.unwrap_or(1));
        let traced = origin.trace(line, column);
        if !traced.words.is_empty() {
            let words = plimsoll_model::text::clean(&traced.words);
            finding.title = format!("{}; {words}", finding.title);
        }
        finding.locations = traced.places;
        if let Some(excepted) = &mut finding.excepted {
            // The comment stood in what was rendered.
            if let Some((name, line)) = excepted.by.rsplit_once(':')
                && let Some(origin) = self.origins.get(name)
                && let Ok(line) = line.parse()
                && let Some(place) = origin.trace(line, 1).places.first()
            {
                excepted.by = match place.line {
                    Some(line) => format!("{}:{line}", place.path),
                    None => place.path.clone(),
                };
            }
            return;
        }
        for place in &finding.locations {
            let Some((line, text)) = place.line.zip(origin.text(&place.path)) else {
                continue;
            };
            let excepted =
                plimsoll_object::allow::allowed(finding, &place.path, text.as_bytes(), line, today);
            if excepted.is_some() {
                finding.excepted = excepted;
                return;
            }
        }
    }
}

impl Origin {
    fn trace(&self, line: u32, column: u32) -> Traced {
        match self {
            Self::Helm(template) => template.trace(line, column),
            Self::Kustomize(resource) => resource.trace(line, column),
        }
    }

    /// The text of a file that places are told in.
    fn text(&self, path: &str) -> Option<&str> {
        match self {
            Self::Helm(template) => template.text(path),
            Self::Kustomize(resource) => resource.text(path),
        }
    }
}

/// `name:line:column`, from the end.
fn split_place(place: &str) -> Option<(&str, u32, u32)> {
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, line, column))
}

fn shown(place: &Location) -> String {
    match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", place.path),
        (Some(line), None) => format!("{}:{line}", place.path),
        _ => place.path.clone(),
    }
}

/// A path for people and reports: as the user named it, without `./`.
fn display(path: &Path) -> String {
    let text = path.display().to_string();
    match text.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => text,
    }
}
