use plimsoll_model::event::{EventKind, Param};

use super::*;
use crate::wire::RecordWriter;

fn record(number: u64) -> Vec<u8> {
    RecordWriter::new(EventKind::Openat)
        .time_ns(number)
        .bytes(Param::Name, format!("/file/{number}").as_bytes())
        .finish()
}

fn written(count: u64, lost: u64) -> Vec<u8> {
    let mut writer = TraceWriter::new(Vec::new()).unwrap();
    for number in 0..count {
        writer.add(&record(number)).unwrap();
    }
    writer.lost(lost);
    writer.finish().unwrap()
}

/// All records up to the end, or to what is wrong.
fn read(bytes: &[u8]) -> (Vec<Vec<u8>>, Result<Option<End>, TraceError>) {
    let mut all = Vec::new();
    let mut reader = match TraceReader::open(bytes) {
        Ok(reader) => reader,
        Err(error) => return (all, Err(error)),
    };
    loop {
        match reader.read_record() {
            Ok(Some(record)) => all.push(record.to_vec()),
            Ok(None) => return (all, Ok(reader.end())),
            Err(error) => return (all, Err(error)),
        }
    }
}

#[test]
fn what_is_written_is_read() {
    for count in [0, 1, 5000] {
        let (all, end) = read(&written(count, 7));
        assert_eq!(all, (0..count).map(record).collect::<Vec<_>>());
        let expected = End {
            records: count,
            lost: 7,
        };
        assert_eq!(end.unwrap(), Some(expected));
    }
}

#[test]
fn a_torn_trace_is_read_up_to_the_tear() {
    let bytes = written(3000, 0);
    let (whole, _) = read(&bytes);
    let mut lengths = std::collections::BTreeSet::new();
    for end in (0..bytes.len()).step_by(997).chain([bytes.len() - 1]) {
        let (all, result) = read(&bytes[..end]);
        assert!(result.is_err(), "{end}");
        assert!(whole.starts_with(&all));
        lengths.insert(all.len());
    }
    assert!(lengths.len() > 2, "whole frames before the tear are read");
}

#[test]
fn a_changed_byte_is_seen() {
    let bytes = written(50, 0);
    let (whole, _) = read(&bytes);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let (all, result) = read(&changed);
        assert!(result.is_err(), "{at}");
        assert!(whole.starts_with(&all));
    }
}

#[test]
fn unknown_kinds_have_the_recorders_name() {
    let header = "kind 9999 open_sesame\nparam 77 word bytes\n";
    let mut strange = record(1);
    strange[4..6].copy_from_slice(&9999_u16.to_le_bytes());
    let mut bytes = preamble(header.as_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend((strange.len() as u32).to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(checksum(&strange).to_le_bytes());
    bytes.extend(&strange);
    let mut reader = TraceReader::open(&bytes[..]).unwrap();
    let found = reader.read_record().unwrap().unwrap().to_vec();
    let error = crate::wire::Record::read(&found).unwrap_err();
    assert_eq!(
        reader.explain(error),
        "events of kind open_sesame are not known"
    );
    assert_eq!(reader.param_name(77), Some("word"));
    let error = reader.read_record().unwrap_err().to_string();
    assert_eq!(error, "it is torn after 1 records: it has no end");
}

#[test]
fn what_is_no_trace_is_said_to_be_none() {
    for (bytes, expected) in [
        (&b""[..], "it is no trace of this program"),
        (
            b"PLMTRACF0123456789012345",
            "it is no trace of this program",
        ),
        (
            b"PLMTRACE\x02\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "its form has version 2; this program reads 1",
        ),
        (
            b"PLMTRACE\x01\0\x09\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "its records have layout 9; this program reads 1",
        ),
        (
            b"PLMTRACE\x01\0\x01\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0",
            "its header is longer than 262144 bytes or damaged",
        ),
    ] {
        assert_eq!(read(bytes).1.unwrap_err().to_string(), expected);
    }
}
