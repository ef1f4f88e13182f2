//! What holds of files as a whole; cases of the language are data in `tests/falco_language`.

use std::fmt::Write as _;

use super::*;
use crate::fields::Catalog;

fn stock(name: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let data = std::env::var("PLIMSOLL_DATA").unwrap_or_else(|_| format!("{root}/../shared/data"));
    let path = format!("{data}/rules/{name}");
    let Ok(mut file) = std::fs::File::open(&path) else {
        println!("skipped: no rule files at {path}");
        return None;
    };
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    Some(bytes)
}

#[test]
fn stock_files_load_unchanged() {
    let wanted = [
        ("falco_rules.yaml", 25, 25, 87, 49),
        ("falco-incubating_rules.yaml", 31, 31, 82, 54),
        ("falco-sandbox_rules.yaml", 37, 25, 183, 60),
    ];
    for (name, rules, enabled, macros, lists) in wanted {
        let Some(bytes) = stock(name) else { return };
        let mut loader = Loader::new(&Catalog);
        loader.file(name, &bytes);
        let loaded = loader.finish();
        assert_eq!(
            loaded.errors().collect::<Vec<_>>(),
            Vec::<&Diagnostic>::new()
        );
        let set = &loaded.set;
        assert_eq!(set.rules.len(), rules, "{name}");
        assert_eq!(
            set.rules.iter().filter(|rule| rule.enabled).count(),
            enabled,
            "{name}"
        );
        assert_eq!(set.macros.len(), macros, "{name}");
        assert_eq!(set.lists.len(), lists, "{name}");
        assert_eq!(report::text(&loaded), format!("{name}: Ok\n"));
    }
}

fn told(yaml: &str) -> Vec<String> {
    let mut loader = Loader::new(&Catalog);
    loader.file("f", yaml.as_bytes());
    let loaded = loader.finish();
    let told = loaded.errors();
    told.map(|error| error.message.clone()).collect()
}

const RULE: &str = "- {rule: r, desc: d, condition: \"evt.type = open and CONDITION\", output: o, \
                    priority: INFO}\n";

#[test]
fn macros_that_double_are_bounded() {
    let mut yaml = "- {macro: m0, condition: proc.name = x}\n".to_owned();
    for number in 1..64 {
        let before = number - 1;
        writeln!(
            yaml,
            "- {{macro: m{number}, condition: m{before} or m{before}}}"
        )
        .unwrap();
    }
    yaml += &RULE.replace("CONDITION", "m63");
    let told = told(&yaml);
    assert!(told[0].contains("more than 250000 parts"), "{told:?}");
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn long_chains_of_macros_are_bounded() {
    let mut yaml = "- {macro: m0, condition: proc.name = x}\n".to_owned();
    for number in 1..2000 {
        let before = number - 1;
        writeln!(yaml, "- {{macro: m{number}, condition: not m{before}}}").unwrap();
    }
    yaml += &RULE.replace("CONDITION", "m1999");
    let told = told(&yaml);
    assert!(told[0].contains("nested deeper than 400"), "{told:?}");
    // Named before they stand, each by one that is changed at the end.
    let mut yaml = String::new();
    for number in 0..600 {
        let after = number + 1;
        writeln!(yaml, "- {{macro: m{number}, condition: m{after}}}").unwrap();
    }
    yaml += "- {macro: m600, condition: proc.name = x}\n";
    for number in 0..600 {
        let after = number + 1;
        writeln!(yaml, "- {{macro: m{number}, condition: m{after}}}").unwrap();
    }
    let told = self::told(&yaml);
    assert!(told[0].contains("more than 200 macros"), "{told:?}");
}

#[test]
fn lists_that_double_are_bounded() {
    let mut yaml = "- {list: l0, items: [x, y]}\n".to_owned();
    for number in 1..64 {
        let before = number - 1;
        writeln!(yaml, "- {{list: l{number}, items: [l{before}, l{before}]}}").unwrap();
    }
    yaml += &RULE.replace("CONDITION", "proc.name in (l63)");
    let told = told(&yaml);
    assert!(told[0].contains("more than 100000 items"), "{told:?}");
    // A list that is small enough, put in a thousand times.
    let items = vec!["abcdefghij"; 9000].join(", ");
    let names = vec!["l"; 1000].join(", ");
    let mut yaml = format!("- {{list: l, items: [{items}]}}\n");
    yaml += &RULE.replace("CONDITION", &format!("proc.name in ({names})"));
    let told = self::told(&yaml);
    assert!(told[0].contains("longer than 1 MiB"), "{told:?}");
}

#[test]
fn aliases_that_double_are_bounded() {
    let text = "x".repeat(1 << 20);
    let mut yaml = format!("- {{list: l, items: [&a {text}]}}\n");
    let many = vec!["*a"; 1000].join(", ");
    writeln!(yaml, "- {{list: m, items: [{many}]}}").unwrap();
    let told = told(&yaml);
    assert!(told[0].contains("more than 64 MiB of text"), "{told:?}");
    let mut yaml = "- &a0 [x, x]\n".to_owned();
    for number in 1..40 {
        let before = number - 1;
        writeln!(yaml, "- &a{number} [*a{before}, *a{before}]").unwrap();
    }
    let told = self::told(&yaml);
    assert!(
        told[0].contains("values, those that aliases repeat"),
        "{told:?}"
    );
}
