//! Ruby gems that Bundler locked: `Gemfile.lock` and `gems.locked`.
//!
//! Gems of `PATH` are the project itself and are left out. The platform in a version
//! (`1.16.0-x86_64-linux`) chooses a build of the same release and is dropped.

use plimsoll_model::{Ecosystem, State};

use crate::collector::{Collector, collect};
use crate::syntax::lines::{decode, numbered};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// See the module.
pub struct RubyGemfileLock;

impl Cataloger for RubyGemfileLock {
    fn id(&self) -> &'static str {
        "ruby-gemfile-lock"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "Ruby gems locked by Bundler: Gemfile.lock, gems.locked"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("Gemfile.lock"), Pattern::Name("gems.locked")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let text = decode(&bytes);
        collect(out, |packages| {
            let mut section = Section::default();
            let mut is_lock_file = text.trim().is_empty();
            for (number, line) in numbered(&text) {
                section.take(line, number, packages)?;
                is_lock_file |= SECTIONS.contains(&section.name.as_str());
            }
            if !is_lock_file {
                return Err(CatalogError::new("no section of a Gemfile.lock is in it"));
            }
            let conflict = numbered(&text).find(|(_, line)| line.starts_with("<<<<<<<"));
            if let Some((number, _)) = conflict {
                packages.unknown(format!("merge conflict (first in line {number})"));
            }
            Ok(())
        })
    }
}

/// One of these is in each file that Bundler wrote.
const SECTIONS: [&str; 6] = [
    "GEM",
    "GIT",
    "PATH",
    "PLUGIN SOURCE",
    "PLATFORMS",
    "DEPENDENCIES",
];

/// `GEM`, `GIT`, `PATH` and what was read of it.
#[derive(Debug, Default)]
struct Section {
    name: String,
    remote: Option<String>,
    revision: Option<String>,
    in_specs: bool,
}

impl Section {
    fn take(
        &mut self,
        line: &str,
        number: u32,
        packages: &mut Collector<'_>,
    ) -> Result<(), CatalogError> {
        let text = line.trim_start();
        match line.len() - text.len() {
            _ if text.is_empty() => {}
            // Both sides of a conflict are read: either may become the truth.
            0 if ["<<<<<<<", "=======", ">>>>>>>"]
                .iter()
                .any(|sign| line.starts_with(sign)) => {}
            0 => {
                *self = Self {
                    name: line.trim_end().to_owned(),
                    ..Self::default()
                };
            }
            2 => {
                self.in_specs = text.trim_end() == "specs:";
                if let Some(remote) = text.strip_prefix("remote: ") {
                    self.remote = Some(remote.trim().to_owned());
                } else if let Some(revision) = text.strip_prefix("revision: ") {
                    self.revision = Some(revision.trim().to_owned());
                }
            }
            4 if self.in_specs && matches!(self.name.as_str(), "GEM" | "GIT" | "PLUGIN SOURCE") => {
                self.add(text.trim_end(), number, packages)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// `name (version-platform)`
    fn add(
        &self,
        spec: &str,
        number: u32,
        packages: &mut Collector<'_>,
    ) -> Result<(), CatalogError> {
        let parts = spec
            .strip_suffix(')')
            .and_then(|spec| spec.split_once(" ("));
        let Some((name, version)) = parts else {
            packages.unpinned(spec, Some(number));
            return Ok(());
        };
        let version = version.split('-').next().unwrap_or(version);
        let mut found = Found {
            state: State::Declared,
            line: Some(number),
            ..Found::new(Ecosystem::GEM, name, version)
        };
        if let ("GIT", Some(remote)) = (self.name.as_str(), &self.remote) {
            let revision = self.revision.as_deref().unwrap_or_default();
            let at = if revision.is_empty() { "" } else { "@" };
            let vcs_url = format!("git+{remote}{at}{revision}");
            found.qualifiers.push(("vcs_url".to_owned(), vcs_url));
        }
        packages.add(found)
    }
}
