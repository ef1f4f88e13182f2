//! How findings stand to a framework's controls.

use plimsoll_model::{Compliance, Finding, RuleOutcome, RuleResult};

use super::{About, Control, FRAMEWORKS, Framework};
use crate::check::Check;
use crate::service::dialect;
use plimsoll_object::object::Object;

/// How many objects there are that a control can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    pub pods: usize,
    pub access: usize,
    pub namespaces: usize,
    pub network: usize,
    pub objects: usize,
    /// Services of Compose files and quadlets, which are no objects.
    pub services: usize,
}

impl Seen {
    /// Counts one object in.
    pub fn add(&mut self, object: &Object<'_>) {
        self.objects += 1;
        for (about, count) in [
            (About::Pods, &mut self.pods),
            (About::Access, &mut self.access),
            (About::Namespaces, &mut self.namespaces),
            (About::Network, &mut self.network),
        ] {
            *count += usize::from(about.covers(object));
        }
    }

    const fn of(self, about: About) -> usize {
        match about {
            About::Pods => self.pods,
            About::Access => self.access,
            About::Namespaces => self.namespaces,
            About::Network => self.network,
            About::Anything => self.objects,
            About::Elsewhere(_) => 0,
        }
    }
}

/// Every control with what became of it, by those of the checks that answer to it. Findings are those of [`crate::check`], with their
/// exceptions; `is_partial` says that something could not be read, so that nothing found is not
/// yet a pass. The score is the share of passed controls among those that were judged, in percent.
pub fn score(
    framework: &Framework,
    checks: &[&Check],
    minor: u16,
    findings: &[Finding],
    seen: Seen,
    is_partial: bool,
) -> Compliance {
    let controls = framework.controls.iter();
    let rules: Vec<RuleResult> = controls
        .filter(|control| control.is_in(minor))
        .map(|control| judged(framework, checks, control, findings, seen, is_partial))
        .collect();
    let of = |outcome| rules.iter().filter(|rule| rule.outcome == outcome).count();
    let (passed, failed) = (of(RuleOutcome::Pass), of(RuleOutcome::Fail));
    Compliance {
        benchmark: framework.id.to_owned(),
        title: framework.title.to_owned(),
        profile: None,
        score: percent(passed, passed + failed),
        rules,
    }
}

/// Whether there are services, and a control is about what they are.
const fn is_of_services(control: &Control, seen: Seen) -> bool {
    seen.services > 0
        && matches!(
            control.about,
            About::Pods | About::Network | About::Anything
        )
}

/// With one digit after the point, rounded down: 100 is said only where nothing failed.
#[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
fn percent(part: usize, whole: usize) -> Option<f64> {
    let thousandths = (part * 1000).checked_div(whole)?;
    Some(thousandths as f64 / 10.0)
}

fn judged(
    framework: &Framework,
    checks: &[&Check],
    control: &Control,
    findings: &[Finding],
    seen: Seen,
    is_partial: bool,
) -> RuleResult {
    let answering: Vec<&Check> = checks
        .iter()
        .copied()
        .filter(|check| framework.is_answered(control, check))
        .collect();
    let about_it = |finding: &&Finding| answering.iter().any(|check| check.id == finding.id);
    let (excepted, open): (Vec<&Finding>, Vec<&Finding>) = findings
        .iter()
        .filter(about_it)
        .partition(|finding| finding.excepted.is_some());
    let (outcome, note) = if !open.is_empty() {
        (RuleOutcome::Fail, None)
    } else if let About::Elsewhere(who) = control.about {
        (RuleOutcome::NotChecked, Some(who))
    } else if answering.is_empty() {
        let note = "no check answers to it";
        (RuleOutcome::NotChecked, Some(note))
    } else if is_partial {
        let note = "nothing was found, but not everything could be read";
        (RuleOutcome::Unknown, Some(note))
    } else if seen.of(control.about) == 0 && is_of_services(control, seen) {
        if answering.iter().all(|check| dialect::is_asked(check)) {
            (RuleOutcome::Pass, None)
        } else {
            let note = "not all that it asks for is looked at in Compose files and quadlets";
            (RuleOutcome::NotChecked, Some(note))
        }
    } else if seen.of(control.about) == 0 {
        let note = "there is nothing that it speaks of";
        (RuleOutcome::NotApplicable, Some(note))
    } else {
        (RuleOutcome::Pass, None)
    };
    RuleResult {
        id: control.id.to_owned(),
        title: control.title.to_owned(),
        outcome,
        findings: open.len() as u64,
        excepted: excepted.len() as u64,
        checks: answering.iter().map(|check| check.id.to_owned()).collect(),
        note: note.map(str::to_owned),
    }
}

/// The titles of the controls that a check answers to, with their framework, for its page.
pub fn answers(check: &Check) -> impl Iterator<Item = (&'static Framework, &'static Control)> {
    FRAMEWORKS.iter().flat_map(move |framework| {
        let controls = framework.controls.iter();
        controls
            .filter(move |control| framework.is_answered(control, check))
            .map(move |control| (*framework, control))
    })
}
