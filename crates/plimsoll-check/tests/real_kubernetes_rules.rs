//! Quantities, schedules, names and API versions against the libraries that Kubernetes itself is
//! made of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll_check::api_versions::TABLE;
use plimsoll_check::names;
use plimsoll_object::cron;
use plimsoll_object::quantity::Quantity;

/// Texts of each kind that are made up.
const TEXTS: usize = 60_000;

/// The judge, built once for each version of its sources.
fn judge() -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kubernetes-rules");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kubernetes-rules");
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

/// What the judge answers to each line.
fn answers(lines: &[String]) -> Vec<String> {
    let mut child = Command::new(judge())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let asked = lines.join("\n");
    let writer = std::thread::spawn(move || {
        stdin.write_all(asked.as_bytes()).unwrap();
    });
    let out = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(out.status.success());
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A small generator: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

#[test]
fn quantities_are_read_as_kubernetes_reads_them() {
    let parts = [
        "",
        "",
        "",
        "0",
        "1",
        "2",
        "5",
        "9",
        "00",
        "10",
        "128",
        "1024",
        "999999999",
        ".",
        ".",
        "-",
        "+",
    ];
    let suffixes = [
        "", "", "n", "u", "m", "k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi",
        "Ei", "e3", "E3", "e-3", "E+2", "e", "e1.5", "i", "B", "MB", "e-12", "ki", "mm", " ",
        "e00",
    ];
    let mut random = Random(7);
    let texts: Vec<String> = (0..TEXTS)
        .map(|_| {
            let mut text = String::new();
            for _ in 0..random.below(6) {
                text += random.of(&parts);
            }
            text + random.of(&suffixes)
        })
        // An empty rest of a line is no question, and spaces at the ends are cut off before.
        .filter(|text| text.trim() == text && !text.is_empty())
        .collect();
    let lines: Vec<String> = texts
        .iter()
        .map(|text| format!("quantity {text}"))
        .collect();
    let said = answers(&lines);
    assert_eq!(said.len(), texts.len());
    let mut read = 0;
    for (text, said) in texts.iter().zip(&said) {
        let own = Quantity::parse(text).map(Quantity::nano);
        // Some amounts past the most that is told apart are cut off there by the judge too, some not.
        let most = i128::from(i64::MAX) * 1_000_000_000;
        let expected = match said.parse::<i128>() {
            Ok(nano) => Some(nano.clamp(-most, most)),
            Err(_) if said == "error" => None,
            // More digits than fit.
            Err(_) => Some(if said.starts_with('-') { -most } else { most }),
        };
        assert_eq!(own, expected, "{text}: {said}");
        read += usize::from(own.is_some());
    }
    assert!(read > TEXTS / 10, "hardly any text was a quantity: {read}");
}

#[test]
fn schedules_are_read_as_kubernetes_reads_them() {
    let atoms = [
        "*", "*", "*", "?", "0", "5", "7", "12", "13", "23", "24", "29", "30", "31", "59", "60",
        "jan", "FEB", "mon", "sun", "foo", "-1", "+5", "02",
    ];
    let mut random = Random(11);
    let range = |random: &mut Random| {
        let mut text = random.of(&atoms).to_owned();
        if random.below(5) == 0 {
            text = format!("{text}-{}", random.of(&atoms));
        }
        if random.below(6) == 0 {
            text = format!("{text}/{}", random.of(&["1", "2", "15", "0", "x", "*"]));
        }
        text
    };
    let mut texts: Vec<String> = (0..TEXTS)
        .map(|_| {
            let number = [5, 5, 5, 5, 5, 5, 5, 4, 6][random.below(9)];
            let fields: Vec<String> = (0..number)
                .map(|_| {
                    let mut field = range(&mut random);
                    while random.below(6) == 0 {
                        field = format!("{field},{}", range(&mut random));
                    }
                    // Most fields are stars, so that whole schedules are read.
                    if random.below(3) == 0 {
                        "*".to_owned()
                    } else {
                        field
                    }
                })
                .collect();
            fields.join(" ")
        })
        .collect();
    for word in [
        "@daily",
        "@hourly",
        "@reboot",
        "@every 1h",
        "@every 1h30m",
        "@every 1.5h",
        "@every h",
        "@every 5",
        "@every -1h",
        "@every 0",
        "@every .5s",
        "@every 1h 2m",
        "@yearly ",
        "TZ=UTC * * * * *",
        "0 0 30 2 *",
        "0 0 31 4 *",
        "0 0 29 2 *",
        "0 0 31 2,4 mon",
        "0 0 */40 2 *",
        ", * * * *",
        "* * * * ,",
    ] {
        texts.push(word.to_owned());
    }
    let lines: Vec<String> = texts
        .iter()
        .map(|text| format!("schedule {text}"))
        .collect();
    let said = answers(&lines);
    assert_eq!(said.len(), texts.len());
    let mut read = 0;
    for (text, said) in texts.iter().zip(&said) {
        let own = match cron::parse(text) {
            Ok(schedule) if schedule.never => "never",
            Ok(_) => "ok",
            Err(_) => "error",
        };
        assert_eq!(own, said, "{text}");
        read += usize::from(own != "error");
    }
    assert!(read > TEXTS / 20, "hardly any text was a schedule: {read}");
}

#[test]
fn names_are_judged_as_kubernetes_judges_them() {
    let parts = [
        "a",
        "z",
        "0",
        "9",
        "-",
        ".",
        "_",
        "/",
        "A",
        "app",
        "example.com",
        "ä",
        " ",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];
    let mut random = Random(13);
    let texts: Vec<String> = (0..TEXTS)
        .map(|_| (0..=random.below(7)).map(|_| random.of(&parts)).collect())
        .collect();
    let lines: Vec<String> = texts.iter().map(|text| format!("name {text}")).collect();
    let said = answers(&lines);
    assert_eq!(said.len(), texts.len());
    for (text, said) in texts.iter().zip(&said) {
        let own: String = [
            names::subdomain_error(text).is_none(),
            names::label_error(text, false).is_none(),
            names::label_error(text, true).is_none(),
            names::is_label_value(text),
            names::is_label_key(text),
        ]
        .iter()
        .map(|fine| if *fine { '1' } else { '0' })
        .collect();
        assert_eq!(&own, said, "{text}");
    }
}

/// Where the table says otherwise than the marks, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    // Core kinds that go out of use without a mark.
    ("", "v1", "ComponentStatus"),
    ("", "v1", "Endpoints"),
    // Marked by the release that marked them, not by the one that first served them.
    ("authorization.k8s.io", "v1", "LocalSubjectAccessReview"),
    ("authorization.k8s.io", "v1", "SelfSubjectAccessReview"),
    ("authorization.k8s.io", "v1", "SelfSubjectRulesReview"),
    (
        "certificates.k8s.io",
        "v1beta1",
        "CertificateSigningRequest",
    ),
    ("certificates.k8s.io", "v1alpha1", "ClusterTrustBundle"),
    // Alpha versions without a mark, which later releases dropped from the server.
    ("node.k8s.io", "v1alpha1", "RuntimeClass"),
    ("rbac.authorization.k8s.io", "v1alpha1", "ClusterRole"),
    (
        "rbac.authorization.k8s.io",
        "v1alpha1",
        "ClusterRoleBinding",
    ),
    ("rbac.authorization.k8s.io", "v1alpha1", "Role"),
    ("rbac.authorization.k8s.io", "v1alpha1", "RoleBinding"),
    ("internal.apiserver.k8s.io", "v1alpha1", "StorageVersion"),
    ("scheduling.k8s.io", "v1alpha2", "PodGroup"),
    ("scheduling.k8s.io", "v1alpha2", "Workload"),
];

/// Kinds that are no objects to be applied.
const NO_OBJECTS: &[&str] = &[
    "APIGroup",
    "APIVersions",
    "DeploymentRollback",
    "ImageReview",
    "PodStatusResult",
    "RangeAllocation",
    "SerializedReference",
    "WatchEvent",
    "JobTemplate",
    "AdmissionReview",
];

#[test]
fn api_versions_are_those_of_the_newest_release() {
    let own: BTreeMap<(&str, &str, &str), [u16; 3]> = TABLE
        .iter()
        .flat_map(|api| {
            let marks = [api.since, api.deprecated, api.removed];
            let kinds = api.kinds.iter();
            kinds.map(move |kind| ((api.group, api.version, *kind), marks))
        })
        .collect();
    let said = answers(&["apis".to_owned()]);
    let mut compared = 0;
    for line in &said {
        let parts: Vec<&str> = line.split('|').collect();
        let [group, version, kind, since, deprecated, removed] = parts.as_slice() else {
            continue;
        };
        let is_list = kind.ends_with("List") && *kind != "List";
        if is_list
            || kind.ends_with("Options")
            || *version == "__internal"
            || NO_OBJECTS.contains(kind)
        {
            continue;
        }
        let key = (*group, *version, *kind);
        let Some(marks) = own.get(&key) else {
            panic!("the table has no {kind} of {group}/{version}");
        };
        if OTHERWISE.contains(&key) || since.starts_with('-') {
            continue;
        }
        let expected = [since, deprecated, removed].map(|mark| mark.parse::<u16>().unwrap());
        assert_eq!(marks, &expected, "{group}/{version} {kind}");
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}
