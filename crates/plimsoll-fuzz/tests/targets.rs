//! Names are their own, and every target runs on its seeds: what the nightly toolchain fuzzes is
//! held to work with the stable one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use plimsoll_fuzz::mutate::{Mutator, words};
use plimsoll_fuzz::{all, run};

/// What one run may take; `script/fuzz` allows ten seconds of optimised code.
const RUN_TIME_MAX: Duration = Duration::from_secs(10);

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz")
        .join(name)
}

fn names(folder_name: &str, end: &str) -> BTreeSet<String> {
    fs::read_dir(folder(folder_name))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(end).map(str::to_owned))
        .collect()
}

#[test]
fn names_are_their_own_and_one_program_has_them_all() {
    let list: BTreeSet<&str> = all().map(|target| target.name).collect();
    assert_eq!(list.len(), all().count(), "a name is there twice");
    assert_eq!(
        names("fuzz_targets", ".rs"),
        BTreeSet::from(["target".to_owned()])
    );
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("path = \"fuzz_targets/").count(), 1);
}

#[test]
fn every_dictionary_is_there_and_used() {
    let used: BTreeSet<String> = all()
        .filter_map(|target| target.dictionary)
        .map(str::to_owned)
        .collect();
    assert_eq!(used, names("dictionaries", ".dict"));
}

/// Each cataloger, source and scheme is in some target: a new one must be fuzzed too.
#[test]
fn nothing_that_reads_outside_bytes_is_left_out() {
    let sources = env!("CARGO_MANIFEST_DIR");
    let text: String = ["system", "programs", "lockfiles", "advisories"]
        .iter()
        .map(|name| fs::read_to_string(format!("{sources}/src/targets/{name}.rs")).unwrap())
        .collect();
    let by_path: BTreeSet<&str> = plimsoll_scan::fuzz_os::TARGETS
        .iter()
        .filter(|(id, path)| text.contains(&format!("\"{path}\"")) || *id == "os-release")
        .map(|(id, _)| *id)
        .collect();
    for cataloger in plimsoll_scan::catalogers::CATALOGERS {
        let id = cataloger.id();
        assert!(
            by_path.contains(id) || text.contains(&format!("\"{id}\"")),
            "cataloger {id} has no fuzz target"
        );
    }
    for source in plimsoll_vuln::SOURCES {
        let id = source.id();
        assert!(
            text.contains(&format!("\"{id}\"")),
            "source {id} has no fuzz target"
        );
    }
}

/// Runs a target; gives what went wrong.
fn try_out(name: &str, what: &str, bytes: &[u8]) -> Option<String> {
    let begun = Instant::now();
    let outcome = std::panic::catch_unwind(|| run(name, bytes));
    if outcome.is_err() {
        return Some(format!("{name} fails on {what}"));
    }
    (begun.elapsed() > RUN_TIME_MAX).then(|| format!("{name} is slow on {what}"))
}

#[test]
fn every_target_runs_on_its_seeds_whole_cut_and_changed() {
    let mut wrong = Vec::new();
    for target in all() {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        let mut check = |what: &str, bytes: &[u8]| wrong.extend(try_out(target.name, what, bytes));
        check("nothing", b"");
        for (number, seed) in seeds.iter().enumerate() {
            assert!(!seed.is_empty(), "{}: seed {number} is empty", target.name);
            check(&format!("seed {number}"), seed);
            check("half of a seed", &seed[..seed.len() / 2]);
            let mut changed = seed.clone();
            let middle = changed.len() / 2;
            changed[middle] ^= 0x55;
            check("a changed seed", &changed);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// How many changed inputs each target gets.
const ROUNDS: u64 = 60;

/// `PLIMSOLL_FUZZ_ROUNDS=100000 cargo test -p plimsoll-fuzz changed_at_random` looks further, and
/// `PLIMSOLL_FUZZ_TARGET=tar` at one only.
#[test]
fn every_target_runs_on_seeds_changed_at_random() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let rounds = number("PLIMSOLL_FUZZ_ROUNDS").unwrap_or(ROUNDS);
    let start = number("PLIMSOLL_FUZZ_START").unwrap_or(1);
    let only = std::env::var("PLIMSOLL_FUZZ_TARGET").ok();
    let mut wrong = Vec::new();
    for target in all() {
        if only.as_deref().is_some_and(|only| only != target.name) {
            continue;
        }
        let words = target.dictionary.map_or_else(Vec::new, |name| {
            let path = folder("dictionaries").join(format!("{name}.dict"));
            words(&fs::read_to_string(path).unwrap())
        });
        let mut mutator = Mutator::new((target.seeds)(), words, start);
        for round in 0..rounds {
            let input = mutator.next_input();
            if let Some(what) = try_out(target.name, &format!("change {round}"), &input) {
                wrong.push(format!("{what}: {}", input.escape_ascii()));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn seeds_are_the_same_each_time() {
    for target in all() {
        assert_eq!((target.seeds)(), (target.seeds)(), "{}", target.name);
    }
}
