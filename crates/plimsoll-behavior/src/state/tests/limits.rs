//! Bounds: whatever comes, the state does not grow beyond them.

use plimsoll_model::event::{KINDS, PARAMS, Param, Type};
use proptest::prelude::*;

use super::super::containers::{CGROUPS_MAX, CONTAINERS_MAX, REMOVED_MAX};
use super::super::files::{FILE_BYTES_MAX, FILES_MAX};
use super::super::table::{ANCESTORS_MAX, EXITED_MAX, PROCESS_BYTES_MAX, PROCESSES_MAX};
use super::*;
use plimsoll_model::event::ExecId;

fn exec(pid: u32, start_ns: u64) -> ExecId {
    ExecId { pid, start_ns }
}

fn apply(state: &mut State, writer: RecordWriter) {
    let bytes = writer.finish();
    state.apply(&Record::read(&bytes).unwrap());
}

#[test]
fn ten_thousand_containers_leave_nothing() {
    let mut state = State::new();
    let mut sizes = Vec::new();
    for round in 0..10_000_u64 {
        let path = format!("/docker/{round:064x}");
        let cgroup = 100 + round;
        apply(
            &mut state,
            RecordWriter::new(EventKind::CgroupMkdir)
                .number(Param::CgroupSubject, cgroup)
                .bytes(Param::CgroupPath, path.as_bytes()),
        );
        apply(
            &mut state,
            RecordWriter::new(EventKind::Container)
                .cgroup_id(cgroup)
                .bytes(Param::CgroupPath, path.as_bytes())
                .bytes(Param::ContainerId, format!("{round:064x}").as_bytes())
                .bytes(Param::ContainerJson, br#"{"labels":{"a":"b"}}"#)
                .number(Param::ContainerState, 2),
        );
        let nested = 1_000_000 + round;
        apply(
            &mut state,
            RecordWriter::new(EventKind::CgroupMkdir)
                .number(Param::CgroupSubject, nested)
                .bytes(Param::CgroupPath, format!("{path}/in").as_bytes()),
        );
        let who = exec(1000 + (round % 30_000) as u32, round + 1);
        apply(
            &mut state,
            RecordWriter::new(EventKind::Execve)
                .exec(who, who.pid)
                .cgroup_id(cgroup)
                .bytes(Param::Args, &[b'a'; 200]),
        );
        apply(
            &mut state,
            RecordWriter::new(EventKind::Procexit).exec(who, who.pid),
        );
        for id in [nested, cgroup] {
            apply(
                &mut state,
                RecordWriter::new(EventKind::CgroupRmdir).number(Param::CgroupSubject, id),
            );
        }
        sizes.push((
            state.containers.len(),
            state.containers.cgroups(),
            state.processes.len(),
            state.processes.bytes(),
        ));
    }
    assert_eq!(sizes[5000], sizes[9999]);
    assert_eq!(state.containers.len(), REMOVED_MAX);
    assert!(
        state.containers.cgroups() <= 2 * REMOVED_MAX,
        "{:?}",
        sizes[9999]
    );
    assert!(state.processes.len() <= EXITED_MAX + 1);
}

#[test]
fn a_line_of_daemons_does_not_grow() {
    let mut state = State::new();
    for pid in 1..30_000_u32 {
        let parent = exec(pid, u64::from(pid));
        apply(
            &mut state,
            RecordWriter::new(EventKind::Clone)
                .exec(parent, pid)
                .ret(i64::from(pid) + 1)
                .signed(Param::ChildPid, i64::from(pid) + 1)
                .number(Param::ChildStart, u64::from(pid) + 1),
        );
        apply(
            &mut state,
            RecordWriter::new(EventKind::Procexit).exec(parent, pid),
        );
    }
    assert!(state.processes.len() <= EXITED_MAX + ANCESTORS_MAX + 2);
    let last = state.process(exec(30_000, 30_000)).unwrap();
    assert_eq!(state.ancestors(last).count(), moment::LINEAGE_MAX);
}

#[test]
fn living_processes_are_bounded_and_busy_ones_stay() {
    let mut state = State::new();
    let busy = exec(1, 1);
    for pid in 2..(PROCESSES_MAX as u32 + 2000) {
        apply(
            &mut state,
            RecordWriter::new(EventKind::Close).exec(busy, 1),
        );
        let who = exec(pid, u64::from(pid));
        apply(
            &mut state,
            RecordWriter::new(EventKind::Execve).exec(who, pid),
        );
    }
    assert_eq!(state.processes.len(), PROCESSES_MAX);
    assert_eq!(state.processes.evicted(), 1999);
    assert!(state.process(busy).is_some());
}

#[test]
fn long_arguments_are_bounded() {
    let mut state = State::new();
    let args = vec![b'a'; 40_000];
    for pid in 1..2000_u32 {
        let who = exec(pid, u64::from(pid));
        apply(
            &mut state,
            RecordWriter::new(EventKind::Execve)
                .exec(who, pid)
                .bytes(Param::Args, &args),
        );
    }
    assert!(state.processes.bytes() <= PROCESS_BYTES_MAX + (64 << 10));
}

#[test]
fn descriptors_are_bounded_and_forks_share_them() {
    let mut state = State::new();
    let who = exec(1, 1);
    for fd in 0..(FILES_MAX as i64 + 100) {
        apply(
            &mut state,
            RecordWriter::new(EventKind::Openat)
                .exec(who, 1)
                .ret(fd * 7)
                .bytes(Param::Name, b"/x"),
        );
    }
    let process = state.process(who).unwrap();
    assert_eq!(state.files_of(process).count(), FILES_MAX);
    let total = state.files.bytes();
    for pid in 2..10_000_u32 {
        apply(
            &mut state,
            RecordWriter::new(EventKind::Clone)
                .exec(who, 1)
                .ret(i64::from(pid))
                .signed(Param::ChildPid, i64::from(pid))
                .number(Param::ChildStart, 9),
        );
    }
    assert_eq!(state.files.bytes(), total);
    // Each copy that is changed counts in full, up to the bound.
    for pid in 2..200_u32 {
        apply(
            &mut state,
            RecordWriter::new(EventKind::Openat)
                .exec(exec(pid, 9), pid)
                .ret(1)
                .bytes(Param::Name, b"/y"),
        );
    }
    assert!(state.files.bytes() <= FILE_BYTES_MAX);
}

#[test]
fn numbers_at_their_ends() {
    for kind in KINDS {
        for ret in [i64::MIN, i64::MAX, -1] {
            let mut writer = RecordWriter::new(*kind)
                .exec(exec(1, u64::MAX), u32::MAX)
                .ret(ret)
                .time_ns(u64::MAX)
                .cgroup_id(u64::MAX);
            for param in PARAMS {
                writer = writer.number(*param, u64::MAX);
            }
            let mut state = State::new();
            apply(&mut state, writer.clone());
            apply(&mut state, writer.time_ns(0));
        }
    }
}

fn any_record() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![
        4 => (0_u64..12).prop_map(|n| n.to_le_bytes().to_vec()),
        1 => any::<u64>().prop_map(|n| n.to_le_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    let text = prop_oneof![
        Just(b"/a/b".to_vec()),
        Just(b"/a".to_vec()),
        Just(b"abc".to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    let param = (prop::sample::select(PARAMS), value, text).prop_map(|(param, value, text)| {
        match param.value_type() {
            Type::Bytes => (param, text),
            _ => (param, value),
        }
    });
    (
        prop::sample::select(KINDS),
        prop::collection::vec(param, 0..8),
        (1_u32..6, 0_u64..3, -3_i64..9, 0_u16..2),
        (0_u64..1_000_000, 0_u64..5),
    )
        .prop_map(|(kind, params, (pid, start, ret, flags), (time, cgroup))| {
            let mut writer = RecordWriter::new(kind)
                .exec(exec(pid, start), pid)
                .ret(ret)
                .flags(flags)
                .time_ns(time * 1_000_000)
                .cgroup_id(cgroup);
            for (param, value) in params {
                writer = writer.bytes(param, &value);
            }
            writer.finish()
        })
}

proptest! {
    #[test]
    fn whatever_comes_it_holds_together(records in prop::collection::vec(any_record(), 1..200)) {
        let mut state = State::new();
        for bytes in &records {
            let record = Record::read(bytes).unwrap();
            let moment = state.apply(&record);
            prop_assert!(moment.ancestors().count() <= moment::LINEAGE_MAX);
            let _ = (moment.path(), moment.new_path(), moment.parent(), moment.target());
            let _ = (moment.session_leader(), moment.group_leader());
        }
        prop_assert!(state.processes.len() <= PROCESSES_MAX);
        prop_assert!(state.containers.len() <= CONTAINERS_MAX);
        prop_assert!(state.containers.cgroups() <= CGROUPS_MAX);
        state.processes.verify();
    }
}
