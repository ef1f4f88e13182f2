//! Version orders against the ecosystems' own tools, on random pairs that differ little.
//!
//! Wherever the tool calls both versions valid, the order has to be the same. What is invalid
//! there is left out here: it is read more loosely, see each scheme.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic, also outside its #[test] functions"
)]

#[path = "oracle/pairs.rs"]
mod pairs;
#[path = "oracle/run.rs"]
mod run;

use std::cmp::Ordering;
use std::process::Command;

use pairs::{PAIRS, assert_same, compare, judged, sign};
use plimsoll_vuln::schemes::scheme;
use run::{Random, Vocabulary, ask, folder, script};

const MANY_PAIRS: usize = 1_000_000;

/// Debian's Python, which sees Debian's modules.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

const PEP440: Vocabulary = Vocabulary {
    fronts: &["", "", "", "v", "1!", "0!"],
    separators: &[".", ".", ".", "", "-", "_", "+"],
    words: &[
        "a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "post", "rev", "r", "dev", "RC",
        "Dev", "local", "ubuntu",
    ],
    ends: &["", "", "", ".dev0", "+abc.1", ".post1", "a1"],
    alphabet: "0129.-_+abcdrv!",
};

#[test]
fn pep440_as_packaging() {
    let python =
        folder("PLIMSOLL_TEST_VENV", "the packages of script/pypi-test.txt").join("bin/python");
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new(&python);
        ask(command.arg(script("pep440.py")), "packaging (PyPI)", lines)
    };
    assert_same("pep440", compare, &judged(&PEP440, 1, PAIRS, &mut oracle));
}

const SEMVER: Vocabulary = Vocabulary {
    fronts: &["0.", "1.", "1.0.", "1.2.", "v1.2.", "1.10."],
    separators: &[".", ".", "-", "-", "+", ""],
    words: &["alpha", "beta", "rc", "Rc", "a", "x-y", "0a", "-", "beta.2"],
    ends: &["", "", "-0", "-alpha.1", "+build.5", "-rc.1+7"],
    alphabet: "0129.-+abxv",
};

fn node(lines: &[String], mode: &str) -> Vec<String> {
    let modules = folder("PLIMSOLL_TEST_NPM", "the packages of script/npm-test.txt");
    let mut command = Command::new("node");
    command.arg(script("semver.js")).arg(modules).arg(mode);
    ask(&mut command, "nodejs, and semver (npm)", lines)
}

#[test]
fn npm_as_semver_in_loose_mode() {
    let judged = judged(&SEMVER, 2, PAIRS, &mut |lines| node(lines, "npm"));
    assert_same("npm", compare, &judged);
}

#[test]
fn semver_as_npm_in_strict_mode() {
    let judged = judged(&SEMVER, 3, PAIRS, &mut |lines| node(lines, "semver"));
    assert_same("semver", compare, &judged);
}

const MAVEN: Vocabulary = Vocabulary {
    fronts: &["", "", "1.", "1.0."],
    separators: &[".", ".", "-", "-", ""],
    words: &[
        "alpha",
        "beta",
        "milestone",
        "rc",
        "cr",
        "snapshot",
        "SNAPSHOT",
        "ga",
        "Final",
        "release",
        "sp",
        "a",
        "b",
        "m",
        "x",
        "jre",
        "redhat",
        "incubating",
    ],
    ends: &["", "", ".0", "-0", "-1", "-SNAPSHOT", ".Final", "-alpha-1"],
    alphabet: "0129.-abmx",
};

fn maven(lines: &[String], version: &str) -> Vec<String> {
    let jars = folder("PLIMSOLL_TEST_JARS", "the jars of script/maven-test.txt");
    let jar = jars.join(format!("maven-artifact-{version}.jar"));
    assert!(
        jar.exists(),
        "no {}; see script/maven-test.txt",
        jar.display()
    );
    let mut command = Command::new("java");
    command.arg("-cp").arg(jar).arg(script("Maven.java"));
    ask(&mut command, "default-jdk-headless", lines)
}

/// `-ga-`, `-final1` and the like, where Maven 3 keeps a level of nesting that its main branch
/// and the published pairs (`1-1 = 1-ga-1`) do not.
fn drops_release_qualifier(version: &str) -> bool {
    let lower = version.to_ascii_lowercase();
    ["ga", "final", "release"]
        .iter()
        .any(|word| (lower.match_indices(word)).any(|(at, _)| at + word.len() < lower.len()))
}

fn without_explained(lines: &[String], answers: Vec<String>) -> Vec<String> {
    (lines.iter().zip(answers))
        .map(|(line, answer)| {
            let explained = line.split('\t').any(drops_release_qualifier);
            if explained { "!".to_owned() } else { answer }
        })
        .collect()
}

#[test]
fn maven_as_maven_artifact_3_8_6() {
    let mut oracle = |lines: &[String]| without_explained(lines, maven(lines, "3.8.6"));
    assert_same("maven", compare, &judged(&MAVEN, 4, PAIRS, &mut oracle));
}

const GEM: Vocabulary = Vocabulary {
    fronts: &["", "", "1.", "1.0."],
    separators: &[".", ".", ".", "-", ""],
    words: &["a", "b", "pre", "rc", "beta", "A", "RC", "alpha"],
    ends: &["", "", ".0", ".a", ".0.a", ".pre.1", ".0.0"],
    alphabet: "0129.-abAz",
};

#[test]
fn gem_as_rubygems() {
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new("ruby");
        ask(command.arg(script("gem.rb")), "ruby", lines)
    };
    assert_same("gem", compare, &judged(&GEM, 5, PAIRS, &mut oracle));
}

const COMPOSER: Vocabulary = Vocabulary {
    fronts: &["", "", "v", "V", "1.", "1.0."],
    separators: &[".", ".", "-", "_", ""],
    words: &[
        "dev", "alpha", "a", "beta", "b", "RC", "rc", "Rc", "stable", "patch", "pl", "p", "BETA",
    ],
    ends: &[
        "", "", "", ".0", "-dev", "-beta2", "RC1", "+build", ".x-dev",
    ],
    alphabet: "0129.-_abdpvR",
};

fn compare_as_written(scheme: &dyn plimsoll_vuln::VersionScheme, a: &str, b: &str) -> String {
    match scheme.compare_as_written(a, b) {
        Ok(order) => sign(order).to_owned(),
        Err(error) => error.to_string(),
    }
}

fn php(lines: &[String], mode: &str) -> Vec<String> {
    let mut command = Command::new("php");
    command.arg(script("composer.php")).arg(mode);
    ask(&mut command, "php-cli and php-composer-semver", lines)
}

/// A number too long for a version, in the name of a branch.
fn is_long_branch(version: &str) -> bool {
    let digits = version
        .trim_start_matches(['v', 'V'])
        .split(|c: char| !c.is_ascii_digit());
    version.to_ascii_lowercase().ends_with("dev") && digits.take(1).any(|first| first.len() > 5)
}

#[test]
fn composer_as_its_resolver() {
    let mut judged = judged(&COMPOSER, 6, PAIRS, &mut |lines| php(lines, "normalised"));
    judged.retain(|(a, b, _)| !is_long_branch(a) && !is_long_branch(b));
    assert_same("composer", compare, &judged);
}

#[test]
fn composer_as_its_comparator() {
    let judged = judged(&COMPOSER, 7, PAIRS, &mut |lines| php(lines, "written"));
    // PHP does not know the `v` in front, which the published pairs have; separators in front
    // and at the end confuse it (`.1 < 1`, `1.a < 1.`).
    let is_plain = |version: &str| {
        version.starts_with(|first: char| first.is_ascii_digit())
            && version.ends_with(|last: char| last.is_ascii_alphanumeric())
    };
    let judged: Vec<_> = judged
        .into_iter()
        .filter(|(a, b, _)| is_plain(a) && is_plain(b))
        .collect();
    assert_same("composer", compare_as_written, &judged);
}

const DPKG: Vocabulary = Vocabulary {
    fronts: &["", "", "", "1:", "0:", "00:", "10:"],
    separators: &[".", ".", "-", "+", "~", "", "~~", ".-"],
    words: &[
        "deb", "ubuntu", "rc", "a", "z", "A", "Z", "bpo", "dfsg", "really", "nmu",
    ],
    ends: &["", "", "-1", "-0", "~", "-1~", "+b1", "-1ubuntu0.1"],
    alphabet: "0129.-+~aZ",
};

/// Leaves out what we refuse; `dpkg_as_dpkg_itself` shows that dpkg refuses it, too.
fn dpkg_valid(lines: &[String], answers: Vec<String>) -> Vec<String> {
    let dpkg = scheme("dpkg").expect("dpkg");
    (lines.iter().zip(answers))
        .map(|(line, answer)| {
            let (a, b) = line.split_once('\t').expect("a pair");
            let valid = dpkg.compare(a, b).is_ok();
            if valid { answer } else { "!".to_owned() }
        })
        .collect()
}

#[test]
fn dpkg_as_libapt_on_a_million() {
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new(SYSTEM_PYTHON);
        let answers = ask(command.arg(script("libapt.py")), "python3-apt", lines);
        // libapt checks nothing.
        dpkg_valid(lines, answers)
    };
    assert_same("dpkg", compare, &judged(&DPKG, 8, MANY_PAIRS, &mut oracle));
}

#[test]
fn dpkg_as_its_own_library() {
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new("perl");
        let answers = ask(command.arg(script("dpkg.pl")), "libdpkg-perl", lines);
        // It lets through what dpkg itself refuses, see below.
        dpkg_valid(lines, answers)
    };
    assert_same("dpkg", compare, &judged(&DPKG, 9, PAIRS / 2, &mut oracle));
}

/// A process for each pair, so only some; dpkg is asked whether our answer holds.
#[test]
fn dpkg_as_dpkg_itself() {
    let dpkg = scheme("dpkg").expect("dpkg");
    let mut random = Random::new(10);
    let mut lines = Vec::new();
    let mut expected = Vec::new();
    while lines.len() < 2_000 {
        let (a, b) = DPKG.pair(&mut random);
        if a.starts_with('-') {
            continue; // dpkg takes it for an option.
        }
        let (relation, answer) = match dpkg.compare(&a, &b) {
            Ok(Ordering::Less) => ("lt", "yes"),
            Ok(Ordering::Equal) => ("eq", "yes"),
            Ok(Ordering::Greater) => ("gt", "yes"),
            // dpkg fails, whatever is asked.
            Err(_) => ("eq", "no"),
        };
        lines.push(format!("{a} {relation} {b}"));
        expected.push(answer);
    }
    let answers = ask(Command::new("sh").arg(script("dpkg.sh")), "dpkg", &lines);
    for ((line, answer), expected) in lines.iter().zip(answers).zip(expected) {
        assert_eq!(answer, expected, "dpkg --compare-versions {line}");
    }
}

const RPM: Vocabulary = Vocabulary {
    fronts: &["", "", "", "1:", "0:", "00:", "10:"],
    separators: &[".", ".", "-", "+", "~", "^", "", "_", "~^", ".-"],
    words: &["el", "fc", "rc", "a", "z", "A", "git", "module", "xyz"],
    ends: &["", "", "-1", "-0", "~", "^", "-1.el8", "^git1", "-"],
    alphabet: "0129.-+~^_aZ",
};

#[test]
fn rpm_as_librpm_on_a_million() {
    let mut oracle = |lines: &[String]| {
        let mut command = Command::new(SYSTEM_PYTHON);
        ask(command.arg(script("librpm.py")), "python3-rpm", lines)
    };
    assert_same("rpm", compare, &judged(&RPM, 11, MANY_PAIRS, &mut oracle));
}

const GO: Vocabulary = Vocabulary {
    fronts: &["v", "v1.", "v1.2.", "v0.0."],
    separators: &[".", ".", "-", "-", "+"],
    words: &[
        "alpha",
        "beta",
        "rc",
        "pre.0",
        "incompatible",
        "0.20220101000000-abcdef123456",
    ],
    ends: &[
        "",
        "",
        "-0",
        "-rc.1",
        "+incompatible",
        "-0.20210101000000-123456abcdef",
    ],
    alphabet: "0129.-+abv",
};

const TOOLCHAIN: Vocabulary = Vocabulary {
    fronts: &["go1.", "go1.", "go1.2", "go"],
    separators: &[".", "", ""],
    words: &["rc", "beta", "alpha"],
    ends: &["", "rc1", "beta2", ".0", ".3"],
    alphabet: "0129.rcb",
};

/// Copies the package from the toolchain's own sources, so that nothing is downloaded.
fn go_program() -> tempfile::TempDir {
    let root = Command::new("go")
        .args(["env", "GOROOT"])
        .output()
        .unwrap_or_else(|error| panic!("go env: {error}; install golang-go"));
    let root = String::from_utf8(root.stdout).expect("UTF-8");
    let sources = std::path::Path::new(root.trim()).join("src");
    let folder = tempfile::tempdir().expect("a folder");
    let place = |from: std::path::PathBuf, to: &str| {
        let to = folder.path().join(to);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(&from, to)
            .unwrap_or_else(|error| panic!("{}: {error}; install golang-go", from.display()));
    };
    place(script("go.go"), "main.go");
    place(
        sources.join("cmd/vendor/golang.org/x/mod/semver/semver.go"),
        "semver/semver.go",
    );
    std::fs::write(folder.path().join("go.mod"), "module oracle\n\ngo 1.19\n").expect("go.mod");
    let built = Command::new("go")
        .args(["build", "-o", "oracle", "."])
        .current_dir(folder.path())
        .env("GOFLAGS", "-mod=mod")
        .env("GOTOOLCHAIN", "local")
        .status()
        .expect("go build");
    assert!(built.success(), "go build failed");
    folder
}

#[test]
fn go_as_its_own_packages() {
    let folder = go_program();
    let mut oracle = |lines: &[String]| {
        ask(
            &mut Command::new(folder.path().join("oracle")),
            "golang-go",
            lines,
        )
    };
    assert_same("go", compare, &judged(&GO, 12, PAIRS, &mut oracle));
    assert_same("go", compare, &judged(&TOOLCHAIN, 13, PAIRS, &mut oracle));
}
