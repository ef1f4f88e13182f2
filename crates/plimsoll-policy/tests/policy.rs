//! Policies, exceptions and verdicts, each case by its outcome.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::format_collect,
    reason = "tests"
)]

use plimsoll_model::{
    AdvisorySet, AdvisorySnapshot, Date, Digest, Distribution, Ecosystem, Finding, FindingKind,
    Fix, FixState, Inventory, Layer, Location, Outcome, Package, PackageIndex, Part, Purl,
    Severity, Stage, State, Target, TargetKind, Unknown, Verdict,
};
use plimsoll_policy::{Case, Document, builtin, ignore_files, judge};

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

fn diff_id(byte: u8) -> Digest {
    Digest::from_sha256([byte; 32])
}

fn package(purl: &str, part: Part, license: &str) -> Package {
    let purl: Purl = purl.parse().expect("a purl");
    let parts = purl.parts().expect("parts");
    Package {
        ecosystem: Ecosystem::new(&parts.purl_type),
        namespace: parts.namespace,
        name: parts.name,
        version: parts.version.unwrap_or_default(),
        arch: None,
        purl,
        part,
        state: State::Installed,
        source: None,
        licenses: vec![license.to_owned()],
        cataloger: "test".into(),
        locations: vec![Location::file("x")],
        module: None,
    }
}

/// An image of two layers: openssl in the base, lodash in a layer of its own.
fn inventory() -> Inventory {
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Image,
        name: "shop/cart:2.3".into(),
        digest: None,
        platform: None,
        os: Some(Distribution {
            id: "debian".into(),
            version_id: Some("12".into()),
            eol: Some(day("2028-06-30")),
            ..Distribution::default()
        }),
    });
    inventory.packages = vec![
        package(
            "pkg:deb/debian/openssl@3.0.15-1?arch=amd64",
            Part::Os,
            "Apache-2.0",
        ),
        package("pkg:npm/lodash@4.17.20", Part::Language, "MIT"),
    ];
    inventory.layers = [1_u8, 2]
        .map(|byte| Layer {
            digest: None,
            diff_id: diff_id(byte),
            created_by: None,
            created: None,
            size_bytes: 1,
            base: byte == 1,
        })
        .to_vec();
    inventory
}

fn findings() -> Vec<Finding> {
    let new = |id: &str, severity, index, path: &str, layer| {
        let mut finding = Finding::new(
            FindingKind::Vulnerability,
            id,
            format!("{id}/{index}"),
            severity,
            "a title",
        );
        finding.package = Some(PackageIndex(index));
        finding.locations = vec![Location::file(path).in_layer(Some(diff_id(layer)))];
        finding
    };
    let mut fixed = new("CVE-2026-1", Severity::High, 0, "var/lib/dpkg/status", 1);
    fixed.aliases = vec!["DSA-1-1".into()];
    fixed.fix = Some(Fix {
        state: FixState::Fixed,
        versions: vec!["3.0.16-1".into()],
        available: Some(day("2026-10-01")),
    });
    let mut open = new(
        "CVE-2026-2",
        Severity::Critical,
        1,
        "app/node_modules/lodash/package.json",
        2,
    );
    open.fix = Some(Fix {
        state: FixState::NotFixed,
        versions: vec![],
        available: None,
    });
    open.epss = Some(0.7);
    vec![fixed, open]
}

fn advisories() -> AdvisorySet {
    AdvisorySet {
        digest: diff_id(9),
        sources: vec![AdvisorySnapshot {
            name: "osv".into(),
            snapshot: Some(day("2026-11-20")),
            records: 1,
            coverage: None,
        }],
    }
}

fn verdict_at(yaml: &str, stage: Stage, inventory: &Inventory) -> (Verdict, Vec<Finding>) {
    let document = Document::parse(yaml, "plimsoll.yaml").expect("a policy");
    let mut findings = findings();
    let advisories = advisories();
    let case = Case {
        inventory,
        advisories: Some(&advisories),
        stage,
        today: day("2026-11-22"),
    };
    (
        judge(&document.policy, &document.exceptions, &case, &mut findings),
        findings,
    )
}

fn verdict(yaml: &str) -> (Verdict, Vec<Finding>) {
    verdict_at(yaml, Stage::Build, &inventory())
}

fn rule(condition: &str) -> String {
    format!("policy:\n  rules:\n    - name: r\n      mode: enforce\n      {condition}\n")
}

fn applies_to(condition: &str) -> Vec<String> {
    let (verdict, _) = verdict(&rule(condition));
    verdict
        .reasons
        .into_iter()
        .map(|reason| reason.finding.unwrap_or(reason.message))
        .collect()
}

#[test]
fn default_policy_denies_what_can_be_mended() {
    let (verdict, _) = verdict("");
    insta::assert_debug_snapshot!(verdict);
}

#[test]
fn default_policy_is_what_its_file_says() {
    let from_file = Document::parse(builtin::DEFAULT_POLICY_YAML, "default.yaml").expect("parses");
    assert_eq!(
        format!("{:?}", from_file.policy),
        format!("{:?}", builtin::default_policy())
    );
}

#[test]
fn stages_have_their_own_modes() {
    let yaml = "policy:\n  rules:\n    - name: r\n      severity: high\n      mode: {build: enforce, deploy: warn}\n";
    let outcome = |stage| verdict_at(yaml, stage, &inventory()).0.outcome;
    assert_eq!(outcome(Stage::Build), Outcome::Deny);
    assert_eq!(outcome(Stage::Deploy), Outcome::Warn);
    assert_eq!(outcome(Stage::Runtime), Outcome::Allow);
}

#[test]
fn conditions_choose_their_findings() {
    let (fixed, open) = ("CVE-2026-1/0", "CVE-2026-2/1");
    for (condition, expected) in [
        ("severity: high", vec![fixed, open]),
        ("severity: critical", vec![open]),
        ("fix: available", vec![fixed]),
        ("fix: none", vec![open]),
        ("known_exploited: true", vec![]),
        ("epss: 0.5", vec![open]),
        ("epss: 0.8", vec![]),
        ("fix_age_days: 52", vec![fixed]),
        ("fix_age_days: 53", vec![]),
        ("ids: [dsa-1-1]", vec![fixed]),
        ("parts: [language]", vec![open]),
        ("kinds: [secret]", vec![]),
        (
            "cel: \"finding.severity == 'critical' && pkg.name == 'lodash'\"",
            vec![open],
        ),
        (
            "cel: \"finding.paths.exists(p, p.startsWith('app/'))\"",
            vec![open],
        ),
        (
            "cel: \"target.os == 'debian' && finding.fixed\"",
            vec![fixed],
        ),
    ] {
        assert_eq!(applies_to(condition), expected, "{condition}");
    }
}

#[test]
fn conditions_about_the_whole() {
    assert_eq!(
        applies_to("licenses: ['Apache-*']"),
        ["openssl 3.0.15-1 is under Apache-2.0"]
    );
    assert_eq!(applies_to("end_of_life: true"), [""; 0]);
    assert_eq!(applies_to("advisories_age_days: 2"), [""; 0]);
    assert_eq!(
        applies_to("advisories_age_days: 1"),
        ["the newest advisory is 2 days old (2026-11-20)"]
    );
    let mut old = inventory();
    old.target.os.as_mut().expect("an os").eol = Some(day("2026-06-30"));
    let (verdict, _) = verdict_at(&rule("end_of_life: true"), Stage::Build, &old);
    assert_eq!(
        verdict.reasons[0].message,
        "debian 12 has had no security support since 2026-06-30"
    );
}

#[test]
fn unknowns_are_never_a_clean_verdict() {
    let mut partly = inventory();
    partly.unknowns.push(Unknown::at("x.jar", "cut"));
    let yaml = "policy:\n  unknowns: enforce\n  rules: []\n";
    let (verdict, _) = verdict_at(yaml, Stage::Build, &partly);
    assert_eq!(verdict.outcome, Outcome::Deny);
    assert_eq!(verdict.reasons[0].rule, "unknowns");
}

#[test]
fn a_rule_that_cannot_be_judged_holds() {
    let (verdict, _) = verdict(&rule("cel: \"finding.nothing == 1\""));
    assert_eq!(verdict.outcome, Outcome::Deny);
    assert!(
        verdict.notes[0].contains("it counts as true"),
        "{:?}",
        verdict.notes
    );
}

/// An exception with the three keys that each must have.
fn exception(scope: &str, expires: &str) -> String {
    format!(
        "exceptions:\n  - {scope}\n    owner: ops\n    reason: not reachable\n    expires: {expires}\n"
    )
}

#[test]
fn exceptions_let_through_what_they_describe() {
    let base = "layer: base";
    for (scope, expected) in [
        ("id: CVE-2026-1", vec!["CVE-2026-1"]),
        ("id: DSA-1-1", vec!["CVE-2026-1"]),
        ("package: 'pkg:npm/lodash'", vec!["CVE-2026-2"]),
        ("package: 'pkg:npm/lodash@4.17.20'", vec!["CVE-2026-2"]),
        ("package: 'pkg:npm/lodash@4.17.21'", vec![]),
        ("package: 'pkg:deb/debian/openssl'", vec!["CVE-2026-1"]),
        ("path: 'app/**'", vec!["CVE-2026-2"]),
        ("path: 'app/*'", vec![]),
        (&format!("id: CVE-2026-1\n    {base}"), vec!["CVE-2026-1"]),
        (&format!("id: CVE-2026-2\n    {base}"), vec![]),
        ("id: CVE-2026-1\n    image: 'shop/*'", vec!["CVE-2026-1"]),
        ("id: CVE-2026-1\n    image: 'other/*'", vec![]),
    ] {
        let (_, findings) = verdict(&exception(scope, "2026-11-22"));
        let excepted: Vec<_> = findings
            .iter()
            .filter(|finding| finding.excepted.is_some())
            .map(|finding| finding.id.as_str())
            .collect();
        assert_eq!(excepted, expected, "{scope}");
    }
}

#[test]
fn excepted_findings_do_not_count_and_say_why() {
    let (verdict, findings) = verdict(&exception("id: CVE-2026-1", "2027-01-31"));
    assert!(
        verdict
            .reasons
            .iter()
            .all(|reason| reason.rule != "fixable-high")
    );
    insta::assert_debug_snapshot!(findings[0].excepted);
}

#[test]
fn expired_and_unused_exceptions_are_reported() {
    let (old, findings) = verdict(&exception("id: CVE-2026-1", "2026-11-21"));
    assert!(findings[0].excepted.is_none());
    assert_eq!(
        old.notes,
        ["plimsoll.yaml:2: the exception for CVE-2026-1 expired on 2026-11-21 (owner: ops)"]
    );
    let (unused, _) = verdict(&exception("id: CVE-1999-1", "2027-01-31"));
    assert_eq!(
        unused.notes,
        ["plimsoll.yaml:2: the exception for CVE-1999-1 applies to nothing here (owner: ops)"]
    );
}

#[test]
fn bad_policies_are_refused_with_place_and_hint() {
    let cases = [
        ("misspelt key", rule("serverity: high")),
        ("misspelt word", rule("severity: hihg")),
        ("misspelt top", "polcy:\n  rules: []\n".to_owned()),
        ("misspelt mode", "policy:\n  rules:\n    - name: r\n      severity: high\n      mode: enforced\n".into()),
        ("misspelt stage", "policy:\n  rules:\n    - name: r\n      severity: high\n      mode: {biuld: warn}\n".into()),
        ("no condition", "policy:\n  rules:\n    - name: r\n      mode: warn\n".into()),
        ("clash", rule("severity: high\n      end_of_life: true")),
        ("twice", "policy:\n  rules:\n    - {name: r, mode: warn, epss: 0.1}\n    - {name: r, mode: warn, epss: 0.2}\n".into()),
        ("out of range", rule("epss: 50")),
        ("bad cel", rule("cel: 'finding.severity =='")),
        ("unknown variable", rule("cel: 'image.name == \"x\"'")),
        ("bad glob", rule("licenses: ['[']")),
        ("not yaml", "policy: [".into()),
        ("no owner", "exceptions:\n  - id: CVE-1\n    reason: r\n    expires: 2027-01-01\n".into()),
        ("no end", "exceptions:\n  - id: CVE-1\n    owner: o\n    reason: r\n".into()),
        ("no date", exception("id: CVE-1", "soon")),
        ("no scope", exception("image: '*'", "2027-01-01")),
        ("bad purl", exception("package: lodash", "2027-01-01")),
        ("alias bomb", format!("a: &a [x,x,x,x,x,x,x,x,x]\n{}", (0..9).map(|i| format!("b{i}: &b{i} [{}]\n", ["*a"; 9].join(","))).collect::<String>())),
        ("deep", format!("policy: {}", "[".repeat(100_000))),
        ("long", "x".repeat(2 << 20)),
    ];
    let said: String = cases
        .iter()
        .map(|(name, yaml)| {
            let error = Document::parse(yaml, "plimsoll.yaml").expect_err(name);
            let hint = error.hint.as_deref().unwrap_or("-");
            format!("{name}: {error}\n    hint: {hint}\n")
        })
        .collect();
    insta::assert_snapshot!(said);
}

#[test]
fn ignore_files_of_other_tools_are_read() {
    let said: String = [
        (".trivyignore", "# why\nCVE-2026-1 exp:2027-01-01\n\nCVE-2026-2 # no\n"),
        (
            ".trivyignore.yaml",
            "vulnerabilities:\n  - id: CVE-2026-1\n    paths: ['usr/**']\n    purls: ['pkg:npm/a', 'pkg:npm/b']\n    statement: s\n    expired_at: 2027-01-01\n",
        ),
        (
            ".grype.yaml",
            "ignore:\n  - vulnerability: CVE-2026-1\n    fix-state: not-fixed\n    package:\n      name: lodash\n      version: 4.17.20\n      location: /app/**\nother: 1\n",
        ),
        (".trivyignore", "CVE-2026-1 until:2027\n"),
        (".grype.yaml", "ignore:\n  - vulnerability: CVE-2026-1\n    namespace: nvd\n"),
        (".grype.yaml", "ignore:\n  - vulnerabilty: CVE-2026-1\n"),
    ]
    .iter()
    .map(|(file, text)| match ignore_files::parse(text, file) {
        Ok(exceptions) => exceptions.iter().map(|e| format!("{file}: {e:?}\n")).collect::<String>(),
        Err(error) => format!("{file}: {error} (hint: {:?})\n", error.hint),
    })
    .collect();
    insta::assert_snapshot!(said);
}

#[test]
fn a_grype_rule_about_unfixed_ends_with_the_fix() {
    let exceptions = ignore_files::parse(
        "ignore:\n  - vulnerability: CVE-2026-1\n    fix-state: not-fixed\n",
        ".grype.yaml",
    )
    .expect("parses");
    let inventory = inventory();
    let mut findings = findings();
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: Stage::Build,
        today: day("2026-11-22"),
    };
    judge(
        &builtin::default_policy(),
        &exceptions,
        &case,
        &mut findings,
    );
    assert!(findings[0].excepted.is_none());
}
