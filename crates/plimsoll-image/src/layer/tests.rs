use super::*;
use crate::hash::sha256;
use crate::testing::{TarBuilder, gzip, zstd};
use crate::{Content, Entry, EntryKind};

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

fn sample() -> Vec<u8> {
    TarBuilder::new()
        .folder("etc")
        .file("etc/a", "data")
        .file("etc/.wh.b", "")
        .file("opt/.wh..wh..opq", "")
        .file(".wh..wh.plnk", "")
        .symlink("link", "etc/a")
        .hard_link("hard", "etc/a")
        .hard_link("hard2", "etc/a")
        .finish()
}

#[test]
fn entries_digests_and_index_agree_for_every_packing() {
    let tar = sample();
    let two_members = [gzip(&tar[..700]), gzip(&tar[700..])].concat();
    for blob in [tar.clone(), gzip(&tar), two_members, zstd(&tar)] {
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
    let tar = TarBuilder::new()
        .hard_link("a", "gone")
        .file("b", "x")
        .finish();
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
    let tar = sample();
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
    let tar = TarBuilder::new()
        .file("first", "1")
        .file("large", vec![0; 100_000])
        .file("last", "2")
        .finish();
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
    let tar = TarBuilder::new().file("a", vec![7; 20 << 20]).finish();
    let result = std::panic::catch_unwind(|| {
        let context = context(DecodeLimits::LAYER);
        let _ = read_layer(&mut &*tar, &Expected::default(), &mut Panics, &context);
    });
    assert!(result.is_err());
}
