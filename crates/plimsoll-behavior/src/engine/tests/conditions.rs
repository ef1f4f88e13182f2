//! What conditions mean, as data: `conditions.txt` has records, and behind each what holds of it.
//!
//! Each case follows from the documentation of the language (falco.org, "Condition syntax") and from
//! libsinsp's own filter checks, which decide where the documentation is silent.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::engine;
use crate::scenario::{self, Step};
use crate::state::State;
use crate::wire::Record;

const CASES: &str = include_str!("conditions.txt");

struct Case {
    line: usize,
    expected: bool,
    condition: String,
}

#[test]
fn conditions_mean_what_falco_means() {
    let steps = scenario::read(CASES).unwrap_or_else(|error| panic!("{error}"));
    let mut cases = Vec::new();
    for step in &steps {
        if let Step::Question { line, text } = step {
            let (expected, condition) = match text.split_once(' ') {
                Some(("yes", condition)) => (true, condition),
                Some(("no", condition)) => (false, condition),
                _ => panic!("line {line}: neither yes nor no"),
            };
            let condition = condition.trim().to_owned();
            cases.push(Case {
                line: *line,
                expected,
                condition,
            });
        }
    }
    assert!(cases.len() >= 120, "{}", cases.len());
    let mut rules = String::new();
    for case in &cases {
        let quoted = serde_json::to_string(&case.condition).unwrap();
        let _ = writeln!(
            rules,
            "- rule: \"{}\"\n  desc: d\n  condition: {quoted}\n  output: o\n  priority: NOTICE",
            case.line
        );
    }
    let mut engine = engine(&[("cases.yaml", &rules)]);
    let mut state = State::new();
    let mut holding: BTreeSet<usize> = BTreeSet::new();
    let mut wrong = String::new();
    let mut cases = cases.iter();
    for step in &steps {
        match step {
            Step::Record(bytes) => {
                let record = Record::read(bytes).unwrap();
                let moment = state.apply(&record);
                holding.clear();
                engine.judge(&moment, &mut |found| {
                    holding.insert(found.rule.name.parse().unwrap());
                });
            }
            Step::Question { .. } => {
                let case = cases.next().unwrap();
                if holding.contains(&case.line) != case.expected {
                    let _ = writeln!(
                        wrong,
                        "line {}: {} is {}",
                        case.line, case.condition, !case.expected
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
