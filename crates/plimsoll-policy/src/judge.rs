//! Judges findings by a policy: the verdict, and why.

use std::collections::BTreeSet;

use plimsoll_model::{
    AdvisorySet, Date, Excepted, Finding, Inventory, Mode, Outcome, Package, Reason, Stage,
    TargetKind, Verdict,
};

use crate::condition::days_between;
use crate::exception::Exception;
use crate::rule::{Policy, Rule};

/// Name of the rule in reasons about what could not be read.
pub const UNKNOWNS_RULE: &str = "unknowns";

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub inventory: &'a Inventory,
    pub advisories: Option<&'a AdvisorySet>,
    pub stage: Stage,
    pub today: Date,
}

/// Marks excepted findings and judges the rest.
pub fn judge(
    policy: &Policy,
    exceptions: &[Exception],
    case: &Case<'_>,
    findings: &mut [Finding],
) -> Verdict {
    let mut notes = except(exceptions, case, findings);
    let mut reasons = BTreeSet::new();
    for rule in &policy.rules {
        if let Some(mode) = rule.modes.at(case.stage) {
            apply(rule, mode, case, findings, &mut reasons, &mut notes);
        }
    }
    if let Some(mode) = policy.unknowns.at(case.stage)
        && !case.inventory.unknowns.is_empty()
    {
        let count = case.inventory.unknowns.len();
        let (things, verb) = if count == 1 {
            ("thing", "is")
        } else {
            ("things", "are")
        };
        reasons.insert(Reason {
            rule: UNKNOWNS_RULE.to_owned(),
            mode,
            finding: None,
            message: format!("{count} {things} could not be looked at and {verb} unknown"),
        });
    }
    let mut reasons: Vec<Reason> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.mode.cmp(&a.mode).then_with(|| a.cmp(b)));
    notes.sort();
    notes.dedup();
    Verdict {
        outcome: outcome(&reasons),
        stage: case.stage,
        policy: policy.name.clone(),
        policy_digest: None,
        reasons,
        notes,
    }
}

fn outcome(reasons: &[Reason]) -> Outcome {
    reasons
        .iter()
        .map(|reason| match reason.mode {
            Mode::Audit => Outcome::Allow,
            Mode::Warn => Outcome::Warn,
            Mode::Enforce => Outcome::Deny,
        })
        .max()
        .unwrap_or_default()
}

/// Marks what exceptions let through; gives remarks about exceptions that are expired or unused.
fn except(exceptions: &[Exception], case: &Case<'_>, findings: &mut [Finding]) -> Vec<String> {
    let mut notes = Vec::new();
    for exception in exceptions {
        let expired = exception.is_expired(case.today);
        let mut used = false;
        for finding in findings.iter_mut() {
            let package = finding
                .package
                .and_then(|index| case.inventory.package(index));
            if !exception.describes(finding, package, case.inventory) {
                continue;
            }
            used = true;
            if !expired && finding.excepted.is_none() {
                finding.excepted = Some(Excepted {
                    by: exception.origin.to_string(),
                    owner: exception.owner.clone(),
                    reason: exception.reason.clone(),
                    expires: exception.expires,
                    vex: None,
                });
            }
        }
        notes.extend(note(exception, expired, used));
    }
    notes
}

fn note(exception: &Exception, expired: bool, used: bool) -> Option<String> {
    let owner = exception.owner.as_deref().unwrap_or("nobody named");
    let subject = exception
        .ids
        .first()
        .cloned()
        .or_else(|| exception.package.as_ref().map(ToString::to_string))
        .or_else(|| exception.name.clone())
        .unwrap_or_else(|| "a path".to_owned());
    let origin = &exception.origin;
    match (expired, used, exception.expires) {
        (true, _, Some(day)) => Some(format!(
            "{origin}: the exception for {subject} expired on {day} (owner: {owner})"
        )),
        (_, false, _) => Some(format!(
            "{origin}: the exception for {subject} applies to nothing here (owner: {owner})"
        )),
        _ => None,
    }
}

fn apply(
    rule: &Rule,
    mode: Mode,
    case: &Case<'_>,
    findings: &[Finding],
    reasons: &mut BTreeSet<Reason>,
    notes: &mut Vec<String>,
) {
    let mut say = |finding: Option<&Finding>, message: String| {
        reasons.insert(Reason {
            rule: rule.name.clone(),
            mode,
            finding: finding.map(|finding| finding.fingerprint.clone()),
            message,
        });
    };
    let condition = &rule.condition;
    if condition.is_about_findings() {
        for finding in findings.iter().filter(|finding| finding.excepted.is_none()) {
            let package = finding
                .package
                .and_then(|index| case.inventory.package(index));
            if !condition.holds_for(finding, package, case.today) {
                continue;
            }
            match &condition.expression {
                None => say(Some(finding), describe(finding, package)),
                Some(expression) => match expression.evaluate(finding, package, case.inventory) {
                    Ok(true) => say(Some(finding), describe(finding, package)),
                    Ok(false) => {}
                    // A rule that cannot be judged holds: failure is no permission.
                    Err(error) => {
                        notes.push(format!("rule `{}`: {error}; it counts as true", rule.name));
                        say(Some(finding), describe(finding, package));
                    }
                },
            }
        }
    }
    if condition.end_of_life
        && let Some(message) = end_of_life(case)
    {
        say(None, message);
    }
    // Configuration is judged without advisories.
    if let Some(limit) = condition.advisories_age_days
        && case.inventory.target.kind != TargetKind::Configuration
        && let Some(message) = old_advisories(case, limit)
    {
        say(None, message);
    }
    for package in &case.inventory.packages {
        for license in &package.licenses {
            if condition.licenses.iter().any(|glob| glob.is_match(license)) {
                say(
                    None,
                    format!("{} {} is under {license}", package.name, package.version),
                );
            }
        }
    }
}

/// `CVE-2026-1234 in openssl 3.0.15-1: high, known exploited, fixed in 3.0.16-1`.
fn describe(finding: &Finding, package: Option<&Package>) -> String {
    let place = package
        .map(|package| format!(" in {} {}", package.qualified_name(), package.version))
        .unwrap_or_default();
    let exploited = if finding.known_exploited {
        ", known exploited"
    } else {
        ""
    };
    let fix = finding
        .fix
        .as_ref()
        .and_then(|fix| fix.versions.first())
        .map(|version| format!(", fixed in {version}"))
        .unwrap_or_default();
    format!(
        "{}{place}: {}{exploited}{fix}",
        finding.id, finding.severity
    )
}

fn end_of_life(case: &Case<'_>) -> Option<String> {
    let os = case.inventory.target.os.as_ref()?;
    let last = os.eol.filter(|last| *last < case.today)?;
    Some(format!(
        "{} has had no security support since {last}",
        os.display()
    ))
}

fn old_advisories(case: &Case<'_>, limit_days: u32) -> Option<String> {
    let Some(newest) = case.advisories.and_then(AdvisorySet::newest) else {
        return Some("there are no advisories to judge by".to_owned());
    };
    let age = days_between(newest, case.today);
    (age > limit_days).then(|| format!("the newest advisory is {age} days old ({newest})"))
}
