//! What the kernel may leave out: never what a rule would have matched.

use std::fmt::Write as _;

use plimsoll_model::event::EventKind;
use proptest::prelude::*;

use super::{engine, fired};
use crate::engine::interest::{Open, Opened, Paths};

fn rule(condition: &str) -> String {
    let quoted = serde_json::to_string(condition).unwrap();
    format!("- rule: r\n  desc: d\n  condition: {quoted}\n  output: o\n  priority: NOTICE\n")
}

fn at(path: &str) -> Open<'_> {
    let path = path.as_bytes();
    Open {
        path,
        written: Some(path),
        raw: path,
        command: b"a",
    }
}

fn paths(condition: &str, opened: Opened) -> Paths {
    engine(&[("r.yaml", &rule(condition))])
        .interest()
        .paths(opened)
        .clone()
}

#[test]
fn conditions_say_which_opens_they_need() {
    let openat = |rest: &str| format!("evt.type in (open, openat) and {rest}");
    let holds =
        |condition: &str, opened, path: &str| paths(&openat(condition), opened).holds(at(path));
    let write = "evt.is_open_write = true and fd.name startswith /etc/";
    assert_eq!(paths(&openat(write), Opened::Read), Paths::None);
    assert!(holds(write, Opened::Write, "/etc/passwd"));
    assert!(!holds(write, Opened::Write, "/usr/lib/x"));
    let failed = "fd.num = -1 and fd.directory = /etc";
    assert_eq!(paths(&openat(failed), Opened::Write), Paths::None);
    assert!(holds(failed, Opened::Failed, "/etc/none"));
    assert!(!holds(failed, Opened::Failed, "/srv/none"));
    let succeeded = "fd.num >= 0 and fd.filename in (id_rsa, shadow)";
    assert_eq!(paths(&openat(succeeded), Opened::Failed), Paths::None);
    assert!(holds(succeeded, Opened::Read, "/home/jane/.ssh/id_rsa"));
    assert!(!holds(succeeded, Opened::Read, "/home/jane/.ssh/config"));
    assert_eq!(paths(&openat("proc.pname = x"), Opened::Read), Paths::Any);
    assert!(!holds("proc.name in (x, y)", Opened::Read, "/x"));
    assert!(holds("proc.name in (x, a)", Opened::Read, "/x"));
    assert!(!holds("fd.nameraw contains ../", Opened::Read, "/x"));
    assert!(holds(
        "fd.name contains id_rsa",
        Opened::Read,
        "/x/id_rsa_1"
    ));
    assert!(!holds("fd.name contains id_rsa", Opened::Read, "/x/id_dsa"));
    assert_eq!(
        paths(&openat("not fd.name startswith /etc"), Opened::Read),
        Paths::Any
    );
    assert!(!holds(
        "fd.name pmatch (/proc/*/mem, /sys)",
        Opened::Read,
        "/etc/x"
    ));
    assert!(holds(
        "fd.name pmatch (/proc/*/mem, /sys)",
        Opened::Read,
        "/proc/1/mem"
    ));
    let engine = engine(&[("r.yaml", &rule("evt.type = mount"))]);
    let interest = engine.interest();
    assert_eq!(
        interest.kinds.into_iter().collect::<Vec<_>>(),
        [EventKind::Mount]
    );
    assert!(!interest.names_later);
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
    ];
    let operators = prop_oneof![
        Just("="),
        Just("!="),
        Just("startswith"),
        Just("endswith"),
        Just("contains"),
        Just("glob"),
    ];
    let fields = prop_oneof![
        Just("fd.name"),
        Just("fd.directory"),
        Just("fd.filename"),
        Just("fs.path.name"),
        Just("fd.nameraw"),
        Just("evt.arg.name"),
    ];
    prop_oneof![
        (fields.clone(), operators, texts.clone())
            .prop_map(|(field, operator, text)| format!("{field} {operator} {text}")),
        (
            fields,
            prop_oneof![Just("in"), Just("pmatch")],
            texts.clone(),
            texts
        )
            .prop_map(|(field, operator, one, other)| format!(
                "{field} {operator} ({one}, {other})"
            )),
        Just("evt.is_open_write = true".to_owned()),
        Just("evt.is_open_read = true".to_owned()),
        Just("evt.is_open_write = false".to_owned()),
        Just("fd.num >= 0".to_owned()),
        Just("fd.num < 0".to_owned()),
        Just("fd.num = -1".to_owned()),
        Just("evt.rawres >= 0".to_owned()),
        Just("evt.failed = true".to_owned()),
        Just("proc.name = a".to_owned()),
        Just("proc.name in (b, c)".to_owned()),
        Just("evt.type = openat".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    part().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a rule matches is wanted.
    #[test]
    fn nothing_that_matches_is_left_out(condition in condition()) {
        let mut engine = engine(&[("r.yaml", &rule(&condition))]);
        let interest = engine.interest();
        let mut scene = String::new();
        let mut opens = Vec::new();
        for (name, path) in [
            ("/etc/passwd", "/etc/passwd"), ("/srv/a", "/etc/passwd"), ("/etc/passwd", "/srv/a"),
            ("/etc", "/etc"), ("/a", "/a"), ("/srv/x", "/srv/x"), ("/etc/x/a", "/etc/x/a"),
        ] {
            for (flags, ret) in [(0, 3), (1, 4), (2, 5), (0o101, 6), (0, -2), (1, -13)] {
                let opened = match (ret, flags & 3) {
                    (..0, _) => Opened::Failed,
                    (_, 0) => Opened::Read,
                    _ => Opened::Write,
                };
                opens.push((opened, path, name));
                let _ = writeln!(
                    scene,
                    "200 openat={ret} name={name} path={path} dir_fd=-100 flags={flags} comm=a"
                );
            }
        }
        for (index, _) in fired(&mut engine, &scene) {
            let (opened, path, written) = opens[index];
            prop_assert!(
                interest.wants_open(opened, Open { path: path.as_bytes(), ..at(written) }),
                "{condition}: {opened:?} {path} {written}"
            );
            prop_assert!(interest.kinds.contains(&EventKind::Openat));
        }
    }
}
