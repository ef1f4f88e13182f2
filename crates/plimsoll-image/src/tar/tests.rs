use std::fmt::Write;
use std::io::Read;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::decompress::input::{Input, Keep};
use crate::{Content, Store};

/// A header block with a right checksum.
fn block(name: &str, kind: u8, size: u64, change: impl Fn(&mut Block)) -> Vec<u8> {
    let mut block = [0; BLOCK_BYTES];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[136..147].copy_from_slice(b"00000000012");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    change(&mut block);
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.to_vec()
}

fn padded(data: &[u8]) -> Vec<u8> {
    let mut out = data.to_vec();
    out.resize(data.len().next_multiple_of(BLOCK_BYTES), 0);
    out
}

/// Header and data of one entry.
fn file(name: &str, kind: u8, data: &[u8]) -> Vec<u8> {
    [block(name, kind, data.len() as u64, |_| {}), padded(data)].concat()
}

fn link(name: &str, kind: u8, target: &str) -> Vec<u8> {
    block(name, kind, 0, |block| {
        block[157..157 + target.len()].copy_from_slice(target.as_bytes());
    })
}

fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let mut data = String::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let len = (1..6)
            .map(|digits| rest + digits)
            .find(|len| len.to_string().len() + rest == *len);
        writeln!(data, "{} {key}={value}", len.unwrap()).unwrap();
    }
    file("pax", b'x', data.as_bytes())
}

/// One line per entry: kind, path, link and content; or how the archive ends.
fn list(parts: &[Vec<u8>]) -> Vec<String> {
    let bytes = parts.concat();
    let mut reader = TarReader::new(Input::new(&bytes[..], Keep));
    let store = Store::in_memory(1 << 20);
    let mut out = Vec::new();
    loop {
        match reader.advance() {
            Ok(Next::End) => return out,
            Ok(Next::Refused { path, reason }) => out.push(format!("refused {path}: {reason}")),
            Err(error) => {
                out.push(format!("error: {error}"));
                return out;
            }
            Ok(Next::Entry) => {
                let (entry, sparse, body) = reader.parts();
                let mut line = format!("{:?} {}", entry.kind, entry.path);
                if let Some(link) = entry.link {
                    write!(line, " -> {link}").unwrap();
                }
                if entry.kind == EntryKind::File {
                    let mut content = TarContent::new(&entry, sparse, body, &store);
                    let data = content.read_all(1 << 20).unwrap();
                    write!(line, " = {}", spell(&data).replace('\0', "_")).unwrap();
                }
                out.push(line);
            }
        }
    }
}

#[test]
fn kinds_of_entries() {
    let end = vec![0; 1024];
    let got = list(&[
        file("./", b'5', b""),
        file("./etc/", b'5', b""),
        file("./etc/a", b'0', b"data"),
        file("old-folder/", 0, b""),
        file("contiguous", b'7', b"x"),
        link("hard", b'1', "./etc/a"),
        link("soft", b'2', "../etc/a"),
        file("null", b'3', b""),
        file("disk", b'4', b""),
        file("pipe", b'6', b""),
        file("label", b'V', b""),
        file("odd", b'Q', b"data of an odd one"),
        file("last", b'0', b""),
        end,
        b"garbage behind the end".to_vec(),
    ]);
    assert_eq!(
        got,
        [
            "Directory ",
            "Directory etc",
            "File etc/a = data",
            "Directory old-folder",
            "File contiguous = x",
            "HardLink hard -> etc/a",
            "Symlink soft -> ../etc/a",
            "Device null",
            "Device disk",
            "Fifo pipe",
            "refused odd: unknown kind of tar entry (0x51)",
            "File last = ",
        ]
    );
}

#[test]
fn long_names_of_every_spelling() {
    let long = "d/".repeat(100) + "name";
    let with_nul = format!("{long}\0");
    let prefixed = block("name", b'0', 0, |block| {
        block[345..350].copy_from_slice(b"a/b/c");
    });
    let gnu = block("name", b'0', 0, |block| {
        block[257..265].copy_from_slice(b"ustar  \0");
        // GNU keeps times there, no prefix.
        block[345..350].copy_from_slice(b"12345");
    });
    let got = list(&[
        file("././@LongLink", b'L', with_nul.as_bytes()),
        file("././@LongLink", b'K', with_nul.as_bytes()),
        link("short", b'2', "short"),
        pax(&[("path", &long), ("linkpath", "else where")]),
        link("short", b'2', "short"),
        file("g", b'g', b"15 path=globally\n"),
        prefixed,
        gnu,
    ]);
    assert_eq!(
        got,
        [
            format!("Symlink {long} -> {long}"),
            format!("Symlink {long} -> else where"),
            "File a/b/c/name = ".to_owned(),
            "File name = ".to_owned(),
        ]
    );
}

#[test]
fn sizes_beyond_the_header_come_from_pax_and_base_256() {
    let base256 = block("b", b'0', 0, |block| {
        block[124..136].copy_from_slice(b"\x80\0\0\0\0\0\0\0\0\0\0\x03");
    });
    let got = list(&[
        pax(&[("size", "4")]),
        block("a", b'0', 0, |_| {}),
        padded(b"four"),
        base256,
        padded(b"two"),
        // Links have no data whatever their header says.
        block("l", b'1', 99, |block| block[157] = b'a'),
        file("c", b'0', b"c"),
    ]);
    assert_eq!(
        got,
        [
            "File a = four",
            "File b = two",
            "HardLink l -> a",
            "File c = c"
        ]
    );
}

#[test]
fn sparse_files_get_their_holes_back() {
    let old = block("old", b'S', 6, |block| {
        block[257..265].copy_from_slice(b"ustar  \0");
        for (at, value) in [(386, 2), (398, 3), (410, 8), (422, 3)] {
            block[at..at + 11].copy_from_slice(format!("{value:011o}").as_bytes());
        }
        block[483..494].copy_from_slice(format!("{:011o}", 12).as_bytes());
    });
    let records = [("GNU.sparse.size", "12"), ("GNU.sparse.map", "2,3,8,3")];
    let mut in_data = padded(b"2\n2\n3\n8\n3\n");
    in_data.extend(b"abcdef");
    let got = list(&[
        old,
        padded(b"abcdef"),
        pax(&[
            ("GNU.sparse.size", "12"),
            ("GNU.sparse.offset", "2"),
            ("GNU.sparse.numbytes", "3"),
            ("GNU.sparse.offset", "8"),
            ("GNU.sparse.numbytes", "3"),
        ]),
        file("v0.0", b'0', b"abcdef"),
        pax(&[records[0], records[1], ("GNU.sparse.name", "v0.1")]),
        file("GNUSparseFile.1/v", b'0', b"abcdef"),
        pax(&[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "v1.0"),
            ("GNU.sparse.realsize", "12"),
        ]),
        file("GNUSparseFile.1/v", b'0', &in_data),
        file("after", b'0', b"x"),
    ]);
    assert_eq!(
        got,
        [
            "File old = __abc___def_",
            "File v0.0 = __abc___def_",
            "File v0.1 = __abc___def_",
            "File v1.0 = __abc___def_",
            "File after = x",
        ]
    );
}

#[test]
fn what_cannot_be_used_is_refused_and_the_rest_is_read() {
    let huge = vec![b'x'; TAR_EXTENSION_BYTES_MAX as usize + 1];
    let got = list(&[
        file("../etc/passwd", b'0', b"evil"),
        link("hard", b'1', "../../etc/shadow"),
        pax(&[("path", "a\0b")]),
        file("a", b'0', b"x"),
        file("././@LongLink", b'L', &huge),
        file("named", b'0', b"too long"),
        file("pax", b'x', b"99 path=x\n"),
        file("malformed", b'0', b"x"),
        pax(&[("GNU.sparse.size", "5"), ("GNU.sparse.map", "4,9")]),
        file("lying", b'0', b"123456789"),
        file("good", b'0', b"x"),
    ]);
    assert_eq!(
        got,
        [
            "refused ../etc/passwd: path leaves the tree",
            "refused hard: target of a hard link: path leaves the tree",
            "refused a\0b: path holds a NUL byte",
            "refused named: extended header is larger than the limit of 1 MiB",
            "refused malformed: malformed pax header",
            "refused lying: malformed sparse file",
            "File good = x",
        ]
    );
}

#[test]
fn cuts_and_damage_are_errors() {
    let mut damaged = file("a", b'0', b"x");
    damaged[0] ^= 1;
    assert_eq!(list(&[damaged]), ["error: corrupt tar: no header here"]);
    let negative = block("a", b'0', 0, |block| block[124..136].fill(0xff));
    assert_eq!(list(&[negative]), ["error: corrupt tar: size of an entry"]);
    let resumed = [file("a", b'0', b""), vec![0; 512], file("b", b'0', b"")];
    assert_eq!(
        list(&resumed)[1],
        "error: corrupt tar: data behind a block of zeros"
    );
    let whole = [file("a", b'0', b"data"), file("b", b'0', b"data")].concat();
    for end in [100, 511, 1_100, 1_535] {
        let mut reader = TarReader::new(Input::new(&whole[..end], Keep));
        let mut last = reader.advance();
        while matches!(last, Ok(Next::Entry)) {
            last = reader.advance();
        }
        assert!(
            matches!(last, Err(TarError::Io(_))),
            "cut at {end}: {last:?}"
        );
    }
}

#[test]
fn the_last_file_may_go_without_padding_but_not_without_its_bytes() {
    let whole = [file("a", b'0', b"data"), file("b", b'0', b"data")].concat();
    let padded = 3 * 512 + 4;
    for end in [padded, padded + 1, whole.len() - 1] {
        assert_eq!(list(&[whole[..end].to_vec()]).len(), 2, "cut at {end}");
    }
    let mut cut = TarReader::new(Input::new(&whole[..padded - 1], Keep));
    assert!(matches!(cut.advance(), Ok(Next::Entry)));
    assert!(matches!(cut.advance(), Ok(Next::Entry)));
    assert!(matches!(cut.advance(), Err(TarError::Io(_))));
    // Nothing may stand between a file and the next header but padding.
    let short = [whole[..512 + 100].to_vec(), file("b", b'0', b"data")].concat();
    assert!(list(&[short]).last().unwrap().starts_with("error"));
}

#[test]
fn content_can_be_peeked_at_and_then_read_once() {
    let bytes = file("a", b'0', b"0123456789");
    let mut reader = TarReader::new(Input::new(&bytes[..], Keep));
    assert_eq!(reader.advance().unwrap(), Next::Entry);
    let store = Store::in_memory(1 << 20);
    let (entry, sparse, body) = reader.parts();
    let mut content = TarContent::new(&entry, sparse, body, &store);
    assert_eq!(content.peek(4).unwrap(), b"0123");
    assert_eq!(content.peek(4_096).unwrap(), b"0123456789");
    assert!(content.read_all(9).is_err());
    assert_eq!(
        content.random_access().unwrap().as_slice(),
        Some(&b"0123456789"[..])
    );
    assert!(matches!(content.peek(1), Err(crate::ReadError::Absent)));
    let mut rest = Vec::new();
    content.reader().read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
    assert!(Arc::strong_count(&store) >= 1);
    assert_eq!(reader.advance().unwrap(), Next::End);
}

proptest! {
    #[test]
    fn any_change_is_survived(changes in proptest::collection::vec((0_usize..4_096, any::<u8>()), 1..8)) {
        let mut bytes = [
            pax(&[("path", "x"), ("GNU.sparse.size", "9"), ("GNU.sparse.map", "1,2,5,2")]),
            file("sparse", b'0', b"abcd"),
            file("././@LongLink", b'L', b"long"),
            file("a", b'0', b"data"),
        ].concat();
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
            // Half of the changes get a right checksum, else nearly all end there.
            let start = at / BLOCK_BYTES * BLOCK_BYTES;
            if value & 1 == 0 {
                bytes[start + 148..start + 156].fill(b' ');
                let sum: u32 = bytes[start..start + 512].iter().map(|b| u32::from(*b)).sum();
                bytes[start + 148..start + 155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
            }
        }
        let mut reader = TarReader::new(Input::new(&bytes[..], Keep));
        let store = Store::in_memory(1 << 20);
        while let Ok(next) = reader.advance() {
            if next == Next::End {
                break;
            }
            let (entry, sparse, body) = reader.parts();
            let mut content = TarContent::new(&entry, sparse, body, &store);
            let _ = content.peek(100).map(<[u8]>::len);
            let _ = content.read_all(1 << 20);
        }
    }
}
