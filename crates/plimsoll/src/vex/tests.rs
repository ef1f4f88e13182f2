use std::fs;

use plimsoll_model::finding::VexStatus;
use plimsoll_model::{
    Date, Ecosystem, FindingKind, Fix, FixState, Outcome, Package, PackageIndex, Part, Severity,
    Stage, State, Target, TargetKind,
};
use plimsoll_policy::{Case, Document, judge};

use super::*;

const NOT_AFFECTED: &str = r#"{
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1",
    "author": "shop", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
    "statements": [{
        "vulnerability": {"name": "CVE-2026-1"},
        "products": [{"@id": "pkg:npm/left-pad@1.0.0"}],
        "status": "not_affected", "justification": "vulnerable_code_not_present"
    }]
}"#;

/// One fixable finding, which the built-in policy denies.
fn found() -> (Inventory, Vec<Finding>) {
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Image,
        name: "shop".to_owned(),
        digest: None,
        platform: None,
        os: None,
    });
    inventory.packages.push(Package {
        ecosystem: Ecosystem::new("npm"),
        namespace: None,
        name: "left-pad".to_owned(),
        version: "1.0.0".to_owned(),
        arch: None,
        purl: "pkg:npm/left-pad@1.0.0".parse().expect("a package URL"),
        part: Part::Language,
        state: State::Installed,
        source: None,
        licenses: Vec::new(),
        cataloger: "test".into(),
        locations: Vec::new(),
        module: None,
    });
    let kind = FindingKind::Vulnerability;
    let mut finding = Finding::new(kind, "CVE-2026-1", "f", Severity::High, "overflow");
    finding.package = Some(PackageIndex(0));
    finding.fix = Some(Fix {
        state: FixState::Fixed,
        versions: vec!["1.0.1".to_owned()],
        available: None,
    });
    (inventory, vec![finding])
}

/// The built-in policy's verdict once these documents were applied.
fn outcome(files: &[PathBuf]) -> (Outcome, Option<VexStatus>) {
    let (inventory, mut findings) = found();
    let statements = Vex::of_files(files).expect("documents");
    apply_vex(&mut findings, &inventory, &statements.statements);
    let document = Document::parse("", "built-in policy").expect("the built-in policy");
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: Stage::Build,
        today: Date::new(2026, 2, 1).expect("a day"),
    };
    let verdict = judge(&document.policy, &[], &case, &mut findings);
    let excepted = findings.first().and_then(|it| it.excepted.as_ref());
    (verdict.outcome, excepted.and_then(|it| it.vex))
}

#[test]
fn what_is_not_affected_is_not_denied() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("vex.json");
    fs::write(&file, NOT_AFFECTED).expect("written");
    assert_eq!(outcome(&[]), (Outcome::Deny, None));
    let (outcome, status) = outcome(&[file]);
    // That there are no advisories at all is still warned of.
    assert_eq!(outcome, Outcome::Warn);
    assert_eq!(status, Some(VexStatus::NotAffected));
}

#[test]
fn the_command_line_has_the_last_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("written");
        file
    };
    let calm = write("calm.json", NOT_AFFECTED);
    let loud = write(
        "loud.json",
        &NOT_AFFECTED.replace("\"not_affected\"", "\"affected\""),
    );
    let configuration = folder.path().join("plimsoll.yaml");
    let mut files = configured(Some(&configuration), &["calm.json".to_owned()]);
    assert_eq!(files, [calm]);
    files.push(loud);
    assert_eq!(outcome(&files), (Outcome::Deny, None));
}

#[test]
fn paths_of_the_configuration_start_at_its_folder() {
    let documents = ["vex/a.json".to_owned(), "/etc/b.json".to_owned()];
    assert_eq!(
        configured(Some(Path::new("/srv/shop/plimsoll.yaml")), &documents),
        [
            PathBuf::from("/srv/shop/vex/a.json"),
            PathBuf::from("/etc/b.json")
        ]
    );
}

#[test]
fn an_unreadable_document_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("vex.json");
    let missing = Vex::of_files(std::slice::from_ref(&file)).err();
    assert!(missing.is_some_and(|it| it.message().starts_with("failed to read ")));
    fs::write(&file, "{}").expect("written");
    let failure = Vex::of_files(&[file]).err().expect("no VEX document");
    assert!(failure.message().starts_with("failed to read VEX document"));
    assert!(failure.hint_text().is_some());
}
