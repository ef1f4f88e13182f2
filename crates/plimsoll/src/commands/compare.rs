//! `compare`: our report against other tools', with a reason for each difference.

use plimsoll_report::compare::{compare, read_other};

use crate::cli::CompareArgs;
use crate::commands::EXIT_ALLOWED;
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::{input, outputs};

pub fn run(session: &Session, arguments: &CompareArgs) -> Result<u8, Failure> {
    let ours = input::read_report(&arguments.ours)?;
    let mut others = Vec::with_capacity(arguments.others.len());
    for path in &arguments.others {
        let other = read_other(&input::read(path)?).map_err(|error| {
            Failure::new(format!("failed to read {}: {error}", path.display()))
                .hint("JSON reports of trivy, grype and osv-scanner are read, and our own")
        })?;
        others.push(other);
    }
    let comparison = compare(&ours, &others);
    let mut out = Vec::new();
    match session.wanted.stdout_id() {
        None | Some("table") => comparison.write_table(&session.write_options(), &mut out),
        Some("json") => comparison.write_json(&mut out),
        Some(other) => {
            return Err(
                Failure::new(format!("failed to write a comparison as `{other}`"))
                    .hint("table or json"),
            );
        }
    }
    .context("write the comparison")?;
    outputs::print(&String::from_utf8_lossy(&out))?;
    Ok(EXIT_ALLOWED)
}
