//! The Falco rule language: conditions, outputs, rule files.

use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::rules::{Loaded, Loader, Template, filter, report};

use super::target;
use crate::Target;
use crate::seeds::rules as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "falco_condition",
        "conditions of Falco rules",
        Some("falco"),
        condition,
        seeds::conditions
    ),
    target!(
        "falco_output",
        "outputs of Falco rules",
        Some("falco"),
        output,
        seeds::outputs
    ),
    target!(
        "falco_rules",
        "Falco rule files",
        Some("falco"),
        files,
        seeds::files
    ),
];

fn condition(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match filter(&text, &Catalog) {
        Ok(condition) => {
            // Written out each part has its brackets, of which there may be too many; and a value
            // that ends with a backslash has no quoted form.
            let shown = condition.to_string();
            match filter(&shown, &Catalog) {
                Ok(again) => assert_eq!(again.to_string(), shown),
                Err(errors) => {
                    let told = &errors[0].message;
                    let is_known = told.contains("max depth") || told.contains("quotes");
                    assert!(is_known || shown.contains("\\\""), "{errors:?}");
                }
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            let lines = text.split('\n').count();
            for error in errors {
                let place = error.site().expect("a place").place;
                assert!(place.line as usize <= lines && place.line > 0, "{error:?}");
                assert!(place.column > 0, "{error:?}");
            }
        }
    }
}

fn output(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(template) = Template::parse(&text, &Catalog) else {
        return;
    };
    assert!(template.parts.len() <= plimsoll_behavior::rules::output::PARTS_MAX);
    let shown = template.to_string();
    if !shown.contains("\\\"]") {
        let again = Template::parse(&shown, &Catalog).expect("what is written out");
        assert_eq!(again.to_string(), shown);
    }
}

/// Two files, parted by a line of three `+`.
fn files(data: &[u8]) {
    let loaded = load(data);
    let again = load(data);
    assert_eq!(loaded.set, again.set);
    assert_eq!(loaded.diagnostics, again.diagnostics);
    for diagnostic in &loaded.diagnostics {
        let site = diagnostic.site().expect("a place");
        assert!(loaded.sources.iter().any(|source| source.file == site.file));
        assert!(!diagnostic.code.name().is_empty());
    }
    let text = report::text(&loaded);
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{text:?}"
    );
    let json = report::json(&loaded);
    assert_eq!(
        json["falco_load_results"].as_array().map(Vec::len),
        Some(loaded.sources.len())
    );
    if loaded.is_ok() {
        // What the loader takes the engine may refuse, but has to survive.
        let _ = plimsoll_behavior::Engine::new(&loaded.set);
    }
}

fn load(data: &[u8]) -> Loaded {
    let mut loader = Loader::new(&Catalog);
    let parted = data.windows(5).position(|window| window == b"\n+++\n");
    match parted {
        Some(at) => {
            loader.file("one", &data[..=at]);
            loader.file("two", &data[at + 5..]);
        }
        None => loader.file("one", data),
    }
    loader.finish()
}
