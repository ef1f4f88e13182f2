//! Images and archives that are cut, corrupt, lying or hostile, made by code, each with what must
//! come of it: an error or an unknown that says why, never a hang, a crash, or silence.
//!
//! One line a case in one of the tables; `outcome` is held against the error, or against the
//! unknowns and what was read.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::single_element_loop,
    clippy::type_complexity,
    reason = "a test should fail where this fails"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use plimsoll_image::hash::sha256;
use plimsoll_image::testing::{
    ImageBuilder, Notes, TarBuilder, descriptor, gzip, header, tree, xz, zstd,
};
use plimsoll_image::{Opened, ReadOptions, TargetSpec, open_path};

/// Longest that one case may take; the slowest unpack a gigabyte.
const CASE_SECONDS_MAX: u64 = 60;
/// Memory that all cases together may take at their highest, in KiB.
const PEAK_KIB_MAX: u64 = 200 << 10;

/// What must come of a case.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// The target is refused, and the error says this.
    Error(&'static str),
    /// It is read, and an unknown says this.
    Unknown(&'static str),
    /// It is read whole, and this is one of the lines.
    Line(&'static str),
}
use Outcome::{Error, Line, Unknown};

/// What was learned from a target, as text.
struct Seen {
    error: Option<String>,
    unknowns: Vec<String>,
    lines: Vec<String>,
}

fn look(target: &str) -> Seen {
    let mut seen = Seen {
        error: None,
        unknowns: Vec::new(),
        lines: Vec::new(),
    };
    let notes = Notes::default();
    let options = ReadOptions::default();
    let read = match open_path(&TargetSpec::parse(target), None) {
        Ok(Opened::Image(image)) => image
            .read(&notes, &options)
            .map(|()| (image.facts.clone(), image.unknowns.clone())),
        Ok(Opened::Stream(stream)) => stream
            .read(&notes, &options)
            .map(|read| (read.facts, read.unknowns)),
        Ok(_) => panic!("{target}: not an image"),
        Err(error) => Err(error),
    };
    match read {
        Err(error) => seen.error = Some(error.to_string()),
        Ok((facts, unknowns)) => {
            let layers = notes.of(&facts);
            assert_eq!(layers.len() + unknowns.len(), facts.layers.len());
            seen.lines
                .extend(layers.iter().flat_map(|(_, lines)| lines.clone()));
            let within = layers.iter().flat_map(|(tail, _)| tail.unknowns.clone());
            for unknown in unknowns.into_iter().chain(within) {
                let path = unknown.path.unwrap_or_default();
                seen.unknowns.push(format!("{path}: {}", unknown.reason));
            }
            // Whatever is in there, the tree can be built and walked.
            tree(&layers).visit(|_, _, _| {});
        }
    }
    seen
}

fn check(id: &str, target: &str, outcome: Outcome) {
    let begun = Instant::now();
    let seen = look(target);
    let error = seen.error.as_deref();
    match outcome {
        Error(text) => assert!(
            error.is_some_and(|error| error.contains(text)),
            "{id}: expected an error with `{text}`, got {error:?} {:?}",
            seen.unknowns
        ),
        Unknown(text) => assert!(
            error.is_none() && seen.unknowns.iter().any(|unknown| unknown.contains(text)),
            "{id}: expected an unknown with `{text}`, got {error:?} {:?}",
            seen.unknowns
        ),
        Line(text) => assert!(
            error.is_none()
                && seen.unknowns.is_empty()
                && seen.lines.iter().any(|line| line.contains(text)),
            "{id}: expected `{text}`, got {error:?} {:?} {:?}",
            seen.unknowns,
            seen.lines
        ),
    }
    let took = begun.elapsed();
    assert!(
        took < Duration::from_secs(CASE_SECONDS_MAX),
        "{id}: took {took:?}"
    );
    let peak = peak_kib();
    assert!(peak < PEAK_KIB_MAX, "{id}: peak memory {peak} KiB");
}

/// The most memory that this process ever had, as Linux counts it.
fn peak_kib() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a file of proc")]
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn tar() -> TarBuilder {
    TarBuilder::new()
}

fn good_layer() -> Vec<u8> {
    tar().file("etc/a", "data").finish()
}

fn image() -> ImageBuilder {
    ImageBuilder::new().layer(good_layer()).tag("a:1")
}

/// A pax header with these records.
fn pax(records: &str) -> TarBuilder {
    tar().entry(b'x', "pax", "", records.as_bytes())
}

/// Archives around layers: bytes in, docker archive or OCI archive out.
fn archives() -> Vec<(&'static str, Vec<u8>, Outcome)> {
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

#[test]
fn archives_that_lie_or_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    for (id, bytes, outcome) in archives() {
        fs::write(&path, bytes).unwrap();
        let is_layout = ["index", "blob", "layout"]
            .iter()
            .any(|word| id.starts_with(word))
            || id.ends_with("-changed");
        let prefix = if is_layout {
            "oci-archive"
        } else {
            "docker-archive"
        };
        check(id, &format!("{prefix}:{}", path.display()), outcome);
    }
}

/// Layers with something odd in them, inside of a good image.
fn layers() -> Vec<(&'static str, TarBuilder, Outcome)> {
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

#[test]
fn layers_with_odd_entries() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    for (id, layer, outcome) in layers() {
        let layer = layer.finish();
        // Both ways of reading an archive: here and there, and from front to back.
        let image = ImageBuilder::new().layer(layer.clone()).docker_archive();
        for (way, bytes) in [("seek", image.clone()), ("stream", gzip(&image))] {
            fs::write(&path, bytes).unwrap();
            check(
                &format!("{id} ({way})"),
                &path.display().to_string(),
                outcome,
            );
        }
    }
}

/// Blobs that do not unpack to their layer.
fn blobs() -> Vec<(&'static str, Vec<u8>, Outcome)> {
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

#[test]
fn blobs_that_are_cut_or_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let layer = tar().file("etc/a", "data".repeat(1_000)).finish();
    for (id, blob, outcome) in blobs() {
        let image = ImageBuilder::new().packed(&layer, blob);
        fs::write(&path, image.docker_archive()).unwrap();
        check(id, &format!("docker-archive:{}", path.display()), outcome);
        fs::write(&path, gzip(&image.docker_archive())).unwrap();
        let streamed = look(&path.display().to_string()).error;
        assert!(streamed.is_some(), "{id}: read as a stream");
    }
}

/// A gigabyte and more of zeros in a few megabytes or less.
#[test]
fn bombs_stop_at_the_ratio() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let zeros = vec![0_u8; 64 << 20];
    let mut start = header(b'0', "zeros", "", 40 << 30);
    start.extend(&zeros[..512]);
    // Frames one after the other are one stream.
    let frame = zstd(&zeros);
    let zstd_bomb = [zstd(&start), frame.repeat(40)].concat();
    for (id, blob) in [("zstd-bomb", zstd_bomb)] {
        let image = ImageBuilder::new().packed(b"never compared", blob);
        fs::write(&path, image.docker_archive()).unwrap();
        let outcome = Unknown("ratio of unpacked to packed data is larger than the limit");
        check(id, &path.display().to_string(), outcome);
    }
}

/// Layouts whose files are no files.
#[test]
fn layouts_that_point_elsewhere() {
    let blob = format!("blobs/sha256/{}", sha256(&good_layer()).hex());
    let cases: [(&str, &dyn Fn(&Path), Outcome); 7] = [
        (
            "blob-is-a-fifo",
            &|path| fifo(path),
            Error("blob is missing"),
        ),
        (
            "blob-is-a-folder",
            &|path| fs::create_dir(path).unwrap(),
            Error("blob is missing"),
        ),
        (
            "blob-is-a-device",
            &|path| link(path, "/dev/zero"),
            Error("blob is missing"),
        ),
        (
            "blob-is-another-file",
            &|path| link(path, "/etc/passwd"),
            Error("layer"),
        ),
        (
            "blob-links-to-itself",
            &|path| link(path, path),
            Error("blob is missing"),
        ),
        (
            "blob-is-empty",
            &|path| fs::write(path, "").unwrap(),
            Error("digest mismatch"),
        ),
        (
            "blob-is-there",
            &|path| fs::write(path, good_layer()).unwrap(),
            Line("etc/a = data"),
        ),
    ];
    for (id, make, outcome) in cases {
        let folder = tempfile::tempdir().unwrap();
        image().write_layout(folder.path());
        let path = folder.path().join(&blob);
        fs::remove_file(&path).unwrap();
        make(&path);
        check(id, &format!("oci-dir:{}", folder.path().display()), outcome);
    }
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn link(path: &Path, target: impl AsRef<Path>) {
    std::os::unix::fs::symlink(target, path).unwrap();
}

/// Layers that cannot be had are said, not passed over.
#[test]
fn layers_that_are_elsewhere() {
    let cases = [
        (
            "foreign",
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "foreign layer",
        ),
        (
            "nondistributable",
            "application/vnd.oci.image.layer.nondistributable.v1.tar",
            "foreign",
        ),
        (
            "encrypted",
            "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
            "encrypted layer",
        ),
    ];
    for (id, media_type, reason) in cases {
        let folder = tempfile::tempdir().unwrap();
        let plain = image();
        let manifest = plain
            .manifest_json()
            .replace("application/vnd.oci.image.layer.v1.tar", media_type);
        let index = format!(
            r#"{{"manifests":[{}]}}"#,
            descriptor("", manifest.as_bytes())
        );
        plain.write_layout(folder.path());
        let blobs = folder.path().join("blobs/sha256");
        fs::remove_file(blobs.join(sha256(&good_layer()).hex())).unwrap();
        fs::write(blobs.join(sha256(manifest.as_bytes()).hex()), manifest).unwrap();
        fs::write(folder.path().join("index.json"), index).unwrap();
        let target = format!("oci-dir:{}", folder.path().display());
        let seen = look(&target);
        assert_eq!(seen.error, None, "{id}");
        assert!(
            seen.unknowns.iter().any(|unknown| unknown.contains(reason)),
            "{id}"
        );
    }
}

/// Paths that are no archives.
#[test]
fn targets_that_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("docker-archive:{}", folder.path().join(name).display());
    fifo(&folder.path().join("fifo"));
    link(&folder.path().join("loop"), folder.path().join("loop"));
    link(&folder.path().join("zero"), "/dev/zero");
    check("target-fifo", &at("fifo"), Error("not a regular file"));
    check("target-loop", &at("loop"), Error("no such file"));
    check("target-device", &at("zero"), Error("not a regular file"));
    check("target-folder", &at("."), Error("not a regular file"));
    check("target-absent", &at("none"), Error("no such file"));
}
