//! The rules' texts are whole, and say what is so.

mod scenes;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::fields::Catalog;
use crate::rules::{Diagnostic, Loader};
use crate::scenario::{self, Step};
use crate::{Engine, Record, State};

#[test]
fn each_file_is_a_rule_with_its_text() {
    for file in OWN {
        if let Err(error) = text::read(file) {
            panic!("{error}");
        }
    }
    assert_eq!(rules().len(), OWN.len());
    assert!(OWN.is_sorted_by(|a, b| a.id < b.id));
    let names: BTreeSet<&str> = rules().iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names.len(), OWN.len(), "two rules have one name");
}

#[test]
fn each_rule_is_tagged_as_it_is() {
    for rule in rules() {
        assert!(
            rule.techniques().next().is_some(),
            "{}: no technique",
            rule.id
        );
        let tactic = rule.tags.iter().any(|tag| tag.starts_with("mitre_"));
        assert!(tactic, "{}: no tactic", rule.id);
        let is_stable = rule.maturity() == "stable";
        assert_eq!(rule.enabled, is_stable, "{}: {}", rule.id, rule.maturity());
        let shown =
            rule.shown == "container" || rule.shown.starts_with("only synthetic records, because ");
        assert!(shown, "{}: {}", rule.id, rule.shown);
        assert_eq!(rule.response, "none", "{}", rule.id);
    }
}

#[test]
fn a_rule_is_found_by_id_and_by_name() {
    let rule = find("core-pattern").unwrap();
    assert_eq!(find(&rule.name), Some(rule));
    assert_eq!(find("nothing"), None);
    let (first, _) = files().next().unwrap();
    assert_eq!(first, "plimsoll/common.yaml");
}

#[test]
fn each_rule_has_what_fires_it_and_a_look_alike() {
    let scenes = scenes::scenes();
    for file in OWN {
        let scene = scenes.get(file.id);
        let scene = scene.unwrap_or_else(|| panic!("{}: no scene", file.id));
        for text in [&scene.fires, &scene.quiet] {
            let steps = crate::scenario::read(text);
            let steps = steps.unwrap_or_else(|error| panic!("{}: {error}\n{text}", file.id));
            // Something beside what every scene begins with.
            assert!(steps.len() > 7, "{}: nothing happens", file.id);
        }
    }
    for id in scenes.keys() {
        assert!(find(id).is_some(), "{id} is no rule");
    }
}

/// All rules, also those that are not in the default set.
fn engine() -> Engine {
    let mut loader = Loader::new(&Catalog);
    for (name, text) in files() {
        loader.file(&name, text.as_bytes());
    }
    let mut loaded = loader.finish();
    let said =
        |what: &Diagnostic| format!("{:?} {:?} {}", what.code, what.context.get(1), what.message);
    let said: Vec<String> = loaded.diagnostics.iter().map(said).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    assert_eq!(loaded.set.rules.len(), OWN.len());
    for rule in &mut loaded.set.rules {
        Arc::make_mut(rule).enabled = true;
    }
    Engine::new(&loaded.set).unwrap()
}

/// Names of the rules that fire in a scenario.
fn fired(engine: &mut Engine, scenario: &str) -> BTreeSet<String> {
    let mut state = State::new();
    let mut names = BTreeSet::new();
    for step in scenario::read(scenario).unwrap() {
        let Step::Record(bytes) = step else { continue };
        let record = Record::read(&bytes).unwrap();
        let moment = state.apply(&record);
        engine.judge(&moment, &mut |found| {
            assert!(!found.output().contains('%'), "{}", found.output());
            names.insert(found.rule.name.to_string());
        });
    }
    names
}

#[test]
fn each_rule_fires_and_its_look_alike_does_not() {
    let mut engine = engine();
    let mut wrong = Vec::new();
    for (id, scene) in scenes::scenes() {
        let name = &find(&id).unwrap().name;
        if !fired(&mut engine, &scene.fires).contains(name) {
            wrong.push(format!("{id} does not fire"));
        }
        if fired(&mut engine, &scene.quiet).contains(name) {
            wrong.push(format!("{id} fires at its look-alike"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
