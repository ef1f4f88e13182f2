//! The VEX documents of a run: read, and applied to what was found.
//!
//! Those of the configuration come before those of `--vex`, so that of two statements of one time
//! the one on the command line decides.

use std::path::{Path, PathBuf};

use plimsoll_model::{Finding, Inventory};
use plimsoll_vuln::vex::{VEX_BYTES_MAX, VEX_STATEMENTS_MAX, VexStatement, apply_vex, read_vex};

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::{input, talk};

/// Remarks about unused statements that are shown; all of them with `--verbose`.
const REMARKS_SHOWN_MAX: usize = 10;

/// What the documents of a run say.
#[derive(Default)]
pub struct Vex {
    statements: Vec<VexStatement>,
    /// What of the documents could not be used, and why.
    skipped: Vec<String>,
    documents: usize,
}

impl Vex {
    /// Reads the documents of the configuration and of the command line, where `-` is standard
    /// input, once; `targets` are what else is read.
    pub fn read(
        configuration: &Configuration,
        flagged: &[PathBuf],
        targets: &[&str],
    ) -> Result<Self, Failure> {
        let is_stdin = |file: &PathBuf| file.as_os_str() == "-";
        if targets.contains(&"-") && flagged.iter().any(is_stdin) {
            return Err(Failure::new(
                "failed to read standard input twice: as the target and for --vex",
            )
            .hint("write one of them to a file"));
        }
        let settings = &configuration.settings;
        let mut files = configured(configuration.file.as_deref(), &settings.vex);
        files.extend(flagged.iter().cloned());
        Self::of_files(&files)
    }

    fn of_files(files: &[PathBuf]) -> Result<Self, Failure> {
        if files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
            return Err(Failure::new(
                "failed to read standard input twice for --vex",
            ));
        }
        let mut vex = Self {
            documents: files.len(),
            ..Self::default()
        };
        for file in files {
            let bytes = input::read_at_most(file, VEX_BYTES_MAX as u64)?;
            let document = read_vex(&file.display().to_string(), &bytes).map_err(|error| {
                Failure::new(format!("failed to {error}"))
                    .hint("OpenVEX, CSAF and CycloneDX documents are read, as JSON")
            })?;
            vex.statements.extend(document.statements);
            vex.skipped.extend(document.skipped);
            if vex.statements.len() > VEX_STATEMENTS_MAX {
                return Err(Failure::new(format!(
                    "failed to read VEX documents: more than {VEX_STATEMENTS_MAX} statements"
                ))
                .hint("name the documents of this target only"));
            }
        }
        Ok(vex)
    }

    /// Excepts the findings that the documents speak of, and says what of them was not used.
    pub fn except(
        &self,
        configuration: &Configuration,
        inventory: &Inventory,
        findings: &mut [Finding],
    ) {
        let outcome = apply_vex(findings, inventory, &self.statements);
        if configuration.quiet {
            return;
        }
        let shown = if configuration.verbose {
            usize::MAX
        } else {
            REMARKS_SHOWN_MAX
        };
        for remark in self.skipped.iter().take(shown) {
            talk::note(&format!("not used of VEX: {remark}"));
        }
        let more = self.skipped.len().saturating_sub(shown);
        if more > 0 {
            talk::note(&format!("not used of VEX: {more} more, see --verbose"));
        }
        if configuration.verbose && self.documents > 0 {
            talk::note(&format!(
                "VEX: {} findings excepted; {} of {} statements are about none",
                outcome.excepted,
                outcome.unused.len(),
                self.statements.len()
            ));
        }
    }
}

/// The documents that the configuration names; a relative path starts at the folder of its file.
fn configured(file: Option<&Path>, documents: &[String]) -> Vec<PathBuf> {
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    documents.iter().map(|path| folder.join(path)).collect()
}

#[cfg(test)]
mod tests;
