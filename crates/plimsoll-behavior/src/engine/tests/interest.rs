//! What the kernel may leave out: never what a rule would have matched.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plimsoll_model::event::EventKind;
use proptest::prelude::*;

use super::engine;
use crate::engine::Engine;
use crate::engine::interest::Opened;
use crate::scenario::{self, Step};
use crate::state::State;
use crate::wire::Record;

fn rule(condition: &str) -> String {
    let quoted = serde_json::to_string(condition).unwrap();
    format!("- rule: r\n  desc: d\n  condition: {quoted}\n  output: o\n  priority: NOTICE\n")
}

fn of(condition: &str) -> Engine {
    engine(&[("r.yaml", &rule(condition))])
}

/// For each event of a scene: whether a rule fires, and whether opens like it are of concern.
pub(super) fn judged(engine: &mut Engine, scene: &str) -> Vec<(bool, bool)> {
    let mut state = State::new();
    let mut judged = Vec::new();
    let steps = scenario::read(scene).unwrap_or_else(|error| panic!("{error}\n{scene}"));
    for step in steps {
        let Step::Record(bytes) = step else { continue };
        let record = Record::read(&bytes).unwrap();
        let moment = state.apply(&record);
        let mut fires = false;
        engine.judge(&moment, &mut |_| fires = true);
        judged.push((fires, engine.concerns(&moment)));
    }
    judged
}

#[test]
fn conditions_say_which_opens_they_can_match() {
    let can = |rest: &str| {
        let interest = of(&format!("evt.type in (open, openat) and {rest}")).interest();
        [Opened::Read, Opened::Write, Opened::Failed].map(|opened| interest.opens(opened))
    };
    assert_eq!(can("evt.is_open_write = true"), [false, true, true]);
    assert_eq!(
        can("evt.is_open_write = true and fd.num >= 0"),
        [false, true, false]
    );
    assert_eq!(can("fd.num = -1"), [false, false, true]);
    assert_eq!(can("not evt.failed = true"), [true, true, false]);
    assert_eq!(can("proc.pname = x"), [true, true, true]);
    let other = |condition: &str| of(condition).interest();
    let mount = other("evt.type = mount");
    assert_eq!(
        mount.kinds.iter().copied().collect::<Vec<_>>(),
        [EventKind::Mount]
    );
    assert_eq!(mount.opens, [false; 3]);
    // Calls that failed are counted, and all descriptors are asked for.
    let counted = other("evt.type = execve and plimsoll.container.space_exhausted[5] > 3");
    assert_eq!(counted.opens, [false, false, true]);
    let descriptors = other("evt.type = execve and fd.types intersects (ipv4)");
    assert_eq!(
        (descriptors.opens, descriptors.descriptors),
        ([true, true, false], true)
    );
}

/// Opens by a process named `a` of which nothing else is known: those that may be of concern.
fn concerned(condition: &str, opens: &[&str]) -> Vec<bool> {
    let mut scene = String::from("100 execve exe_path=/a exe=/a args=a comm=a ppid=1\n");
    for open in opens {
        let _ = writeln!(scene, "100 {open}");
    }
    let judged = judged(&mut of(condition), &scene);
    judged
        .iter()
        .skip(1)
        .map(|(_, concerns)| *concerns)
        .collect()
}

#[test]
fn what_is_alike_in_path_and_way_of_opening_is_told_apart() {
    let opens = &[
        "openat=3 name=/etc/a path=/etc/a flags=0 comm=a",
        "openat=3 name=/srv/a path=/srv/a flags=0 comm=a",
        // By a link.
        "openat=3 name=/etc/b path=/srv/a flags=0 comm=a",
        "openat=3 name=/srv/a path=/etc/a flags=0 comm=a",
        "openat=3 name=../etc/b folder=/srv path=/srv/a flags=0 comm=a",
        "openat=-2 name=/etc/a path=/etc/a flags=0 comm=a",
        "openat=-2 name=../etc/b path=/srv/../etc/b head_flags=512 flags=0 comm=a",
        "openat=3 name=/srv/a path=/srv/a flags=1 comm=a",
    ];
    let etc = [true, false, true, true, true, true, true, false];
    assert_eq!(
        concerned("evt.type = openat and fd.name startswith /etc/", opens),
        etc
    );
    assert_eq!(
        concerned(
            "evt.type = openat and fd.name startswith /etc/ and proc.pname = x",
            opens
        ),
        etc
    );
    assert_eq!(
        concerned("evt.type = openat and not fd.name startswith /srv/", opens),
        [true, false, false, false, false, true, false, false]
    );
    assert_eq!(
        concerned(
            "evt.type = openat and fd.name endswith /a and evt.is_open_write = true",
            opens
        ),
        [false, false, false, false, false, false, false, true]
    );
    assert_eq!(
        concerned(
            "evt.type = openat and fd.nameraw contains ../ and fd.num >= 0",
            opens
        ),
        [false, false, false, false, true, false, false, false]
    );
    assert_eq!(
        concerned("evt.type = openat and fd.num = 3", opens),
        [true, true, true, true, true, false, false, true],
        "which descriptor it gets is not known"
    );
    assert_eq!(
        concerned("evt.type = openat and evt.res = ENOENT", opens),
        [false, false, false, false, false, true, true, false]
    );
    assert_eq!(concerned("evt.type = open", opens), [false; 8]);
}

#[test]
fn what_is_not_known_well_enough_is_of_concern() {
    let none = "evt.type = openat and fd.name = /none and proc.name = b";
    let opens = &[
        "openat=3 name=/a path=/a flags=0 comm=a",
        // Which process it is, does not decide; its name would.
        "openat=3 name=/a path=/a flags=0 comm=b",
        "openat=3 name=/a path=/a flags=0",
        "openat=3 name=a path=/a flags=0 comm=a",
        "openat=3 path=/a flags=0 comm=a",
        "openat=3 name=/a flags=0 comm=a",
        "openat=3 name=/a path=/a flags=0 comm=a head_flags=16",
        // Counted.
        "openat=-13 name=/a path=/a flags=0 comm=a",
    ];
    let by_path = [false, false, false, true, true, true, true, true];
    assert_eq!(concerned(none, opens), by_path);
    let by_name = [false, true, true, true, true, true, true, true];
    assert_eq!(
        concerned("evt.type = openat and proc.name = b", opens),
        by_name
    );
}

fn part() -> impl Strategy<Value = String> {
    let texts = prop_oneof![
        Just("/etc"),
        Just("/passwd"),
        Just("/x/"),
        Just("/etc/"),
        Just("/etc/passwd"),
        Just("/srv/a"),
        Just("/"),
        Just("passwd"),
        Just("a"),
        Just("b"),
    ];
    let operators = prop_oneof![
        Just("="),
        Just("!="),
        Just("startswith"),
        Just("endswith"),
        Just("contains"),
        Just("icontains"),
        Just("glob"),
        Just("regex"),
    ];
    let fields = prop_oneof![
        Just("fd.name"),
        Just("fd.directory"),
        Just("fd.filename"),
        Just("fs.path.name"),
        Just("fs.path.nameraw"),
        Just("fd.nameraw"),
        Just("evt.arg.name"),
        Just("evt.arg.fd"),
        Just("evt.arg.flags"),
        Just("evt.args"),
        Just("proc.name"),
        Just("proc.pname"),
        Just("proc.aname"),
        Just("proc.cmdline"),
        Just("container.id"),
        Just("fd.containername"),
        Just("tolower(fd.name)"),
        Just("basename(proc.name)"),
    ];
    prop_oneof![
        4 => (fields.clone(), operators, texts.clone())
            .prop_map(|(field, operator, text)| format!("{field} {operator} \"{text}\"")),
        2 => (
            fields,
            prop_oneof![Just("in"), Just("pmatch"), Just("!= allof"), Just("= oneof")],
            texts.clone(),
            texts
        )
            .prop_map(|(field, operator, one, other)| format!(
                "{field} {operator} (\"{one}\", \"{other}\")"
            )),
        3 => prop_oneof![
            Just("evt.is_open_write = true"),
            Just("evt.is_open_read = true"),
            Just("evt.is_open_write = false"),
            Just("evt.is_open_create = true"),
            Just("evt.is_open_exec = true"),
            Just("fd.num >= 0"),
            Just("fd.num < 0"),
            Just("fd.num = -1"),
            Just("fd.num = 5"),
            Just("fd.num in (3, 4)"),
            Just("fd.num != 4"),
            Just("evt.rawres >= 0"),
            Just("evt.rawres > 3"),
            Just("evt.res = SUCCESS"),
            Just("evt.res startswith E"),
            Just("evt.failed = true"),
            Just("fd.typechar = f"),
            Just("fd.ino > 5"),
            Just("evt.arg.mode = 0755"),
            Just("evt.rawarg.mode > 1"),
            Just("evt.rawarg.flags = 0"),
            Just("evt.rawarg.fd = 4"),
            Just("evt.type = openat"),
            Just("plimsoll.file.layer = upper"),
            Just("user.uid = 0"),
            Just("plimsoll.container.denied[60] > 1"),
        ]
        .prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    part().prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

/// Processes of one name that are alike in nothing else.
const PROCESSES: &str = r#"
0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2
0 container cgroup=7 mnt=8 pidns=9 container_id=0123456789abcdef container_name=shop container_state=2 container_json="{}"
200 execve exe_path=/b exe=/b args=b comm=b ppid=1 cgroup=1 mnt=1 pidns=2
100 execve exe_path=/a exe=/a args=a,b comm=a ppid=1 cgroup=7 mnt=8 pidns=9 cwd=/etc uid=5 euid=5
300 execve exe_path=/srv/a exe=/x/ args=/etc comm=a ppid=200 cgroup=1 mnt=1 pidns=2 cwd=/srv
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// What a rule matches is of concern, and so is all that is like it.
    #[test]
    fn nothing_that_matches_is_left_out(condition in condition()) {
        let mut engine = of(&condition);
        let interest = engine.interest();
        let mut scene = String::from(PROCESSES);
        let before = scene.lines().filter(|line| !line.is_empty()).count();
        // Alike are opens of one number.
        let mut opens = Vec::new();
        for (name, path) in [
            ("/etc/passwd", "/etc/passwd"), ("/srv/a", "/etc/passwd"), ("/etc/passwd", "/srv/a"),
            ("/etc", "/etc"), ("/a", "/a"), ("/srv/x", "/srv/x"), ("/etc/x/a", "/etc/x/a"),
            ("passwd", "/etc/passwd"), ("../x/a", "/srv/a"),
        ] {
            for (flags, error, mode) in [(0, 0, 0), (1, 0, 0), (0o101, 0, 0o755), (0, -2, 0), (1, -13, 0)] {
                let alike = opens.last().map_or(0, |(alike, _)| alike + 1);
                for (process, fd, more) in [
                    ("100", 3, "ino=4 file_layer=3 cgroup=7 mnt=8 pidns=9"),
                    ("300", 4, "ino=7 file_layer=1025 cgroup=1 mnt=1 pidns=2"),
                    ("300", 5, "ino=7 file_layer=1 cgroup=1 mnt=1 pidns=2"),
                ] {
                    let ret = if error < 0 { error } else { fd };
                    let opened = match (error, flags & 3) {
                        (..0, _) => Opened::Failed,
                        (_, 0) => Opened::Read,
                        _ => Opened::Write,
                    };
                    opens.push((alike, opened));
                    let _ = write!(
                        scene,
                        "{process} openat={ret} name={name} flags={flags} comm=a {more} "
                    );
                    let _ = match (name.starts_with('/'), error) {
                        (true, _) => writeln!(scene, "path={path} mode={mode}"),
                        (false, 0) => writeln!(scene, "folder=/x path={path} mode={mode}"),
                        (false, _) => writeln!(scene, "path=/x/{name} head_flags=512"),
                    };
                }
            }
        }
        let scene = scene.replace("ino=", "inode=");
        let judged = judged(&mut engine, &scene);
        prop_assert_eq!(judged.len(), opens.len() + before);
        let judged = &judged[before..];
        let fired: BTreeSet<usize> = opens.iter().zip(judged).filter(|(_, judged)| judged.0)
            .map(|((alike, _), _)| *alike).collect();
        for ((alike, opened), (fires, concerns)) in opens.iter().zip(judged) {
            if *fires {
                prop_assert!(interest.opens(*opened), "{}: {:?}", condition, opened);
            }
            if fired.contains(alike) {
                prop_assert!(*concerns, "{}: {}", condition, alike);
            }
        }
    }
}
