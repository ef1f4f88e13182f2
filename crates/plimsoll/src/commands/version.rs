//! `version compare`: how two versions order.

use std::cmp::Ordering;
use std::io::{self, BufRead, Write};

use plimsoll_vuln::VersionScheme;
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
        let ordering = found.compare(&a, &b).context("compare")?;
        outputs::print(&format!("{}\n", sign(ordering)))?;
        return Ok(EXIT_ALLOWED);
    }
    compare_pairs(found, &mut io::stdin().lock(), &mut io::stdout().lock())
}

/// One pair a line, separated by blanks; one sign a line.
fn compare_pairs(
    scheme: &dyn VersionScheme,
    pairs: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let mut out = io::BufWriter::new(out);
    for (number, line) in (1_u64..).zip(pairs.lines()) {
        let line = line.context("read the pairs of standard input")?;
        let mut words = line.split_whitespace();
        let (Some(a), Some(b), None) = (words.next(), words.next(), words.next()) else {
            return Err(
                Failure::new(format!("failed to read line {number}: not two versions"))
                    .hint("write two versions a line with a blank between them"),
            );
        };
        let ordering = scheme
            .compare(a, b)
            .context(format_args!("compare line {number}"))?;
        writeln!(out, "{}", sign(ordering)).context("write to standard output")?;
    }
    out.flush().context("write to standard output")?;
    Ok(EXIT_ALLOWED)
}

const fn sign(ordering: Ordering) -> &'static str {
    match ordering {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    }
}
