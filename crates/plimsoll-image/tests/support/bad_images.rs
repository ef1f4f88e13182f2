//! Images and archives that are cut, corrupt, lying or hostile, made by code, each with what must
//! come of it. One line a case in one of the tables.

#![allow(dead_code, reason = "each test uses a part")]

use plimsoll_image::hash::sha256;
use plimsoll_image::testing::{ImageBuilder, TarBuilder, descriptor, gzip, header, xz, zstd};

/// What must come of a case.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// The target is refused, and the error says this.
    Error(&'static str),
    /// It is read, and an unknown says this.
    Unknown(&'static str),
    /// It is read whole, and this is one of the lines.
    Line(&'static str),
}
pub use Outcome::{Error, Line, Unknown};

pub fn tar() -> TarBuilder {
    TarBuilder::new()
}

pub fn good_layer() -> Vec<u8> {
    tar().file("etc/a", "data").finish()
}

pub fn image() -> ImageBuilder {
    ImageBuilder::new().layer(good_layer()).tag("a:1")
}

/// A pax header with these records.
pub fn pax(records: &str) -> TarBuilder {
    tar().entry(b'x', "pax", "", records.as_bytes())
}

/// Archives around layers: bytes in, docker archive or OCI archive out.
pub fn archives() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let good = image().docker_archive();
    let oci = image().oci_archive();
    let docker = |config: &str, layers: &str| {
        let manifest = format!(r#"[{{"Config":"c.json","Layers":[{layers}]}}]"#);
        tar()
            .file("c.json", config)
            .file("l.tar", good_layer())
            .file("manifest.json", manifest)
            .finish()
    };
    let config = image().config_json();
    let with_manifest = |text: &str| tar().file("manifest.json", text).finish();
    let many = format!("[{}]", vec![r#"{"Config":"c"}"#; 1_001].join(","));
    let layers = vec![format!("\"{}\"", sha256(b"")); 513].join(",");
    let too_many_layers = format!(r#"{{"rootfs":{{"diff_ids":[{layers}]}}}}"#);
    let wrong_id = config.replace(&sha256(&good_layer()).hex(), &"0".repeat(64));
    let layout = |change: &dyn Fn(&mut Vec<(String, Vec<u8>)>)| {
        let mut files = image().layout_files();
        change(&mut files);
        let archive = files
            .iter()
            .fold(tar(), |tar, (path, data)| tar.file(path, data));
        archive.finish()
    };
    let index = |text: String| layout(&|files| files[1].1 = text.clone().into_bytes());
    let entry = |extra: &str| {
        let mut entry = descriptor("", image().manifest_json().as_bytes());
        entry.pop();
        format!("{entry}{extra}}}")
    };
    vec![
        ("empty-file", Vec::new(), Error("not a tar archive")),
        ("noise", vec![0x5a; 4_000], Error("not a tar archive")),
        (
            "cut-in-first-header",
            good[..300].to_vec(),
            Error("not a tar archive"),
        ),
        (
            "cut-in-layer",
            good[..1_700].to_vec(),
            Error("unexpected end of file"),
        ),
        (
            "cut-before-manifest",
            good[..3_584].to_vec(),
            Error("unexpected end of file"),
        ),
        ("not-an-image", good_layer(), Error("no manifest.json")),
        (
            "manifest-not-json",
            with_manifest("{"),
            Error("manifest.json"),
        ),
        (
            "manifest-of-nothing",
            with_manifest("[]"),
            Error("holds no image"),
        ),
        (
            "manifest-too-many-images",
            with_manifest(&many),
            Error("more images than the limit"),
        ),
        (
            "manifest-deep-json",
            with_manifest(&"[".repeat(100_000)),
            Error("invalid type: sequence"),
        ),
        (
            "manifest-too-large",
            with_manifest(&" ".repeat(5 << 20)),
            Error("larger than the limit"),
        ),
        (
            "config-missing",
            with_manifest(r#"[{"Config":"c.json"}]"#),
            Error("c.json of"),
        ),
        (
            "config-not-json",
            docker("[1", "\"l.tar\""),
            Error("invalid type: integer"),
        ),
        (
            "config-without-layers",
            docker("{}", ""),
            Error("rootfs is missing"),
        ),
        (
            "config-too-many-layers",
            docker(&too_many_layers, ""),
            Error("513 layers, more than"),
        ),
        (
            "config-other-count",
            docker(&config, ""),
            Error("0 layers, but the configuration has 1"),
        ),
        (
            "layer-missing",
            docker(&config, "\"m.tar\""),
            Error("m.tar"),
        ),
        (
            "layer-outside",
            docker(&config, "\"../../etc/passwd\""),
            Error("it is missing"),
        ),
        (
            "layer-wrong-diff-id",
            docker(&wrong_id, "\"l.tar\""),
            Error("digest mismatch"),
        ),
        (
            "index-not-json",
            index("{".to_owned()),
            Error("EOF while parsing"),
        ),
        (
            "index-of-nothing",
            index(r#"{"manifests":[]}"#.to_owned()),
            Error("holds no image"),
        ),
        (
            "index-schema-1",
            index(r#"{"schemaVersion":1}"#.to_owned()),
            Error("schema 1"),
        ),
        (
            "index-other-digest-algorithm",
            index(r#"{"manifests":[{"digest":"md5:00","size":1}]}"#.to_owned()),
            Error("only sha256"),
        ),
        (
            "index-digest-with-path",
            index(r#"{"manifests":[{"digest":"sha256:../../../etc/passwd","size":1}]}"#.to_owned()),
            Error("expected 64"),
        ),
        (
            "index-of-attestations-only",
            index(format!(
                r#"{{"manifests":[{}]}}"#,
                entry(r#","annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#)
            )),
            Error("holds no image"),
        ),
        (
            "index-other-platforms",
            index(format!(
                r#"{{"manifests":[{},{}]}}"#,
                entry(r#","platform":{"os":"plan9","architecture":"mips"}"#),
                entry(r#","platform":{"os":"plan9","architecture":"sparc"}"#)
            )),
            Error("it holds: plan9/mips, plan9/sparc"),
        ),
        (
            "manifest-changed",
            layout(&|files| files[2].1.push(b' ')),
            Error("digest mismatch"),
        ),
        (
            "config-changed",
            layout(&|files| files[3].1.push(b' ')),
            Error("digest mismatch"),
        ),
        (
            "blob-changed",
            layout(&|files| files[4].1[600] ^= 1),
            Error("digest mismatch"),
        ),
        (
            "blob-cut",
            layout(&|files| files[4].1.truncate(700)),
            Error("digest mismatch"),
        ),
        (
            "blob-longer",
            layout(&|files| files[4].1.push(0)),
            Error("longer than its descriptor"),
        ),
        (
            "blob-missing",
            layout(&|files| files.truncate(4)),
            Error("blob is missing"),
        ),
        (
            "layout-cut",
            oci[..oci.len() - 2_600].to_vec(),
            Error("unexpected end of file"),
        ),
    ]
}

/// How the archive of a case is named.
pub fn prefix(id: &str) -> &'static str {
    let of_layouts = ["index", "blob", "layout"];
    if of_layouts.iter().any(|word| id.starts_with(word)) || id.ends_with("-changed") {
        return "oci-archive";
    }
    "docker-archive"
}

/// Layers with something odd in them, inside of a good image.
pub fn layers() -> Vec<(&'static str, TarBuilder, Outcome)> {
    let long = "n".repeat(17_000);
    let deep = "d/".repeat(1_000);
    let device = tar()
        .entry(b'3', "dev/null", "", b"")
        .entry(b'4', "dev/sda", "", b"");
    vec![
        (
            "escape",
            tar().file("../../etc/passwd", "x"),
            Unknown("path leaves the tree"),
        ),
        (
            "escape-in-the-middle",
            tar().file("a/../../b", "x"),
            Unknown("path leaves the tree"),
        ),
        (
            "absolute",
            tar().file("/etc/passwd", "x"),
            Line("File etc/passwd = x"),
        ),
        (
            "hard-link-escape",
            tar().hard_link("a", "../b"),
            Unknown("path leaves the tree"),
        ),
        (
            "hard-link-to-nothing",
            tar().hard_link("a", "b"),
            Unknown("not in this layer"),
        ),
        (
            "hard-link-to-itself",
            tar().hard_link("a", "a"),
            Unknown("not in this layer"),
        ),
        (
            "symlink-escape",
            tar().symlink("a", "../../x"),
            Line("Symlink a -> ../../x"),
        ),
        (
            "symlink-loop",
            tar().symlink("a", "b").symlink("b", "a"),
            Line("Symlink b -> a"),
        ),
        (
            "below-a-symlink-loop",
            tar().symlink("a", "a").file("a/b", "x"),
            Line("File a/b = x"),
        ),
        (
            "below-a-file",
            tar().file("a", "x").file("a/b", "y"),
            Line("File a/b = y"),
        ),
        ("devices", device, Line("Device dev/sda")),
        (
            "fifo",
            tar().entry(b'6', "pipe", "", b""),
            Line("Fifo pipe"),
        ),
        (
            "name-with-newline",
            tar().file("a\nb\u{1b}[2J", "x"),
            Line("File a\nb\u{1b}[2J = x"),
        ),
        (
            "name-with-nul",
            pax("12 path=a\0b\n").file("a", "x"),
            Unknown("NUL"),
        ),
        (
            "name-too-long",
            tar().file(&long, "x"),
            Unknown("longer than the limit"),
        ),
        (
            "name-extension-too-large",
            tar()
                .entry(b'L', "l", "", &vec![b'n'; 2 << 20])
                .file("a", "x"),
            Unknown("extended header is larger"),
        ),
        (
            "thousand-folders-deep",
            tar().file(&format!("{deep}x"), "y"),
            Line("/d/x = y"),
        ),
        (
            "pax-malformed",
            pax("99 path=x\n").file("a", "x"),
            Unknown("malformed pax"),
        ),
        (
            "pax-size-lies",
            pax("15 size=999999\n").file("a", "x"),
            Error("ends early"),
        ),
        (
            "sparse-lies",
            pax("21 GNU.sparse.size=9\n22 GNU.sparse.map=5,9\n").file("a", "x"),
            Unknown("malformed sparse"),
        ),
        (
            "sparse-of-an-exabyte",
            pax("39 GNU.sparse.size=1000000000000000000\n22 GNU.sparse.map=0,1\n").file("a", "x"),
            Line("! larger than the limit"),
        ),
        (
            "kind-unknown",
            tar().entry(b'Q', "a", "", b"x"),
            Unknown("unknown kind of tar entry"),
        ),
        (
            "size-past-the-end",
            tar().lying("a", 1 << 40, b"x"),
            Error("ends early"),
        ),
        (
            "size-not-a-number",
            tar().raw(&{
                let mut block = header(b'0', "a", "", 0);
                block[124..135].copy_from_slice(b"not a numbe");
                let sum: u32 = (0..512)
                    .map(|at| {
                        u32::from(if (148..156).contains(&at) {
                            b' '
                        } else {
                            block[at]
                        })
                    })
                    .sum();
                block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
                block
            }),
            Error("size of an entry"),
        ),
        (
            "checksum-wrong",
            tar().raw(&[b'x'; 512]),
            Error("read layer"),
        ),
        (
            "data-behind-zeros",
            tar().raw(&[0; 512]).file("a", "x"),
            Error("behind a block of zeros"),
        ),
        (
            "whiteout-of-nothing",
            tar().file("a/.wh.", ""),
            Unknown("whiteout of nothing"),
        ),
        (
            "whiteout-of-the-parent",
            tar().file("a/.wh...", ""),
            Unknown("whiteout of nothing"),
        ),
        (
            "whiteout-of-a-path",
            tar().file(".wh.a/b", "x"),
            Line("File .wh.a/b = x"),
        ),
        (
            "same-path-twice",
            tar().file("a", "1").folder("a").file("a", "2"),
            Line("File a = 2"),
        ),
        (
            "case-and-unicode",
            tar().file("A", "1").file("a\u{301}", "2"),
            Line("File A = 1"),
        ),
    ]
}

/// Blobs that do not unpack to their layer.
pub fn blobs() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let layer = tar().file("etc/a", "data".repeat(1_000)).finish();
    let (gz, zst, xzd) = (gzip(&layer), zstd(&layer), xz(&layer));
    let half = |blob: &[u8]| blob[..blob.len() / 2].to_vec();
    let flipped = |blob: &[u8]| {
        let mut blob = blob.to_vec();
        let at = blob.len() / 2;
        blob[at] ^= 0x10;
        blob
    };
    let mut window = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0xff];
    window.extend([0; 20]);
    vec![
        ("gzip-cut", half(&gz), Error("layer")),
        ("gzip-flipped", flipped(&gz), Error("layer")),
        (
            "gzip-garbage-behind",
            [gz.clone(), b"garbage".to_vec()].concat(),
            Error("after the end"),
        ),
        (
            "gzip-second-member-cut",
            [gz.clone(), half(&gz)].concat(),
            Error("layer"),
        ),
        ("gzip-header-only", gz[..10].to_vec(), Error("ends early")),
        ("zstd-cut", half(&zst), Error("layer")),
        ("zstd-flipped", flipped(&zst), Error("layer")),
        (
            "zstd-window-too-large",
            window,
            Unknown("window of the zstd frame"),
        ),
        ("xz-cut", half(&xzd), Error("layer")),
        ("xz-flipped", flipped(&xzd), Error("layer")),
        (
            "text",
            b"<html>not found</html>".to_vec(),
            Error("it ends early"),
        ),
        ("other-layer", gzip(&good_layer()), Error("digest mismatch")),
        ("gzip-in-gzip", gzip(&gz), Error("it ends early")),
    ]
}
