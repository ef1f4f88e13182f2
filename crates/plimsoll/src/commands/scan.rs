//! `scan`: everything that is known about one target, judged.

use std::time::Instant;

use plimsoll_model::report::Tool;
use plimsoll_model::{AdvisorySet, Finding, Inventory, Outcome, Report};
use plimsoll_policy::{Case, judge};

use plimsoll_vuln::{MatchOptions, match_inventory};

use crate::cli::ScanArgs;
use crate::commands::{EXIT_ALLOWED, EXIT_DENIED, EXIT_PARTLY};
use crate::failure::Failure;
use crate::session::Session;
use crate::vex::Vex;
use crate::{database, outputs, target};

/// What `--scanners` understands in this release.
const SCANNERS: &[&str] = &["vuln"];

pub fn run(session: &Session, arguments: &ScanArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    check_scanners(&arguments.scanners)?;
    // A database that cannot be used is told before minutes are spent on the target.
    let database = database::open(&session.configuration)?;
    let vex = Vex::read(
        &session.configuration,
        &arguments.vex,
        &[&arguments.target.target],
    )?;
    let inventory = target::inventory(session, &arguments.target)?;
    let report = judged(session, inventory, Some(&database), &vex)?;
    let mut options = session.write_options();
    // Nobody reads the time out of a file, and the same input is to give the same bytes.
    options.elapsed = outputs::stdout_is_terminal().then(|| begun.elapsed());
    options.findings_max = arguments.findings_max;
    session.wanted.write(&report, &options)?;
    Ok(exit_code(session, &report))
}

fn check_scanners(asked: &[String]) -> Result<(), Failure> {
    match asked
        .iter()
        .find(|scanner| !SCANNERS.contains(&scanner.as_str()))
    {
        None => Ok(()),
        Some(unknown) => Err(
            Failure::new(format!("failed to find the scanner `{unknown}`"))
                .hint(format!("this release has {}", SCANNERS.join(", "))),
        ),
    }
}

/// The program's name and version for reports.
pub fn tool() -> Tool {
    Tool {
        name: "plimsoll".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Matches an inventory, filters, applies VEX and policy.
pub fn judged(
    session: &Session,
    mut inventory: Inventory,
    database: Option<&database::OpenDatabase>,
    vex: &Vex,
) -> Result<Report, Failure> {
    let (mut findings, advisories) = match database {
        Some(database) => find(session, &mut inventory, database)?,
        None => (Vec::new(), None),
    };
    let whole = session.filter(&mut findings) == 0;
    let configuration = &session.configuration;
    vex.except(configuration, &inventory, &mut findings);
    let case = Case {
        inventory: &inventory,
        advisories: advisories.as_ref(),
        stage: configuration.stage,
        today: session.today(),
    };
    let mut verdict = judge(
        &configuration.policy,
        &configuration.exceptions,
        &case,
        &mut findings,
    );
    verdict.policy_digest = whole.then(|| configuration.policy_digest.clone());
    Ok(Report {
        tool: tool(),
        inventory,
        findings,
        compliance: None,
        advisories,
        verdict: Some(verdict),
    })
}

fn find(
    session: &Session,
    inventory: &mut Inventory,
    database: &database::OpenDatabase,
) -> Result<(Vec<Finding>, Option<AdvisorySet>), Failure> {
    let options = MatchOptions { now: session.now };
    let matched = match_inventory(&database.database, inventory, &options).map_err(|error| {
        Failure::new(format!("failed to look up advisories: {error}"))
            .hint("`plimsoll db verify` checks the whole database")
    })?;
    inventory.unknowns.extend(matched.unknowns);
    inventory.unknowns.sort();
    inventory.unknowns.dedup();
    Ok((matched.findings, Some(database.advisories.clone())))
}

/// 2 for a denial, 3 for unknowns under `--strict`, else 0.
pub fn exit_code(session: &Session, report: &Report) -> u8 {
    let denied = report
        .verdict
        .as_ref()
        .is_some_and(|v| v.outcome == Outcome::Deny);
    if denied {
        return session.configuration.exit_code.unwrap_or(EXIT_DENIED);
    }
    if session.configuration.strict && !report.inventory.unknowns.is_empty() {
        return EXIT_PARTLY;
    }
    EXIT_ALLOWED
}
