//! The orders of apk and NuGet against other implementations of them, on random pairs that differ
//! little: the ecosystems' own tools are not among Debian's packages.
//!
//! Needs Go with its module proxy, and the packages of `script/pypi-test.txt`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic, also outside its #[test] functions"
)]

#[path = "oracle/pairs.rs"]
mod pairs;
#[path = "oracle/run.rs"]
mod run;

use std::fs;
use std::process::Command;

use pairs::{PAIRS, assert_same, compare, judged};
use run::{Vocabulary, ask, folder, script};

const APK: Vocabulary = Vocabulary {
    fronts: &["", "", "", "1.", "0."],
    separators: &[".", ".", ".", "_", "_", "-r", ""],
    words: &[
        "alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p", "a", "b",
    ],
    ends: &["", "", "", "-r0", "-r1", "_p1", "_git20220101"],
    alphabet: "0129._-rab",
};

/// A module and its digests, as Go writes them.
const GO_MOD: &str = "module oracle\n\ngo 1.19\n\n\
    require github.com/knqyf263/go-apk-version v0.0.0-20200609155635-041fdbb8563f\n";
const GO_SUM: &str = "\
github.com/knqyf263/go-apk-version v0.0.0-20200609155635-041fdbb8563f h1:GvCU5GXhHq+7LeOzx/haG7HSIZokl3/0GkoUFzsRJjg=
github.com/knqyf263/go-apk-version v0.0.0-20200609155635-041fdbb8563f/go.mod h1:q59u9px8b7UTj0nIjEjvmTWekazka6xIt6Uogz5Dm+8=
";

/// A port of apk-tools 2.
fn go_apk_version() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(script("apk.go"), folder.path().join("main.go")).expect("main.go");
    fs::write(folder.path().join("go.mod"), GO_MOD).expect("go.mod");
    fs::write(folder.path().join("go.sum"), GO_SUM).expect("go.sum");
    let built = Command::new("go")
        .args(["build", "-o", "oracle", "."])
        .current_dir(folder.path())
        .env("GOFLAGS", "-mod=mod")
        .env("GOTOOLCHAIN", "local")
        .status()
        .unwrap_or_else(|error| panic!("go build: {error}; install golang-go"));
    assert!(built.success(), "go build failed");
    folder
}

#[test]
fn apk_as_a_port_of_apk_tools() {
    let folder = go_apk_version();
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new(folder.path().join("oracle"));
        ask(&mut command, "golang-go", lines)
    };
    assert_same("apk", compare, &judged(&APK, 40, PAIRS, &mut oracle));
}

const NUGET: Vocabulary = Vocabulary {
    fronts: &["", "", "1.", "1.2.", "0.0."],
    separators: &[".", ".", "-", "-", "+"],
    words: &["alpha", "beta", "RC", "rc", "preview", "a-b", "x"],
    ends: &["", "", "", "-rc.1", "-RC", "+build.1", ".0"],
    alphabet: "0129.-+abRC",
};

#[test]
fn nuget_as_univers() {
    let python = folder("PLIMSOLL_TEST_VENV", "the packages of script/pypi-test.txt");
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new(python.join("bin/python"));
        ask(command.arg(script("nuget.py")), "univers (PyPI)", lines)
    };
    // It is slow.
    assert_same(
        "nuget",
        compare,
        &judged(&NUGET, 41, PAIRS / 4, &mut oracle),
    );
}
