//! Runs the checks over services, and tells what they find in the words of their file.

use plimsoll_model::{Finding, Unknown};

use super::Service;
use super::dialect::{self, Dialect};
use crate::check::{Said, Test};
use crate::checks::CHECKS;
use crate::finding::finding;
use crate::known::known;
use crate::look::ask;
use crate::options::Options;
use plimsoll_object::allow::Allowances;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Place;

/// A file that services were read from. Its lines begin behind those of the files before it.
#[derive(Debug)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Lines that each file takes up, so that a line tells its file.
pub const FILE_LINES: u32 = 10_000_000;
/// Most files that a project is made of.
pub const FILES_MAX: usize = 256;

/// What was found in a project, and what could not be read.
#[derive(Debug, Default)]
pub struct Told {
    pub findings: Vec<Finding>,
    pub unknowns: Vec<Unknown>,
    /// Each file that was read, with remarks on comments in it that allow something and have no effect.
    pub notes: Vec<(String, Vec<String>)>,
    /// Services that were looked at.
    pub services: usize,
}

/// The file of a place, its position, and the place in it.
pub fn in_file(files: &[File], at: Place) -> (&str, usize, Place) {
    let index = usize::try_from(at.line / FILE_LINES).unwrap_or(0);
    let place = Place {
        line: at.line % FILE_LINES,
        column: at.column,
    };
    let name = files.get(index).map_or("", |file| file.name.as_str());
    (name, index, place)
}

/// The first line of a file by its position.
pub fn first_line(index: usize) -> u32 {
    let before = u32::try_from(index).unwrap_or(0).saturating_mul(FILE_LINES);
    before.saturating_add(1)
}

/// Everything that the checks say of services, and of the comments beside them.
pub fn tell(services: &[Service], files: &[File], dialect: Dialect, options: Options<'_>) -> Told {
    let allowances: Vec<Allowances> = files
        .iter()
        .map(|file| Allowances::read(&file.bytes, 1))
        .collect();
    let findings = findings(services, files, &allowances, dialect, options);
    let notes = files.iter().zip(&allowances).map(|(file, list)| {
        let notes = list.notes(&file.name, options.today, |id| known(id, options));
        (file.name.clone(), notes)
    });
    Told {
        findings,
        unknowns: Vec::new(),
        notes: notes.collect(),
        services: services.len(),
    }
}

fn findings(
    services: &[Service],
    files: &[File],
    allowances: &[Allowances],
    dialect: Dialect,
    options: Options<'_>,
) -> Vec<Finding> {
    let mut out = Vec::new();
    let none = Allowances::default();
    for service in services {
        let node = service.pod();
        let Some(object) = Object::read(&node) else {
            continue;
        };
        let pod = object.pod();
        let kind = match dialect {
            Dialect::Compose => "Service",
            Dialect::Quadlet => "Container",
        };
        let shown = Object {
            api_version: match dialect {
                Dialect::Compose => "compose/v1",
                Dialect::Quadlet => "quadlet/v1",
            },
            kind,
            ..object
        };
        for check in CHECKS.iter().filter(|check| options.wants(check)) {
            let meant = dialect::meant(check.id);
            let mut said = Said::default();
            match check.test {
                Test::Service(test) => test(service, &mut said),
                _ if meant.is_some() => ask(check, &object, pod.as_ref(), options, &mut said),
                _ => continue,
            }
            for mut defect in said.list {
                if service.is_pod && defect.at == service.at {
                    continue;
                }
                let (name, index, at) = in_file(files, defect.at);
                defect.container = None;
                let is_secret = check.id.contains("secret")
                    || check.id.contains("password")
                    || check.id.contains("credential");
                let written = service.shown.get(&defect.at).filter(|_| !is_secret);
                match written {
                    Some(written) => defect.detail = format!("`{written}`"),
                    // Words about pods say nothing here.
                    None if defect.at == service.at && meant.is_some() => defect.detail.clear(),
                    None => {}
                }
                defect.at = at;
                let mut found = finding(check, &shown, name, &defect, &none, options);
                if let Some(meant) = meant {
                    found.mend = Some(meant.mend(dialect).to_owned());
                    if let Some(title) = meant.title {
                        found.title = found.title.replacen(check.title, title, 1);
                    }
                }
                let list = allowances.get(index).unwrap_or(&none);
                found.excepted =
                    list.excepted(|id| found.is_called(id), at.line, name, options.today);
                out.push(found);
            }
        }
    }
    out
}
