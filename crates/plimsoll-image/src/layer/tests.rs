use std::io::Write;

use super::*;
use crate::hash::sha256;
use crate::{Content, Entry, EntryKind};

/// Tar bytes of files, folders (name ends with `/`), symlinks (`->`) and hard links (`=>`).
fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, data) in entries {
        let mut block = [0_u8; 512];
        let (name, kind, link) = if let Some((name, link)) = name.split_once(" -> ") {
            (name, b'2', link)
        } else if let Some((name, link)) = name.split_once(" => ") {
            (name, b'1', link)
        } else if name.ends_with('/') {
            (*name, b'5', "")
        } else {
            (*name, b'0', "")
        };
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[100..107].copy_from_slice(b"0000755");
        block[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link.as_bytes());
        block[257..263].copy_from_slice(b"ustar\0");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(block);
        out.extend(*data);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Notes down what it is shown; wants every link.
#[derive(Default)]
struct Notes(Vec<String>);

impl Visitor for Notes {
    fn entry(&mut self, entry: &Entry<'_>, content: &mut dyn Content) {
        let data = match content.read_all(64) {
            Ok(data) => String::from_utf8_lossy(&data).into_owned(),
            Err(error) => error.to_string(),
        };
        let link = entry.link.unwrap_or("-");
        self.0
            .push(format!("{:?} {} {link} {data}", entry.kind, entry.path));
    }

    fn wants_link(&mut self, entry: &Entry<'_>) -> bool {
        entry.kind == EntryKind::HardLink
    }
}

fn context(limits: DecodeLimits) -> Context {
    Context {
        store: Store::in_memory(1 << 20),
        progress: Arc::default(),
        limits,
        large_window: Mutex::new(()),
    }
}

fn expect(blob: &[u8], tar: &[u8]) -> Expected {
    Expected {
        blob_digest: Some(sha256(blob)),
        diff_id: Some(sha256(tar)),
        size_bytes: blob.len() as u64,
    }
}

fn read(
    blob: &[u8],
    expected: &Expected,
) -> Result<(LayerTail, Vec<WantedLink>, Notes), LayerError> {
    let mut notes = Notes::default();
    let context = context(DecodeLimits::LAYER);
    read_layer(&mut &*blob, expected, &mut notes, &context)
        .map(|(tail, links)| (tail, links, notes))
}

const ENTRIES: [(&str, &[u8]); 8] = [
    ("etc/", b""),
    ("etc/a", b"data"),
    ("etc/.wh.b", b""),
    ("opt/.wh..wh..opq", b""),
    (".wh..wh.plnk", b""),
    ("link -> etc/a", b""),
    ("hard => etc/a", b""),
    ("hard2 => etc/a", b""),
];

#[test]
fn entries_digests_and_index_agree_for_every_packing() {
    let tar = tar(&ENTRIES);
    let two_members = [gzip(&tar[..700]), gzip(&tar[700..])].concat();
    for blob in [
        tar.clone(),
        gzip(&tar),
        two_members,
        zstd::encode_all(&tar[..], 1).unwrap(),
    ] {
        let (tail, links, notes) = read(&blob, &expect(&blob, &tar)).unwrap();
        assert_eq!(
            notes.0,
            [
                "Directory etc - no content here",
                "File etc/a - data",
                "Symlink link etc/a no content here",
            ]
        );
        assert_eq!(
            (tail.diff_id, tail.blob_digest),
            (sha256(&tar), sha256(&blob))
        );
        assert_eq!(
            (tail.bytes, tail.blob_bytes),
            (tar.len() as u64, blob.len() as u64)
        );
        assert!(tail.complete && tail.unknowns.is_empty());
        let mut paths = Vec::new();
        tail.index
            .visit(|entry| paths.push(format!("{:?} {}", entry.kind, entry.path)));
        assert_eq!(
            paths,
            [
                "Entry(Directory) etc",
                "Entry(File) etc/a",
                "Whiteout etc/b",
                "Opaque opt",
                "Entry(Symlink) link",
                "Entry(HardLink) hard",
                "Entry(HardLink) hard2",
            ]
        );
        let mut second = Notes::default();
        let context = context(DecodeLimits::LAYER);
        let lost = read_links(
            &mut &*blob,
            &expect(&blob, &tar),
            &links,
            &mut second,
            &context,
        );
        assert_eq!(lost.unwrap(), []);
        assert_eq!(second.0, ["File hard etc/a data", "File hard2 etc/a data"]);
    }
}

#[test]
fn links_to_nothing_are_unknown() {
    let tar = tar(&[("a => gone", b""), ("b", b"x")]);
    let (_, links, _) = read(&tar, &Expected::default()).unwrap();
    let lost = read_links(
        &mut &*tar,
        &Expected::default(),
        &links,
        &mut Notes::default(),
        &context(DecodeLimits::LAYER),
    )
    .unwrap();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].path.as_deref(), Some("a"));
}

#[test]
fn wrong_bytes_are_errors() {
    let tar = tar(&ENTRIES);
    let blob = gzip(&tar);
    let good = expect(&blob, &tar);
    let wrong = sha256(b"else");
    let fails =
        |blob: &[u8], expected: &Expected| read(blob, expected).err().map(|e| e.to_string());
    let with = |change: &dyn Fn(&mut Expected)| {
        let mut expected = good.clone();
        change(&mut expected);
        fails(&blob, &expected).unwrap()
    };
    assert!(with(&|e| e.blob_digest = Some(wrong.clone())).contains("digest mismatch"));
    assert!(with(&|e| e.diff_id = Some(wrong.clone())).contains("digest mismatch"));
    assert!(with(&|e| e.size_bytes -= 1).contains("longer than its descriptor"));
    for end in 0..blob.len() {
        assert!(fails(&blob[..end], &good).is_some(), "cut at {end}");
    }
    let unknown = Expected::default();
    assert!(fails(b"this is no layer at all", &unknown).is_some());
    assert!(fails(b"", &unknown).is_none(), "an empty tar is a layer");
}

#[test]
fn a_layer_that_is_too_large_is_read_up_to_the_limit() {
    let tar = tar(&[
        ("first", b"1"),
        ("large", &vec![0; 100_000]),
        ("last", b"2"),
    ]);
    let limits = DecodeLimits {
        bytes_max: 50_000,
        ..DecodeLimits::LAYER
    };
    for blob in [tar.clone(), gzip(&tar)] {
        let mut notes = Notes::default();
        let (tail, _) = read_layer(
            &mut &*blob,
            &expect(&blob, &tar),
            &mut notes,
            &context(limits),
        )
        .unwrap();
        assert!(!tail.complete);
        assert_eq!(
            tail.diff_id,
            sha256(&tar),
            "the head's, as it was not computed"
        );
        let reason = &tail.unknowns.last().unwrap().reason;
        assert!(reason.contains("limit of 50000"), "{reason}");
    }
}

#[test]
fn a_visitor_that_panics_does_not_hang() {
    struct Panics;
    impl Visitor for Panics {
        fn entry(&mut self, _: &Entry<'_>, _: &mut dyn Content) {
            panic!("as expected");
        }
    }
    let large = vec![7; 20 << 20];
    let tar = tar(&[("a", &large)]);
    let result = std::panic::catch_unwind(|| {
        let context = context(DecodeLimits::LAYER);
        let _ = read_layer(&mut &*tar, &Expected::default(), &mut Panics, &context);
    });
    assert!(result.is_err());
}
