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

/// A few of each kind, so that the orders are held where the published pairs are not at hand.
#[test]
fn small_tables_hold() {
    let tables: &[(&str, &str)] = &[
        (
            "apk",
            "1.0_alpha < 1.0_beta, 1.0_rc1 < 1.0, 1.0 < 1.0_p1, 1.0_git1 < 1.0_p1, 1.0 < 1.0a,
             1.0a < 1.0.1, 1.0-r9 < 1.0-r10, 1.06 < 1.1, 1.2_foo < 1.2, 6.6.2p1 < 6.6.2p2,
             1.2~abc < 1.2~abd, 1.0-r0 = 1.0-r00",
        ),
        (
            "composer",
            "1.0 < 1.0.0, 1.0-dev < 1.0alpha1, 1.0RC1 < 1.0, 1.0 < 1.0pl1, dev-foo < 1.0,
             v1.0 = 1.0",
        ),
        ("cran", "0.9 < 0.75, 0.1-2 < 0.2, 0.01.0 = 0.1-0, 0.1.0 < 0.1.0.0"),
        (
            "dpkg",
            "1.0~rc1 < 1.0, 1.0 < 1.0a, 1.0a < 1.0+b, 9 < 1:1, 1.0 = 1.0-0, 1.0-1~deb12u1 < 1.0-1,
             1.0~~ < 1.0~, 0:1 = 1, 1.0-1 < 1.0-1+b1, 2.9 < 2.10",
        ),
        (
            "gem",
            "1.0.a < 1.0, 1.a < 1.b, 1.0 = 1, 1.0.a = 1.a, 1.9 < 1.10, 1-1 < 1, 1.a.1 < 1.a.2,
             1.A < 1.a",
        ),
        (
            "generic",
            "1.0.2 < 1.0.2a, 1.0.2k < 1.0.2za, 9.0p1 < 9.1, 7.0.5 < 7.0.5-3, 7.0.5-3 < 7.0.6,
             1.0-rc1 < 1.0, 1.0 = 1.0.0, 1.0-alpha < 1.0-beta, 1.0-foo < 1.0, 1.0~git < 1.0,
             1.0.0-rc1 = 1.0-rc1, 2.0.GA = 2.0, 1.0+x = 1.0, 1.0a1 < 1.0",
        ),
        (
            "go",
            "v1.2.3-0.20220101000000-abcdef123456 < v1.2.3, v1.0.0+incompatible = 1.0.0,
             go1.21rc2 < go1.21.0, go1.21rc2 = 1.21.0-rc.2, go1.9 < go1.10, go1.20 = 1.20.0,
             1.21.0-0 < go1.21rc1, go1.22.5-bigcorp = go1.22.5, v2.0.0-a < v2.0.0",
        ),
        ("hackage", "1.0 < 1.0.0, 1.9 < 1.10"),
        (
            "maven",
            "1-alpha < 1-beta, 1-beta < 1-milestone, 1-rc < 1-SNAPSHOT, 1-SNAPSHOT < 1,
             1 = 1.0.0, 1.Final = 1, 1 < 1-sp, 1-sp < 1-foo, 1-foo < 1-1, 1-1 < 1.1, 1a1 = 1-alpha-1,
             1-1 = 1-ga-1, 1.0.0.RC2 < 1.0.0, 31.1-android < 31.1-jre, 1.0 = 1-0",
        ),
        (
            "npm",
            "1.2.3beta < 1.2.3, 1.2.3beta = 1.2.3-beta, =v1.2.3 = 1.2.3, 1.0.0-2 < 1.0.0-10,
             1.0.0-a < 1.0.0-a.0, 1.2.3+a = 1.2.3+b",
        ),
        (
            "nuget",
            "1.0 = 1.0.0.0, 1.0.0 < 1.0.0.1, 1.0.0-BETA = 1.0.0-beta, 1.0.0-9 < 1.0.0-a,
             1.0.0-2 < 1.0.0-10, 1.0.0-20240101000000 < 1.0.0-3000000000, 1.0.0--5 < 1.0.0-1",
        ),
        (
            "pep440",
            "1.0.dev1 < 1.0a1, 1.0a1.dev1 < 1.0a1, 1.0rc1 < 1.0, 1.0 < 1.0.post1, 1.0 < 1.0+local,
             1.0+a < 1.0+1, 1.0 = 1, 9 < 1!0, 1.0-1 = 1.0.post1, v1.0-Alpha_1 = 1.0a1,
             0.9-ivysaur < 0.1, 1.0.post1.dev0 < 1.0.post1",
        ),
        ("pub", "1.0.0 < 1.0.0+1, 1.0.0-a+b < 1.0.0, 1.0.0+1 < 1.0.0+a"),
        (
            "rpm",
            "1.0~rc1 < 1.0, 1.0 < 1.0^git1, 1.0^git1 < 1.0.1, 1.0a < 1.0.1, 9 < 1:1, 1 < 1-0,
             1.0-9.el8 < 1.0-10.el8, 1.0 = 1_0, 2.0 < 2.0a, 1.05 = 1.5",
        ),
        ("semver", "1.0.0-rc.9 < 1.0.0-rc.10, 1.0.0-1 < 1.0.0-a, 1.0 = 1.0.0, v1.0.0 = 1.0.0+x"),
    ];
    for (scheme_id, table) in tables {
        for pair in table.split(',') {
            assert_pair(scheme_id, pair);
        }
    }
    let covered: Vec<&str> = tables.iter().map(|(scheme_id, _)| *scheme_id).collect();
    let ids: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.id()).collect();
    assert_eq!(covered, ids);
}

#[test]
fn composer_matches_by_normalised_versions() {
    let composer = scheme("composer").expect("composer");
    let order = |a, b| composer.compare(a, b);
    assert_eq!(order("1.0", "v1.0.0"), Ok(Ordering::Equal));
    assert_eq!(order("1.0.0-BETA.1", "1.0.0b1"), Ok(Ordering::Equal));
    assert_eq!(order("5.1.0-stable", "5.1.0-beta2"), Ok(Ordering::Greater));
    assert_eq!(order("1.x-dev", "1.99"), Ok(Ordering::Greater));
    assert_eq!(order("dev-main", "dev-main"), Ok(Ordering::Equal));
    assert!(order("dev-main", "1.0").is_err());
}

/// PHP's comparator takes `#` for any number; what is matched by must stay an order.
#[test]
fn composer_orders_what_php_runs_in_circles_with() {
    let composer = scheme("composer").expect("composer");
    let order = |a, b| composer.compare(a, b);
    assert_eq!(order("1.0", "1.2"), Ok(Ordering::Less));
    assert_eq!(order("1.#", "1.0"), Ok(Ordering::Less));
    assert_eq!(order("1.#", "1.2"), Ok(Ordering::Less));
    let as_php = |a, b| composer.compare_as_written(a, b);
    assert_eq!(as_php("1.0", "1.#"), Ok(Ordering::Equal));
    assert_eq!(as_php("1.#", "1.2"), Ok(Ordering::Equal));
}

#[test]
fn sorting_never_panics() {
    let mut versions: Vec<String> = (0..200)
        .map(|number| ["0", "v0", "0.rc.0", "1", "0-ga"][number * 7 % 5].to_owned())
        .collect();
    sort(scheme("maven").expect("maven"), &mut versions);
    let mut versions = ["1.10", "1.9", "main", "1.0~rc1", "1.0"];
    sort(scheme("dpkg").expect("dpkg"), &mut versions);
    assert_eq!(versions, ["1.0~rc1", "1.0", "1.9", "1.10", "main"]);
}

#[test]
fn what_is_no_version_is_an_error() {
    let cases = [
        ("dpkg", "1:", "upstream version is empty"),
        ("dpkg", "a:1", "epoch is not a number"),
        ("dpkg", "1.0-", "revision is empty"),
        ("dpkg", "1 0", "white space"),
        ("dpkg", "2147483648:1", "too big"),
        ("semver", "main", "begin with a number"),
        ("semver", "1.0.0-a..b", "pre-release"),
        ("gem", "1..2", "numbers and words between dots"),
        ("go", "(devel)", "begin with a number"),
        ("go", "godevel", "toolchain"),
        ("nuget", "1.2.3.4.5", "more than four"),
        ("rpm", "  ", "empty"),
    ];
    for (scheme_id, version, reason) in cases {
        let error = scheme(scheme_id)
            .expect("a scheme of the list")
            .compare(version, version)
            .expect_err(version);
        assert!(error.reason.contains(reason), "{error}");
    }
    for scheme in SCHEMES {
        assert!(scheme.compare("", "1").is_err(), "{}", scheme.id());
        let long = "1".repeat(VERSION_BYTES_MAX + 1);
        assert!(scheme.compare("1", &long).is_err(), "{}", scheme.id());
    }
}

/// Versions of all kinds: mostly well-formed, of few pieces, so that many are near each other.
fn any_version() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let number = prop_oneof![4 => "[0-3]", 1 => "0[0-9]", 1 => "1[0-9]", 1 => "[0-9]{8,20}"];
    let word = prop_oneof![
        "a", "b", "rc", "RC", "alpha", "dev", "p", "pl", "x", "ga", "Final", "sp", "post", "git",
        "SNAPSHOT", "stable", "_p", "_rc", "-r", "é"
    ];
    let separator = prop_oneof![5 => r"\.", 2 => "-", 1 => "", 1 => "_", 1 => "~", 1 => r"\^", 1 => r"\+", 1 => ":"];
    let piece = (
        separator,
        prop_oneof![2 => number.boxed(), 1 => word.boxed()],
    );
    ("(v|)[0-2]", proptest::collection::vec(piece, 0..5)).prop_map(|(front, pieces)| {
        let rest: String = pieces.iter().flat_map(|(a, b)| [a.as_str(), b]).collect();
        front + &rest
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..Default::default()
    })]

    /// Both orders of each scheme are total over what it reads: turned pairs turn the sign, and
    /// chains hold.
    #[test]
    fn orders_are_total(a in any_version(), b in any_version(), c in any_version()) {
        for scheme in SCHEMES {
            for as_written in [false, true] {
                let order = |scheme: &dyn VersionScheme, a: &str, b: &str| {
                    if as_written {
                        scheme.compare_as_written(a, b)
                    } else {
                        scheme.compare(a, b)
                    }
                };
                let (Ok(ab), Ok(bc), Ok(ac)) = (order(*scheme, &a, &b), order(*scheme, &b, &c), order(*scheme, &a, &c)) else {
                    continue;
                };
                let id = scheme.id();
                proptest::prop_assert_eq!(order(*scheme, &a, &a), Ok(Ordering::Equal), "{}: {} with itself", id, a);
                proptest::prop_assert_eq!(order(*scheme, &b, &a), Ok(ab.reverse()), "{}: {} {}", id, a, b);
                // Maven's own order runs in circles in odd corners: v0 < 0.rc.0 < 0 < v0.
                if id == "maven" {
                    continue;
                }
                if ab == bc || bc.is_eq() {
                    proptest::prop_assert_eq!(ac, ab, "{}: {} {} {}", id, a, b, c);
                } else if ab.is_eq() {
                    proptest::prop_assert_eq!(ac, bc, "{}: {} {} {}", id, a, b, c);
                }
            }
        }
    }

    /// Anything at all is an order or an error, never a panic.
    #[test]
    fn nothing_panics(a in ".{0,40}", b in ".{0,40}") {
        for scheme in SCHEMES {
            let _ = scheme.compare(&a, &b);
            let _ = scheme.compare_as_written(&a, &b);
        }
    }
}
