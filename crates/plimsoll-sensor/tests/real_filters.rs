//! What the kernel programs leave out, and how they count what is lost. Needs root and BPF.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::filter::{OpenFilter, OpenKey, Opens};
use plimsoll_sensor::{Filter, State};

#[path = "support/watch.rs"]
mod watch;

use watch::{Seen, Watch, compiled};

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

/// Opens as its arguments say; see there.
const OPENER: &str = include_str!("support/opener.c");

/// How often it is tried to have an open left out.
const TRIES_MAX: u32 = 50;

/// A program that opens files, and a sensor that is told which opens are of no concern.
struct Asked {
    watch: Watch,
    opener: PathBuf,
    base: PathBuf,
    _folder: tempfile::TempDir,
}

/// What was told of an open: its name as it was given and its path, both below the test's folder.
type Told = (String, String);

impl Asked {
    fn begin() -> Option<Self> {
        let folder = tempfile::tempdir_in(fs::canonicalize("/tmp").unwrap()).unwrap();
        let base = folder.path().to_owned();
        let opener = compiled(&base, "opener", OPENER);
        let asked = OpenFilter {
            read: Opens::Asked,
            write: Opens::Asked,
            failed: Opens::Asked,
        };
        let kinds = [
            OPEN,
            &[EventKind::Rename, EventKind::Mount, EventKind::Unshare],
        ]
        .concat();
        let watch = Watch::children_with(&kinds, |options| options.filter.opens = asked)?;
        for name in ["a", "b", "a/d"] {
            fs::create_dir(base.join(name)).unwrap();
        }
        for name in ["a/f", "a/d/f", "a/x", "b/f", "b/x"] {
            fs::write(base.join(name), "").unwrap();
        }
        Some(Self {
            watch,
            opener,
            base,
            _folder: folder,
        })
    }

    /// Runs the steps, `@` standing for the test's folder; what was told of opens below it.
    fn run(&mut self, steps: &str) -> Vec<Seen> {
        let base = self.base.to_str().unwrap().to_owned();
        self.watch.seen.clear();
        let steps = steps.split(' ').map(|step| step.replace('@', &base));
        let pid = self.watch.finish(Command::new(&self.opener).args(steps));
        let seen = self.watch.seen.iter();
        let opens = seen.filter(|seen| seen.pid == pid && OPEN.contains(&seen.kind));
        // What the shell opened before it became the program.
        opens
            .filter(|seen| seen.bytes(Param::Comm) != b"sh")
            .filter(|seen| !seen.text(Param::Name).ends_with("cgroup.procs"))
            .cloned()
            .collect()
    }

    fn told(&mut self, steps: &str) -> Vec<Told> {
        let base = self.base.to_str().unwrap().to_owned();
        let opens = self.run(steps);
        let short = |text: String| text.replace(&base, "@");
        opens
            .iter()
            .map(|seen| (short(seen.text(Param::Name)), short(seen.text(Param::Path))))
            .collect()
    }

    /// Has all opens of the steps left out from now on. Whoever else renames something on this machine
    /// makes that lapse: then it is tried again.
    fn leave_out(&mut self, steps: &str) {
        for _ in 0..TRIES_MAX {
            let opens = self.run(steps);
            if opens.is_empty() {
                return;
            }
            for seen in opens {
                let key = OpenKey::new(seen.bytes(Param::OpenKey)).expect("a key");
                self.watch.sensor.leave_out(key).unwrap();
            }
        }
        panic!("never left out: {steps}");
    }
}

fn told(opens: &[(&str, &str)]) -> Vec<Told> {
    let owned = |(name, path): &(&str, &str)| ((*name).to_owned(), (*path).to_owned());
    opens.iter().map(owned).collect()
}

#[test]
fn opens_are_left_out_only_where_they_are_alike() {
    let Some(mut asked) = Asked::begin() else {
        return;
    };
    let base = asked.base.clone();
    symlink(base.join("a/f"), base.join("a/link")).unwrap();
    fs::hard_link(base.join("a/f"), base.join("a/hard")).unwrap();
    for steps in [
        "o @/a/f",
        "w @/a/f",
        "o @/a/link",
        "a @/a f",
        "c @/a o f",
        "o @/a/none",
        "c @/a o none",
        "p x o @/a/f",
    ] {
        asked.leave_out(steps);
    }
    for (steps, expected) in [
        ("o @/a/x", ("@/a/x", "@/a/x")),
        ("o @/b/f", ("@/b/f", "@/b/f")),
        ("o @/a/hard", ("@/a/hard", "@/a/hard")),
        ("o @/b/../a/f", ("@/b/../a/f", "@/a/f")),
        ("o @/a//f", ("@/a//f", "@/a/f")),
        ("c @ o a/f", ("a/f", "@/a/f")),
        ("c @/b o f", ("f", "@/b/f")),
        ("c @/b o none", ("none", "@/b/none")),
        ("w @/a/link", ("@/a/link", "@/a/f")),
        ("p y o @/a/f", ("@/a/f", "@/a/f")),
        // Whatever a descriptor below three stands for is asked when programs are started.
        ("l @/a/f", ("@/a/f", "@/a/f")),
    ] {
        assert_eq!(asked.told(steps), told(&[expected]), "{steps}");
    }
    // A folder's descriptor opens the folder first.
    let below = asked.told("a @/b f");
    assert_eq!(below, told(&[("@/b", "@/b"), ("f", "@/b/f")]));
    let relative = asked.run("c @/a o x");
    assert_eq!(
        relative[0].text(Param::Folder),
        base.join("a").to_str().unwrap()
    );
    // What failed and then does not is another thing.
    fs::write(base.join("a/none"), "").unwrap();
    assert_eq!(asked.told("o @/a/none"), told(&[("@/a/none", "@/a/none")]));
    // A link that leads elsewhere, without anything being renamed.
    fs::remove_file(base.join("a/link")).unwrap();
    symlink(base.join("a/x"), base.join("a/link")).unwrap();
    assert_eq!(asked.told("o @/a/link"), told(&[("@/a/link", "@/a/x")]));
    // Names that are too long to be known again.
    let long = format!("@/{}a/f", "./".repeat(130));
    let opens = asked.run(&format!("o {long} o {long}"));
    assert_eq!(opens.len(), 2);
    assert!(
        opens
            .iter()
            .all(|seen| seen.record().param(Param::OpenKey).is_none())
    );
}

#[test]
fn what_is_left_out_is_told_again_when_paths_or_the_filter_change() {
    let Some(mut asked) = Asked::begin() else {
        return;
    };
    let base = asked.base.clone();
    let file = "o @/a/d/f";
    asked.leave_out(file);
    fs::rename(base.join("a"), base.join("c")).unwrap();
    fs::rename(base.join("c"), base.join("a")).unwrap();
    assert_eq!(asked.told(file).len(), 1, "renamed to and fro");
    asked.leave_out("c @/a/d o f");
    fs::rename(base.join("a/d"), base.join("b/d")).unwrap();
    let moved = asked.told("c @/b/d o f");
    assert_eq!(
        moved,
        told(&[("f", "@/b/d/f")]),
        "the same entry in the same folder"
    );
    fs::rename(base.join("b/d"), base.join("a/d")).unwrap();
    // The same file by another mount, in a namespace of its own.
    asked.leave_out(file);
    let bound = asked.told("n b @/a/d @/b o @/b/f o @/a/d/f");
    assert_eq!(bound, told(&[("@/b/f", "@/b/f"), ("@/a/d/f", "@/a/d/f")]));
    // The same name below another root.
    fs::create_dir_all(
        base.join("b")
            .join(base.strip_prefix("/").unwrap())
            .join("a/d"),
    )
    .unwrap();
    fs::write(
        base.join("b")
            .join(base.strip_prefix("/").unwrap())
            .join("a/d/f"),
        "",
    )
    .unwrap();
    asked.leave_out(file);
    let rooted = asked.told("r @/b o @/a/d/f");
    assert_eq!(
        rooted,
        told(&[("@/a/d/f", "@/a/d/f")]),
        "seen from the new root"
    );
    // The same file below another root, by the same name.
    asked.leave_out("c @/a/d o f");
    assert_eq!(asked.told("c @/a/d r @/a o f"), told(&[("f", "/d/f")]));
    // Another filter, even if it is the same.
    asked.leave_out(file);
    let filter = asked.watch.sensor.filter().clone();
    asked.watch.sensor.set_filter(filter).unwrap();
    assert_eq!(asked.told(file).len(), 1);
    // Nothing is left out where nobody asks.
    asked.leave_out(file);
    let mut filter = asked.watch.sensor.filter().clone();
    filter.opens = OpenFilter::default();
    asked.watch.sensor.set_filter(filter).unwrap();
    let opens = asked.run(file);
    assert_eq!(opens.len(), 1);
    assert!(opens[0].record().param(Param::OpenKey).is_none());
}

#[test]
fn an_answer_that_comes_late_holds_for_nothing() {
    let Some(mut asked) = Asked::begin() else {
        return;
    };
    let opens = asked.run("o @/a/f");
    fs::rename(asked.base.join("b/x"), asked.base.join("b/y")).unwrap();
    let key = OpenKey::new(opens[0].bytes(Param::OpenKey)).unwrap();
    asked.watch.sensor.leave_out(key).unwrap();
    assert_eq!(asked.told("o @/a/f").len(), 1);
    assert_eq!(OpenKey::new(b"short"), None);
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
