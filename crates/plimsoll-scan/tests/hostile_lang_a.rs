//! Files made to hurt the readers of Python, Node, Ruby, PHP and .NET: each must end in bounded
//! time with a bounded number of facts, and must say so where something was not read.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot run must fail loudly"
)]

use std::time::{Duration, Instant};

use plimsoll_scan::Facts;
use plimsoll_scan::collector::PACKAGES_PER_FILE_MAX;
use plimsoll_scan::fuzz_lang_a::TARGETS;

#[path = "support/read.rs"]
mod read;

/// Far more than any of these takes, far less than a quadratic reader would need.
const READ_TIME_MAX: Duration = Duration::from_secs(5);

const LONG: usize = 256 << 10;

fn run(id: &str, bytes: &[u8]) -> (Facts, Option<String>) {
    let (_, path) = TARGETS.iter().find(|(target, _)| *target == id).unwrap();
    let started = Instant::now();
    let told = read::read_file(path, bytes, &[id]);
    let took = started.elapsed();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
    assert!(took < READ_TIME_MAX, "{id} took {took:?} for {head:?}");
    let told = told.into_iter().find(|told| told.cataloger == id).unwrap();
    assert!(told.facts.packages.len() <= PACKAGES_PER_FILE_MAX);
    assert!(told.facts.unknowns.len() < 100, "{id} for {head:?}");
    for unknown in &told.facts.unknowns {
        assert!(unknown.reason.len() < 1_000, "{id} for {head:?}");
    }
    if let Some(reason) = &told.error {
        assert!(reason.len() < 1_000, "{id} for {head:?}");
    }
    (told.facts, told.error)
}

/// Openings that nest, repeat or never end, in every format.
fn endless() -> Vec<Vec<u8>> {
    let units = [
        "[",
        "{\"a\":",
        "{\"packages\":",
        "{\"dependencies\":{\"a\":",
        "{",
        "}",
        "]",
        "\"",
        "'",
        "- ",
        "? ",
        "a: ",
        "a:\n  ",
        "&a ",
        "*a ",
        "!!",
        "!<",
        "|",
        "> ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "a: &a [*a]\n",
        "<<: *a\n",
        "a.",
        "[[a]]\n",
        "[a]\n",
        "[[package]]\n",
        "a = [",
        "a = {b = ",
        "\"\"\"",
        "\\",
        "\\\n",
        "a\\\n",
        " \\\n",
        "#",
        " #",
        "\n",
        "\r",
        "\r\n",
        " ",
        "\t",
        "\0",
        "\u{feff}",
        "Name: a\n",
        "Name: a\n ",
        ":",
        ",",
        "(",
        ";",
        "@",
        "/",
        "==",
        "a==1\n",
        "a\n",
        "-r a\n",
        "-e ",
        "  specs:\n",
        "GEM\n  specs:\n",
        "    a (1)\n",
        "    a (",
        "s.name = ",
        "# stub: a",
        "\u{1b}[2J\n",
        "\u{202e}",
        "é",
        "/*",
        "//",
        "/* */",
        "a@1:\n  version \"1\"\n",
        "a@1:\n",
        "<<<<<<<\n",
        "=======\n",
    ];
    let mut all: Vec<Vec<u8>> = units
        .iter()
        .map(|unit| unit.repeat(LONG / unit.len()).into_bytes())
        .collect();
    all.push(vec![0xff; LONG]);
    all.push(
        [0xff, 0xfe]
            .into_iter()
            .chain([0, 0xd8].repeat(LONG / 2))
            .collect(),
    );
    all
}

#[test]
fn endless_repetition_ends() {
    for bytes in endless() {
        for (id, _) in TARGETS {
            run(id, &bytes);
        }
    }
}

/// The same inside of what each format has around its packages.
#[test]
fn endless_repetition_inside_of_a_document_ends() {
    let heads = [
        (
            "node-package-lock",
            "{\"packages\":{\"node_modules/a\":{\"version\":\"1\",\"x\":",
        ),
        (
            "node-package-lock",
            "{\"dependencies\":{\"a\":{\"version\":\"1\",\"dependencies\":",
        ),
        ("node-package", "{\"name\":\"a\",\"license\":"),
        ("node-bun-lock", "{\"packages\":{\"a\":[\"a@1.0.0\","),
        ("node-pnpm-lock", "packages:\n  a@1.0.0:\n    resolution: "),
        (
            "node-yarn-lock",
            "__metadata:\n  version: 8\n\n\"a@npm:1\":\n  version: ",
        ),
        ("node-yarn-lock", "a@1:\n  version \""),
        (
            "python-poetry-lock",
            "[[package]]\nname = \"a\"\nversion = \"1\"\nfiles = ",
        ),
        (
            "python-uv-lock",
            "[[package]]\nname = \"a\"\nsource = {git = ",
        ),
        ("python-pipfile-lock", "{\"default\":{\"a\":{\"version\":"),
        ("python-requirements", "a==1 \\\n "),
        ("python-dist-info", "Name: a\nVersion: 1\nLicense: "),
        (
            "php-installed",
            "{\"packages\":[{\"name\":\"a/b\",\"license\":",
        ),
        ("dotnet-deps", "{\"libraries\":{\"a/1\":{\"type\":"),
        ("ruby-gemspec", "  s.name = \"a\"\n  s.licenses = [\"a\", "),
        ("ruby-gemfile-lock", "GEM\n  specs:\n    a (1."),
    ];
    for unit in endless() {
        for (id, head) in heads {
            run(id, &[head.as_bytes(), &unit].concat());
        }
    }
}

#[test]
fn more_packages_than_anybody_has_are_cut_off_and_told() {
    let many = |head: &str, line: &dyn Fn(usize) -> String, tail: &str| {
        let mut text = head.to_owned();
        for number in 0..PACKAGES_PER_FILE_MAX + 10 {
            text.push_str(&line(number));
        }
        text + tail
    };
    let cases = [
        (
            "python-requirements",
            many("", &|n| format!("a{n}==1\n"), ""),
        ),
        (
            "python-uv-lock",
            many(
                "",
                &|n| format!("[[package]]\nname='a{n}'\nversion='1'\n"),
                "",
            ),
        ),
        (
            "node-package-lock",
            many(
                "{\"packages\":{\"\":{}",
                &|n| format!(",\"node_modules/a{n}\":{{\"version\":\"1\"}}"),
                "}}",
            ),
        ),
        (
            "node-pnpm-lock",
            many("packages:\n", &|n| format!("  a{n}@1.0.0: {{}}\n"), ""),
        ),
        (
            "node-yarn-lock",
            many("", &|n| format!("a{n}@1:\n  version \"1\"\n"), ""),
        ),
        (
            "ruby-gemfile-lock",
            many("GEM\n  specs:\n", &|n| format!("    a{n} (1)\n"), ""),
        ),
    ];
    for (id, text) in cases {
        let (facts, error) = run(id, text.as_bytes());
        assert_eq!(facts.packages.len(), PACKAGES_PER_FILE_MAX, "{id}");
        assert_eq!(
            error.as_deref(),
            Some("more than 100000 packages in one file"),
            "{id}"
        );
    }
}

/// Every value of a document replaced by one of another type: nothing is found where it was.
#[test]
fn wrong_types_are_survived() {
    let documents = [
        (
            "node-package-lock",
            r#"{"packages":{"node_modules/a":{"version":"1.0.0","link":false}}}"#,
        ),
        (
            "node-package-lock",
            r#"{"dependencies":{"a":{"version":"1.0.0","dependencies":{}}}}"#,
        ),
        (
            "node-package",
            r#"{"name":"a","version":"1.0.0","license":"MIT"}"#,
        ),
        ("node-bun-lock", r#"{"packages":{"a":["a@1.0.0"]}}"#),
        (
            "python-pipfile-lock",
            r#"{"default":{"a":{"version":"==1.0.0"}}}"#,
        ),
        (
            "php-installed",
            r#"{"packages":[{"name":"a/b","version":"1.0.0","license":["MIT"]}]}"#,
        ),
        (
            "php-composer-lock",
            r#"{"packages":[{"name":"a/b","version":"1.0.0"}]}"#,
        ),
        (
            "dotnet-deps",
            r#"{"libraries":{"a/1.0.0":{"type":"package"}}}"#,
        ),
        (
            "dotnet-packages-lock",
            r#"{"dependencies":{"net6.0":{"a":{"resolved":"1.0.0"}}}}"#,
        ),
    ];
    let others = [
        "null",
        "true",
        "-1.5e3",
        "\"text\"",
        "[]",
        "{}",
        "[[1]]",
        "{\"a\":{\"b\":[]}}",
    ];
    for (id, text) in documents {
        let (facts, error) = run(id, text.as_bytes());
        assert_eq!((facts.packages.len(), error), (1, None), "{id} {text}");
        let document: serde_json::Value = serde_json::from_str(text).unwrap();
        for other in others {
            let other: serde_json::Value = serde_json::from_str(other).unwrap();
            for place in 0.. {
                let mut changed = document.clone();
                let mut left = place;
                if !replace(&mut changed, &other, &mut left) {
                    break;
                }
                let bytes = serde_json::to_vec(&changed).unwrap();
                let (facts, _) = run(id, &bytes);
                assert!(facts.packages.len() <= 1, "{id} {changed}");
            }
        }
    }
}

/// Replaces the value at a position in document order; `false` past the last.
fn replace(value: &mut serde_json::Value, other: &serde_json::Value, left: &mut usize) -> bool {
    if *left == 0 {
        *value = other.clone();
        return true;
    }
    *left -= 1;
    match value {
        serde_json::Value::Array(items) => items.iter_mut().any(|item| replace(item, other, left)),
        serde_json::Value::Object(map) => {
            map.values_mut().any(|member| replace(member, other, left))
        }
        _ => false,
    }
}

#[test]
fn a_lockfile_of_another_shape_is_not_an_empty_one() {
    for (id, text) in [
        ("node-package-lock", "[]"),
        ("node-package-lock", r#"{"packages":[]}"#),
        ("node-package", "\"text\""),
        ("node-bun-lock", r#"{"packages":[]}"#),
        ("node-pnpm-lock", "- a\n"),
        ("node-pnpm-lock", "packages: [a]\n"),
        ("node-yarn-lock", "text\n"),
        ("php-installed", "\"text\""),
        ("php-installed", r#"{"packages":{}}"#),
        ("php-composer-lock", "[]"),
        ("python-pipfile-lock", "[]"),
        ("python-pipfile-lock", r#"{"default":[]}"#),
        ("python-poetry-lock", "{}"),
        ("dotnet-deps", r#"{"libraries":[]}"#),
        ("dotnet-packages-lock", r#"{"dependencies":[]}"#),
        ("ruby-gemspec", ""),
        ("python-wheel", "PK"),
    ] {
        let (facts, error) = run(id, text.as_bytes());
        assert_eq!(facts.packages.len(), 0, "{id} {text}");
        assert!(error.is_some(), "{id} {text}");
    }
}

/// Bytes changed at places of a fixed sequence: nothing panics.
#[test]
fn changed_bytes_are_survived() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogers");
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let inserts: &[&[u8]] = &[
        b"\"", b"{", b"[", b"\n", b"\\", b"\0", b"\xff", b":", b"  ", b"'''",
    ];
    for (id, _) in TARGETS.iter().filter(|(id, _)| *id != "python-wheel") {
        #[expect(clippy::disallowed_methods, reason = "a file of this repository")]
        let whole = std::fs::read(folder.join(format!("{id}.txt"))).unwrap();
        for _ in 0..2_000 {
            let mut bytes = whole.clone();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = next(256) as u8,
                    1 => drop(bytes.splice(at..at, inserts[next(inserts.len())].iter().copied())),
                    _ => drop(bytes.drain(at..(at + next(40)).min(bytes.len()))),
                }
            }
            run(id, &bytes);
        }
    }
}
