use std::collections::BTreeSet;

use plimsoll_model::Date;

use super::CHECKS;
use crate::check::Persona;
use crate::check::{Said, Test};
use crate::options::Options;
use crate::prune::pruned;
use crate::run::check;
use crate::standards::NEWEST_MINOR;
use crate::world::{Source, World};
use plimsoll_object::File;
use plimsoll_object::object::objects;
use plimsoll_object::yaml::{Document, parse};

/// The release that the examples of a check are judged for.
fn minor_of(id: &str) -> u16 {
    match id {
        // The newest release serves all that is known.
        "api-version-too-new" => 27,
        _ => NEWEST_MINOR,
    }
}

fn found(text: &str, id: &str) -> BTreeSet<String> {
    let options = Options {
        persona: Persona::Auditor,
        minor: minor_of(id),
        registries: &["registry.example".to_owned()],
        ..Options::new(Date::constant(2026, 11, 22))
    };
    // Each document is a file of its own where that is what the check is about.
    let parts = match id {
        "duplicate-object-across-files" => text.split("---\n").collect(),
        _ => vec![text],
    };
    let files = parts.iter().zip(1..).map(|(part, number)| File {
        name: format!("{number}.yaml"),
        bytes: part.as_bytes().to_vec(),
    });
    if text.starts_with("services:") {
        let files = files.map(|file| crate::service::File {
            name: file.name,
            bytes: file.bytes,
        });
        let mut none = |_: &str| Err("nothing".to_owned());
        let told = crate::compose::check(files.collect(), &mut none, options);
        assert!(told.unknowns.is_empty(), "{:?}\n{text}", told.unknowns);
        return told
            .findings
            .into_iter()
            .map(|finding| finding.id)
            .collect();
    }
    let checked = check(files.collect::<Vec<_>>(), options);
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
            found(check.bad, check.id).contains(check.id),
            "{}: bad example",
            check.id
        );
        assert!(
            !found(check.good, check.id).contains(check.id),
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

/// The same objects, whole and pruned.
fn whole_and_pruned(text: &str) -> [Vec<Source>; 2] {
    let (documents, error) = parse(text.as_bytes());
    assert_eq!(error, None, "{text}");
    let mut all = Vec::new();
    for document in &documents {
        objects(&document.root, &mut all);
    }
    let pruned = all.iter().map(|object| Document {
        root: pruned(object),
        duplicates: Vec::new(),
    });
    let pruned = pruned.collect();
    [documents, pruned].map(|documents| {
        vec![Source {
            name: "a.yaml".to_owned(),
            documents,
        }]
    })
}

/// A check over the world that reads what `prune.rs` drops fails here: put the field into the list
/// there, if it is worth its memory in a hundred thousand objects.
#[test]
fn what_is_pruned_is_read_by_no_check_over_the_world() {
    let examples: Vec<&str> = CHECKS
        .iter()
        .flat_map(|check| [check.bad, check.good])
        .collect();
    let together = examples.join("\n---\n");
    for text in examples.iter().copied().chain([together.as_str()]) {
        let [whole, pruned] = whole_and_pruned(text);
        let (whole, pruned) = (World::new(&whole), World::new(&pruned));
        for check in CHECKS {
            let Test::World(test) = check.test else {
                continue;
            };
            let (mut of_whole, mut of_pruned) = (Said::default(), Said::default());
            test(&whole, &mut of_whole);
            test(&pruned, &mut of_pruned);
            assert_eq!(of_whole.list, of_pruned.list, "{}:\n{text}", check.id);
        }
    }
}

/// Good examples are written as the API server takes them: the table of fields knows each.
#[test]
fn good_examples_have_fields_that_kubernetes_knows() {
    for check in CHECKS {
        let found = found(check.good, check.id);
        for id in ["unknown-field", "wrong-type"] {
            assert!(!found.contains(id), "{}: {id}\n{}", check.id, check.good);
        }
    }
}
