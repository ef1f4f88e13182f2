//! The rules' texts are whole, and say what is so.

mod scenes;

use std::collections::BTreeSet;

use super::*;

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

struct Any;
impl crate::rules::FieldCatalog for Any {
    fn field(&self, _: &str) -> Option<crate::rules::FieldInfo> {
        Some(
            crate::rules::FieldInfo::plain(crate::rules::FieldKind::Dynamic)
                .with_arg(crate::rules::ArgKind::Any),
        )
    }
    fn is_event_type(&self, _: &str) -> bool {
        true
    }
}

#[test]
fn they_load() {
    let mut loader = crate::rules::Loader::new(&Any);
    for (name, text) in files() {
        loader.file(&name, text.as_bytes());
    }
    let loaded = loader.finish();
    let errors: Vec<_> = loaded.errors().collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
