//! Headers of every format, whole, cut and changed.

use super::*;
use sample::Sample;

fn open(bytes: impl Into<Vec<u8>>) -> Result<Option<Executable>, String> {
    Executable::open(&bytes.into()).map_err(|error| error.reason)
}

const PARTS: &[sample::Part<'_>] = &[
    (".text", 0x1000, b"code", false),
    (".dep-v0", 0x2000, b"payload", true),
];

#[test]
fn every_kind_gives_its_sections() {
    for kind in Sample::ALL.into_iter().filter(|kind| !kind.stripped) {
        let bytes = kind.build(PARTS);
        let executable = open(bytes.clone()).unwrap().unwrap();
        let section = executable.section(".dep-v0").expect("section");
        let region = section.region;
        assert!(region.data, "{kind:?}");
        assert_eq!((region.address, region.size), (0x2000, 7), "{kind:?}");
        let body = read_exact(&bytes, region.offset, 7).unwrap().unwrap();
        assert_eq!(body, b"payload", "{kind:?}");
        assert!(executable.section(".nothing").is_none());
    }
}

#[test]
fn addresses_are_found_in_segments() {
    for kind in Sample::ALL {
        let bytes = kind.build(PARTS);
        let executable = open(bytes.clone()).unwrap().unwrap();
        let region = executable.region_at(0x2003).expect("region");
        assert_eq!(region.size, 4, "{kind:?}");
        let body = read_exact(&bytes, region.offset, 4).unwrap().unwrap();
        assert_eq!(body, b"load", "{kind:?}");
        assert_eq!(executable.region_at(0x2007), None, "{kind:?}");
        assert_eq!(executable.region_at(u64::MAX), None, "{kind:?}");
    }
}

#[test]
fn universal_binaries_show_their_first_architecture() {
    let inner = Sample::of(Format::MachO).build(PARTS);
    let mut bytes = b"\xca\xfe\xba\xbe\0\0\0\x01\x01\0\0\x07\0\0\0\x03\0\0\0\x40".to_vec();
    bytes.resize(64, 0);
    bytes.extend(&inner);
    let executable = open(bytes.clone()).unwrap().unwrap();
    let place = executable.section(".dep-v0").expect("section").region;
    let body = read_exact(&bytes, place.offset, 7).unwrap().unwrap();
    assert_eq!(body, b"payload");
}

#[test]
fn what_is_no_executable() {
    let java_class = b"\xca\xfe\xba\xbe\0\0\0\x41\0\x10 and so on, as long as a header".to_vec();
    let text = b"MZ is how this text happens to start. It goes on for more than 64 bytes.".to_vec();
    let mut object_file = Sample::ELF.build(PARTS);
    object_file[16] = 1;
    let mut odd_class = Sample::ELF.build(PARTS);
    odd_class[4] = 9;
    for bytes in [
        Vec::new(),
        b"\x7fEL".to_vec(),
        b"\x7fELF\x02\x01\x01".to_vec(),
        b"#!/bin/sh\n".to_vec(),
        java_class,
        text,
        object_file,
        odd_class,
    ] {
        assert_eq!(open(bytes), Ok(None));
    }
}

#[test]
fn cut_at_every_byte() {
    for kind in Sample::ALL {
        let whole = kind.build(PARTS);
        for len in 0..whole.len() {
            // Either an answer or a reason, and never a panic.
            let _ = open(whole[..len].to_vec());
        }
    }
    let whole = Sample::ELF.build(PARTS);
    assert_eq!(
        open(whole[..whole.len() - 1].to_vec()),
        Err("section headers of the executable lie outside of the file".to_owned())
    );
}

#[test]
fn every_byte_changed() {
    for kind in Sample::ALL {
        let whole = kind.build(PARTS);
        for at in 0..whole.len() {
            for value in [0x00, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let _ = open(bytes);
            }
        }
    }
}

#[test]
fn too_many_headers_are_refused() {
    let mut bytes = Sample::ELF.build(PARTS);
    // No count in the header, and a large one in the first section header.
    let sections_at = u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
    bytes[60..62].fill(0);
    bytes[sections_at + 32..sections_at + 40].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    let reason = open(bytes).unwrap_err();
    assert!(reason.contains("more than the limit of 65536"), "{reason}");

    let mut bytes = Sample::of(Format::MachO).build(PARTS);
    bytes[20..24].fill(0xff);
    let reason = open(bytes).unwrap_err();
    assert!(
        reason.contains("more than the limit of 1048576"),
        "{reason}"
    );
}
