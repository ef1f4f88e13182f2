//! Runs every check over everything that was handed in.

use plimsoll_model::{Finding, FindingKind, Location, Unknown};
use xxhash_rust::xxh3::Xxh3;

use crate::allow::{self, Allowance};
use crate::check::{Check, Defect, Persona, Said, Test};
use crate::checks::CHECKS;
use crate::frameworks::{Framework, Seen};
use crate::object::{Object, Pod, halves};
use crate::standards::{self, NEWEST_MINOR};
use crate::world::{Source, World};
use crate::yaml;

/// What is judged for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub persona: Persona,
    /// The minor version of Kubernetes 1.
    pub minor: u16,
    /// Only checks that answer to it, whatever the persona.
    pub framework: Option<&'static Framework>,
    /// For allowances that expire.
    pub today: plimsoll_model::Date,
}

impl Options {
    /// A regular person, with the newest version that is known.
    pub const fn new(today: plimsoll_model::Date) -> Self {
        Self {
            persona: Persona::Regular,
            minor: NEWEST_MINOR,
            framework: None,
            today,
        }
    }
}

impl Options {
    /// Whether a check is run.
    pub fn wants(&self, check: &Check) -> bool {
        match self.framework {
            Some(framework) => framework.has(check),
            None => check.persona <= self.persona,
        }
    }
}

/// A file as it was handed in.
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What was found, and what could not be read.
#[derive(Debug, Default)]
pub struct Checked {
    /// By file, line, id.
    pub findings: Vec<Finding>,
    pub unknowns: Vec<Unknown>,
    /// Objects that were looked at.
    pub objects: usize,
    /// What they are, for frameworks.
    pub seen: Seen,
}

/// Checks files that belong together.
pub fn check(files: &[File], options: Options) -> Checked {
    let mut out = Checked::default();
    let mut sources = Vec::with_capacity(files.len());
    let mut allowances = Vec::with_capacity(files.len());
    for file in files {
        let (documents, error) = yaml::parse(&file.bytes);
        if let Some(error) = error {
            let mut reason = error.to_string();
            if let Some(hint) = error.hint {
                reason = format!("{reason} ({hint})");
            }
            let place = format!("{}:{}:{}", file.name, error.at.line, error.at.column);
            out.unknowns.push(Unknown::at(place, reason));
        }
        for document in &documents {
            for half in halves(&document.root) {
                let place = format!("{}:{}:{}", file.name, half.at.line, half.at.column);
                let reason = "half an object: `apiVersion` or `kind` is missing or no text";
                out.unknowns.push(Unknown::at(place, reason));
            }
            for (at, key) in &document.duplicates {
                let place = format!("{}:{}:{}", file.name, at.line, at.column);
                let reason = format!("the key `{key}` stands twice: the last one counts");
                out.unknowns.push(Unknown::at(place, reason));
            }
        }
        allowances.push(allow::read(&file.bytes));
        sources.push(Source {
            name: file.name.clone(),
            documents,
        });
    }
    let world = World::new(&sources);
    out.objects = world.objects.len();
    for (_, object) in world.iter() {
        out.seen.add(object);
    }
    for check in CHECKS.iter().filter(|check| options.wants(check)) {
        run(check, &world, options, |index, defect| {
            let object = world.objects.get(index);
            let source = world.sources.get(index).copied().unwrap_or_default();
            let (Some(object), Some(file)) = (object, sources.get(source)) else {
                return;
            };
            let list = allowances.get(source).map_or(&[][..], Vec::as_slice);
            let finding = finding(check, object, &file.name, &defect);
            out.findings
                .push(allowed(finding, list, &file.name, &defect, options));
        });
    }
    out.findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.locations.cmp(&b.locations))
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
    out
}

/// One check over the world; `found` is handed the object's position.
fn run(check: &Check, world: &World<'_>, options: Options, mut found: impl FnMut(usize, Defect)) {
    let mut said = Said::default();
    if let Test::World(test) = check.test {
        test(world, &mut said);
        for defect in said.list {
            if let Some(index) = defect.object {
                found(index, defect);
            }
        }
        return;
    }
    for (index, object) in world.iter() {
        match check.test {
            Test::Object(test) => test(object, &mut said),
            Test::Release(test) => test(object, options.minor, &mut said),
            Test::Pod(test) => {
                if let Some(pod) = object.pod() {
                    test(&pod, &mut said);
                }
            }
            Test::Container(test) => {
                if let Some(pod) = object.pod() {
                    for container in pod.containers() {
                        test(&container, &pod, &mut said);
                    }
                }
            }
            Test::Standard(control) => {
                if let Some(pod) = object.pod() {
                    standard(control, &pod, options.minor, &mut said);
                }
            }
            Test::World(_) => {}
        }
        for defect in said.list.drain(..) {
            found(index, defect);
        }
    }
}

fn standard(control: &standards::Control, pod: &Pod<'_>, minor: u16, said: &mut Said) {
    if control.since > minor {
        return;
    }
    let mut violations = Vec::new();
    (control.test)(pod, minor, &mut violations);
    for violation in violations {
        said.list.push(Defect {
            at: violation.at,
            object: None,
            container: violation.container,
            field: violation.field.to_owned(),
            detail: match violation.value.as_str() {
                "" => format!("`{}` is not set", violation.field),
                value => format!("`{}` is `{value}`", violation.field),
            },
        });
    }
}

fn finding(check: &Check, object: &Object<'_>, file: &str, defect: &Defect) -> Finding {
    let mut hash = Xxh3::new();
    let container = defect.container.as_deref().unwrap_or_default();
    for part in [
        check.id,
        object.group(),
        object.kind,
        object.namespace,
        object.name,
        container,
        &defect.field,
        &defect.detail,
    ] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    // A file may hold nameless objects: what has no name of its own is known by its file.
    if object.name.is_empty() {
        hash.update(file.as_bytes());
    }
    let subject = match &defect.container {
        Some(name) => format!("{}, container {name}", object.display()),
        None => object.display(),
    };
    let title = match defect.detail.as_str() {
        "" => format!("{subject}: {}", check.title),
        detail => format!("{subject}: {} ({detail})", check.title),
    };
    let mut finding = Finding::new(
        FindingKind::Configuration,
        check.id,
        format!("{:032x}", hash.digest128()),
        check.severity,
        plimsoll_model::text::clean(&title).into_owned(),
    );
    finding.aliases = check
        .aliases
        .iter()
        .map(|&alias| alias.to_owned())
        .collect();
    finding.aliases.sort();
    finding.mend = Some(check.mend.to_owned());
    finding.locations = vec![Location {
        line: Some(defect.at.line),
        column: Some(defect.at.column),
        ..Location::file(file)
    }];
    finding
}

fn allowed(
    mut finding: Finding,
    allowances: &[Allowance],
    file: &str,
    defect: &Defect,
    options: Options,
) -> Finding {
    let holds = |allowance: &&Allowance| {
        allowance.covers(defect.at.line)
            && finding.is_called(&allowance.id)
            && allowance.until.is_none_or(|until| options.today <= until)
    };
    finding.excepted = allowances
        .iter()
        .find(holds)
        .map(|allowance| allowance.excepted(file));
    finding
}
