//! Python requirements files, as pip reads them.
//!
//! Only an exact pin (`==`, `===`, or the address of a wheel) tells a version. Everything else
//! is counted in one `Unknown` for the file: which version it becomes is decided when it is
//! installed. Included files are read where they are named like a requirements file themselves;
//! constraints (`-c`) install nothing.

use std::borrow::Cow;

use plimsoll_model::State;

use crate::collector::{Collector, collect};
use crate::python::declared;
use crate::python::requirement::{Requirement, parse_requirement};
use crate::syntax::lines::{decode, numbered};
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// Longest logical line (continuations joined), in bytes. A pin with the hashes of a hundred
/// wheels has 10,000.
const REQUIREMENT_BYTES_MAX: usize = 1 << 20;

/// See the module.
pub struct PythonRequirements;

impl Cataloger for PythonRequirements {
    fn id(&self) -> &'static str {
        "python-requirements"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "exact pins in requirements files of pip: *requirements*.txt, requirements/*.txt"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Suffix(".txt")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        // Metadata of installed packages: what they asked for, not what they got.
        let folder = parts.next().unwrap_or_default();
        let installed = folder.ends_with("-info") || folder == "EGG-INFO";
        !installed && (name.contains("requirements") || folder == "requirements")
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let text = decode(&bytes);
        collect(out, |packages| {
            let mut joined = Joined::default();
            for (number, line) in numbered(&text) {
                if let Some((number, line)) = joined.add(number, line)? {
                    self.take(file.path, &line, number, packages)?;
                }
            }
            match joined.rest() {
                Some((number, line)) => self.take(file.path, &line, number, packages),
                None => Ok(()),
            }
        })
    }
}

impl PythonRequirements {
    fn take(
        &self,
        path: &str,
        line: &str,
        number: u32,
        packages: &mut Collector<'_>,
    ) -> Result<(), CatalogError> {
        match parse_requirement(line) {
            Requirement::Pinned { name, version } => {
                packages.add(declared(&name, &version, number))?;
            }
            Requirement::Unpinned { name } => packages.unpinned(&name, Some(number)),
            Requirement::Include { path: included } => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                if !self.wants(&format!("{folder}/{included}"), 0o644, 0) {
                    packages.unread(&included, Some(number));
                }
            }
            Requirement::Nothing => {}
        }
        Ok(())
    }
}

/// Joins lines that end in a backslash.
#[derive(Default)]
struct Joined {
    start: Option<u32>,
    text: String,
}

impl Joined {
    fn add<'l>(
        &mut self,
        number: u32,
        line: &'l str,
    ) -> Result<Option<(u32, Cow<'l, str>)>, CatalogError> {
        if self.text.len() + line.len() > REQUIREMENT_BYTES_MAX {
            return Err(CatalogError::new(format!(
                "requirement of more than {REQUIREMENT_BYTES_MAX} bytes (line {number})"
            )));
        }
        let continued = line.strip_suffix('\\');
        let comment = line.trim_start().starts_with('#');
        match (continued, self.start) {
            (Some(front), _) if !comment => {
                self.start.get_or_insert(number);
                self.text.push_str(front);
                Ok(None)
            }
            (_, None) => Ok(Some((number, Cow::Borrowed(line)))),
            (_, Some(_)) => {
                // A comment among continued lines starts after space, so that it stays one.
                self.text.push(' ');
                self.text.push_str(line);
                Ok(self.rest())
            }
        }
    }

    fn rest<'l>(&mut self) -> Option<(u32, Cow<'l, str>)> {
        let start = self.start.take()?;
        Some((start, Cow::Owned(std::mem::take(&mut self.text))))
    }
}
