//! `plimsoll.report/v1`: what is written reads back the same, and both agree with the schema.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

#[path = "support/any.rs"]
mod any;
#[path = "support/sample.rs"]
mod sample;

use std::collections::BTreeSet;

use plimsoll_model::{
    FindingKind, FixState, Mode, Outcome, Part, Severity, Stage, State, TargetKind, VexStatus,
};
use plimsoll_report::read_report;
use plimsoll_report::wire::{self, ReadError};
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The schema as it would be if no key could be added: for this version of the program it holds.
fn strict(mut schema: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if map.contains_key("properties") {
                    map.insert("additionalProperties".to_owned(), json!(false));
                }
                map.values_mut().for_each(close);
            }
            Value::Array(list) => list.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::validator_for(schema).unwrap()
}

fn problems(validator: &jsonschema::Validator, document: &Value) -> Vec<String> {
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn reports_hold_to_the_schema_and_use_all_of_it() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let strict = validator(&strict(schema.clone()));
    let mut keys = BTreeSet::new();
    let mut configuration = sample::empty();
    configuration.inventory.target.kind = TargetKind::Configuration;
    configuration.inventory.objects = 12;
    let mut finding = sample::report().findings.remove(0);
    finding.package = None;
    finding.subject = Some("Deployment shop/cart".to_owned());
    finding.detail = Some("`hostPID` is `true`".to_owned());
    configuration.findings.push(finding);
    configuration.compliance = sample::report().compliance;
    if let Some(compliance) = &mut configuration.compliance {
        compliance.profile = Some("workloads".to_owned());
    }
    for report in [sample::report(), sample::empty(), configuration] {
        let document: Value = serde_json::from_slice(&wire::to_bytes(&report)).unwrap();
        let read = wire::read_report(&wire::to_bytes(&report)).unwrap();
        assert_eq!(read.inventory.objects, report.inventory.objects);
        assert_eq!(problems(&strict, &document), Vec::<String>::new());
        collect_keys(&document, &mut keys);
    }
    let mut named = BTreeSet::new();
    collect_properties(&schema, &mut named);
    let unused: Vec<_> = named.difference(&keys).collect();
    assert!(unused.is_empty(), "the sample holds none of {unused:?}");
}

fn collect_keys(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                keys.insert(key.clone());
                collect_keys(value, keys);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}

fn collect_properties(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "properties" {
                    keys.extend(value.as_object().unwrap().keys().cloned());
                }
                collect_properties(value, keys);
            }
        }
        Value::Array(list) => list
            .iter()
            .for_each(|value| collect_properties(value, keys)),
        _ => {}
    }
}

/// The words of closed sets, as the program has them.
#[test]
fn closed_sets_of_the_schema_are_those_of_the_program() {
    let schema = schema();
    let sets: [(&str, Vec<&str>); 10] = [
        (
            "/properties/target/properties/kind",
            TargetKind::ALL.map(TargetKind::as_str).to_vec(),
        ),
        (
            "/$defs/package/properties/part",
            Part::ALL.map(Part::as_str).to_vec(),
        ),
        (
            "/$defs/package/properties/state",
            State::ALL.map(State::as_str).to_vec(),
        ),
        (
            "/$defs/finding/properties/kind",
            FindingKind::ALL.map(FindingKind::as_str).to_vec(),
        ),
        (
            "/$defs/finding/properties/severity",
            Severity::WORST_FIRST.map(Severity::as_str).to_vec(),
        ),
        (
            "/$defs/finding/properties/fix/properties/state",
            FixState::ALL.map(FixState::as_str).to_vec(),
        ),
        (
            "/$defs/finding/properties/excepted/properties/vex",
            VexStatus::ALL.map(VexStatus::as_str).to_vec(),
        ),
        (
            "/properties/verdict/properties/outcome",
            Outcome::ALL.map(Outcome::as_str).to_vec(),
        ),
        (
            "/properties/verdict/properties/stage",
            Stage::ALL.map(Stage::as_str).to_vec(),
        ),
        (
            "/properties/verdict/properties/reasons/items/properties/mode",
            Mode::ALL.map(Mode::as_str).to_vec(),
        ),
    ];
    for (place, words) in sets {
        let listed = schema.pointer(place).unwrap_or_else(|| panic!("{place}"))["enum"].clone();
        let listed: BTreeSet<String> = serde_json::from_value(listed).unwrap();
        assert_eq!(
            listed,
            words.iter().map(ToString::to_string).collect(),
            "{place}"
        );
    }
}

#[test]
fn the_sample_reads_back_the_same() {
    for mut report in [sample::report(), sample::empty()] {
        report.inventory.unknowns.sort();
        assert_eq!(read_report(&wire::to_bytes(&report)).unwrap(), report);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any report at all reads back the same, is written the same again, and holds to the schema.
    #[test]
    fn any_report_reads_back_the_same(mut report in any::report()) {
        report.inventory.unknowns.sort();
        let bytes = wire::to_bytes(&report);
        let read = read_report(&bytes).unwrap();
        prop_assert_eq!(&read, &report);
        prop_assert_eq!(wire::to_bytes(&read), bytes.clone());
        let strict = validator(&strict(schema()));
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(problems(&strict, &document), Vec::<String>::new());
    }

    /// No bytes make the reader panic.
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_report(&bytes);
    }
}

#[test]
fn new_keys_are_passed_over() {
    let mut document: Value = serde_json::from_slice(&wire::to_bytes(&sample::report())).unwrap();
    document["new"] = json!({"a": [1]});
    document["findings"][0]["new"] = json!(null);
    document["packages"][0]["source"]["new"] = json!("x");
    let mut expected = sample::report();
    expected.inventory.unknowns.sort();
    assert_eq!(
        read_report(document.to_string().as_bytes()).unwrap(),
        expected
    );
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let change = |pointer: &str, value: Value| {
        let mut document: Value =
            serde_json::from_slice(&wire::to_bytes(&sample::report())).unwrap();
        *document
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = value;
        read_report(document.to_string().as_bytes())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    for (pointer, value, expected) in [
        (
            "/schema",
            json!("plimsoll.report/v2"),
            "schema is `plimsoll.report/v2`",
        ),
        (
            "/schema",
            json!("plimsoll.report/v10"),
            "schema is `plimsoll.report/v10`",
        ),
        ("/schema", json!("something"), "no key `schema`"),
        (
            "/findings/0/kind",
            json!("gossip"),
            "findings[0]: `gossip` is not known",
        ),
        (
            "/findings/0/package",
            json!("p99"),
            "findings[0]: package `p99` is not listed",
        ),
        (
            "/packages/1/id",
            json!("p1"),
            "packages[1]: id `p1` is given twice",
        ),
        (
            "/owned/0/owner",
            json!("x"),
            "owned[0]: package `x` is not listed",
        ),
        (
            "/packages/0/purl",
            json!("openssl"),
            "packages[0]: parse package URL",
        ),
        (
            "/layers/0/diff_id",
            json!("sha256:00"),
            "layers[0]: parse digest",
        ),
        ("/target/platform", json!("linux"), "target.platform"),
        (
            "/verdict/reasons/0/mode",
            json!("maybe"),
            "verdict.reasons[0]",
        ),
        ("/findings/0/severity", json!(7), "invalid type"),
        ("/packages", json!({}), "invalid type"),
    ] {
        let said = change(pointer, value).unwrap_err();
        assert!(said.contains(expected), "{pointer}: {said}");
        assert!(said.starts_with("read report: "), "{said}");
    }
    for text in [
        "",
        "[]",
        "null",
        "{}",
        "{\"schema\": 1}",
        "{\"schema\": \"plimsoll.report/v1\"",
    ] {
        assert!(read_report(text.as_bytes()).is_err(), "{text}");
    }
    // Nested past what JSON readers bear: an error, not an overflow.
    let deep = format!(
        "{{\"schema\": \"plimsoll.report/v1\", \"x\": {}",
        "[".repeat(200_000)
    );
    assert!(matches!(
        read_report(deep.as_bytes()),
        Err(ReadError::Json(_))
    ));
}
