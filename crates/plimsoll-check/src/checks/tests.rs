use std::collections::BTreeSet;

use plimsoll_model::Date;

use super::CHECKS;
use crate::check::Persona;
use crate::run::{File, Options, check};

fn found(text: &str) -> BTreeSet<String> {
    let options = Options {
        persona: Persona::Auditor,
        ..Options::new(Date::constant(2026, 11, 22))
    };
    let file = File {
        name: "a.yaml".to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let checked = check(&[file], options);
    assert!(
        checked.unknowns.is_empty(),
        "{:?}\n{text}",
        checked.unknowns
    );
    assert!(checked.objects > 0, "{text}");
    checked
        .findings
        .into_iter()
        .map(|finding| finding.id)
        .collect()
}

/// What a check calls bad it finds, what it calls good it passes.
#[test]
fn examples_are_what_they_are_called() {
    for check in CHECKS {
        assert!(
            found(check.bad).contains(check.id),
            "{}: bad example",
            check.id
        );
        assert!(
            !found(check.good).contains(check.id),
            "{}: good example",
            check.id
        );
    }
}

#[test]
fn list_is_the_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "tests.rs")
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect();
    files.sort();
    let ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!(ids, files);
}

/// Each has its words, and no two say the same.
#[test]
fn texts_are_whole() {
    let mut said = BTreeSet::new();
    for check in CHECKS {
        for text in [check.title, check.why, check.mend] {
            assert!(!text.is_empty() && !text.contains("  "), "{}", check.id);
        }
        assert!(
            check.why.ends_with('.') && check.mend.ends_with('.'),
            "{}",
            check.id
        );
        assert!(!check.title.ends_with('.'), "{}", check.id);
        assert!(said.insert(check.why), "{}", check.id);
    }
}
