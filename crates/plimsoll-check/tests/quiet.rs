//! What is made well gets no finding that a careful team would hear.

#![allow(clippy::unwrap_used, reason = "tests")]

use plimsoll_check::{Options, Persona, check};
use plimsoll_model::Date;
use plimsoll_object::File;

/// A shop: a service behind an ingress, a job before it, a task at night, secrets from a store.
const WELL_MADE: &str = include_str!("quiet/shop.yaml");
/// What a cluster is run with: a controller with rights of its own, and its webhook.
const OPERATOR: &str = include_str!("quiet/operator.yaml");

fn said(text: &str, persona: Persona) -> Vec<String> {
    let mut options = Options::new(Date::constant(2026, 11, 22));
    options.persona = persona;
    let file = File {
        name: "a.yaml".to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let checked = check([file], options);
    assert!(checked.unknowns.is_empty(), "{:?}", checked.unknowns);
    let findings = checked.findings.iter();
    let line = |finding: &plimsoll_model::Finding| {
        let place = finding.locations.first().and_then(|at| at.line);
        format!(
            "{}:{}: {}",
            place.unwrap_or_default(),
            finding.id,
            finding.title
        )
    };
    findings.map(line).collect()
}

#[test]
fn shop_that_is_made_well() {
    assert_eq!(said(WELL_MADE, Persona::Pedantic), Vec::<String>::new());
}

#[test]
fn operator_that_is_made_well() {
    assert_eq!(said(OPERATOR, Persona::Regular), Vec::<String>::new());
}
