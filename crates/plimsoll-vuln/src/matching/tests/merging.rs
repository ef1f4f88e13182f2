//! Several sources about one defect.

use super::*;

fn bookworm(package: Package) -> Inventory {
    inventory(Some(("debian", "12")), vec![package])
}

fn bash(version: &str) -> Inventory {
    bookworm(os_package("deb", "bash", version, None))
}

fn said(range: &str) -> Affected {
    affected("deb:debian:12", "bash", &[range])
}

fn debian() -> Data {
    Data::default().covers("debian", "deb:debian:12")
}

#[test]
fn one_defect_one_finding() {
    let data = Data::default()
        .says(
            "ghsa",
            record("GHSA-1")
                .alias("CVE-2021-1")
                .about(affected("pypi", "a", &["<2"])),
        )
        .says(
            "pypa",
            record("PYSEC-1")
                .alias("GHSA-1")
                .about(affected("pypi", "a", &["<2"])),
        )
        .says(
            "osv",
            record("GHSA-1")
                .alias("CVE-2021-1")
                .about(affected("pypi", "a", &["<2"])),
        );
    let matched = data.matched(&inventory(None, vec![library("pypi", "a", "1", "x")]));
    let [finding] = matched.findings.as_slice() else {
        panic!("{:?}", matched.findings)
    };
    assert_eq!(finding.id, "CVE-2021-1");
    assert_eq!(finding.aliases, ["GHSA-1", "PYSEC-1"]);
    let sources: Vec<&str> = finding.also.iter().map(|how| how.source.as_str()).collect();
    assert_eq!(finding.how.as_ref().unwrap().source, "pypa");
    assert_eq!(sources, ["ghsa", "osv"]);
}

#[test]
fn the_trackers_fix_counts_more_than_the_changelogs() {
    let data = debian()
        .says("debian", record("CVE-1").about(said("<5.2-3")))
        .says("debian-changelog", record("CVE-1").about(said("<5.2-2")));
    assert_eq!(data.found(&bash("5.2-2")), ["CVE-1 bash"]);
    assert!(data.found(&bash("5.2-3")).is_empty());
}

#[test]
fn a_known_fix_counts_more_than_an_open_statement() {
    let data = debian()
        .says("debian", record("CVE-1").about(said("*")))
        .says("debian-changelog", record("CVE-1").about(said("<5.2-2")));
    assert!(data.found(&bash("5.2-2")).is_empty());
    let matched = data.matched(&bash("5.2-1"));
    let finding = &matched.findings[0];
    assert_eq!(finding.fix.as_ref().unwrap().versions, ["5.2-2"]);
    assert_eq!(finding.how.as_ref().unwrap().source, "debian-changelog");
    assert_eq!(finding.also[0].source, "debian");
}

#[test]
fn not_affected_counts_only_from_the_stronger() {
    let not = || with_status(Status::NotAffected, said("*"));
    let strong = debian()
        .says("debian", record("CVE-1").about(not()))
        .says("osv", record("CVE-1").about(said("<9")));
    assert!(strong.found(&bash("5.2-1")).is_empty());
    let weak = debian()
        .says("debian", record("CVE-1").about(said("*")))
        .says("osv", record("CVE-1").about(not()));
    assert_eq!(weak.found(&bash("5.2-1")), ["CVE-1 bash"]);
}

#[test]
fn a_distributions_word_does_not_reach_another_scope() {
    let not = with_status(
        Status::NotAffected,
        affected("deb:debian:12", "requests", &["*"]),
    );
    let data = debian().says("debian", record("CVE-1").about(not)).says(
        "ghsa",
        record("GHSA-1")
            .alias("CVE-1")
            .about(affected("pypi", "requests", &["<3"])),
    );
    let target = inventory(
        Some(("debian", "12")),
        vec![
            library("pypi", "requests", "2.0", "opt/requests"),
            os_package("deb", "requests", "2.0-1", None),
        ],
    );
    assert_eq!(data.found(&target), ["CVE-1 requests"]);
}

#[test]
fn states_are_told() {
    for (status, state, words) in [
        (Status::Affected, FixState::NotFixed, "*"),
        (Status::WontFix, FixState::WontFix, "*, will not be fixed"),
        (
            Status::UnderInvestigation,
            FixState::Unknown,
            "*, under investigation",
        ),
        (Status::EndOfLife, FixState::WontFix, "*, out of support"),
    ] {
        let data = debian().says(
            "debian",
            record("CVE-1").about(with_status(status, said("*"))),
        );
        let matched = data.matched(&bash("5.2-1"));
        let finding = &matched.findings[0];
        assert_eq!(finding.fix.as_ref().unwrap().state, state);
        assert_eq!(finding.how.as_ref().unwrap().range, words);
    }
}

#[test]
fn withdrawn_and_rejected_are_no_findings_but_are_kept() {
    let mut withdrawn = record("CVE-1").about(said("*"));
    withdrawn.withdrawn = Some("2024-01-01T00:00:00Z".parse().unwrap());
    let mut rejected = Enrichment::new("CVE-2");
    rejected.rejected = true;
    let data = debian()
        .says("debian", withdrawn)
        .says("debian", record("CVE-2").about(said("*")))
        .says(
            "debian-dsa",
            record("DSA-1").mends(&["CVE-2"]).about(said("*")),
        )
        .knows("cve", Item::Enrichment(rejected));
    assert!(data.found(&bash("5.2-1")).is_empty());
    let database = data.database();
    for id in ["CVE-1", "CVE-2", "DSA-1"] {
        assert!(database.vulnerability(id).unwrap()[0].is_void(), "{id}");
    }
}

#[test]
fn a_rejected_id_does_not_take_a_reviewed_advisory_with_it() {
    let mut rejected = Enrichment::new("CVE-2");
    rejected.rejected = true;
    let data = Data::default()
        .says(
            "ghsa",
            record("GHSA-2")
                .alias("CVE-2")
                .about(affected("npm", "a", &["<2.0.0"])),
        )
        .knows("cve", Item::Enrichment(rejected));
    assert_eq!(
        data.found(&inventory(None, vec![library("npm", "a", "1.0.0", "x")])),
        ["CVE-2 a"]
    );
}

#[test]
fn what_else_is_known_is_told() {
    let mut known = Enrichment::new("CVE-1");
    known.known_exploited = Some(Date::constant(2024, 1, 1));
    known.epss = Some(0.9);
    known.weaknesses = vec!["CWE-78".to_owned()];
    known.published = Some("2023-01-01T00:00:00Z".parse().unwrap());
    known.summary = Some("Bash runs trailing code".to_owned());
    known.cvss = vec![CvssVector {
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
        rated_by: Some("nvd".to_owned()),
    }];
    let mut own = record("CVE-1").about(said("<5.2-2"));
    own.published = Some("2023-05-01T00:00:00Z".parse().unwrap());
    own.weaknesses = vec!["CWE-20".to_owned()];
    let mut low = said("<5.2-2");
    low.vendor_severity = Some("unimportant".to_owned());
    low.fix_available = Some(Date::constant(2024, 2, 3));
    own.affected = vec![low];
    let data = debian()
        .says("debian", own)
        .knows("kev", Item::Enrichment(known));
    let finding = data.matched(&bash("5.2-1")).findings.pop().unwrap();
    assert!(finding.known_exploited);
    assert_eq!(finding.epss, Some(0.9));
    assert_eq!(finding.weaknesses, ["CWE-20", "CWE-78"]);
    assert_eq!(
        finding.published.unwrap().to_string(),
        "2023-01-01T00:00:00Z"
    );
    assert_eq!(finding.title, "Bash runs trailing code");
    assert_eq!(finding.severity, Severity::Negligible);
    assert_eq!(finding.vendor_severity.as_deref(), Some("unimportant"));
    assert_eq!(
        finding.fix.unwrap().available,
        Some(Date::constant(2024, 2, 3))
    );
}

#[test]
fn facts_alone_make_a_title() {
    let title = |affected| {
        let data = debian().says("debian", record("CVE-1").about(affected));
        data.matched(&bash("5.2-1")).findings.pop().unwrap().title
    };
    assert_eq!(title(said("<5.2-2")), "bash before 5.2-2");
    assert_eq!(title(said("*")), "bash, no fix yet");
    assert_eq!(
        title(with_status(Status::WontFix, said("*"))),
        "bash, will not be fixed"
    );
    assert_eq!(title(said("<=5.2-1")), "bash <= 5.2-1");
}

fn fingerprints(packages: Vec<Package>) -> Vec<String> {
    let data = Data::default()
        .covers("debian", "deb:debian:12")
        .covers("ghsa", "npm")
        .says("debian", record("CVE-1").about(said("*")))
        .says(
            "ghsa",
            record("GHSA-1")
                .alias("CVE-2")
                .about(affected("npm", "a", &["*"])),
        );
    let matched = data.matched(&inventory(Some(("debian", "12")), packages));
    matched
        .findings
        .into_iter()
        .map(|finding: Finding| finding.fingerprint)
        .collect()
}

#[test]
fn fingerprints_stay_and_tell_apart() {
    let at = |version, path| fingerprints(vec![library("npm", "a", version, path)]);
    // A newer version that is still affected is the same defect, also where the path names it.
    assert_eq!(at("1.0.0", "app/a-1.0.0/p"), at("1.0.1", "app/a-1.0.1/p"));
    assert_ne!(at("1.0.0", "app/a"), at("1.0.0", "srv/a"));
    let os = |version| fingerprints(vec![os_package("deb", "bash", version, None)]);
    assert_eq!(os("5.2-1"), os("5.2-2"));
    let mut foreign = os_package("deb", "bash", "5.2-1", None);
    foreign.arch = Some("i386".to_owned());
    let both = fingerprints(vec![os_package("deb", "bash", "5.2-1", None), foreign]);
    assert_ne!(both[0], both[1]);
    assert_eq!(at("1.0.0", "app/a")[0].len(), 32);
}

#[test]
fn findings_are_sorted_worst_first() {
    let rated = |id: &str, word: &str| {
        let mut record = record(id).about(said("*"));
        record.vendor_severity = Some(word.to_owned());
        record
    };
    let data = debian()
        .says("debian", rated("CVE-3", "low"))
        .says("debian", rated("CVE-2", "high"))
        .says("debian", rated("CVE-1", "low"));
    assert_eq!(
        data.found(&bash("5.2-1")),
        ["CVE-2 bash", "CVE-1 bash", "CVE-3 bash"]
    );
}

#[test]
fn names_from_outside_cannot_drive_a_terminal() {
    let mut evil = record("CVE-1\u{1b}[31m").about(said("*"));
    evil.summary = Some("a\u{7}b".to_owned());
    let data = debian().says("debian", evil);
    let finding = data.matched(&bash("5.2-1")).findings.pop().unwrap();
    assert_eq!(
        (finding.id.as_str(), finding.title.as_str()),
        ("CVE-1\\u{1b}[31m", "a\\u{7}b")
    );
}
