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
