//! Looks at a part of a file: reads it, asks every check of one object, keeps what checks of several
//! need.

use plimsoll_model::{Finding, Unknown};

use crate::check::{Check, Defect, Said, Test};
use crate::checks::CHECKS;
use crate::fields::misplaced;
use crate::finding::finding;
use crate::options::Options;
use crate::prune::pruned;
use crate::standards;
use plimsoll_object::allow::Allowances;
use plimsoll_object::object::{Object, Pod, objects, strays};
use plimsoll_object::split::Part;
use plimsoll_object::yaml::{Document, Node, Place};

/// What came of a part.
pub struct Looked {
    /// Position of the file, then in the file.
    pub order: (usize, usize),
    pub file: std::sync::Arc<str>,
    /// Pruned objects, one to each document.
    pub objects: Vec<Document>,
    pub findings: Vec<Finding>,
    pub unknowns: Vec<Unknown>,
    pub allowances: Allowances,
}

/// Reads a part and runs the checks of one object.
pub fn look(part: &Part, checks: &[&Check], options: Options<'_>) -> Looked {
    let mut out = Looked {
        order: (part.file, part.index),
        file: part.name.clone(),
        objects: Vec::new(),
        findings: Vec::new(),
        unknowns: Vec::new(),
        allowances: Allowances::read(part.bytes(), part.line),
    };
    for (documents, error) in part.read() {
        if let Some(error) = error {
            let mut reason = error.to_string();
            if let Some(hint) = error.hint {
                reason = format!("{reason} ({hint})");
            }
            out.unknown(error.at, reason);
        }
        for document in &documents {
            out.document(document, checks, options);
        }
    }
    out
}

impl Looked {
    fn unknown(&mut self, at: Place, reason: impl Into<String>) {
        let place = format!("{}:{}:{}", self.file, at.line, at.column);
        self.unknowns.push(Unknown::at(place, reason));
    }

    fn document(&mut self, document: &Document, checks: &[&Check], options: Options<'_>) {
        for (at, reason) in strays(&document.root) {
            self.unknown(at, reason);
        }
        for (at, key) in &document.duplicates {
            let reason = format!("the key `{key}` stands twice: the last one counts");
            self.unknown(*at, reason);
        }
        let mut found = Vec::new();
        objects(&document.root, &mut found);
        for object in &found {
            self.object(object, checks, options);
            self.objects.push(Document {
                root: pruned(object),
                duplicates: Vec::new(),
            });
        }
    }

    fn object(&mut self, object: &Object<'_>, checks: &[&Check], options: Options<'_>) {
        if let Some(reason) = misplaced(object) {
            self.unknown(object.node.at, reason);
        }
        if let Some(at) = template_at(object) {
            self.unknown(at, TEMPLATE);
        }
        let pod = object.pod();
        let mut said = Said::default();
        for check in checks {
            ask(check, object, pod.as_ref(), options, &mut said);
            for defect in said.list.drain(..) {
                let file = &self.file;
                let finding = finding(check, object, file, &defect, &self.allowances, options);
                self.findings.push(finding);
            }
        }
    }
}

const TEMPLATE: &str =
    "a template that was not rendered: `helm template`, or name its chart's folder";

/// Where the mark of a template stands in what says which object it is, or what runs in it. Elsewhere
/// such marks are often meant for another program.
fn template_at(object: &Object<'_>) -> Option<Place> {
    let is_template = |node: &&Node| node.as_str().is_some_and(|text| text.contains("{{"));
    let metadata = [
        &["metadata", "name"][..],
        &["metadata", "namespace"],
        &["kind"],
    ];
    let of_object = metadata.iter().find_map(|path| {
        let node = object.node.at_path(path);
        node.filter(is_template)
    });
    let of_pod = || {
        let mut containers = object.pod().into_iter().flat_map(|pod| pod.containers());
        containers.find_map(|container| container.field(&["image"]).filter(is_template))
    };
    of_object.or_else(of_pod).map(|node| node.at)
}

/// What the checks of one object find in an object that was read already, as an API server hands it
/// over: no text, hence no comments that allow something. `file` is what findings name as their place.
pub fn check_object(object: &Object<'_>, file: &str, options: Options<'_>) -> Vec<Finding> {
    let pod = object.pod();
    let none = Allowances::default();
    let mut said = Said::default();
    let mut out = Vec::new();
    for check in CHECKS.iter().filter(|check| options.wants(check)) {
        ask(check, object, pod.as_ref(), options, &mut said);
        let defects = said.list.drain(..);
        out.extend(defects.map(|defect| finding(check, object, file, &defect, &none, options)));
    }
    out
}

/// One check of one object.
pub fn ask(
    check: &Check,
    object: &Object<'_>,
    pod: Option<&Pod<'_>>,
    options: Options<'_>,
    said: &mut Said,
) {
    match (check.test, pod) {
        (Test::Object(test), _) => test(object, said),
        (Test::Release(test), _) => test(object, options.minor, said),
        (Test::Pod(test), Some(pod)) => test(pod, said),
        (Test::Container(test), Some(pod)) => {
            for container in pod.containers() {
                test(&container, pod, said);
            }
        }
        (Test::Asked(test), Some(pod)) => {
            for container in pod.containers() {
                test(&container, &options, said);
            }
        }
        (Test::Standard(control), Some(pod)) => standard(control, pod, options.minor, said),
        (Test::Pod(_) | Test::Container(_) | Test::Asked(_) | Test::Standard(_), None)
        | (Test::World(_) | Test::Service(_), _) => {}
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
