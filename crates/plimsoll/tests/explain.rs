//! `plimsoll explain` knows every id that the program's own findings have.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::process::Command;

#[test]
fn every_exposure_and_risk_is_explained() {
    let exposures = plimsoll_network::open::EXPOSURES.iter();
    let exposures = exposures.map(|exposure| (exposure.id, exposure.why, "network open"));
    let risks = plimsoll_access::RISKS.iter();
    let risks = risks.map(|risk| (risk.id, risk.why, "access risks"));
    let rules = plimsoll_behavior::own::rules().iter();
    let rules = rules.map(|rule| (rule.id.as_str(), rule.why.as_str(), "rule of `watch`"));
    for (id, why, command) in exposures.chain(risks).chain(rules) {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["explain", id])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{id}");
        assert!(text.starts_with(&format!("{id}: ")), "{text}");
        assert!(text.contains(why) && text.contains(command), "{text}");
    }
}
