//! `access risks`: findings about rights, judged as those of `check` are.

use std::time::Instant;

use plimsoll_check::Checked;

use crate::cli::RisksArgs;
use crate::commands::judged::{self, Looked};
use crate::failure::Failure;
use crate::session::Session;

use super::Source;

pub fn run(session: &Session, arguments: &RisksArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    // What Kubernetes' own accounts may do is a way for others too.
    let (access, source) = super::read_traced(session, &arguments.input, true)?;
    let mut checked = Checked {
        findings: access.risks(session.today()),
        unknowns: access.unknowns,
        ..Checked::default()
    };
    let name = match source {
        Source::Files(name, rendered) => {
            rendered.trace(&mut checked, session.today());
            name
        }
        Source::Cluster(name, live) => {
            live.told(&mut checked.findings, &mut []);
            name
        }
    };
    let looked = Looked {
        name,
        objects: access.objects,
        findings: checked.findings,
        unknowns: checked.unknowns,
        notes: Vec::new(),
    };
    judged::report(session, begun, looked, arguments.findings_max, None)
}
