//! The list of fields, held against itself and against what rules ask for.

use std::collections::BTreeSet;

use super::*;
use crate::rules::FieldKind;

/// Fields that the stock rule files use in conditions and outputs, as a script found them there.
const STOCK: &str = include_str!("stock.txt");

#[test]
fn each_field_is_there_once_and_told() {
    let mut names = BTreeSet::new();
    for field in all() {
        assert!(names.insert(field.name), "{} is there twice", field.name);
        assert!(!field.about.is_empty(), "{}", field.name);
        assert!(!field.from.is_empty(), "{}", field.name);
        if let Some(why) = field.unknowable() {
            assert!(!why.is_empty(), "{}", field.name);
        }
        let known = CLASSES
            .iter()
            .any(|class| field.name.starts_with(class.name));
        assert!(known || field.name == "syscall.type", "{}", field.name);
    }
    assert!(names.len() > 250, "{}", names.len());
}

#[test]
fn what_the_stock_rules_use_is_there_and_known() {
    for name in STOCK.lines().filter(|line| !line.starts_with('#')) {
        let (base, argument) = match name.split_once('[') {
            Some((base, rest)) => (base, rest.strip_suffix(']')),
            None => (name, None),
        };
        let (field, _) = find(base, argument).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(field.unknowable(), None, "{name}");
    }
}

#[test]
fn arguments_are_taken_and_refused() {
    for (name, argument, good) in [
        ("proc.name", None, true),
        ("proc.name", Some("1"), false),
        ("proc.aname", Some("2"), true),
        ("proc.aname", Some("x"), false),
        ("proc.aname", None, true),
        ("proc.env", Some("PATH"), true),
        ("evt.arg", Some("flags"), true),
        ("evt.arg", Some("0"), true),
        ("evt.arg", Some("nothing"), false),
        ("evt.arg", None, false),
        ("evt.arg.name", None, true),
        ("evt.rawarg.flags", None, true),
        ("container.mount.dest", Some("/proc*"), true),
        ("container.mount.dest", None, false),
        ("plimsoll.container.forks", Some("10"), true),
        ("nothing.at.all", None, false),
    ] {
        assert_eq!(find(name, argument).is_ok(), good, "{name} {argument:?}");
    }
}

#[test]
fn the_loader_is_told_of_fields() {
    let catalog = Catalog;
    assert_eq!(
        catalog.field("fd.sport").map(|info| info.kind),
        Some(FieldKind::Port)
    );
    assert!(catalog.field("fd.types").is_some_and(|info| info.is_list));
    assert!(catalog.field("evt.arg.flags").is_some());
    assert_eq!(catalog.field("fd.nothing"), None);
    assert!(catalog.is_event_type("openat"));
    assert!(catalog.is_event_type("read"));
    assert!(!catalog.is_event_type("opan"));
}
