//! Packages of languages: names, ranges of several branches.

use super::*;

fn one(kind: &str, name: &str, ranges: &[&str]) -> Data {
    Data::default().covers("ghsa", kind).says(
        "ghsa",
        record("GHSA-1")
            .alias("CVE-2024-1")
            .about(affected(kind, name, ranges)),
    )
}

fn finds(data: &Data, package: Package) -> bool {
    !data
        .matched(&inventory(None, vec![package]))
        .findings
        .is_empty()
}

#[test]
fn names_as_each_ecosystem_compares_them() {
    for (kind, advised, installed, version) in [
        ("pypi", "zope-interface", "Zope.Interface", "1.0"),
        ("npm", "@babel/core", "@babel/core", "1.0.0"),
        (
            "maven",
            "org.apache.logging.log4j:log4j-core",
            "org.apache.logging.log4j:log4j-core",
            "1.0",
        ),
        (
            "golang",
            "github.com/docker/docker",
            "github.com/docker/docker",
            "v1.0.0",
        ),
        ("golang", "stdlib", "stdlib", "1.0.1"),
        ("cargo", "time", "time", "1.0.0"),
        ("gem", "rails", "rails", "1.0"),
        (
            "composer",
            "symfony/http-kernel",
            "Symfony/Http-Kernel",
            "1.0",
        ),
        ("nuget", "newtonsoft.json", "Newtonsoft.Json", "1.0"),
        ("bitnami", "node", "node", "1.0.0"),
    ] {
        let data = one(kind, advised, &["<2.0.0"]);
        assert!(
            finds(&data, library(kind, installed, version, "x")),
            "{kind} {installed}"
        );
        // A package URL of composer needs a vendor.
        let other = match kind {
            "composer" => "other/thing",
            _ => "other:thing",
        };
        assert!(!finds(&data, library(kind, other, version, "x")), "{kind}");
    }
}

#[test]
fn another_ecosystem_is_another_package() {
    let data = one("npm", "lodash", &["<4.17.21"]);
    assert!(!finds(&data, library("pypi", "lodash", "1.0", "x")));
}

#[test]
fn the_fix_is_that_of_the_own_branch() {
    let data = one(
        "pypi",
        "django",
        &["<2.2.28", ">=3.0,<3.2.13", ">=4.0,<4.0.4"],
    );
    let finding = |version| {
        let target = inventory(None, vec![library("pypi", "Django", version, "x")]);
        data.matched(&target).findings.pop()
    };
    let fixes = |version| finding(version).unwrap().fix.unwrap().versions;
    assert_eq!(fixes("3.1"), ["3.2.13", "4.0.4"]);
    assert_eq!(fixes("2.0"), ["2.2.28", "3.2.13", "4.0.4"]);
    assert_eq!(finding("3.2.13"), None);
    assert_eq!(finding("2.2.28"), None);
    let how = finding("3.1").unwrap().how.unwrap();
    assert_eq!(how.range, ">= 3.0, < 3.2.13");
    assert_eq!(how.compared.as_deref(), Some("package django 3.1"));
}

#[test]
fn single_versions() {
    let mut listed = affected("npm", "event-stream", &[]);
    listed.versions = vec!["3.3.6".to_owned()];
    let data = Data::default().says("osv", record("MAL-1").about(listed));
    assert!(finds(&data, library("npm", "event-stream", "3.3.6", "x")));
    assert!(!finds(&data, library("npm", "event-stream", "3.3.5", "x")));
}

#[test]
fn no_ranges_at_all_mean_every_version() {
    let data = one("npm", "flatmap-stream", &[]);
    assert!(finds(&data, library("npm", "flatmap-stream", "0.1.1", "x")));
}

#[test]
fn the_standard_library_of_go_is_mended_by_building_again() {
    let data = one("golang", "stdlib", &["<1.21.11"]);
    let target = inventory(
        None,
        vec![library("golang", "stdlib", "1.21.1", "usr/bin/app")],
    );
    assert_eq!(
        data.matched(&target).findings[0].mend.as_deref(),
        Some("build it again with Go 1.21.11 or newer")
    );
}

#[test]
fn what_cannot_be_compared_is_told() {
    let data = one("golang", "example.com/app", &["<1.2.3"]);
    let target = inventory(
        None,
        vec![library(
            "golang",
            "example.com/app",
            "(devel)",
            "usr/bin/app",
        )],
    );
    let matched = data.matched(&target);
    assert!(matched.findings.is_empty());
    assert_eq!(
        reasons(&matched),
        [
            "pkg:golang/example.com%2Fapp@(devel): 1 advisory cannot be applied: built from a folder, \
             its version is not known"
        ]
    );
    assert_eq!(matched.unknowns[0].path.as_deref(), Some("usr/bin/app"));
    // What is said of every version holds for this one too.
    let data = one("golang", "example.com/app", &[]);
    assert_eq!(data.matched(&target).findings.len(), 1);
    // Where nothing is said about the package, nothing is missing.
    let target = inventory(
        None,
        vec![library(
            "golang",
            "example.com/other",
            "(devel)",
            "usr/bin/app",
        )],
    );
    assert!(data.matched(&target).unknowns.is_empty());
}

#[test]
fn advisories_that_cannot_be_read_are_told() {
    let data = one("golang", "example.com/app", &["<(devel)"]);
    let app = library("golang", "example.com/app", "v1.0.0", "x");
    let matched = data.matched(&inventory(None, vec![app]));
    assert!(matched.findings.is_empty());
    assert_eq!(matched.unknowns.len(), 1, "{:?}", matched.unknowns);
}

#[test]
fn a_jar_without_a_group_is_told() {
    let data = one("maven", "a:b", &["<1.2.3"]);
    let matched = data.matched(&inventory(
        None,
        vec![library("maven", "b", "1.0", "x/b.jar")],
    ));
    assert_eq!(
        reasons(&matched),
        ["pkg:maven/b@1.0: its group id is not known, so no advisories can be looked up"]
    );
}
