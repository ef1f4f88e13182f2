use super::*;

fn shown(ranges: Result<Vec<Range>, ConstraintError>) -> String {
    match ranges {
        Ok(ranges) if ranges.is_empty() => "nothing".to_owned(),
        Ok(ranges) => ranges
            .iter()
            .map(Range::to_string)
            .collect::<Vec<_>>()
            .join(" || "),
        Err(error) => error.to_string(),
    }
}

/// Lines of `constraint -> ranges`.
fn check(parse: fn(&str) -> Result<Vec<Range>, ConstraintError>, table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (text, expected) = line.split_once(" -> ").expect("an arrow");
        assert_eq!(shown(parse(text.trim())), expected.trim(), "{text}");
    }
}

#[test]
fn npm_ranges() {
    check(
        npm,
        "^1.2.3 || >=3 <3.4 -> >= 1.2.3, < 2.0.0-0 || >= 3.0.0-0, < 3.4.0-0
         ~1.2.3 -> >= 1.2.3, < 1.3.0-0
         ~1 -> >= 1.0.0-0, < 2.0.0-0
         1.x -> >= 1.0.0-0, < 2.0.0-0
         1.2 - 2.3 -> >= 1.2.0-0, < 2.4.0-0
         1.2.3 - 2.3.4 -> >= 1.2.3-0, < 2.3.5-0
         ^0.2.3 -> >= 0.2.3, < 0.3.0-0
         ^0.0.3-beta -> >= 0.0.3-beta, < 0.0.4-0
         >1.2 -> >= 1.3.0-0
         > 1.2.3 -> > 1.2.3
         <=1.2 -> < 1.3.0-0
         * -> *
         v1.2.3beta -> >= 1.2.3-beta, <= 1.2.3-beta
         >=2 <1 -> nothing
         latest -> parse npm version constraint `latest`: `latest` is no version",
    );
}

#[test]
fn gem_requirements() {
    check(
        gem,
        "~> 1.2.3 -> >= 1.2.3, < 1.3.A
         ~> 2 -> >= 2, < 3.A
         >= 2, < 3 -> >= 2, < 3
         != 1.4 -> < 1.4 || > 1.4
         ~> 1.2.0.rc1 -> >= 1.2.0.rc1, < 1.3.A
         1.0 -> >= 1.0, <= 1.0",
    );
}

#[test]
fn composer_constraints() {
    check(
        composer,
        ">=1.0,<2|^3 -> >= 1.0-dev, < 2-dev || >= 3-dev, < 4.0.0.0-dev
         ~1.2.3 -> >= 1.2.3-dev, < 1.3.0.0-dev
         ~1.2 -> >= 1.2-dev, < 2.0.0.0-dev
         1.2.* -> >= 1.2-dev, < 1.3.0.0-dev
         1.0 - 2.0 -> >= 1.0-dev, < 2.1.0.0-dev
         >1.0 <=1.5 -> > 1.0, <= 1.5
         ^0.3 -> >= 0.3-dev, < 0.4.0.0-dev
         >=2.0.0-beta1 -> >= 2.0.0-beta1
         * -> *
         dev-master -> parse composer version constraint `dev-master`: `dev-master` is no version",
    );
}

#[test]
fn pep440_specifiers() {
    check(
        pep440,
        "<1.2,>=1,!=1.1 -> >= 1, < 1.1 || >= 1.1.post0.dev0, < 1.2.dev0
         ==1.* -> >= 1.dev0, < 2.dev0
         ~=1.4.2 -> >= 1.4.2, < 1.5.dev0
         ==1!2.0rc1 -> >= 1!2.0rc1, < 1!2.0rc1.post0.dev0
         <=2.0 -> < 2.0.post0.dev0
         >1.0.dev3 -> >= 1.0.dev4
         1.0 -> parse pep440 version constraint `1.0`: `1.0` has no operator",
    );
}

#[test]
fn cargo_requirements() {
    check(
        cargo,
        "^1.2 -> >= 1.2.0, < 2.0.0-0
         1.2.3 -> >= 1.2.3, < 2.0.0-0
         >=0.3.1, <0.4 -> >= 0.3.1, < 0.4.0-0
         1.* -> >= 1.0.0, < 2.0.0-0
         >1.2 -> >= 1.3.0
         <1.2.3 -> < 1.2.3-0
         <1.2.3-beta -> < 1.2.3-beta
         > 0.8.4 -> > 0.8.4
         * -> *
         =1.2.3-alpha.1 -> >= 1.2.3-alpha.1, <= 1.2.3-alpha.1",
    );
}

#[test]
fn maven_and_nuget_brackets() {
    check(
        maven,
        "[1.0,2.0) -> >= 1.0, < 2.0
         (,1.0],[1.2,) -> <= 1.0 || >= 1.2
         [1.5] -> >= 1.5, <= 1.5
         (1.0,2.0] -> > 1.0, <= 2.0
         1.0 -> >= 1.0, <= 1.0
         (,) -> *
         [1.0 -> parse maven version constraint `[1.0`: a bracket is not closed",
    );
    check(nuget, "1.0 -> >= 1.0\n (1.0,) -> > 1.0");
}

#[test]
fn plain_comparators_in_any_scheme() {
    let dpkg = scheme("dpkg").expect("dpkg");
    let read = |text| shown(comparators(dpkg, text));
    assert_eq!(
        read(">= 1:2, < 1:3~ || = 4"),
        ">= 4, <= 4 || >= 1:2, < 1:3~"
    );
    assert_eq!(read(">=1 && <2"), ">= 1, < 2");
    assert_eq!(read("!= 3"), "< 3 || > 3");
    assert!(read("").contains("it is empty"));
    assert!(read("~1").contains("unknown operator"));
}

#[test]
fn what_is_patched_turns_into_what_is_affected() {
    let semver = scheme("semver").expect("semver");
    let mut safe = cargo(">=1.2.4").expect("patched");
    safe.extend(cargo("^1.0.8").expect("patched"));
    safe.extend(cargo("<0.9").expect("unaffected"));
    assert_eq!(
        shown(Ok(complement(semver, &safe).expect("complement"))),
        ">= 0.9.0-0, < 1.0.8"
    );
    assert_eq!(shown(Ok(complement(semver, &[]).expect("complement"))), "*");
    let all = complement(semver, &[Range::default()]).expect("complement");
    assert_eq!(all, []);
}

#[test]
fn overlapping_ranges_merge() {
    let semver = scheme("semver").expect("semver");
    let mut ranges = cargo(">=2, <3").expect("read");
    ranges.extend(cargo(">=1, <2.5").expect("read"));
    ranges.extend(cargo("=3.0.0").expect("read"));
    let merged = union(semver, &ranges).expect("union");
    assert_eq!(
        shown(Ok(merged.clone())),
        ">= 1.0.0, < 3.0.0-0 || >= 3.0.0, <= 3.0.0"
    );
    let both = intersection(semver, &merged, &cargo(">2.5.0").expect("read")).expect("both");
    assert_eq!(shown(Ok(both)), "> 2.5.0, < 3.0.0-0 || >= 3.0.0, <= 3.0.0");
}

#[test]
fn long_constraints_are_refused() {
    let error = npm(&"1 ".repeat(CONSTRAINT_BYTES_MAX)).expect_err("too long");
    assert!(error.to_string().contains("longer than 8192 bytes"));
}
