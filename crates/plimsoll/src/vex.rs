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
struct Statements {
    all: Vec<VexStatement>,
    /// What of the documents could not be used, and why.
    skipped: Vec<String>,
}

/// Excepts findings by the documents of the configuration and of the command line.
pub fn except(
    configuration: &Configuration,
    flagged: &[PathBuf],
    inventory: &Inventory,
    findings: &mut [Finding],
) -> Result<(), Failure> {
    let settings = &configuration.settings;
    let mut files = configured(configuration.file.as_deref(), &settings.vex);
    files.extend(flagged.iter().cloned());
    let statements = Statements::read(&files)?;
    let outcome = apply_vex(findings, inventory, &statements.all);
    if configuration.quiet {
        return Ok(());
    }
    let shown = if configuration.verbose {
        usize::MAX
    } else {
        REMARKS_SHOWN_MAX
    };
    for remark in statements.skipped.iter().take(shown) {
        talk::note(&format!("not used of VEX: {remark}"));
    }
    let more = statements.skipped.len().saturating_sub(shown);
    if more > 0 {
        talk::note(&format!("not used of VEX: {more} more, see --verbose"));
    }
    if configuration.verbose && !files.is_empty() {
        talk::note(&format!(
            "VEX: {} findings excepted; {} of {} statements are about none",
            outcome.excepted,
            outcome.unused.len(),
            statements.all.len()
        ));
    }
    Ok(())
}

/// The documents that the configuration names; a relative path starts at the folder of its file.
fn configured(file: Option<&Path>, documents: &[String]) -> Vec<PathBuf> {
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    documents.iter().map(|path| folder.join(path)).collect()
}

impl Statements {
    fn read(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut statements = Self::default();
        for file in files {
            let bytes = input::read_at_most(file, VEX_BYTES_MAX as u64)?;
            let document = read_vex(&file.display().to_string(), &bytes).map_err(|error| {
                Failure::new(format!("failed to {error}"))
                    .hint("OpenVEX, CSAF and CycloneDX documents are read, as JSON")
            })?;
            statements.all.extend(document.statements);
            statements.skipped.extend(document.skipped);
            if statements.all.len() > VEX_STATEMENTS_MAX {
                return Err(Failure::new(format!(
                    "failed to read VEX documents: more than {VEX_STATEMENTS_MAX} statements"
                ))
                .hint("name the documents of this target only"));
            }
        }
        Ok(statements)
    }
}

#[cfg(test)]
mod tests;
