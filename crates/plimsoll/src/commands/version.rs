//! `version compare`: how two versions order.

use std::cmp::Ordering;
use std::io;

use plimsoll_vuln::schemes::{self, SCHEMES};

use crate::cli::VersionCommand;
use crate::commands::EXIT_ALLOWED;
use crate::failure::{Context, Failure};
use crate::outputs;

pub fn run(command: VersionCommand) -> Result<u8, Failure> {
    let VersionCommand::Compare { scheme, a, b } = command;
    let found = schemes::scheme(&scheme).ok_or_else(|| {
        let known: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.id()).collect();
        Failure::new(format!("failed to find the version scheme `{scheme}`"))
            .hint(format!("one of {}", known.join(", ")))
    })?;
    if let (Some(a), Some(b)) = (a, b) {
        let sign = match found.compare(&a, &b).context("compare")? {
            Ordering::Less => "<",
            Ordering::Equal => "=",
            Ordering::Greater => ">",
        };
        outputs::print(&format!("{sign}\n"))?;
        return Ok(EXIT_ALLOWED);
    }
    let stdin = io::stdin();
    let stdout = io::stdout();
    let mut out = io::BufWriter::new(stdout.lock());
    schemes::pairs::compare_pairs(found, &mut stdin.lock(), &mut out)
        .context("compare the pairs of standard input")?;
    Ok(EXIT_ALLOWED)
}
