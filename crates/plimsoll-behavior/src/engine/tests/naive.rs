//! The compiled graph against a plain walk over the condition: the same answers, whatever is put
//! together, left out and put into another order.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::engine;
use crate::engine::source::{Pool, Source};
use crate::engine::spec::{Spec, spec};
use crate::engine::test::Test;
use crate::fields::Value;
use crate::rules::{Check, Condition, Right};
use crate::scenario::{self, Step};
use crate::state::{Moment, State};
use crate::wire::Record;

/// Walks a condition as it was written.
fn walk(condition: &Condition, moment: &Moment<'_>) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().all(|part| walk(part, moment)),
        Condition::Or(parts) => parts.iter().any(|part| walk(part, moment)),
        Condition::Not(inner) => !walk(inner, moment),
        Condition::Check(check) => asked(check, moment),
    }
}

fn asked(check: &Check, moment: &Moment<'_>) -> bool {
    assert!(!matches!(check.right, Right::Operand(_)));
    let source = Source::new(&check.left).unwrap();
    let (kind, is_list) = source.kind();
    let spec = spec(kind, is_list, check.operator, &check.right).unwrap();
    let (mut pool, mut out) = (Pool::default(), Vec::new());
    let two_ends = matches!(&source, Source::Field { field, .. }
        if field.other().is_some() || (field.has_many() && field.name.starts_with("fd.")));
    if let (Spec::Not(denied), true) = (&spec, two_ends) {
        let test = Test::new(denied);
        let mut there = false;
        let found = source.ask(moment, &mut pool, &mut out, &mut |value: &Value<'_>| {
            there |= !value.is_absent();
            test.matches(value)
        });
        return there && !found;
    }
    let test = Test::new(&spec);
    source.ask(moment, &mut pool, &mut out, &mut |value: &Value<'_>| {
        test.matches(value)
    })
}

const EVENTS: &str = r#"
0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2
0 container cgroup=7 mnt=8 pidns=9 container_id=0123456789abcdef container_name=shop container_state=2 container_json="{}"
100 execve exe_path=/a exe=/a args=a,b comm=a ppid=1 cgroup=7 mnt=8 pidns=9
200 execve exe_path=/b exe=/b args=b comm=b ppid=100 parent_start=100000 cgroup=1 mnt=1 pidns=2
200 execve=-2 exe_path=/b exe=/b args=b comm=b ppid=100 parent_start=100000 cgroup=1 mnt=1 pidns=2
200 openat=3 name=/a path=/b dir_fd=-100 flags=1 cgroup=1 mnt=1 pidns=2
100 openat=3 name=/b dir_fd=-100 flags=0 cgroup=7 mnt=8 pidns=9
100 openat=-13 name=/a/b dir_fd=-100 flags=0 cgroup=7 mnt=8 pidns=9
100 close fd=3 cgroup=7 mnt=8 pidns=9
100 socket=5 sock_family=2 sock_type=1 sock_protocol=6 cgroup=7 mnt=8 pidns=9
100 connect=0 fd=5 sock_family=2 sock_type=1 sock_protocol=6 local_address=10.0.0.2 local_port=40000 remote_address=1.2.3.4 remote_port=443 cgroup=7 mnt=8 pidns=9
100 unlink=0 name=/a cgroup=7 mnt=8 pidns=9
100 rename=0 name=/a new_name=/b cgroup=7 mnt=8 pidns=9
"#;

fn part() -> impl Strategy<Value = String> {
    let texts = || {
        prop_oneof![
            Just("a"),
            Just("b"),
            Just("/a"),
            Just("/b"),
            Just("/a/b"),
            Just("/"),
            Just("host")
        ]
    };
    let fields = || {
        prop_oneof![
            Just("proc.name"),
            Just("proc.pname"),
            Just("proc.aname"),
            Just("proc.aname[1]"),
            Just("fd.name"),
            Just("fd.directory"),
            Just("fs.path.name"),
            Just("fs.path.source"),
            Just("evt.arg.name"),
            Just("container.id"),
            Just("proc.cmdline"),
            Just("fd.sip.name"),
            Just("tolower(proc.name)"),
        ]
    };
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
    let kinds = || {
        prop_oneof![
            Just("openat"),
            Just("execve"),
            Just("connect"),
            Just("close"),
            Just("rename")
        ]
    };
    prop_oneof![
        4 => (fields(), operators, texts()).prop_map(|(field, operator, text)| format!("{field} {operator} \"{text}\"")),
        2 => (fields(), prop_oneof![Just("in"), Just("pmatch"), Just("= anyof"), Just("!= allof"), Just("contains oneof")], texts(), texts())
            .prop_map(|(field, operator, one, other)| format!("{field} {operator} (\"{one}\", \"{other}\")")),
        1 => fields().prop_map(|field| format!("{field} exists")),
        2 => kinds().prop_map(|kind| format!("evt.type = {kind}")),
        1 => (kinds(), kinds()).prop_map(|(one, other)| format!("evt.type in ({one}, {other})")),
        1 => kinds().prop_map(|kind| format!("evt.type != {kind}")),
        2 => (
            prop_oneof![Just("fd.num"), Just("evt.rawres"), Just("fd.port"), Just("evt.num"), Just("proc.apid")],
            prop_oneof![Just("="), Just("!="), Just("<"), Just(">=")],
            prop_oneof![Just("0"), Just("3"), Just("443"), Just("100")],
        ).prop_map(|(field, operator, number)| format!("{field} {operator} {number}")),
        1 => (prop_oneof![Just("fd.ip"), Just("fd.sip"), Just("fd.cip")], prop_oneof![Just("="), Just("!=")],
              prop_oneof![Just("1.2.3.4"), Just("10.0.0.2"), Just("9.9.9.9")])
            .prop_map(|(field, operator, address)| format!("{field} {operator} {address}")),
        1 => Just("evt.is_open_write = true".to_owned()),
        1 => Just("evt.failed = true".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    part().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..5)
                .prop_map(|parts| format!("({})", parts.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..5)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_graph_answers_as_the_condition_does(conditions in proptest::collection::vec(condition(), 1..6)) {
        let mut rules = String::new();
        for (index, condition) in conditions.iter().enumerate() {
            let quoted = serde_json::to_string(condition).unwrap();
            let _ = writeln!(rules, "- rule: \"{index}\"\n  desc: d\n  condition: {quoted}\n  output: o\n  priority: NOTICE");
        }
        let mut engine = engine(&[("r.yaml", &rules)]);
        let mut state = State::new();
        for step in scenario::read(EVENTS).unwrap() {
            let Step::Record(bytes) = step else { continue };
            let record = Record::read(&bytes).unwrap();
            let moment = state.apply(&record);
            if !crate::engine::judged().any(|kind| kind == record.kind) {
                continue;
            }
            let mut found = BTreeSet::new();
            engine.judge(&moment, &mut |matched| { found.insert(matched.rule.name.to_string()); });
            for rule in engine.rules().to_vec() {
                let rule: Arc<_> = rule;
                prop_assert_eq!(
                    found.contains(&*rule.name),
                    walk(&rule.condition, &moment),
                    "{} at {}", &conditions[rule.name.parse::<usize>().unwrap()], record.kind
                );
            }
        }
    }
}
