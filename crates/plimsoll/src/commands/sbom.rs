//! `sbom`: the inventory as a document.

use plimsoll_model::Report;

use crate::cli::TargetArgs;
use crate::commands::{EXIT_ALLOWED, EXIT_PARTLY, scan};
use crate::failure::Failure;
use crate::session::Session;
use crate::target;

/// The form that most tools take.
const FORMAT_DEFAULT: &str = "cyclonedx";

pub fn run(session: &Session, arguments: &TargetArgs) -> Result<u8, Failure> {
    let inventory = target::inventory(session, arguments)?;
    let partly = session.configuration.strict && !inventory.unknowns.is_empty();
    let report = Report {
        tool: scan::tool(),
        inventory,
        findings: Vec::new(),
        compliance: None,
        advisories: None,
        verdict: None,
    };
    session
        .wanted
        .write_with_default(&report, &session.write_options(), FORMAT_DEFAULT)?;
    Ok(if partly { EXIT_PARTLY } else { EXIT_ALLOWED })
}
