//! Pod Security Standards against the library that the API server's own admission calls: the same
//! verdict on generated pods, at every version and level.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "support/pods.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod pods;

use plimsoll_check::standards::{self, Level, NEWEST_MINOR};
use plimsoll_object::{objects, yaml};
use pods::{Random, random, single};

/// Pods of random fields beside those of single ones.
const RANDOM_PODS: usize = 4_000;

/// The judge, built once for each version of its sources.
fn judge() -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pod-security");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pod-security");
    let status = Command::new("go")
        .args(["build", "-mod=readonly", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(sources)
        .status()
        .expect("`go` is needed: install Go 1.26 or newer");
    assert!(
        status.success(),
        "the judge could not be built by `go build`"
    );
    program
}

fn ours(text: &str) -> String {
    let (documents, error) = yaml::parse(text.as_bytes());
    assert_eq!(error, None, "{text}");
    let mut list = Vec::new();
    objects(&documents[0].root, &mut list);
    let pod = list[0].pod().unwrap();
    let mut out = String::new();
    for minor in 0..=NEWEST_MINOR {
        for level in [Level::Baseline, Level::Restricted] {
            let allowed = standards::judge(&pod, level, minor).is_empty();
            out.push(if allowed { '1' } else { '0' });
        }
    }
    out
}

#[test]
fn verdicts_are_those_of_the_api_server() {
    let mut pods = single();
    let mut source = Random(0x9e37_79b9_7f4a_7c15);
    pods.extend((0..RANDOM_PODS).map(|_| random(&mut source)));
    let mut child = Command::new(judge())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = pods.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), pods.len());
    let mut seen = [0_usize; 2];
    for (pod, answer) in pods.iter().zip(&answers) {
        assert_eq!(ours(pod), *answer, "{pod}");
        for (at, letter) in answer.bytes().enumerate() {
            seen[at % 2] += usize::from(letter == b'1');
        }
    }
    // Both levels let through and refuse a good part: the comparison says something.
    let verdicts = pods.len() * (usize::from(NEWEST_MINOR) + 1);
    for allowed in seen {
        assert!(
            allowed > verdicts / 20 && allowed < verdicts * 19 / 20,
            "{seen:?}"
        );
    }
}
