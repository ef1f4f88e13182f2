//! Outputs: text, fields with their types, and what must not get through.

use super::engine;
use crate::alert::FieldValue;
use crate::scenario::{self, Step};
use crate::state::State;
use crate::wire::Record;

const BEFORE: &str = r#"
0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2
0 container cgroup=7 mnt=8 pidns=9 container_id=0123456789abcdef container_name=shop container_state=2 container_json="{}"
300 execve exe_path=/srv/main exe=/srv/main args=main,x comm=main ppid=1 cgroup=7 mnt=8 pidns=9 uid=33 euid=33
"#;

/// Text and fields of an output at the last record of a scene.
fn shown(output: &str, scene: &str) -> (String, Vec<(String, FieldValue)>) {
    let quoted = serde_json::to_string(output).unwrap();
    let rules = format!(
        "- rule: r\n  desc: d\n  condition: evt.num > 0\n  output: {quoted}\n  priority: NOTICE\n"
    );
    let mut engine = engine(&[("r.yaml", &rules)]);
    let mut state = State::new();
    let mut last = None;
    for step in scenario::read(&format!("{BEFORE}{scene}")).unwrap() {
        if let Step::Record(bytes) = step {
            let record = Record::read(&bytes).unwrap();
            let moment = state.apply(&record);
            engine.judge(&moment, &mut |found| {
                last = Some((found.output(), found.fields()));
            });
        }
    }
    last.unwrap()
}

#[test]
fn fields_are_filled_in() {
    let open = "300 openat=3 name=/etc/x dir_fd=-100 flags=0 cgroup=7 mnt=8 pidns=9";
    for (output, expected) in [
        ("plain", "plain"),
        ("%proc.name did %evt.type", "main did openat"),
        ("(%fd.name)", "(/etc/x)"),
        ("[%fd.name,%fd.num]", "[/etc/x,3]"),
        ("%fd.sport", "<NA>"),
        ("%container.image.repository|", "<NA>|"),
        ("%proc.aname[0] %proc.aname[5]", "main <NA>"),
        ("%evt.arg.flags %evt.arg[0]", "O_RDONLY <f>/etc/x"),
        ("%toupper(proc.name)", "MAIN"),
        ("%8proc.name|", "main    |"),
        ("%2proc.name|", "ma|"),
        ("%evt.time", "22:13:21.004000000"),
        ("%evt.time.s", "22:13:21"),
        ("%evt.time.iso8601", "2023-11-14T22:13:21.004000000+0000"),
        ("%evt.datetime", "2023-11-14 22:13:21.004000000"),
        ("%evt.rawtime.s", "1700000001"),
        ("%evt.failed", "false"),
        ("%user.name %user.uid", "<NA> 33"),
        ("%fd.types", "(file)"),
        ("%container.id %container.name", "0123456789ab shop"),
    ] {
        assert_eq!(shown(output, open).0, expected, "{output}");
    }
}

#[test]
fn fields_have_types() {
    let connect = "300 connect=0 fd=5 sock_family=2 sock_type=1 sock_protocol=6 \
        local_address=10.0.0.2 local_port=40000 remote_address=1.2.3.4 remote_port=443 \
        cgroup=7 mnt=8 pidns=9";
    let output = "%evt.time %proc.name %fd.sport %fd.sip %evt.rawres %fd.is_server %k8s.pod.name \
        %proc.aname[2] %fd.types %proc.name";
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let expected = [
        ("evt.rawres", FieldValue::Signed(0)),
        ("evt.time", FieldValue::Unsigned(1_700_000_001_004_000_000)),
        ("fd.is_server", FieldValue::Bool(false)),
        ("fd.sip", text("1.2.3.4")),
        ("fd.sport", FieldValue::Unsigned(443)),
        ("fd.types", FieldValue::List(vec![text("ipv4")])),
        ("k8s.pod.name", FieldValue::Absent),
        ("proc.aname[2]", FieldValue::Absent),
        ("proc.name", text("main")),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    assert_eq!(shown(output, connect).1, expected);
}

#[test]
fn nothing_from_outside_drives_a_terminal() {
    let hostile = "300 openat=3 name=\"/tmp/\\x1b[31m\\n\\xff\\xe2\\x80\\xae\" dir_fd=-100 flags=0 \
        cgroup=7 mnt=8 pidns=9";
    let (text, fields) = shown("opened %fd.name %evt.args", hostile);
    let safe = |text: &str| !text.chars().any(plimsoll_model::text::is_unsafe);
    assert!(safe(&text), "{text:?}");
    assert!(
        text.starts_with("opened /tmp/\\u{1b}[31m\\u{a}"),
        "{text:?}"
    );
    for (name, value) in fields {
        let FieldValue::Text(value) = value else {
            panic!("{name}")
        };
        assert!(safe(&value), "{name}: {value:?}");
    }
}

#[test]
fn arguments_are_written_out() {
    let open = "300 openat=3 name=/x dir_fd=-100 flags=0o2000102 mode=0o644 cgroup=7 mnt=8 pidns=9";
    assert_eq!(
        shown("%evt.args", open).0,
        "fd=3(<f>/x) dirfd=-100 name=/x flags=524354(O_CREAT|O_RDWR|O_CLOEXEC) mode=420 dev= ino="
    );
    let failed = "300 connect=-111 fd=9 sock_family=2 cgroup=7 mnt=8 pidns=9";
    assert_eq!(
        shown("%evt.res %evt.arg.res", failed).0,
        "ECONNREFUSED ECONNREFUSED"
    );
}

/// An output with every field there is.
fn everything() -> String {
    use crate::rules::ArgKind;
    let shown = crate::fields::all().filter_map(|field| {
        let argument = match (field.name, field.info.arg) {
            ("fd.ip" | "fd.net" | "fd.port" | "fd.proto" | "evt.type.is", _) => return None,
            (_, ArgKind::None | ArgKind::Index | ArgKind::Key | ArgKind::Any) => "",
            (_, ArgKind::IndexRequired | ArgKind::AnyRequired) => "[0]",
            (_, ArgKind::KeyRequired) => "[x]",
        };
        Some(format!("%{}{argument}", field.name))
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_event_can_be_written_out() {
    // Whatever is missing in a record, nothing of it stops an output.
    let output = everything();
    for kind in crate::engine::judged() {
        let scene = format!("300 {}=3 cgroup=7 mnt=8 pidns=9", kind.name());
        assert!(!shown(&output, &scene).0.is_empty(), "{kind}");
    }
}

#[test]
fn numbers_and_bytes_without_sense_do_no_harm() {
    use crate::wire::RecordWriter;
    use plimsoll_model::event::{ExecId, PARAMS, Type};
    let rules = format!(
        "- rule: r\n  desc: d\n  condition: evt.num > 0\n  output: \"{}\"\n  priority: NOTICE\n",
        everything()
    );
    let mut engine = engine(&[("r.yaml", &rules)]);
    let mut state = State::new();
    let bytes: [&[u8]; 4] = [b"", b"\0", &[0xff; 300], b"\x02\0//../\0\0=\xc3\x28"];
    for number in [0, u64::MAX, i64::MIN as u64, 5] {
        for kind in crate::engine::judged() {
            for ret in [i64::MIN, i64::MAX] {
                let exec = ExecId {
                    pid: number as u32,
                    start_ns: number,
                };
                let mut writer = RecordWriter::new(kind)
                    .time_ns(number.rotate_left(7))
                    .exec(exec, number as u32)
                    .flags(number as u16)
                    .ret(ret);
                for (index, param) in PARAMS.iter().enumerate() {
                    writer = match param.value_type() {
                        Type::Bytes => {
                            writer.bytes(*param, bytes[(index + number as usize % 4) % 4])
                        }
                        _ => writer.number(*param, number),
                    };
                }
                let record = writer.finish();
                let record = Record::read(&record).unwrap();
                let moment = state.apply(&record);
                engine.judge(&moment, &mut |found| {
                    assert!(!found.output().is_empty());
                    found.fields();
                });
            }
        }
    }
}
