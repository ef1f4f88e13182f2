//! The checks of configuration, over whatever claims to be objects, services or units.

use std::collections::BTreeSet;

use plimsoll_check::service::File as ServiceFile;
use plimsoll_check::standards::{Level, NEWEST_MINOR, judge};
use plimsoll_check::{Checked, Options, Persona, check, compose, mend, quadlet};
use plimsoll_model::Finding;
use plimsoll_object::File;
use plimsoll_object::yaml::{Place, parse};

use super::configuration::{Lines, TODAY, cut, has_lone_returns, objects_of, pieces};
use super::target;
use crate::Target;
use crate::seeds::configuration as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "check",
        "objects, by every check",
        Some("kubernetes"),
        whole,
        seeds::examples
    ),
    target!(
        "pod_security",
        "pods, by the Pod Security Standards",
        Some("kubernetes"),
        pod_security,
        seeds::pods
    ),
    target!(
        "mend",
        "objects whose defects are mended in place",
        Some("kubernetes"),
        mended,
        seeds::mendable
    ),
    target!(
        "compose",
        "Compose files, their overrides and variables",
        Some("services"),
        composed,
        seeds::compose
    ),
    target!(
        "quadlet",
        "Podman quadlets and their drop-ins",
        Some("services"),
        units,
        seeds::quadlets
    ),
];

/// Minor versions that are judged for, by the length of the input.
const MINORS: [u16; 4] = [0, 19, 25, NEWEST_MINOR];
/// Most findings of an input: there are about three hundred checks, and few bytes.
const FINDINGS_MAX: usize = 60_000;

fn options(data: &[u8]) -> Options<'static> {
    Options {
        persona: Persona::Auditor,
        minor: MINORS[data.len() % MINORS.len()],
        ..Options::new(TODAY)
    }
}

fn file(name: &str, bytes: &[u8]) -> File {
    File {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    }
}

fn shown(checked: &Checked) -> String {
    let Checked {
        findings,
        unknowns,
        notes,
        objects,
        ..
    } = checked;
    format!("{findings:?} {unknowns:?} {notes:?} {objects}")
}

/// What holds of the findings in files of such names and bytes.
fn placed(findings: &[Finding], files: &[(&str, &[u8])]) {
    assert!(findings.len() <= FINDINGS_MAX, "{}", findings.len());
    let files: Vec<(&str, Lines, usize)> = files
        .iter()
        .map(|(name, bytes)| (*name, Lines::of(bytes), bytes.len()))
        .collect();
    for finding in findings {
        let at = finding.locations.first().expect("a place");
        let (_, lines, length) = files
            .iter()
            .find(|(name, ..)| *name == at.path)
            .unwrap_or_else(|| panic!("{} in `{}`", finding.id, at.path));
        lines.check(Place {
            line: at.line.unwrap(),
            column: at.column.unwrap(),
        });
        assert!(finding.title.len() <= 32 * length + 4096);
        assert!(
            !finding.title.contains(char::is_control),
            "{}",
            finding.title
        );
    }
}

/// Findings lie in the file, the same twice, and cut anywhere it can still be looked at.
fn whole(data: &[u8]) {
    let data = cut(data);
    let options = options(data);
    let checked = check([file("a.yaml", data)], options);
    if !has_lone_returns(data) {
        placed(&checked.findings, &[("a.yaml", data)]);
    }
    if data.len().is_multiple_of(8) {
        let again = check([file("a.yaml", data)], options);
        assert_eq!(shown(&again), shown(&checked));
    }
    if data.len() % 8 == 1 {
        let (first, second) = data.split_at(data.len() / 2);
        let halves = || [file("a.yaml", first), file("b.yaml", second)];
        let checked = check(halves(), options);
        assert_eq!(shown(&check(halves(), options)), shown(&checked));
    }
}

/// What may not run at the baseline may not run where it is stricter, but for Windows: there the
/// stricter controls that stand for others hold nothing.
fn pod_security(data: &[u8]) {
    let (documents, _) = parse(cut(data));
    for object in objects_of(&documents) {
        let Some(pod) = object.pod() else { continue };
        for minor in MINORS {
            let baseline = judge(&pod, Level::Baseline, minor);
            let restricted = judge(&pod, Level::Restricted, minor);
            assert_eq!(judge(&pod, Level::Baseline, minor), baseline);
            assert_eq!(judge(&pod, Level::Restricted, minor), restricted);
            assert!(
                baseline.is_empty() || !restricted.is_empty() || pod.is_windows(),
                "1.{minor}: {baseline:?}"
            );
        }
    }
}

/// The findings of a file that can be mended.
fn wanted(bytes: &[u8], options: Options<'_>) -> BTreeSet<(String, Place)> {
    let findings = check([file("a.yaml", bytes)], options).findings;
    let safe = findings.into_iter().filter(|finding| {
        finding.excepted.is_none() && mend::SAFE.iter().any(|(id, _)| *id == finding.id)
    });
    safe.map(|finding| {
        let at = &finding.locations[0];
        let place = Place {
            line: at.line.unwrap(),
            column: at.column.unwrap(),
        };
        (finding.id, place)
    })
    .collect()
}

/// What is written reads back; what was mended is not found again, and nothing is left to do.
fn mended(data: &[u8]) {
    let data = cut(data);
    let options = options(data);
    let before = wanted(data, options);
    if before.is_empty() {
        return;
    }
    let mended = mend::mend(data, &before, options.minor);
    for (id, at, _) in &mended.left {
        assert!(before.contains(&((*id).to_owned(), *at)));
    }
    for (id, at) in &mended.done {
        assert!(before.contains(&((*id).to_owned(), *at)));
    }
    if mended.bytes == data {
        assert!(mended.done.is_empty(), "{:?} without a change", mended.done);
        return;
    }
    assert!(!mended.done.is_empty(), "a change that is not told");
    let (old, _) = parse(data);
    let (new, error) = parse(&mended.bytes);
    assert_eq!(error, None);
    assert_eq!(old.len(), new.len());
    let after = wanted(&mended.bytes, options);
    assert!(after.len() < before.len(), "{before:?} {after:?}");
    let again = mend::mend(&mended.bytes, &after, options.minor);
    assert!(again.done.is_empty(), "{:?}", again.done);
    assert_eq!(again.bytes, mended.bytes);
}

fn service_files(names: &[&str], pieces: &[String]) -> Vec<ServiceFile> {
    let files = names.iter().zip(pieces).map(|(name, text)| ServiceFile {
        name: (*name).to_owned(),
        bytes: text.as_bytes().to_vec(),
    });
    files.collect()
}

/// A file, the one over it, `.env`, and what everything else that is asked for holds.
fn composed(data: &[u8]) {
    let names = ["a/compose.yaml", "a/compose.override.yaml"];
    let pieces = pieces(data);
    let piece = |at: usize| pieces.get(at).map_or("", String::as_str);
    let run = || {
        let mut opened: Vec<String> = Vec::new();
        let mut open = |name: &str| {
            opened.push(name.to_owned());
            match name {
                "a/.env" => Ok(piece(2).as_bytes().to_vec()),
                _ if name.len().is_multiple_of(2) => Ok(piece(3).as_bytes().to_vec()),
                _ => Err("it is not there".to_owned()),
            }
        };
        let told = compose::check(service_files(&names, &pieces), &mut open, options(data));
        (told, opened)
    };
    let (told, opened) = run();
    assert!(opened.len() <= INPUT_FILES_MAX, "{} files", opened.len());
    assert!(told.services <= 10_000);
    let mut files: Vec<(&str, &[u8])> = names
        .iter()
        .zip(&pieces)
        .map(|(name, text)| (*name, text.as_bytes()))
        .collect();
    files.extend(opened.iter().map(|name| (&**name, piece(3).as_bytes())));
    if !has_lone_returns(data) {
        placed(&told.findings, &files);
    }
    if data.len().is_multiple_of(4) {
        let (again, _) = run();
        assert_eq!(again.findings, told.findings);
        assert_eq!(again.unknowns, told.unknowns);
    }
}

/// Most files that one input of [`composed`] asks for: one for each few bytes.
const INPUT_FILES_MAX: usize = 8192;

/// A unit and what is dropped in over it.
fn units(data: &[u8]) {
    let pieces = pieces(data);
    let kinds = ["a.container", "a.pod", "a.kube"];
    let name = kinds[data.len() % kinds.len()];
    let names = [name, "a.d/10.conf", "a.d/20.conf"];
    let files = service_files(&names, &pieces);
    let told = quadlet::check(&files, options(data));
    let again = quadlet::check(&files, options(data));
    assert_eq!(again.findings, told.findings);
    assert_eq!(again.unknowns, told.unknowns);
    let texts: Vec<(&str, &[u8])> = files
        .iter()
        .map(|file| (&*file.name, file.bytes.as_slice()))
        .collect();
    if !has_lone_returns(data) {
        placed(&told.findings, &texts);
    }
    assert!(quadlet::played(data).len() <= data.len());
}
