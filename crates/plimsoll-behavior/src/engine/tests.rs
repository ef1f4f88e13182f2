//! Tests of the engine: what conditions mean, on records written as text.

mod conditions;
mod interest;
mod naive;
mod outputs;
mod stock;

use super::Engine;
use crate::fields::Catalog;
use crate::rules::Loader;
use crate::scenario::{self, Step};
use crate::state::State;
use crate::wire::Record;

/// An engine of rule files.
pub fn engine(files: &[(&str, &str)]) -> Engine {
    let catalog = Catalog;
    let mut loader = Loader::new(&catalog);
    for (name, text) in files {
        loader.file(name, text.as_bytes());
    }
    let loaded = loader.finish();
    let errors: Vec<_> = loaded.errors().collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Engine::new(&loaded.set).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// Names of the rules that fire, with the number of the record (from 0) that makes them.
fn fired(engine: &mut Engine, scene: &str) -> Vec<(usize, String)> {
    let mut state = State::new();
    let mut fired = Vec::new();
    let steps = scenario::read(scene).unwrap_or_else(|error| panic!("{error}\n{scene}"));
    let records = steps.iter().filter_map(|step| match step {
        Step::Record(bytes) => Some(bytes),
        Step::Question { .. } => None,
    });
    for (index, bytes) in records.enumerate() {
        let record = Record::read(bytes).unwrap();
        let moment = state.apply(&record);
        engine.judge(&moment, &mut |found| {
            fired.push((index, found.rule.name.to_string()));
        });
    }
    fired
}

#[test]
fn all_rules_tell_or_only_the_first_in_their_order() {
    let rule = |name: &str, condition: &str| {
        format!(
            "- rule: {name}\n  desc: d\n  condition: evt.type = openat and {condition}\n  output: o\n  priority: INFO\n"
        )
    };
    let one = rule("one", "fd.name = /etc/shadow") + &rule("none", "fd.name = /x");
    let two = rule("two", "fd.name startswith /etc");
    let mut engine = engine(&[("one", one.as_str()), ("two", two.as_str())]);
    let scene = "7 openat=3 name=/etc/shadow flags=0\n7 openat=3 name=/etc/hosts flags=0";
    let told = |engine: &mut Engine| {
        let fired = fired(engine, scene).into_iter();
        fired
            .map(|(index, name)| format!("{index} {name}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&mut engine), ["0 one", "0 two", "1 two"]);
    engine.first_only(true);
    assert_eq!(told(&mut engine), ["0 one", "1 two"]);
}
