use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::*;

/// A local header with its data, and the record for the directory.
struct Part {
    local: Vec<u8>,
    record: Vec<u8>,
}

/// How a test archive departs from a plain one.
#[derive(Default)]
struct Shape {
    prefix: &'static [u8],
    /// The prefix is counted in the offsets.
    adjusted: bool,
    zip64: bool,
    comment: &'static [u8],
}

fn part(name: &str, data: &[u8], deflate: bool, offset: u32, zip64: bool) -> Part {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    let packed = if deflate {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    } else {
        data.to_vec()
    };
    let method = if deflate { 8_u16 } else { 0 };
    let mut common = Vec::new();
    common.extend(20_u16.to_le_bytes());
    common.extend(0_u16.to_le_bytes());
    common.extend(method.to_le_bytes());
    common.extend([0; 4]);
    common.extend(crc.sum().to_le_bytes());
    let (packed_size, size) = (packed.len() as u32, data.len() as u32);
    let mut local = b"PK\x03\x04".to_vec();
    local.extend(&common);
    local.extend(packed_size.to_le_bytes());
    local.extend(size.to_le_bytes());
    local.extend((name.len() as u16).to_le_bytes());
    local.extend(3_u16.to_le_bytes());
    local.extend(name.as_bytes());
    local.extend(b"xyz");
    local.extend(&packed);
    let mut record = b"PK\x01\x02".to_vec();
    record.extend((3_u16 << 8).to_le_bytes());
    record.extend(&common);
    let mut extra = Vec::new();
    for value in [packed_size, size] {
        record.extend(if zip64 { u32::MAX } else { value }.to_le_bytes());
    }
    if zip64 {
        extra.extend(1_u16.to_le_bytes());
        extra.extend(24_u16.to_le_bytes());
        for value in [size, packed_size, offset] {
            extra.extend(u64::from(value).to_le_bytes());
        }
    }
    record.extend((name.len() as u16).to_le_bytes());
    record.extend((extra.len() as u16).to_le_bytes());
    // Comment length, disk, internal attributes.
    record.extend([0; 6]);
    record.extend((0o100_644_u32 << 16).to_le_bytes());
    record.extend(if zip64 { u32::MAX } else { offset }.to_le_bytes());
    record.extend(name.as_bytes());
    record.extend(extra);
    Part { local, record }
}

fn archive(files: &[(&str, &[u8], bool)], shape: &Shape) -> Vec<u8> {
    let base = if shape.adjusted {
        shape.prefix.len()
    } else {
        0
    };
    let mut body = Vec::new();
    let mut directory = Vec::new();
    for (name, data, deflate) in files {
        let offset = (base + body.len()) as u32;
        let part = part(name, data, *deflate, offset, shape.zip64);
        body.extend(part.local);
        directory.extend(part.record);
    }
    let start = (base + body.len()) as u64;
    let mut out = shape.prefix.to_vec();
    out.extend(&body);
    out.extend(&directory);
    let count = files.len() as u64;
    if shape.zip64 {
        let at = start + directory.len() as u64;
        out.extend(b"PK\x06\x06");
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 0, 45, 0]);
        out.extend([0; 8]);
        for value in [count, count, directory.len() as u64, start] {
            out.extend(value.to_le_bytes());
        }
        out.extend(b"PK\x06\x07");
        out.extend([0; 4]);
        out.extend(at.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    out.extend(b"PK\x05\x06");
    out.extend([0; 4]);
    for _ in 0..2 {
        let count = if shape.zip64 { u16::MAX } else { count as u16 };
        out.extend(count.to_le_bytes());
    }
    for value in [directory.len() as u64, start] {
        let value = if shape.zip64 { u32::MAX } else { value as u32 };
        out.extend(value.to_le_bytes());
    }
    out.extend((shape.comment.len() as u16).to_le_bytes());
    out.extend(shape.comment);
    out
}

fn open(bytes: Vec<u8>) -> Result<ZipArchive, ZipError> {
    ZipArchive::open(Arc::new(bytes), &ZipLimits::DEFAULT)
}

/// Name and content of all entries, read both ways.
fn contents(zip: &ZipArchive) -> Vec<(String, Vec<u8>)> {
    zip.entries()
        .map(|entry| {
            let entry = entry.unwrap();
            let opened = zip.open_entry(&entry).unwrap();
            let read = zip.read_entry(&entry, 1 << 20).unwrap();
            assert_eq!(opened.as_slice(), Some(&read[..]), "{}", entry.name);
            (entry.name, read)
        })
        .collect()
}

const FILES: [(&str, &[u8], bool); 3] = [
    ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n", true),
    ("lib/inner.jar", b"PK stored bytes", false),
    ("./a//b", &[7; 5_000], true),
];

#[test]
fn every_shape_gives_the_same_entries() {
    let script = b"#!/bin/sh\nexec java -jar $0\n";
    let shapes = [
        Shape::default(),
        Shape {
            prefix: script,
            ..Shape::default()
        },
        Shape {
            prefix: script,
            adjusted: true,
            ..Shape::default()
        },
        Shape {
            zip64: true,
            ..Shape::default()
        },
        Shape {
            zip64: true,
            prefix: script,
            ..Shape::default()
        },
        Shape {
            zip64: true,
            prefix: script,
            adjusted: true,
            ..Shape::default()
        },
        Shape {
            comment: b"PK\x05\x06 a comment that looks like the end",
            ..Shape::default()
        },
    ];
    for shape in shapes {
        let zip = open(archive(&FILES, &shape)).unwrap();
        let got = contents(&zip);
        let expected: Vec<_> = [FILES[0], FILES[1], ("a/b", FILES[2].1, true)]
            .map(|(name, data, _)| (name.to_owned(), data.to_vec()))
            .to_vec();
        assert_eq!(got, expected);
        assert_eq!(zip.find("a/b").unwrap().unwrap().mode, Some(0o644));
        assert!(zip.find("absent").unwrap().is_none());
    }
}

#[test]
fn stored_entries_are_windows_and_nest() {
    let inner = archive(&[("x.txt", b"deep", true)], &Shape::default());
    let outer = open(archive(&[("inner.jar", &inner, false)], &Shape::default())).unwrap();
    let entry = outer.find("inner.jar").unwrap().unwrap();
    let inner = ZipArchive::open(outer.open_entry(&entry).unwrap(), &ZipLimits::DEFAULT).unwrap();
    assert_eq!(contents(&inner), [("x.txt".to_owned(), b"deep".to_vec())]);
}

#[test]
fn unpacked_entries_share_the_budget_of_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(2_000, folder.path());
    let bytes = archive(
        &[("big", &[9; 5_000], true), ("small", &[8; 500], true)],
        &Shape::default(),
    );
    let data = store.hold(&mut &bytes[..], None, 1 << 20).unwrap();
    let zip = ZipArchive::open(data, &ZipLimits::DEFAULT).unwrap();
    let open = |name| zip.open_entry(&zip.find(name).unwrap().unwrap()).unwrap();
    let (big, small) = (open("big"), open("small"));
    assert!(big.as_slice().is_none() && small.as_slice().is_some());
    let mut read = [0; 5_000];
    assert_eq!(big.read_at(0, &mut read).unwrap(), 5_000);
    assert_eq!(read, [9; 5_000]);
}

#[test]
fn names_that_escape_are_said_and_passed_over() {
    let zip = open(archive(
        &[("../evil", b"x", false), ("good", b"y", false)],
        &Shape::default(),
    ))
    .unwrap();
    let entries: Vec<_> = zip.entries().collect();
    assert!(matches!(&entries[0], Err(ZipError::Name { name, .. }) if name == "../evil"));
    assert_eq!(entries[1].as_ref().unwrap().name, "good");
    assert!(zip.find("good").unwrap().is_some());
}

/// Changes the little-endian number of `N` bytes at the n-th occurrence of a signature.
fn patch(bytes: &mut [u8], signature: &[u8], at: usize, value: &[u8]) {
    let found = bytes.windows(4).position(|window| window == signature);
    let start = found.unwrap() + at;
    bytes[start..start + value.len()].copy_from_slice(value);
}

#[test]
fn lies_are_refused() {
    let plain = archive(&FILES, &Shape::default());
    let first = |bytes: Vec<u8>| {
        let zip = open(bytes)?;
        let entry = zip.entries().next().unwrap()?;
        zip.open_entry(&entry).map(|_| ())
    };
    let patched = |signature: &[u8], at: usize, value: &[u8]| {
        let mut bytes = plain.clone();
        patch(&mut bytes, signature, at, value);
        first(bytes)
    };
    let header = b"PK\x01\x02";
    assert!(patched(header, 16, &[0; 4]).is_err(), "checksum");
    assert!(
        patched(header, 24, &23_u32.to_le_bytes()).is_err(),
        "size too large"
    );
    assert!(
        patched(header, 24, &21_u32.to_le_bytes()).is_err(),
        "size too small"
    );
    assert!(patched(header, 24, &[0xff; 4]).is_err(), "size of a bomb");
    assert!(
        patched(header, 20, &[0xff; 4]).is_err(),
        "packed size past the end"
    );
    assert!(
        patched(header, 42, &[0xfe; 4]).is_err(),
        "offset past the end"
    );
    assert!(matches!(
        patched(header, 42, &100_u32.to_le_bytes()),
        Err(ZipError::Overlap)
    ));
    assert!(matches!(patched(header, 8, &[1]), Err(ZipError::Encrypted)));
    assert!(matches!(
        patched(header, 10, &[14]),
        Err(ZipError::Method(14))
    ));
    assert!(
        patched(b"PK\x05\x06", 10, &[0xfe, 0xff]).is_err(),
        "number of entries"
    );
    assert!(
        patched(b"PK\x05\x06", 12, &[0xff; 4]).is_err(),
        "size of the directory"
    );
    assert!(matches!(
        patched(b"PK\x05\x06", 4, &[2]),
        Err(ZipError::Parts)
    ));
    assert!(patched(b"PK\x03\x04", 0, b"ABCD").is_err(), "local header");
}

#[test]
fn every_cut_is_an_error() {
    let bytes = archive(&FILES, &Shape::default());
    for end in 0..bytes.len() {
        assert!(open(bytes[..end].to_vec()).is_err(), "cut at {end}");
    }
}

#[test]
fn limits_hold() {
    let bytes: Arc<dyn ReadAt> = Arc::new(archive(&FILES, &Shape::default()));
    let with = |limits: ZipLimits| {
        let zip = ZipArchive::open(Arc::clone(&bytes), &limits)?;
        let entry = zip.find("a/b")?.unwrap();
        zip.open_entry(&entry)?;
        zip.open_entry(&entry).map(|_| ())
    };
    let limited = |result| matches!(result, Err(ZipError::Limit { .. }));
    assert!(with(ZipLimits::DEFAULT).is_ok());
    assert!(limited(with(ZipLimits {
        entries_max: 2,
        ..ZipLimits::DEFAULT
    })));
    assert!(limited(with(ZipLimits {
        entry_bytes_max: 4_999,
        ..ZipLimits::DEFAULT
    })));
    assert!(limited(with(ZipLimits {
        total_bytes_max: 9_999,
        ..ZipLimits::DEFAULT
    })));
    let ratio = ZipLimits {
        ratio_max: 10,
        ratio_free_bytes: 100,
        ..ZipLimits::DEFAULT
    };
    assert!(limited(with(ratio)));
}

proptest::proptest! {
    #[test]
    fn any_change_is_survived(at in 0_usize..1_000, value: u8, at2 in 0_usize..1_000, value2: u8) {
        let mut bytes = archive(&FILES, &Shape::default());
        let len = bytes.len();
        bytes[at % len] = value;
        bytes[len - 1 - at2 % len] = value2;
        if let Ok(zip) = open(bytes) {
            for entry in zip.entries().flatten() {
                let _ = zip.open_entry(&entry);
            }
        }
    }
}
