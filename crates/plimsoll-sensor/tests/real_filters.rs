//! What the kernel programs leave out, and how they count what is lost. Needs root and BPF.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::filter::{OpenFilter, Opens};
use plimsoll_sensor::{Filter, State};

#[path = "support/watch.rs"]
mod watch;

use watch::{Watch, compiled};

const OPEN: &[EventKind] = &[
    EventKind::Open,
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Creat,
];

/// Opens a file as often as it is told to.
const FLOOD: &str = r"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
    for (int i = 0, n = atoi(argv[2]); i < n; i++) close(open(argv[1], O_RDONLY));
    return argc - 3;
}
";

fn paths(watch: &Watch) -> Vec<String> {
    watch
        .seen
        .iter()
        .map(|seen| seen.text(Param::Path))
        .collect()
}

#[test]
fn opens_are_chosen_by_prefix_and_name_even_when_folders_move() {
    let folder = tempfile::tempdir_in(fs::canonicalize("/tmp").unwrap()).unwrap();
    let base = folder.path();
    let chosen = base.join("chosen");
    let opens = OpenFilter {
        read: Opens::Chosen,
        write: Opens::None,
        failed: Opens::None,
        prefixes: BTreeSet::from([format!("{}/", chosen.display()).into_bytes()]),
        names: BTreeSet::from([b".ssh".to_vec()]),
        ..OpenFilter::default()
    };
    let Some(mut watch) = Watch::all(OPEN, |options| options.filter.opens = opens) else {
        return;
    };
    for name in ["chosen", "other", "other/.ssh", "late"] {
        fs::create_dir(base.join(name)).unwrap();
    }
    for name in ["chosen/a", "other/a", "other/.ssh/key", "late/a"] {
        File::create(base.join(name)).unwrap();
    }
    for name in [
        "chosen/a",
        "other/a",
        "other/.ssh/key",
        "late/a",
        "other/../chosen/a",
    ] {
        File::open(base.join(name)).unwrap();
        // What was decided is remembered, and stays right.
        File::open(base.join(name)).unwrap();
    }
    fs::rename(base.join("late"), chosen.join("late")).unwrap();
    File::open(chosen.join("late/a")).unwrap();
    fs::rename(chosen.join("late"), base.join("late")).unwrap();
    File::open(base.join("late/a")).unwrap();
    watch.gather_own();
    let told: Vec<_> = paths(&watch)
        .iter()
        .filter_map(|path| path.strip_prefix(base.to_str().unwrap()).map(str::to_owned))
        .collect();
    let expected = [
        "/chosen/a",
        "/chosen/a",
        "/other/.ssh/key",
        "/other/.ssh/key",
        "/chosen/a",
        "/chosen/a",
        "/chosen/late/a",
    ];
    assert_eq!(told, expected);

    // Changed while it runs: nothing is chosen any more, then everything.
    let mut filter = watch.sensor.filter().clone();
    filter.opens.prefixes.clear();
    filter.opens.names.clear();
    watch.seen.clear();
    watch.sensor.set_filter(filter.clone()).unwrap();
    File::open(chosen.join("a")).unwrap();
    filter.opens = OpenFilter::default();
    watch.sensor.set_filter(filter).unwrap();
    File::open(base.join("other/a")).unwrap();
    watch.gather_own();
    // Changing filters opens files itself.
    let told: Vec<_> = paths(&watch)
        .into_iter()
        .filter(|path| path.starts_with(base.to_str().unwrap()))
        .collect();
    assert_eq!(told, [base.join("other/a").to_str().unwrap()]);
}

#[test]
fn opens_are_chosen_by_how_their_name_was_given_and_by_who_opens() {
    let folder = tempfile::tempdir_in(fs::canonicalize("/tmp").unwrap()).unwrap();
    let base = folder.path();
    let chosen = base.join("chosen");
    let opens = OpenFilter {
        read: Opens::Chosen,
        write: Opens::None,
        failed: Opens::Chosen,
        prefixes: BTreeSet::from([format!("{}/", chosen.display()).into_bytes()]),
        dots: true,
        commands: BTreeSet::from([b"tac".to_vec()]),
        ..OpenFilter::default()
    };
    let Some(mut watch) = Watch::all(OPEN, |options| options.filter.opens = opens) else {
        return;
    };
    for name in ["chosen", "other"] {
        fs::create_dir(base.join(name)).unwrap();
    }
    File::create(base.join("other/a")).unwrap();
    File::create(base.join("other/a.b.c")).unwrap();
    std::os::unix::fs::symlink(base.join("other/a"), chosen.join("link")).unwrap();
    for name in [
        "other/a",
        "other/a.b.c",
        "chosen/link",
        "other/../other/a.b.c",
    ] {
        File::open(base.join(name)).unwrap();
    }
    for name in ["other/none", "chosen/none", "other/../none"] {
        assert!(File::open(base.join(name)).is_err());
    }
    watch.gather_own();
    let given: Vec<String> = watch
        .seen
        .iter()
        .map(|seen| seen.text(Param::Name))
        .filter_map(|name| name.strip_prefix(base.to_str().unwrap()).map(str::to_owned))
        .collect();
    let expected = [
        "/chosen/link",
        "/other/../other/a.b.c",
        "/chosen/none",
        "/other/../none",
    ];
    assert_eq!(given, expected);

    watch.seen.clear();
    for program in ["cat", "tac"] {
        let status = std::process::Command::new(program)
            .arg(base.join("other/a"))
            .status();
        assert!(status.unwrap().success());
    }
    watch.gather();
    let told = paths(&watch)
        .iter()
        .filter(|path| path.ends_with("/other/a") && path.starts_with(base.to_str().unwrap()))
        .count();
    assert_eq!(told, 1, "what tac opens is told, what cat opens is not");
}

#[test]
fn programs_for_what_nobody_wants_are_not_attached() {
    let Some(mut watch) = Watch::all(&[EventKind::Chdir], |_| {}) else {
        return;
    };
    let state = |watch: &Watch, name: &str| {
        let states = watch.sensor.programs();
        states
            .iter()
            .find(|state| state.program.name == name)
            .unwrap()
            .state
            .clone()
    };
    assert_eq!(state(&watch, "sys_exit_chdir"), State::Attached);
    assert_eq!(state(&watch, "sys_exit_openat"), State::Unwanted);
    let filter = Filter {
        kinds: OPEN.iter().copied().collect(),
        ..Filter::default()
    };
    watch.sensor.set_filter(filter).unwrap();
    assert_eq!(state(&watch, "sys_exit_chdir"), State::Unwanted);
    assert_eq!(state(&watch, "sys_exit_openat"), State::Attached);
    File::open("/etc/hostname").unwrap();
    watch.gather_own();
    // Attaching opens files itself.
    assert_eq!(paths(&watch).last().unwrap(), "/etc/hostname");
}

#[test]
fn the_sensor_does_not_tell_of_itself() {
    let Some(mut watch) = Watch::all(OPEN, |options| options.without_self = true) else {
        return;
    };
    File::open("/etc/hostname").unwrap();
    watch.gather_own();
    assert_eq!(paths(&watch), Vec::<String>::new());
}

#[test]
fn repetition_is_counted_instead_of_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path(), "flood", FLOOD);
    let Some(mut watch) = Watch::children_with(OPEN, |options| {
        options.filter.repeat = Duration::from_mins(1);
    }) else {
        return;
    };
    watch.finish(Command::new(program).args(["/etc/hostname", "5000"]));
    let told = watch.one("open", |seen| seen.text(Param::Name) == "/etc/hostname");
    let kind = Some(told.kind);
    let losses = watch.sensor.losses().unwrap();
    let held = losses.iter().find(|loss| loss.kind == kind).unwrap();
    assert_eq!((held.reason, held.count), ("repetition", 4999));
}

#[test]
fn what_does_not_fit_the_ring_is_counted_to_the_last_event() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path(), "flood", FLOOD);
    let Some(mut watch) = Watch::children_with(OPEN, |options| options.ring_bytes = 4096) else {
        return;
    };
    let mut child = watch.run(Command::new(program).args(["/etc/hostname", "30000"]));
    child.wait().unwrap();
    watch.gather();
    let received = watch
        .seen
        .iter()
        .filter(|seen| seen.text(Param::Name) == "/etc/hostname")
        .count() as u64;
    let all = watch.seen.len() as u64;
    let lost: u64 = watch
        .sensor
        .losses()
        .unwrap()
        .iter()
        .map(|loss| loss.count)
        .sum();
    assert!(lost > 20_000, "{lost}");
    assert_eq!(all + lost, watch.sensor.meant().unwrap());
    // The program opens nothing else, being static.
    assert_eq!(received + lost, 30_000);
}
