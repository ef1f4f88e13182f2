//! `diff`: packages, findings, layers and size between two targets or stored reports.

use std::path::Path;

use plimsoll_model::Report;
use plimsoll_report::diff::diff;
use plimsoll_report::wire;

use crate::cli::{DiffArgs, TargetArgs};
use crate::commands::{EXIT_ALLOWED, scan};
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::vex::Vex;
use crate::{database, input, outputs, target};

pub fn run(session: &Session, arguments: &DiffArgs) -> Result<u8, Failure> {
    // Read once: of standard input there is nothing left for the second.
    let vex = Vex::read(
        &session.configuration,
        &arguments.vex,
        &[&arguments.a, &arguments.b],
    )?;
    let a = report(session, &arguments.a, arguments, &vex)?;
    let b = report(session, &arguments.b, arguments, &vex)?;
    let difference = diff(&a, &b);
    let mut out = Vec::new();
    match session.wanted.stdout_id() {
        None | Some("table") => difference.write_text(&session.write_options(), &mut out),
        Some("json") => difference.write_json(&mut out),
        Some("markdown") => difference.write_markdown(&session.write_options(), &mut out),
        Some(other) => {
            return Err(
                Failure::new(format!("failed to write a difference as `{other}`"))
                    .hint("table, json or markdown"),
            );
        }
    }
    .context("write the difference")?;
    outputs::print(&String::from_utf8_lossy(&out))?;
    Ok(EXIT_ALLOWED)
}

/// A stored report where the name is a file that holds one; else the target, scanned.
fn report(
    session: &Session,
    name: &str,
    arguments: &DiffArgs,
    vex: &Vex,
) -> Result<Report, Failure> {
    let path = Path::new(name);
    if path.is_file() {
        let bytes = input::read(path)?;
        if wire::is_report(&bytes) {
            return input::read_report(path);
        }
    }
    let database = database::open(&session.configuration)?;
    let target = TargetArgs {
        target: name.to_owned(),
        state: Vec::new(),
        registry: arguments.registry.clone(),
    };
    let inventory = target::inventory(session, &target)?;
    scan::judged(session, inventory, Some(&database), vex)
}
