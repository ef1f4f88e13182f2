//! What holds of files as a whole; cases of the language are data in `tests/falco_language`.

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
