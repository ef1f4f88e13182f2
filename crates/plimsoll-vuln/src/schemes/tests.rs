use std::path::PathBuf;

use super::*;

fn order(scheme_id: &str, a: &str, b: &str) -> Ordering {
    scheme(scheme_id)
        .expect("a scheme of the list")
        .compare_as_written(a, b)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn assert_pair(scheme_id: &str, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [a, sign, b] = words[..] else {
        panic!("not a pair: `{line}`")
    };
    let expected = match sign {
        "<" => Ordering::Less,
        "=" => Ordering::Equal,
        ">" => Ordering::Greater,
        _ => panic!("not a pair: `{line}`"),
    };
    assert_eq!(order(scheme_id, a, b), expected, "{scheme_id}: {line}");
    let reverse = order(scheme_id, b, a);
    assert_eq!(reverse, expected.reverse(), "{scheme_id}: {line}, turned");
}

#[test]
fn the_list_is_the_folder_in_order() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/schemes");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of schemes")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name != "tests.rs")
        .map(|name| name.trim_end_matches(".rs").replace("pub_dev", "pub"))
        .collect();
    files.sort();
    let ids: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.id()).collect();
    assert_eq!(ids, files);
}

#[test]
fn no_purl_type_has_two_schemes() {
    let mut types: Vec<_> = SCHEMES
        .iter()
        .flat_map(|scheme| scheme.purl_types())
        .collect();
    let count = types.len();
    types.sort();
    types.dedup();
    assert_eq!(types.len(), count);
}

/// The pairs of the osv-scalibr project, where they are at hand.
#[test]
fn published_pairs_hold() {
    let folder = std::env::var_os("PLIMSOLL_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let folder = folder.join("versions");
    if !folder.is_dir() {
        println!("skipped: no folder {} with version pairs", folder.display());
        return;
    }
    let schemes: &[(&str, &[&str])] = &[
        ("alpine", &["apk"]),
        ("cran", &["cran"]),
        ("debian", &["dpkg"]),
        ("hackage", &["hackage"]),
        ("maven", &["maven"]),
        ("nuget", &["nuget"]),
        ("packagist", &["composer"]),
        ("pub", &["pub"]),
        ("pypi", &["pep440"]),
        ("redhat", &["rpm"]),
        ("rubygems", &["gem"]),
        ("semver", &["semver", "npm", "go"]),
    ];
    let mut pairs = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of pairs") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("UTF-8");
        let Some((ecosystem, _)) = name.split_once("-versions") else {
            continue;
        };
        let (_, ids) = schemes
            .iter()
            .find(|(known, _)| *known == ecosystem)
            .unwrap_or_else(|| panic!("no scheme for {name}"));
        let file = std::fs::File::open(&path).expect("a file of pairs");
        for line in std::io::read_to_string(file).expect("UTF-8").lines() {
            let is_remark = ["#", "//"].iter().any(|mark| line.starts_with(mark));
            if !is_remark && !line.trim().is_empty() {
                for id in *ids {
                    assert_pair(id, line);
                    pairs += 1;
                }
            }
        }
    }
    assert!(pairs > 30_000, "only {pairs} pairs");
}
