//! The rule language, case by case: `tests/falco_language/*.yaml`.
//!
//! Written by hand after the language's documentation (falco.org/docs/concepts/rules) and what
//! Falco's own loader does. A case is either a condition (`in`) with the tree that it gives (`tree`) or
//! what is wrong with it (`error`), or whole files with what they give and what is told of them.
//! Everything that is told has to be expected: a case without `warnings` has none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test should fail where this fails"
)]

use std::collections::BTreeMap;

use plimsoll_behavior::rules::{
    ArgKind, Diagnostic, FieldCatalog, FieldInfo, FieldKind, FieldTable, Loaded, Loader, Rule,
};
use plimsoll_yaml::{Node, Value};

/// Any field, for cases of the grammar alone.
struct Any;

impl FieldCatalog for Any {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
        let is_named = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_field = name.contains('.') && is_named && name.chars().all(is_word);
        is_field.then(|| FieldInfo::plain(FieldKind::Dynamic).with_arg(ArgKind::Any))
    }

    fn is_event_type(&self, _: &str) -> bool {
        true
    }
}

const FIELDS: FieldTable<'_> = FieldTable {
    fields: &[
        ("evt.type", FieldInfo::plain(FieldKind::Text)),
        ("evt.dir", FieldInfo::plain(FieldKind::Text)),
        ("evt.num", FieldInfo::plain(FieldKind::Unsigned)),
        ("evt.res", FieldInfo::plain(FieldKind::Text)),
        ("evt.rawres", FieldInfo::plain(FieldKind::Signed)),
        ("evt.buffer", FieldInfo::plain(FieldKind::Bytes)),
        ("evt.time", FieldInfo::plain(FieldKind::Text)),
        ("evt.arg", text().with_arg(ArgKind::AnyRequired).left_only()),
        (
            "evt.rawarg",
            FieldInfo::plain(FieldKind::Dynamic).with_arg(ArgKind::KeyRequired),
        ),
        ("proc.name", text()),
        ("proc.pname", text()),
        ("proc.exe", text()),
        ("proc.cmdline", text()),
        ("proc.exepath", text()),
        ("proc.aname", text().with_arg(ArgKind::Index)),
        ("proc.env", text().with_arg(ArgKind::Key)),
        ("proc.args", text().list()),
        ("proc.pid", FieldInfo::plain(FieldKind::Signed)),
        ("proc.is_exe_upper_layer", FieldInfo::plain(FieldKind::Bool)),
        ("fd.name", text()),
        ("fd.directory", text()),
        ("fd.num", FieldInfo::plain(FieldKind::Signed)),
        ("fd.sip", FieldInfo::plain(FieldKind::Address)),
        ("fd.snet", FieldInfo::plain(FieldKind::Network)),
        ("fd.sport", FieldInfo::plain(FieldKind::Port)),
        ("container.id", text()),
        ("user.name", text()),
        ("ka.verb", text()),
    ],
    event_types: &["open", "openat", "openat2", "execve", "connect", "close"],
};

const fn text() -> FieldInfo {
    FieldInfo::plain(FieldKind::Text)
}

#[test]
fn conditions() {
    run("conditions");
}

#[test]
fn syntax_errors() {
    run("syntax_errors");
}

#[test]
fn transformers() {
    run("transformers");
}

#[test]
fn values() {
    run("values");
}

#[test]
fn lists_and_macros() {
    run("lists_and_macros");
}

#[test]
fn changes() {
    run("changes");
}

#[test]
fn exceptions() {
    run("exceptions");
}

#[test]
fn items() {
    run("items");
}

#[test]
fn outputs() {
    run("outputs");
}

#[test]
fn there_are_enough_cases() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/falco_language");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        count += cases(name.strip_suffix(".yaml").unwrap()).items().len();
    }
    assert!(count >= 150, "{count}");
}

fn cases(name: &str) -> Node {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/falco_language");
    let mut file = std::fs::File::open(format!("{folder}/{name}.yaml")).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    let (documents, error) = plimsoll_yaml::parse(&bytes);
    assert_eq!(error, None, "{name}");
    documents.into_iter().next().unwrap().root
}

fn run(name: &str) {
    let mut wrong = Vec::new();
    for case in cases(name).items() {
        let place = format!("{name}.yaml:{}", case.at.line);
        let differences = match case.get("in") {
            Some(condition) => condition_case(case, &scalar(condition)),
            None => file_case(case),
        };
        wrong.extend(
            differences
                .into_iter()
                .map(|what| format!("{place}: {what}")),
        );
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Where a condition's text stands in the file that is made of it.
const CONDITION_AT: (u32, u32) = (7, 5);

fn condition_case(case: &Node, condition: &str) -> Vec<String> {
    let mut file =
        "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: |2\n".to_owned();
    for line in condition.split('\n') {
        file.push_str("    ");
        file.push_str(line);
        file.push('\n');
    }
    let knows = case.get("fields").and_then(Node::as_str) == Some("typed");
    let file = file.replace(
        "  condition: |2",
        "  warn_evttypes: false\n  condition: |2-",
    );
    let catalog: &dyn FieldCatalog = if knows { &FIELDS } else { &Any };
    let mut loader = Loader::new(catalog);
    loader.file("f", file.as_bytes());
    let loaded = loader.finish();
    let mut differences = Vec::new();
    let tree = loaded
        .set
        .rules
        .first()
        .map(|rule| rule.condition.to_string());
    let wanted = case.get("tree").map(scalar);
    if tree != wanted {
        differences.push(format!("tree {tree:?}, wanted {wanted:?}"));
    }
    let (line, column) = CONDITION_AT;
    let told = |diagnostics: Vec<&Diagnostic>| -> Vec<String> {
        let told = diagnostics.into_iter().map(|diagnostic| {
            let place = diagnostic.site().unwrap().place;
            let (line, column) = (place.line.wrapping_sub(line), place.column - column + 1);
            format!("{line}:{column} {}", diagnostic.message)
        });
        told.collect()
    };
    for (key, told) in [
        ("error", told(loaded.errors().collect())),
        ("warning", told(loaded.warnings().collect())),
    ] {
        let wanted: Vec<_> = case.get(key).iter().map(|node| scalar(node)).collect();
        differences.extend(compare(key, &told, &wanted));
    }
    if let Some(first) = loaded.errors().next() {
        let code = case.get("code").map(scalar);
        let code = code.unwrap_or_else(|| "LOAD_ERR_COMPILE_CONDITION".to_owned());
        if first.code.name() != code {
            differences.push(format!("code {}", first.code));
        }
    }
    differences
}

fn file_case(case: &Node) -> Vec<String> {
    let typed = case.get("fields").and_then(Node::as_str) != Some("any");
    let catalog: &dyn FieldCatalog = if typed { &FIELDS } else { &Any };
    let mut loader = Loader::new(catalog);
    let files = case.get("files").expect("in or files");
    for (index, file) in files.items().iter().enumerate() {
        let name = char::from(b'a' + u8::try_from(index).unwrap());
        loader.file(&name.to_string(), scalar(file).as_bytes());
    }
    let loaded = loader.finish();
    let mut differences = Vec::new();
    for (key, told) in [
        ("errors", loaded.errors().collect::<Vec<_>>()),
        ("warnings", loaded.warnings().collect()),
    ] {
        let told: Vec<_> = told
            .into_iter()
            .map(|diagnostic| {
                let site = diagnostic.site().unwrap();
                let (place, code) = (site.place, diagnostic.code.name());
                let code = code.trim_start_matches("LOAD_");
                let (line, column) = (place.line, place.column);
                format!(
                    "{}:{line}:{column} {code} {}",
                    site.file, diagnostic.message
                )
            })
            .collect();
        let wanted = case.get(key).map(Node::items).unwrap_or_default();
        let wanted: Vec<_> = wanted.iter().map(scalar).collect();
        differences.extend(compare(key, &told, &wanted));
    }
    differences.extend(given(case, &loaded));
    differences
}

/// Each that was told begins as it is expected to.
fn compare(what: &str, told: &[String], wanted: &[String]) -> Option<String> {
    let fits = told.len() == wanted.len()
        && told
            .iter()
            .zip(wanted)
            .all(|(told, wanted)| told.starts_with(wanted.as_str()));
    (!fits).then(|| format!("{what} {told:#?}, wanted {wanted:#?}"))
}

/// Holds rules, macros and lists against what the case says of them.
fn given(case: &Node, loaded: &Loaded) -> Vec<String> {
    let mut differences = Vec::new();
    let entries = |key: &str| case.get(key).map(Node::entries).unwrap_or_default();
    if let Some(wanted) = case.get("order") {
        let order: Vec<_> = loaded
            .set
            .rules
            .iter()
            .map(|rule| rule.name.to_string())
            .collect();
        let wanted: Vec<_> = wanted.items().iter().map(scalar).collect();
        if order != wanted {
            differences.push(format!("order {order:?}"));
        }
    }
    for entry in entries("rules") {
        let rule = loaded
            .set
            .rules
            .iter()
            .find(|rule| *rule.name == *entry.key);
        let Some(rule) = rule else {
            if entry.value.value != Value::Null {
                differences.push(format!("no rule {}", &*entry.key));
            }
            continue;
        };
        let facts = facts(rule);
        let wanted = match &entry.value.value {
            Value::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), scalar(&entry.value)))
                .collect(),
            _ => BTreeMap::from([("condition".to_owned(), scalar(&entry.value))]),
        };
        for (key, wanted) in wanted {
            let fact = facts.get(key.as_str()).cloned().unwrap_or_default();
            if fact != wanted {
                differences.push(format!("{key} {fact:?}, wanted {wanted:?}"));
            }
        }
    }
    for entry in entries("lists") {
        let list = loaded
            .set
            .lists
            .iter()
            .find(|list| *list.name == *entry.key);
        let items = list.map(|list| list.items.join("|"));
        if items.as_deref() != Some(&scalar(&entry.value)) {
            differences.push(format!("list {items:?}"));
        }
    }
    for entry in entries("macros") {
        let found = loaded
            .set
            .macros
            .iter()
            .find(|found| *found.name == *entry.key);
        let condition = found.map(|found| found.condition.to_string());
        if condition.as_deref() != Some(&scalar(&entry.value)) {
            differences.push(format!("macro {condition:?}"));
        }
    }
    differences
}

fn facts(rule: &Rule) -> BTreeMap<&'static str, String> {
    let tags: Vec<_> = rule.tags.iter().cloned().collect();
    let fields: Vec<_> = rule.exception_fields.iter().cloned().collect();
    let duration = rule.capture_duration_ms.map(|ms| ms.to_string());
    BTreeMap::from([
        ("condition", rule.condition.to_string()),
        ("output", rule.output.to_string()),
        ("desc", rule.desc.clone()),
        ("priority", rule.priority.to_string()),
        ("enabled", rule.enabled.to_string()),
        ("source", rule.source.0.to_string()),
        ("tags", tags.join("|")),
        ("exception_fields", fields.join("|")),
        ("capture", rule.capture.to_string()),
        ("capture_duration", duration.unwrap_or_default()),
    ])
}

fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        other => panic!("{other:?} at {:?}", node.at),
    }
}
