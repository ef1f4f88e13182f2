//! Helm charts, by `helm template`: <https://helm.sh/docs/helm/helm_template/>.
//!
//! Never asks a cluster: `lookup` finds nothing. Packed charts in `charts/` are rendered with the
//! rest, but not opened: their templates are named without a line.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use plimsoll_model::{Location, Unknown};
use plimsoll_object::trace::{self, Step, Template as Lines, ValuePath};
use plimsoll_object::yaml::{Node, Place};

use super::program::{self, ProgramError};
use super::tree::Source;
use super::{Options, Traced, display};

/// How Helm says which template follows.
const SOURCE_MARK: &str = "# Source: ";
/// Charts in charts that values are looked for in.
const SUBCHARTS_MAX: usize = 8;

/// A document that a template made.
pub struct Template {
    /// For locations.
    name: String,
    /// `None` for what could not be read.
    source: Option<Rc<Source>>,
    rendered: Source,
    values: Rc<Values>,
    /// Names of the charts in the chart, outermost first.
    subcharts: Vec<String>,
    lines: OnceCell<(Lines, Vec<Option<trace::Traced>>)>,
}

/// A chart in the chart by the names on the way to it, and its values.
type Inner = (Vec<String>, Option<Rc<Source>>);

/// Where values are set.
struct Values {
    /// Files by `--helm-values`, the last one first, then the chart's own.
    files: Vec<Source>,
    /// The chart's folder, for the values of charts in it; `None` for a packed one.
    folder: Option<PathBuf>,
    /// Keys of `--helm-set`.
    set: Vec<String>,
    /// Values of charts in the chart, when they were asked for.
    inner: std::cell::RefCell<Vec<Inner>>,
}

type Part = (String, String, Template);

/// Runs Helm; one part for each document.
pub fn render(chart: &Path, options: &Options) -> Result<Vec<Part>, Unknown> {
    let told = |reason: String| Unknown::at(display(chart), reason);
    let name = release_name(chart);
    let mut arguments: Vec<OsString> = vec!["template".into(), name.into()];
    // Absolute, so that a chart or file is never read as a flag or a reference to a registry.
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    arguments.push(absolute(chart).into());
    arguments.extend([
        "--kube-version".into(),
        format!("v1.{}.0", options.minor).into(),
    ]);
    for file in &options.values {
        arguments.extend(["--values".into(), absolute(file).into()]);
    }
    for set in &options.set {
        arguments.extend(["--set".into(), set.into()]);
    }
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    let folder = chart
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let output = program::output(
        "helm",
        &arguments,
        folder.unwrap_or_else(|| Path::new(".")),
        options.limits(),
    );
    let output = output.map_err(|error| told(explained(&error)))?;
    let text = String::from_utf8(output).map_err(|_| told("`helm` wrote no UTF-8".to_owned()))?;
    let is_folder = chart.is_dir();
    let mut files: Vec<Source> = Vec::new();
    for file in options.values.iter().rev() {
        files.extend(Source::read(file, display(file)));
    }
    if is_folder {
        let own = chart.join("values.yaml");
        files.extend(Source::read(&own, display(&own)));
    }
    let values = Rc::new(Values {
        files,
        folder: is_folder.then(|| chart.to_owned()),
        set: options.set.iter().flat_map(|set| keys_set(set)).collect(),
        inner: std::cell::RefCell::default(),
    });
    Ok(parts(chart, &text, &values))
}

fn explained(error: &ProgramError) -> String {
    match error {
        ProgramError::Missing(_) => format!(
            "a Helm chart, and {error} (install Helm, or render it elsewhere: `helm template … | plimsoll check -`)"
        ),
        ProgramError::Failed(_, words) if words.contains("missing in charts") => {
            format!("{error} (run `helm dependency build` in the chart)")
        }
        _ => error.to_string(),
    }
}

/// A name that Kubernetes would take: that of the chart, as far as it can be.
fn release_name(chart: &Path) -> String {
    let from_chart = Source::read(&chart.join("Chart.yaml"), String::new())
        .and_then(|source| Some(source.root()?.get("name")?.as_str()?.to_owned()));
    let name = from_chart.or_else(|| {
        let path = std::path::absolute(chart).ok()?;
        Some(path.file_stem()?.to_string_lossy().into_owned())
    });
    let name: String = name
        .unwrap_or_default()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    match name.trim_matches('-') {
        "" => "release".to_owned(),
        name => name.to_owned(),
    }
}

/// The keys that a `--set` argument sets: `a.b=1,c=2`.
fn keys_set(argument: &str) -> Vec<String> {
    let parts = argument.split(',');
    let keys = parts.filter_map(|part| Some(part.split_once('=')?.0.trim().to_owned()));
    keys.collect()
}

/// Cuts Helm's output into documents, each with its template.
fn parts(chart: &Path, text: &str, values: &Rc<Values>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut current: Option<(String, String)> = None;
    let mut sources: Vec<(String, Option<Rc<Source>>)> = Vec::new();
    let mut push = |part: Option<(String, String)>| {
        let Some((source, text)) = part.filter(|(_, text)| !text.trim().is_empty()) else {
            return;
        };
        let (path, name, subcharts) = placed(chart, &source);
        let known = sources.iter().find(|(known, _)| *known == source);
        let template = if let Some((_, template)) = known {
            template.clone()
        } else {
            let read = path
                .and_then(|path| Source::read(&path, name.clone()))
                .map(Rc::new);
            sources.push((source, read.clone()));
            read
        };
        let template = Template {
            name: name.clone(),
            source: template,
            rendered: Source::new(name.clone(), text.clone()),
            values: Rc::clone(values),
            subcharts,
            lines: OnceCell::new(),
        };
        out.push((name, text, template));
    };
    let mut is_new = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == "---" {
            is_new = true;
            continue;
        }
        if is_new && let Some(source) = bare.strip_prefix(SOURCE_MARK) {
            push(current.replace((source.to_owned(), String::new())));
            is_new = false;
            continue;
        }
        let (_, body) = current.get_or_insert_with(|| (String::new(), String::new()));
        if std::mem::take(&mut is_new) {
            body.push_str("---\n");
        }
        body.push_str(line);
    }
    push(current);
    out
}

/// The file of a template, its name for locations, and the charts in the chart that it belongs to.
fn placed(chart: &Path, source: &str) -> (Option<PathBuf>, String, Vec<String>) {
    // The first part is the chart's own name, which its folder may not have.
    let inside = source.split_once('/').map_or(source, |(_, rest)| rest);
    let parts: Vec<&str> = inside.split('/').collect();
    let mut subcharts = Vec::new();
    for pair in parts.windows(2) {
        match pair {
            ["charts", name] if subcharts.len() < SUBCHARTS_MAX => {
                subcharts.push((*name).to_owned());
            }
            ["templates", _] => break,
            _ => {}
        }
    }
    let is_plain = parts.iter().all(|part| !matches!(*part, "" | "." | ".."));
    if !chart.is_dir() || !is_plain {
        return (None, format!("{}!/{source}", display(chart)), subcharts);
    }
    let path = chart.join(inside);
    if path.is_file() {
        let name = display(&path);
        return (Some(path), name, subcharts);
    }
    if let Some(packed) = packed(chart, &parts) {
        return (None, packed, subcharts);
    }
    (None, display(&path), subcharts)
}

/// `charts/redis-1.2.3.tgz!/redis/templates/…` for a template of a chart that is packed.
fn packed(chart: &Path, parts: &[&str]) -> Option<String> {
    let at = parts.iter().position(|part| *part == "charts")?;
    let name = parts.get(at + 1)?;
    let folder = chart.join(parts.get(..=at)?.join("/"));
    let mut archives: Vec<PathBuf> = std::fs::read_dir(&folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let version = file
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('-'));
            version.is_some_and(|rest| rest.strip_suffix(".tgz").is_some())
        })
        .collect();
    archives.sort();
    let archive = archives.first()?;
    Some(format!(
        "{}!/{}",
        display(archive),
        parts.get(at + 1..)?.join("/")
    ))
}

impl Template {
    pub fn text(&self, path: &str) -> Option<&str> {
        let own = self.source.as_deref().filter(|source| source.name == path);
        let files = self.values.files.iter().find(|source| source.name == path);
        own.or(files).map(|source| &*source.text)
    }

    /// The place in the template of one in what it made, and the value that set it.
    pub fn trace(&self, line: u32, column: u32) -> Traced {
        let mut out = Traced::default();
        let file = Location::file(&*self.name);
        let Some(source) = &self.source else {
            out.places.push(file);
            return out;
        };
        let (lines, aligned) = self.lines.get_or_init(|| {
            let lines = Lines::read(&source.text);
            let rendered: Vec<&str> = self.rendered.text.lines().collect();
            let aligned = trace::align(&lines, &rendered);
            (lines, aligned)
        });
        let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(found) = aligned.get(index).copied().flatten() else {
            out.places.push(file);
            return out;
        };
        out.places.push(Location {
            line: u32::try_from(found.line + 1).ok(),
            column: lines.column(found, column),
            ..file
        });
        self.value(&lines.values(found.line), Place { line, column }, &mut out);
        out
    }

    /// Says which value set a place.
    fn value(&self, paths: &[ValuePath], place: Place, out: &mut Traced) {
        let root = self
            .rendered
            .documents
            .iter()
            .find_map(|root| trace::path_to(root, place).map(|path| (root, path)));
        let (steps, rendered): (Vec<Step>, Option<&Node>) = match root {
            Some((root, path)) => {
                let node = trace::node_at(root, &path).0;
                (path, Some(node))
            }
            None => (Vec::new(), None),
        };
        for path in paths {
            let set = self.values.set.iter().find(|key| self.is_below(key, path));
            if let Some(key) = set {
                out.words = format!("set by --helm-set {key}");
                return;
            }
            if let Some((name, found)) = self.values.find(&self.subcharts, path, &steps, rendered) {
                out.words = format!("set by .Values.{} in {name}:{}", found.path, found.at.line);
                out.places.push(Location {
                    line: Some(found.at.line),
                    column: Some(found.at.column),
                    ..Location::file(name)
                });
                return;
            }
        }
        // Not set anywhere: the person who mends it still wants to know its name.
        if let Some(path) = paths.first() {
            let keys: Vec<&str> = path
                .iter()
                .map(|key| if key.is_empty() { "*" } else { key })
                .collect();
            out.words = format!("the template takes .Values.{}", keys.join("."));
        }
    }

    fn is_below(&self, key: &str, path: &ValuePath) -> bool {
        let own = path.iter().filter(|key| !key.is_empty());
        let full: Vec<&str> = self
            .subcharts
            .iter()
            .chain(own)
            .map(String::as_str)
            .collect();
        let full = full.join(".");
        let below = |long: &str, short: &str| {
            let rest = long.strip_prefix(short);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        below(key, &full) || below(&full, key)
    }
}

impl Values {
    /// Looks for a value: in the files that the user named and the chart's own, then in that of the
    /// chart in the chart.
    fn find(
        &self,
        subcharts: &[String],
        path: &ValuePath,
        steps: &[Step],
        rendered: Option<&Node>,
    ) -> Option<(String, trace::Found)> {
        let value = rendered.map(|node| &node.value);
        let is_global = path.first().is_some_and(|key| key == "global");
        // From outside in: a chart's values go over those of the charts in it.
        for depth in 0..=subcharts.len() {
            let inner = subcharts.get(depth..).unwrap_or_default();
            let full: ValuePath = if is_global {
                path.clone()
            } else {
                inner.iter().chain(path).cloned().collect()
            };
            let look = |source: &Source| {
                let found = trace::find(source.root()?, &full, steps, value)?;
                Some((source.name.clone(), found))
            };
            let found = if depth == 0 {
                self.files.iter().find_map(look)
            } else {
                self.inner(subcharts.get(..depth)?)
                    .and_then(|source| look(&source))
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The values of a chart in the chart.
    fn inner(&self, subcharts: &[String]) -> Option<Rc<Source>> {
        let folder = self.folder.as_ref()?;
        let mut known = self.inner.borrow_mut();
        if let Some((_, source)) = known.iter().find(|(name, _)| name == subcharts) {
            return source.clone();
        }
        let path = subcharts
            .iter()
            .fold(folder.clone(), |path, name| path.join("charts").join(name));
        let path = path.join("values.yaml");
        let source = Source::read(&path, display(&path)).map(Rc::new);
        known.push((subcharts.to_vec(), source.clone()));
        source
    }
}
