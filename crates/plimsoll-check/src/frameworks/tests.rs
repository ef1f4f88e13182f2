//! Frameworks, checks and standards agree on names.

use std::collections::BTreeSet;

use plimsoll_model::{Date, RuleOutcome};

use super::{About, FRAMEWORKS, framework, score};
use crate::checks::CHECKS;
use crate::options::Options;
use crate::run::{Checked, check};
use crate::standards::{self, Level};
use plimsoll_object::File;

#[test]
fn frameworks_are_sorted_and_controls_stand_once() {
    assert!(FRAMEWORKS.is_sorted_by_key(|it| it.id));
    for framework in FRAMEWORKS {
        let ids: BTreeSet<&str> = framework.controls.iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), framework.controls.len(), "{}", framework.id);
    }
}

#[test]
fn every_answer_names_a_control() {
    for check in CHECKS {
        for answer in check.answers {
            let (id, control) = answer.split_once(' ').unwrap_or_default();
            let known = framework(id)
                .is_some_and(|framework| framework.controls.iter().any(|it| it.id == control));
            assert!(
                known,
                "{} answers to `{answer}`, which is in no list",
                check.id
            );
        }
    }
}

#[test]
fn pod_security_has_the_controls_of_the_standards_in_every_version() {
    for (level, id) in [
        (Level::Baseline, "pss-baseline"),
        (Level::Restricted, "pss-restricted"),
    ] {
        let framework = framework(id).expect("it is in the list");
        for minor in 0..=standards::NEWEST_MINOR {
            let own: BTreeSet<&str> = standards::controls(level, minor)
                .map(|control| control.id)
                .collect();
            let listed = framework.controls.iter();
            let listed: BTreeSet<&str> = listed
                .filter(|control| control.is_in(minor))
                .map(|control| control.id)
                .collect();
            assert_eq!(listed, own, "{id} at 1.{minor}");
        }
        for control in framework.controls {
            let answered = CHECKS.iter().any(|it| framework.is_answered(control, it));
            assert!(answered, "no check answers to {id} {}", control.id);
        }
    }
}

/// A control that the list calls judged by objects has a check, so that it is not for ever
/// "not checked".
#[test]
fn every_control_has_a_check_or_says_who_knows() {
    for id in ["cis-1.12", "mitre", "nsa"] {
        let framework = framework(id).expect("it is in the list");
        let open: Vec<&str> = framework
            .controls
            .iter()
            .filter(|control| !matches!(control.about, About::Elsewhere(_)))
            .filter(|control| !CHECKS.iter().any(|it| framework.is_answered(control, it)))
            .map(|control| control.id)
            .collect();
        assert!(open.is_empty(), "{id}: no check answers to {open:?}");
    }
}

const PRIVILEGED: &str = "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
  - name: cart
    image: registry.example/cart:1.0
    securityContext: {privileged: true}
";

fn run(text: &str, id: &str) -> (Checked, plimsoll_model::Compliance) {
    let framework = framework(id).expect("it is in the list");
    let mut options = Options::new(Date::constant(2026, 11, 22));
    options.framework = Some(framework);
    let file = File {
        name: "pod.yaml".to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let checked = check([file], options);
    let partial = !checked.unknowns.is_empty();
    let minor = options.minor;
    let compliance = score(
        framework,
        CHECKS,
        minor,
        &checked.findings,
        checked.seen,
        partial,
    );
    (checked, compliance)
}

#[test]
fn one_control_of_twelve_fails() {
    let (checked, compliance) = run(PRIVILEGED, "pss-baseline");
    assert_eq!(checked.findings.len(), 1, "only what the framework asks");
    assert_eq!(compliance.count(RuleOutcome::Pass), 11);
    assert_eq!(compliance.count(RuleOutcome::Fail), 1);
    assert_eq!(compliance.score, Some(91.6));
}

#[test]
fn what_is_not_there_is_not_passed() {
    let (_, compliance) = run(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
        "cis-1.12",
    );
    let outcome = |id: &str| {
        let rule = compliance.rules.iter().find(|rule| rule.id == id);
        rule.map(|rule| rule.outcome)
    };
    assert_eq!(outcome("5.2.2"), Some(RuleOutcome::NotApplicable));
    assert_eq!(outcome("5.1.1"), Some(RuleOutcome::NotApplicable));
    assert_eq!(outcome("5.3.1"), Some(RuleOutcome::NotChecked));
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let text = PRIVILEGED.replace("privileged: true", "privileged: false") + "---\n{a: [\n";
    let (_, compliance) = run(&text, "pss-baseline");
    assert_eq!(compliance.count(RuleOutcome::Unknown), 12);
    assert_eq!(compliance.score, None);
}
