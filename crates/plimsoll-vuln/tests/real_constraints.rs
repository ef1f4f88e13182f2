//! Version constraints against the ecosystems' own tools: random constraints, random versions,
//! and whether the one satisfies the other.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic, also outside its #[test] functions"
)]

#[expect(dead_code, reason = "versions are made elsewhere")]
#[path = "oracle/run.rs"]
mod run;

use std::process::Command;

use plimsoll_vuln::Range;
use plimsoll_vuln::constraints::{self, ConstraintError};
use plimsoll_vuln::schemes::scheme;
use run::{Random, ask, folder, script};

const CASES: usize = 100_000;

/// What constraints and versions of a dialect are put together from.
struct Dialect {
    operators: &'static [&'static str],
    and: &'static [&'static str],
    or: &'static [&'static str],
    /// What may stand behind the numbers of a version in a constraint.
    bounds: &'static [&'static str],
    /// The same for versions.
    versions: &'static [&'static str],
    /// Fewest and most numbers of a version in a constraint, and of a version.
    numbers: [usize; 4],
}

fn numbers(random: &mut Random, least: usize, most: usize) -> String {
    let count = least + random.below(most - least + 1);
    let number = |random: &mut Random| match random.below(10) {
        0 => "10".to_owned(),
        _ => random.below(4).to_string(),
    };
    (0..count)
        .map(|_| number(random))
        .collect::<Vec<_>>()
        .join(".")
}

impl Dialect {
    fn constraint(&self, random: &mut Random) -> String {
        let [least, most, ..] = self.numbers;
        let alternatives: Vec<String> = (0..=random.below(2) * usize::from(!self.or.is_empty()))
            .map(|_| {
                let and = random.pick(self.and);
                let terms: Vec<String> = (0..=random.below(3) / 2 + random.below(2))
                    .map(|_| {
                        let operator = random.pick(self.operators);
                        let version = numbers(random, least, most);
                        format!("{operator}{version}{}", random.pick(self.bounds))
                    })
                    .collect();
                terms.join(and)
            })
            .collect();
        match self.or.first() {
            Some(or) => alternatives.join(or),
            None => alternatives.concat(),
        }
    }

    fn version(&self, random: &mut Random) -> String {
        let [.., least, most] = self.numbers;
        format!(
            "{}{}",
            numbers(random, least, most),
            random.pick(self.versions)
        )
    }

    fn lines(&self, seed: u64) -> Vec<String> {
        let mut random = Random::new(seed);
        (0..CASES)
            .map(|_| {
                format!(
                    "{}\t{}",
                    self.constraint(&mut random),
                    self.version(&mut random)
                )
            })
            .collect()
    }
}

type Read = fn(&str) -> Result<Vec<Range>, ConstraintError>;

fn ours(read: Read, scheme_id: &str, constraint: &str, version: &str) -> String {
    let scheme = scheme(scheme_id).expect("a scheme of the list");
    let ranges = match read(constraint) {
        Ok(ranges) => ranges,
        Err(error) => return error.to_string(),
    };
    for range in &ranges {
        match range.contains(scheme, version) {
            Ok(true) => return "yes".to_owned(),
            Ok(false) => {}
            Err(error) => return error.to_string(),
        }
    }
    "no".to_owned()
}

fn assert_same(read: Read, scheme_id: &str, lines: &[String], answers: &[String]) {
    let judged = lines
        .iter()
        .zip(answers)
        .filter(|(_, answer)| *answer != "!");
    let count = judged.clone().count();
    let satisfied = judged
        .clone()
        .filter(|(_, answer)| *answer == "yes")
        .count();
    assert!(count > CASES / 4, "only {count} are valid");
    assert!(
        satisfied > count / 20,
        "only {satisfied} of {count} are satisfied"
    );
    let differences: Vec<String> = judged
        .filter_map(|(line, answer)| {
            let (constraint, version) = line.split_once('\t').expect("a tab");
            let ours = ours(read, scheme_id, constraint, version);
            (ours != *answer).then(|| format!("`{constraint}` {version}: {answer}, ours {ours}"))
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{scheme_id}: {} of {count} differ:\n{}",
        differences.len(),
        differences[..differences.len().min(30)].join("\n")
    );
}

#[test]
fn npm_ranges_as_semver() {
    let dialect = Dialect {
        operators: &[
            "", "", "^", "~", ">=", "<=", ">", "<", "=", "~>", "> ", "^ ", "v",
        ],
        and: &[" ", " ", " - "],
        or: &[" || "],
        bounds: &["", "", "", ".x", ".*", "-beta", "-beta.2"],
        versions: &["", "", "", "-0", "-beta", "-beta.1", "-rc.1", "+build"],
        numbers: [1, 3, 3, 3],
    };
    let lines = dialect.lines(30);
    let modules = folder("PLIMSOLL_TEST_NPM", "the packages of script/npm-test.txt");
    let mut command = Command::new("node");
    command.arg(script("satisfy.js")).arg(modules);
    let answers = ask(&mut command, "nodejs, and semver (npm)", &lines);
    // Loose mode drops terms that are wrong (`1-beta`, `1.2.3.x`), which may be errors here. What
    // its strict mode reads has to be read.
    let answers: Vec<String> = (lines.iter().zip(answers))
        .map(|(line, answer)| {
            let Some(loose) = answer.strip_suffix('?') else {
                return answer;
            };
            let constraint = line.split('\t').next().expect("a constraint");
            let is_read = constraints::npm(constraint).is_ok();
            if is_read { loose } else { "!" }.to_owned()
        })
        .collect();
    assert_same(constraints::npm, "npm", &lines, &answers);
}

#[test]
fn gem_requirements_as_rubygems() {
    let dialect = Dialect {
        operators: &["", "~> ", "~>", ">= ", "<= ", "> ", "< ", "= ", "!= "],
        and: &[", ", ","],
        or: &[],
        bounds: &["", "", "", ".a", ".0", ".rc1", ".pre.2"],
        versions: &["", "", "", ".a", ".0.b1", ".rc1", ".pre.2", ".0"],
        numbers: [1, 4, 1, 4],
    };
    let lines = dialect.lines(31);
    let mut command = Command::new("ruby");
    let answers = ask(command.arg(script("satisfy.rb")), "ruby", &lines);
    assert_same(constraints::gem, "gem", &lines, &answers);
}

#[test]
fn pep440_specifiers_as_packaging() {
    let dialect = Dialect {
        operators: &["==", "~=", ">=", "<=", ">", "<", "!=", "== "],
        and: &[",", ", "],
        or: &[],
        bounds: &["", "", "", ".*", "a1", "rc2", ".post1", ".dev2", "a1.dev1"],
        versions: &[
            "", "", "", "a1", "a2", "rc2", ".post1", ".dev2", "+local", "rc1.dev0",
        ],
        numbers: [1, 3, 1, 3],
    };
    let mut lines = dialect.lines(32);
    // The two refinements that are no intervals, see the module.
    lines.retain(|line| {
        let (specifiers, version) = line.split_once('\t').expect("a tab");
        !specifiers.split(',').map(str::trim).any(|term| {
            let is_after = term.starts_with('>') && !term.starts_with(">=");
            let is_before = term.starts_with('<') && !term.starts_with("<=");
            (is_after && (version.contains("post") || version.contains('+')))
                || (is_before && term.contains("post"))
        })
    });
    let python = folder("PLIMSOLL_TEST_VENV", "the packages of script/pypi-test.txt");
    let mut command = Command::new(python.join("bin/python"));
    let answers = ask(
        command.arg(script("satisfy.py")),
        "packaging (PyPI)",
        &lines,
    );
    assert_same(constraints::pep440, "pep440", &lines, &answers);
}

#[test]
fn composer_constraints_as_its_resolver() {
    let dialect = Dialect {
        operators: &[
            "", "^", "~", ">=", "<=", ">", "<", "=", "!=", "==", ">= ", "v",
        ],
        and: &[",", " ", ", ", " - "],
        or: &["|", " || "],
        bounds: &["", "", "", ".*", "-beta1", "-dev", "RC2", "-alpha"],
        versions: &["", "", "", "-beta1", "-dev", "RC1", "-patch1", "-alpha2"],
        numbers: [1, 4, 1, 4],
    };
    let lines = dialect.lines(33);
    let mut command = Command::new("php");
    let answers = ask(
        command.arg(script("satisfy.php")),
        "php-cli and php-composer-semver",
        &lines,
    );
    assert_same(constraints::composer, "composer", &lines, &answers);
}

#[test]
fn maven_ranges_as_maven_artifact() {
    let mut random = Random::new(34);
    let ends = ["", "", "", "-alpha", "-rc1", "-SNAPSHOT", "-sp", ".Final"];
    let version = |random: &mut Random| format!("{}{}", numbers(random, 1, 3), random.pick(&ends));
    let lines: Vec<String> = (0..CASES)
        .map(|_| {
            // Ascending, for Maven refuses ranges that overlap or are out of order.
            let mut bounds: Vec<String> = (0..4).map(|_| version(&mut random)).collect();
            plimsoll_vuln::schemes::sort(scheme("maven").expect("maven"), &mut bounds);
            let [a, b, c, d] = &bounds[..] else {
                unreachable!()
            };
            let (open, close) = (random.pick(&["[", "("]), random.pick(&["]", ")"]));
            let range = match random.below(6) {
                0 => format!("{open}{a},{b}{close}"),
                1 => format!("(,{b}{close}"),
                2 => format!("{open}{a},)"),
                3 => format!("[{a}]"),
                4 => format!("{open}{a}, {b}{close} , [{c},{d}{close}"),
                _ => format!("(,{a}{close},{open}{b},{c}{close},[{d},)"),
            };
            format!("{range}\t{}", version(&mut random))
        })
        .collect();
    let jars = folder("PLIMSOLL_TEST_JARS", "the jars of script/maven-test.txt");
    let class_path = [
        jars.join("maven-artifact-3.8.6.jar"),
        jars.join("commons-lang3-3.12.0.jar"),
    ];
    let mut command = Command::new("java");
    command
        .arg("-cp")
        .arg(std::env::join_paths(class_path).expect("a class path"))
        .arg(script("Ranges.java"));
    let answers = ask(&mut command, "default-jdk-headless", &lines);
    assert_same(constraints::maven, "maven", &lines, &answers);
}

/// Released versions only: which pre-releases a requirement lets in is asked differently here.
#[test]
fn cargo_requirements_as_the_semver_crate() {
    let dialect = Dialect {
        operators: &["", "^", "~", ">=", "<=", ">", "<", "=", ">= "],
        and: &[", ", ","],
        or: &[],
        bounds: &["", "", "", ".*", "-beta.1"],
        versions: &[""],
        numbers: [1, 3, 3, 3],
    };
    let lines = dialect.lines(35);
    let answers: Vec<String> = lines
        .iter()
        .map(|line| {
            let (requirement, version) = line.split_once('\t').expect("a tab");
            let version = semver::Version::parse(version).expect("a version");
            match semver::VersionReq::parse(requirement) {
                Ok(requirement) if requirement.matches(&version) => "yes".to_owned(),
                Ok(_) => "no".to_owned(),
                Err(_) => "!".to_owned(),
            }
        })
        .collect();
    assert_same(constraints::cargo, "semver", &lines, &answers);
}
