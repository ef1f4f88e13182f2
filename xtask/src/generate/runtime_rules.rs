//! The rules that the sensor's events are judged by, beside Falco's.

use std::fmt::Write as _;

use plimsoll_behavior::own::{self, OwnRule};

use super::{NOTICE, page};

/// Where the rules' files are, seen from the page.
const FILES: &str = "../../crates/plimsoll-behavior/src/own/rules";

pub fn list() -> String {
    let rules = own::rules();
    let on = rules.iter().filter(|rule| rule.enabled).count();
    let lead = format!(
        "Plimsoll's own rules in the Falco rule language: {} in all, {on} of them in the default set. \
         The others are right but noisy somewhere, and are turned on by name or tag. `plimsoll explain ID` \
         says what stands here; what the default set says of ordinary servers stands in \
         [a quiet start](../runtime-quiet.md). Macros that end in `_known` \
         ([common.yaml](../../crates/plimsoll-behavior/src/own/common.yaml)) are empty and there to be overridden.",
        rules.len()
    );
    let head = [
        "id",
        "name in alerts",
        "priority",
        "default",
        "ATT&CK",
        "shown in",
    ];
    let mut text = page(
        "Runtime rules",
        &lead,
        &head,
        rules.iter().map(|rule| {
            vec![
                format!("[`{0}`](#{0})", rule.id),
                rule.name.clone(),
                rule.priority.to_lowercase(),
                default(rule).to_owned(),
                rule.techniques().collect::<Vec<_>>().join(", "),
                shown(rule).to_owned(),
            ]
        }),
    );
    for rule in rules {
        one(rule, &mut text);
    }
    text.replacen(
        NOTICE,
        &NOTICE.replace("change the list", "change the rules"),
        1,
    )
}

fn one(rule: &OwnRule, text: &mut String) {
    let _ = writeln!(
        text,
        "\n## {0}\n\n{1} ([rule]({FILES}/{0}.yaml))\n\n{2}\n\n- Fires: {3}\n- Does not: {4}\n- Mend: {5}",
        rule.id, rule.desc, rule.why, rule.fires, rule.quiet, rule.mend
    );
    if rule.shown != "container" {
        let _ = writeln!(text, "- Shown on {}", rule.shown);
    }
}

const fn default(rule: &OwnRule) -> &'static str {
    if rule.enabled { "yes" } else { "no" }
}

fn shown(rule: &OwnRule) -> &str {
    if rule.shown == "container" {
        "containers"
    } else {
        "records"
    }
}
