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

#[path = "support/bad_images.rs"]
mod bad_images;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use plimsoll_image::hash::sha256;
use plimsoll_image::testing::{
    ImageBuilder, Notes, descriptor, gzip, gzip_tightly, header, tree, zstd,
};
use plimsoll_image::{Opened, ReadOptions, TargetSpec, open_path};

use self::bad_images::Outcome::{self, Error, Line, Unknown};
use self::bad_images::{archives, blobs, good_layer, image, layers, prefix, tar};

/// Longest that one case may take; the slowest unpack a gigabyte.
const CASE_SECONDS_MAX: u64 = 60;
/// Memory that all cases together may take at their highest, in KiB.
const PEAK_KIB_MAX: u64 = 200 << 10;

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

#[test]
fn archives_that_lie_or_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    for (id, bytes, outcome) in archives() {
        fs::write(&path, bytes).unwrap();
        check(id, &format!("{}:{}", prefix(id), path.display()), outcome);
    }
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
    // Frames and members one after the other are one stream.
    let zstd_bomb = [zstd(&start), zstd(&zeros).repeat(40)].concat();
    let gzip_bomb = [gzip(&start), gzip_tightly(&zeros).repeat(40)].concat();
    for (id, blob) in [("zstd-bomb", zstd_bomb), ("gzip-bomb", gzip_bomb)] {
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
