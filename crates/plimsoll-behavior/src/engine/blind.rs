//! What rules ask for and cannot get here: fields that are always absent, events that are not told.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::Engine;
use crate::fields::by_name;
use crate::rules::{Condition, Operand, Part, Right, Rule, Site};

/// Something that a rule asks for in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blind {
    pub rule: Arc<str>,
    pub at: Site,
    pub what: Vain,
}

/// What it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vain {
    /// A field that is always absent, and why: comparisons with it are false.
    Condition(&'static str, &'static str),
    /// The same in the output, where it is `<NA>`.
    Output(&'static str, &'static str),
    /// No event that is told can make the rule fire.
    Event,
}

impl fmt::Display for Blind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "rule `{}`: ", self.rule)?;
        match self.what {
            Vain::Condition(field, why) => {
                write!(
                    formatter,
                    "`{field}` is always absent, and every comparison with it false: {why}"
                )
            }
            Vain::Output(field, why) => {
                write!(
                    formatter,
                    "`{field}` in the output is always `{}`: {why}",
                    super::ABSENT
                )
            }
            Vain::Event => formatter.write_str("no event that is told here can make it fire"),
        }
    }
}

impl Engine {
    /// What the rules ask for in vain, in the rules' order.
    pub fn blind(&self) -> Vec<Blind> {
        let mut reached = BTreeSet::new();
        for kind in super::judged() {
            for group in self.groups(kind) {
                reached.extend(group.rules.iter().map(|(rule, _)| *rule as usize));
            }
        }
        let mut found = Vec::new();
        for (number, rule) in self.rules.iter().enumerate() {
            let mut say = |what| {
                let blind = Blind {
                    rule: Arc::clone(&rule.name),
                    at: rule.at.clone(),
                    what,
                };
                if !found.contains(&blind) {
                    found.push(blind);
                }
            };
            asked(rule, &mut say);
            if !reached.contains(&number) {
                say(Vain::Event);
            }
        }
        found
    }
}

fn asked(rule: &Rule, say: &mut impl FnMut(Vain)) {
    let mut left = vec![&rule.condition];
    let mut seen = BTreeSet::new();
    while let Some(condition) = left.pop() {
        if !seen.insert(Arc::as_ptr(condition)) {
            continue;
        }
        match &**condition {
            Condition::And(parts) | Condition::Or(parts) => left.extend(parts),
            Condition::Not(inner) => left.push(inner),
            Condition::Check(check) => {
                let mut vain = |field, why| say(Vain::Condition(field, why));
                operand(&check.left, &mut vain);
                if let Right::Operand(other) = &check.right {
                    operand(other, &mut vain);
                }
            }
        }
    }
    for part in &rule.output.parts {
        if let Part::Field { operand: field, .. } = part {
            operand(field, &mut |field, why| say(Vain::Output(field, why)));
        }
    }
}

fn operand(given: &Operand, vain: &mut impl FnMut(&'static str, &'static str)) {
    match given {
        Operand::Field(field) => {
            if let Some(field) = by_name(&field.name)
                && let Some(why) = field.unknowable()
            {
                vain(field.name, why);
            }
        }
        Operand::Call(call) => call.operands.iter().for_each(|one| operand(one, vain)),
        Operand::List(items) => items.iter().for_each(|one| operand(one, vain)),
        Operand::Value(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::engine;

    #[test]
    fn what_is_asked_in_vain_is_told() {
        let rule = |condition: &str, output: &str| {
            format!(
                "- rule: r\n  desc: d\n  condition: {condition}\n  output: \"{output}\"\n  priority: NOTICE\n"
            )
        };
        let told = |condition: &str, output: &str| {
            let engine = engine(&[("r.yaml", &rule(condition, output))]);
            engine
                .blind()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert!(told("evt.type = openat", "%proc.name").is_empty());
        let [one] = &told("evt.type = openat and not proc.vmsize > 3", "o")[..] else {
            panic!()
        };
        assert!(
            one.starts_with("rule `r`: `proc.vmsize` is always absent"),
            "{one}"
        );
        let [one] = &told("evt.type = openat", "%proc.vmsize")[..] else {
            panic!()
        };
        assert!(
            one.starts_with("rule `r`: `proc.vmsize` in the output is always"),
            "{one}"
        );
        let [one] = &told("evt.type = read", "o")[..] else {
            panic!()
        };
        assert_eq!(one, "rule `r`: no event that is told here can make it fire");
    }
}
