//! What the kernel tells: records, traces, messages of the DNS, and the state that they make.

use plimsoll_behavior::trace::{TraceReader, TraceWriter};
use plimsoll_behavior::wire::Record;
use plimsoll_behavior::{State, dns, event_json, scenario};

use super::target;
use crate::Target;
use crate::seeds::events as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "record",
        "records of the ring buffer",
        None,
        record,
        seeds::records
    ),
    target!("recording", "recorded traces", None, trace, seeds::traces),
    target!(
        "state",
        "processes, descriptors and containers out of any stream of events",
        None,
        state,
        seeds::streams
    ),
    target!(
        "dns",
        "questions and answers of the DNS",
        None,
        messages,
        seeds::messages
    ),
    target!(
        "scenario",
        "events written as text",
        None,
        scenarios,
        seeds::scenarios
    ),
];

/// What is read lies within the bytes, and reads the same alone.
fn record(data: &[u8]) {
    let Ok(record) = Record::read(data) else {
        return;
    };
    assert!(record.bytes().len() <= data.len());
    let bytes: usize = record.params().map(|(_, value)| 4 + value.len()).sum();
    assert!(bytes <= record.bytes().len());
    let again = Record::read(record.bytes()).expect("it was read before");
    assert_eq!(again.params().count(), record.params().count());
    State::new().apply(&record);
}

/// What is read can be written, and is then read whole.
fn trace(data: &[u8]) {
    let Ok(mut reader) = TraceReader::open(data) else {
        return;
    };
    let mut writer = TraceWriter::new(Vec::new()).expect("memory");
    while let Ok(Some(record)) = reader.read_record() {
        writer.add(record).expect("memory");
    }
    assert_eq!(writer.records(), reader.records());
    let bytes = writer.finish().expect("memory");
    let mut again = TraceReader::open(&*bytes).expect("written by ourselves");
    while again.read_record().expect("written by ourselves").is_some() {}
    assert_eq!(again.records(), reader.records());
}

/// The same events give the same words; what is held stays within its bounds.
fn state(data: &[u8]) {
    let records = seeds::unpacked(data);
    let run = || {
        let mut state = State::new();
        let mut out = Vec::new();
        for bytes in &records {
            let record = Record::read(bytes).expect("made by code");
            let moment = state.apply(&record);
            let from = out.len();
            event_json::write(&moment, &mut out);
            assert!(moment.ancestors().count() <= 64);
            if out.len().is_multiple_of(16) {
                let line = std::str::from_utf8(&out[from..]).expect("JSON is text");
                serde_json::from_str::<serde_json::Value>(line).expect("JSON");
            }
            if out.len() > 1 << 20 {
                out.clear();
            }
        }
        out
    };
    assert_eq!(run(), run());
}

/// A name is bounded text, however it was hidden in the message.
fn messages(data: &[u8]) {
    for bytes in [Some(data), dns::over_tcp(data)].into_iter().flatten() {
        let Some(message) = dns::read(bytes) else {
            continue;
        };
        assert!(message.questions.len() <= dns::QUESTIONS_MAX);
        assert!(message.addresses.len() <= dns::ANSWERS_MAX);
        let questions = message.questions.iter().map(|question| &question.name);
        for name in questions.chain(message.addresses.iter().map(|found| &found.name)) {
            assert!(name.len() <= dns::NAME_BYTES_MAX);
            assert!(name.iter().all(u8::is_ascii_graphic));
        }
    }
}

fn scenarios(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for step in scenario::read(text).into_iter().flatten() {
        if let scenario::Step::Record(bytes) = step {
            Record::read(&bytes).expect("what is written is a record");
        }
    }
}
