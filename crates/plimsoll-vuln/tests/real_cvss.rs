//! CVSS scores against Red Hat's `cvss` (PyPI): every base vector of versions 2 and 3, and random
//! ones of all versions with optional metrics, some of them broken.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic, also outside its #[test] functions"
)]

#[expect(dead_code, reason = "versions are made elsewhere")]
#[path = "oracle/run.rs"]
mod run;

use std::process::Command;

use plimsoll_vuln::cvss;
use run::{Random, ask, folder, script};

type Metric = (&'static str, &'static [&'static str]);

const V2: &[Metric] = &[
    ("AV", &["L", "A", "N"]),
    ("AC", &["H", "M", "L"]),
    ("Au", &["M", "S", "N"]),
    ("C", &["N", "P", "C"]),
    ("I", &["N", "P", "C"]),
    ("A", &["N", "P", "C"]),
];
const V2_MORE: &[Metric] = &[
    ("E", &["ND", "U", "POC", "F", "H"]),
    ("RL", &["ND", "OF", "TF", "W", "U"]),
    ("RC", &["ND", "UC", "UR", "C"]),
    ("CDP", &["ND", "N", "L", "LM", "MH", "H"]),
    ("TD", &["ND", "N", "L", "M", "H"]),
    ("CR", &["ND", "L", "M", "H"]),
];
const V3: &[Metric] = &[
    ("AV", &["N", "A", "L", "P"]),
    ("AC", &["L", "H"]),
    ("PR", &["N", "L", "H"]),
    ("UI", &["N", "R"]),
    ("S", &["U", "C"]),
    ("C", &["N", "L", "H"]),
    ("I", &["N", "L", "H"]),
    ("A", &["N", "L", "H"]),
];
const V3_MORE: &[Metric] = &[
    ("E", &["X", "U", "P", "F", "H"]),
    ("RL", &["X", "O", "T", "W", "U"]),
    ("MAV", &["X", "N", "A", "L", "P"]),
    ("MS", &["X", "U", "C"]),
    ("MC", &["X", "N", "L", "H"]),
];
const V4: &[Metric] = &[
    ("AV", &["N", "A", "L", "P"]),
    ("AC", &["L", "H"]),
    ("AT", &["N", "P"]),
    ("PR", &["N", "L", "H"]),
    ("UI", &["N", "P", "A"]),
    ("VC", &["H", "L", "N"]),
    ("VI", &["H", "L", "N"]),
    ("VA", &["H", "L", "N"]),
    ("SC", &["H", "L", "N"]),
    ("SI", &["H", "L", "N"]),
    ("SA", &["H", "L", "N"]),
];
const V4_MORE: &[Metric] = &[
    ("E", &["X", "A", "P", "U"]),
    ("CR", &["X", "H", "M", "L"]),
    ("IR", &["X", "H", "M", "L"]),
    ("AR", &["X", "H", "M", "L"]),
    ("MAV", &["X", "N", "A", "L", "P"]),
    ("MAC", &["X", "L", "H"]),
    ("MAT", &["X", "N", "P"]),
    ("MPR", &["X", "N", "L", "H"]),
    ("MUI", &["X", "N", "P", "A"]),
    ("MVC", &["X", "H", "L", "N"]),
    ("MVI", &["X", "H", "L", "N"]),
    ("MVA", &["X", "H", "L", "N"]),
    ("MSC", &["X", "H", "L", "N"]),
    ("MSI", &["X", "S", "H", "L", "N"]),
    ("MSA", &["X", "S", "H", "L", "N"]),
    ("AU", &["X", "N", "Y"]),
    ("U", &["X", "Clear", "Green", "Amber", "Red"]),
];

/// Every combination of the metrics' values.
fn all(prefix: &str, metrics: &[Metric]) -> Vec<String> {
    let mut vectors = vec![prefix.to_owned()];
    for (index, (name, values)) in metrics.iter().enumerate() {
        let slash = if index == 0 { "" } else { "/" };
        vectors = vectors
            .iter()
            .flat_map(|front| {
                values
                    .iter()
                    .map(move |value| format!("{front}{slash}{name}:{value}"))
            })
            .collect();
    }
    vectors
}

fn some(random: &mut Random, prefix: &str, base: &[Metric], more: &[Metric]) -> String {
    let mut fields: Vec<String> = Vec::new();
    for (name, values) in base {
        fields.push(format!("{name}:{}", random.pick(values)));
    }
    for (name, values) in more {
        if random.below(3) == 0 {
            fields.push(format!("{name}:{}", random.pick(values)));
        }
    }
    match random.below(40) {
        0 => {
            let at = random.below(fields.len());
            fields.remove(at);
        }
        1 => fields.push(fields[0].clone()),
        2 => fields.push("AC:Q".to_owned()),
        3 => fields.push(String::new()),
        _ => {}
    }
    format!("{prefix}{}", fields.join("/"))
}

#[test]
fn scores_as_red_hats_cvss() {
    let python = folder("PLIMSOLL_TEST_VENV", "the packages of script/pypi-test.txt");
    let mut vectors = all("", V2);
    vectors.extend(all("CVSS:3.0/", V3));
    vectors.extend(all("CVSS:3.1/", V3));
    let mut random = Random::new(20);
    for _ in 0..3_000 {
        vectors.push(some(&mut random, "", V2, V2_MORE));
        vectors.push(some(&mut random, "CVSS:3.0/", V3, V3_MORE));
        vectors.push(some(&mut random, "CVSS:3.1/", V3, V3_MORE));
        vectors.push(some(&mut random, "CVSS:4.0/", V4, &[]));
        vectors.push(some(&mut random, "CVSS:4.0/", V4, V4_MORE));
        vectors.push(some(&mut random, "CVSS:4.0/", V4, V4_MORE));
    }
    assert!(vectors.len() > 20_000);
    let mut command = Command::new(python.join("bin/python"));
    let answers = ask(command.arg(script("scores.py")), "cvss (PyPI)", &vectors);
    let differences: Vec<String> = (vectors.iter().zip(&answers))
        .filter_map(|(vector, answer)| {
            let ours = match cvss::score(vector) {
                Ok(cvss) => format!("{:.1}", cvss.score),
                Err(_) => "!".to_owned(),
            };
            (ours != *answer).then(|| format!("{vector}: {answer}, ours {ours}"))
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{} of {} vectors differ:\n{}",
        differences.len(),
        vectors.len(),
        differences[..differences.len().min(30)].join("\n")
    );
}
