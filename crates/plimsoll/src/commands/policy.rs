//! `policy check` and `policy export`: the load line itself.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_model::Outcome;
use plimsoll_model::text::clean;
use plimsoll_policy::{Case, builtin, judge};

use crate::cli::PolicyCommand;
use crate::commands::{EXIT_ALLOWED, EXIT_DENIED};
use crate::failure::Failure;
use crate::session::Session;
use crate::{input, outputs};

pub fn run(session: &Session, command: PolicyCommand) -> Result<u8, Failure> {
    match command {
        PolicyCommand::Check { reports } => check(session, &reports),
        PolicyCommand::Export => export(session),
    }
}

/// Judges stored reports by the policy in force; the worst outcome is the exit code.
fn check(session: &Session, reports: &[PathBuf]) -> Result<u8, Failure> {
    let mut worst = Outcome::Allow;
    for path in reports {
        let (outcome, text) = check_one(session, path)?;
        worst = worst.max(outcome);
        outputs::print(&text)?;
    }
    Ok(match worst {
        Outcome::Deny => session.configuration.exit_code.unwrap_or(EXIT_DENIED),
        Outcome::Allow | Outcome::Warn => EXIT_ALLOWED,
    })
}

fn check_one(session: &Session, path: &Path) -> Result<(Outcome, String), Failure> {
    let mut report = input::read_report(path)?;
    let before = report.verdict.as_ref().map(|verdict| verdict.outcome);
    let configuration = &session.configuration;
    // What a stored verdict let through is judged anew.
    for finding in &mut report.findings {
        finding.excepted = None;
    }
    let case = Case {
        inventory: &report.inventory,
        advisories: report.advisories.as_ref(),
        stage: configuration.stage,
        today: session.today(),
    };
    let verdict = judge(
        &configuration.policy,
        &configuration.exceptions,
        &case,
        &mut report.findings,
    );
    let mut text = format!(
        "{}: {}",
        clean(&path.to_string_lossy()),
        verdict.outcome.as_str()
    );
    match before {
        Some(before) if before != verdict.outcome => {
            let _ = writeln!(text, " (was {})", before.as_str());
        }
        _ => text.push('\n'),
    }
    for reason in &verdict.reasons {
        let _ = writeln!(
            text,
            "  {} ({}): {}",
            reason.rule,
            reason.mode.as_str(),
            clean(&reason.message)
        );
    }
    for note in &verdict.notes {
        let _ = writeln!(text, "  note: {}", clean(note));
    }
    Ok((verdict.outcome, text))
}

fn export(session: &Session) -> Result<u8, Failure> {
    match &session.configuration.policy_file {
        Some(path) => outputs::print(&String::from_utf8_lossy(&input::read(path)?))?,
        None => outputs::print(builtin::DEFAULT_POLICY_YAML)?,
    }
    Ok(EXIT_ALLOWED)
}
