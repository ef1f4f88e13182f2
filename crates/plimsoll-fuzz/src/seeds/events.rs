//! Records, traces and DNS messages, made by code from scenarios in text.

use plimsoll_behavior::scenario::{self, Step};
use plimsoll_behavior::trace::TraceWriter;
use plimsoll_behavior::wire::{Record, RecordWriter};
use plimsoll_model::event::{ExecId, KINDS, PARAMS};

use super::own;

pub fn scenarios() -> Vec<Vec<u8>> {
    own("scenarios")
}

/// The records of each scenario.
fn all() -> Vec<Vec<Vec<u8>>> {
    scenarios()
        .iter()
        .map(|text| {
            let text = std::str::from_utf8(text).expect("a text of this repository");
            let steps = scenario::read(text).expect("a scenario of this repository");
            steps
                .into_iter()
                .filter_map(|step| match step {
                    Step::Record(bytes) => Some(bytes),
                    Step::Question { .. } => None,
                })
                .collect()
        })
        .collect()
}

pub fn records() -> Vec<Vec<u8>> {
    all().concat()
}

pub fn traces() -> Vec<Vec<u8>> {
    let traces = all().into_iter().map(|records| {
        let mut writer = TraceWriter::new(Vec::new()).expect("memory");
        for record in records {
            writer.add(&record).expect("memory");
        }
        writer.finish().expect("memory")
    });
    traces.collect()
}

/// Streams of events in the short form that [`unpacked`] reads.
pub fn streams() -> Vec<Vec<u8>> {
    all().iter().map(|records| packed(records)).collect()
}

/// Records as a few bytes each, so that a mutation makes another event and not a broken one: kind,
/// pid, start, result, flags, cgroup, time, how many parameters; each parameter and its length.
fn packed(records: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for bytes in records {
        let record = Record::read(bytes).expect("made by code");
        let kind = KINDS.iter().position(|kind| *kind == record.kind);
        out.push(kind.unwrap_or(0) as u8);
        out.extend([record.exec.pid as u8, record.exec.start_ns as u8]);
        out.extend([record.ret as u8, record.flags as u8]);
        out.extend([record.cgroup_id as u8, 1, record.params().count() as u8]);
        for (number, value) in record.params() {
            let at = PARAMS.iter().position(|param| param.number() == number);
            let value = value.get(..255).unwrap_or(value);
            out.extend([at.unwrap_or(0) as u8, value.len() as u8]);
            out.extend(value);
        }
    }
    out
}

/// The records of a stream.
pub fn unpacked(mut data: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut time_ns = 0_u64;
    while let Some((head, rest)) = data.split_first_chunk::<8>() {
        let [kind, pid, start, ret, flags, cgroup, later, params] = *head;
        data = rest;
        time_ns += u64::from(later) * 10_000_000;
        let exec = ExecId {
            pid: pid.into(),
            start_ns: start.into(),
        };
        let mut writer = RecordWriter::new(KINDS[usize::from(kind) % KINDS.len()])
            .time_ns(time_ns)
            .exec(exec, pid.into())
            .ret(i64::from(ret as i8))
            .flags(flags.into())
            .cgroup_id(cgroup.into())
            .namespaces(u32::from(cgroup) / 16, u32::from(cgroup) % 16);
        for _ in 0..params {
            let Some(([at, length], rest)) = data.split_first_chunk::<2>() else {
                break;
            };
            let length = usize::from(*length).min(rest.len());
            let (value, rest) = rest.split_at(length);
            writer = writer.bytes(PARAMS[usize::from(*at) % PARAMS.len()], value);
            data = rest;
        }
        out.push(writer.finish());
    }
    out
}

/// A question, and an answer with an alias and two addresses.
pub fn messages() -> Vec<Vec<u8>> {
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    question.extend(b"\x03www\x07example\x03org\x00\x00\x01\x00\x01");
    let mut answer = question.clone();
    answer[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 3]);
    answer.extend(b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x09\x00\x04\x01a\xc0\x10");
    answer.extend(b"\x01a\xc0\x10\x00\x01\x00\x01\x00\x00\x00\x09\x00\x04\xc0\x00\x02\x01");
    answer.extend(b"\xc0\x2d\x00\x1c\x00\x01\x00\x00\x00\x09\x00\x10");
    answer.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    let mut over_tcp = (answer.len() as u16).to_be_bytes().to_vec();
    over_tcp.extend(&answer);
    vec![question, answer, over_tcp]
}
