//! A virtual environment, wheels and lockfiles made by pip and uv, held against what these tools
//! say is in them. Needs Python, the packages of script/pypi-test.txt, and the index.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "support/lang_tools.rs"]
mod lang_tools;
#[path = "support/read.rs"]
mod read;

use lang_tools::{folder_of, run};
use read::{assert_same, names, read_folder};

const INSTALLED: &[&str] = &["python-dist-info", "python-egg-info"];

/// Runs a program of the virtual environment.
fn tool(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let program = folder_of("PLIMSOLL_TEST_VENV").join("bin").join(program);
    let program = program.to_str().unwrap();
    run(
        folder,
        program,
        arguments,
        "the packages of script/pypi-test.txt",
    )
}

/// The folder of installed packages.
fn site_packages() -> PathBuf {
    let script = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let path = tool(Path::new("/"), "python", &["-c", script]);
    PathBuf::from(path.trim())
}

/// Packages as pip lists them, by the names that pip compares them by.
fn pip_list() -> BTreeSet<String> {
    let script = "import json,sys\nfrom pip._vendor.packaging.utils import canonicalize_name as c\n\
        for p in json.load(open(sys.argv[1])): print(c(p['name']), p['version'])";
    let folder = tempfile::tempdir().unwrap();
    let json = tool(
        folder.path(),
        "pip",
        &["list", "--format", "json", "--disable-pip-version-check"],
    );
    fs::write(folder.path().join("list.json"), json).unwrap();
    let lines = tool(folder.path(), "python", &["-c", script, "list.json"]);
    lines.lines().map(str::to_owned).collect()
}

#[test]
fn pip_lists_the_same() {
    let told = read_folder(&site_packages(), INSTALLED);
    // pip does not list what packages keep for themselves, though its code is there.
    let (vendored, told): (Vec<_>, Vec<_>) = told
        .into_iter()
        .partition(|one| one.path.contains("/_vendor/"));
    let theirs = pip_list();
    assert!(
        theirs.len() >= 40,
        "the environment is too small: {theirs:?}"
    );
    assert_same(&names(&told), &theirs, "site-packages");
    assert!(vendored.iter().all(|one| one.error.is_none()));
}

#[test]
fn licences_are_those_of_the_metadata() {
    let told = read_folder(&site_packages(), INSTALLED);
    for (package, license) in [
        ("flask", "BSD-3-Clause"),
        ("zope-interface", "ZPL 2.1"),
        ("requests", "Apache 2.0"),
        ("pyyaml", "MIT"),
        ("attrs", "MIT"),
    ] {
        let found = told
            .iter()
            .flat_map(|one| &one.facts.packages)
            .find(|found| found.name == package)
            .unwrap_or_else(|| panic!("{package} was not found"));
        assert_eq!(found.licenses, [license], "{package}");
    }
}

#[test]
fn frozen_requirements_name_what_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let frozen = tool(
        folder.path(),
        "pip",
        &["freeze", "--all", "--disable-pip-version-check"],
    );
    fs::write(folder.path().join("requirements.txt"), frozen).unwrap();
    let told = read_folder(folder.path(), &["python-"]);
    assert_same(&names(&told), &pip_list(), "pip freeze");
}

#[test]
fn wheels_tell_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    for package in [
        "zope.interface==7.2",
        "ruamel.yaml==0.18.6",
        "PyYAML==6.0.1",
    ] {
        let arguments = [
            "download",
            "-q",
            "--no-deps",
            "--only-binary=:all:",
            "-d",
            ".",
            package,
        ];
        tool(folder.path(), "pip", &arguments);
    }
    let told = read_folder(folder.path(), &["python-"]);
    let expected = ["zope-interface 7.2", "ruamel-yaml 0.18.6", "pyyaml 6.0.1"];
    let expected = expected.map(str::to_owned).into_iter().collect();
    assert_same(&names(&told), &expected, "wheels");
    let inside = told[0].facts.packages[0].inside.as_deref();
    assert_eq!(inside, Some("PyYAML-6.0.1.dist-info/METADATA"));
}

/// A project with extras, markers, a group, and itself.
const PYPROJECT: &str = r#"[project]
name = "sample-app"
version = "0.3.0"
requires-python = ">=3.9"
dependencies = ["flask==2.0.1", "zope.interface==7.2", "uvicorn[standard]==0.29.0"]

[dependency-groups]
dev = ["pytest==8.1.1"]
"#;

#[test]
fn uv_exports_what_its_lockfile_holds() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("pyproject.toml"), PYPROJECT).unwrap();
    tool(folder, "uv", &["lock", "-q"]);
    let export = |format: &str, hashes: &str| {
        let arguments = [
            "export",
            "-q",
            "--frozen",
            "--all-groups",
            "--no-emit-project",
            hashes,
            "--format",
            format,
        ];
        tool(folder, "uv", &arguments)
    };
    let theirs: BTreeSet<String> = export("requirements-txt", "--no-hashes")
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()))
        .map(|line| line.split(" ;").next().unwrap().replacen("==", " ", 1))
        .collect();
    assert!(theirs.contains("zope-interface 7.2"), "{theirs:?}");
    let lock = read_folder(folder, &["python-uv-lock"]);
    assert_same(&names(&lock), &theirs, "uv.lock");

    let exports = tempfile::tempdir().unwrap();
    let exports = exports.path();
    let hashed = export("requirements-txt", "--hashes");
    assert!(hashed.contains("--hash=sha256:"));
    fs::write(exports.join("requirements.txt"), hashed).unwrap();
    let requirements = read_folder(exports, &["python-requirements"]);
    assert_same(&names(&requirements), &theirs, "requirements with hashes");
    fs::write(
        exports.join("pylock.toml"),
        export("pylock.toml", "--no-hashes"),
    )
    .unwrap();
    let pylock = read_folder(exports, &["python-pylock"]);
    assert_same(&names(&pylock), &theirs, "pylock.toml");
}

/// A poetry.lock is TOML: the same packages as a full reader of TOML finds in it.
#[test]
fn lockfiles_read_as_a_toml_reader_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("pyproject.toml"), PYPROJECT).unwrap();
    tool(folder, "uv", &["lock", "-q"]);
    let script = "import json,tomllib\n\
        print(json.dumps([[p['name'], p.get('version')] for p in \
        tomllib.load(open('uv.lock','rb'))['package'] if 'registry' in p['source']]))";
    let theirs: Value = serde_json::from_str(&tool(folder, "python", &["-c", script])).unwrap();
    let theirs: BTreeSet<String> = theirs
        .as_array()
        .unwrap()
        .iter()
        .map(|p| format!("{} {}", p[0].as_str().unwrap(), p[1].as_str().unwrap()))
        .collect();
    assert_same(
        &names(&read_folder(folder, &["python-uv-lock"])),
        &theirs,
        "uv.lock",
    );
}
