//! Holds the tar reader against GNU tar and Python's tarfile, and the folder reader against both:
//! a folder made by code is packed by them and must come out as it is.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use plimsoll_image::decompress::DecodeLimits;
use plimsoll_image::decompress::Decoder;
use plimsoll_image::decompress::input::{Input, Keep};
use plimsoll_image::hash::sha256;
use plimsoll_image::testing::{ImageBuilder, Notes};
use plimsoll_image::{Opened, ReadOptions, TargetSpec, open_path, tar};

/// Runs a tool; a missing one fails the test.
fn run(command: &mut Command, package: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install the package {package}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A folder with everything that a tar can hold.
fn make(root: &Path) {
    let deep = root.join("d/".repeat(120));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("x".repeat(200)), "deep").unwrap();
    fs::create_dir_all(root.join("größe")).unwrap();
    fs::write(root.join("größe/häß\nlich \u{1b}[31m"), "umlaut").unwrap();
    fs::write(
        root.join(std::ffi::OsStr::from_bytes(b"not-\xff-utf8")),
        "x",
    )
    .unwrap();
    fs::write(root.join("empty"), "").unwrap();
    for size in [1, 511, 512, 513, 10_240, 300_000] {
        fs::write(
            root.join(format!("size-{size}")),
            vec![b'a' + (size % 26) as u8; size],
        )
        .unwrap();
    }
    let tool = root.join("tool");
    fs::write(&tool, "#!/bin/sh").unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o4755)).unwrap();
    fs::hard_link(&tool, root.join("zz-hard")).unwrap();
    symlink("../größe", root.join("d/link")).unwrap();
    symlink("t/".repeat(90), root.join("long-link")).unwrap();
    let sparse = fs::File::create(root.join("sparse")).unwrap();
    sparse.set_len(40_000_000).unwrap();
    for offset in [0, 5_000_000, 39_999_000] {
        std::os::unix::fs::FileExt::write_at(&sparse, b"a piece of data", offset).unwrap();
    }
}

/// What a folder holds: kind, mode, mtime, size and a digest or target, by path.
fn truth(root: &Path) -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, out: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes();
            let name = plimsoll_image::path::spell(name);
            let what = if meta.is_dir() {
                walk(root, &path, out);
                "folder".to_owned()
            } else if meta.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else {
                #[expect(clippy::disallowed_methods, reason = "the test's own files")]
                let data = fs::read(&path).unwrap();
                format!("{} {}", data.len(), sha256(&data))
            };
            out.insert(
                name,
                format!("{:o} {} {what}", meta.mode() & 0o7777, meta.mtime()),
            );
        }
    }
    let mut out = BTreeMap::new();
    walk(root, root, &mut out);
    out
}

/// The same as read from a tar by this crate. Hard links get the content of their target.
fn read(archive: &Path) -> BTreeMap<String, String> {
    let file = fs::File::open(archive).unwrap();
    let decoder = Decoder::new(file, DecodeLimits::of(1 << 30)).unwrap();
    let mut reader = tar::TarReader::new(Input::new(decoder, Keep));
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    loop {
        match reader.advance().unwrap() {
            tar::Next::End => return out,
            tar::Next::Refused { path, reason } => panic!("{path}: {reason}"),
            tar::Next::Entry => {}
        }
        let data = plimsoll_image::testing::read_entry(&mut reader);
        let entry = reader.entry();
        if entry.path.is_empty() {
            continue;
        }
        let head = format!("{:o} {}", entry.mode, entry.mtime);
        let line = match entry.kind {
            plimsoll_image::EntryKind::Directory => format!("{head} folder"),
            plimsoll_image::EntryKind::Symlink => format!("{head} -> {}", entry.link.unwrap()),
            plimsoll_image::EntryKind::HardLink => out[entry.link.unwrap()].clone(),
            plimsoll_image::EntryKind::File => {
                assert_eq!(entry.size, data.len() as u64);
                format!("{head} {} {}", data.len(), sha256(&data))
            }
            other => format!("{other:?}"),
        };
        out.insert(entry.path.to_owned(), line);
    }
}

fn check(name: &str, root: &Path, archive: &Path) {
    let (expected, got) = (truth(root), read(archive));
    for (path, line) in &expected {
        // Symlinks have no mode of their own; writers put there what they like.
        let ours = got.get(path).map_or("absent", String::as_str);
        let tail = |line: &str| line.split_once("-> ").map(|(_, target)| target.to_owned());
        let same = match tail(line) {
            Some(target) => tail(ours) == Some(target),
            None => ours == line,
        };
        assert!(same, "{name}: {path}: expected {line}, got {ours}");
    }
    assert_eq!(got.len(), expected.len(), "{name}");
}

#[test]
fn gnu_tar_of_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    make(&root);
    let cases: [&[&str]; 8] = [
        &["--format=gnu"],
        &["--format=gnu", "--sparse"],
        &["--format=oldgnu", "--sparse"],
        &["--format=pax"],
        &["--format=pax", "--sparse", "--sparse-version=0.0"],
        &["--format=pax", "--sparse", "--sparse-version=0.1"],
        &["--format=pax", "--sparse", "--sparse-version=1.0"],
        &["--format=pax", "-z"],
    ];
    for flags in cases {
        let archive = folder.path().join("a.tar");
        let mut tar = Command::new("tar");
        tar.arg("-C")
            .arg(&root)
            .args(flags)
            .arg("-cf")
            .arg(&archive)
            .arg(".");
        run(&mut tar, "tar");
        check(&flags.join(" "), &root, &archive);
    }
}

#[test]
fn old_formats_hold_what_they_can() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("a/b")).unwrap();
    fs::write(root.join("a/b").join("n".repeat(80)), "data").unwrap();
    for format in ["--format=v7", "--format=ustar"] {
        let archive = folder.path().join("a.tar");
        let mut tar = Command::new("tar");
        tar.arg("-C")
            .arg(&root)
            .arg(format)
            .arg("-cf")
            .arg(&archive)
            .arg(".");
        run(&mut tar, "tar");
        check(format, &root, &archive);
    }
}

#[test]
fn python_tarfile_of_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    make(&root);
    for format in ["GNU_FORMAT", "PAX_FORMAT"] {
        let archive = folder.path().join("a.tar");
        let script = format!(
            "import sys, tarfile\n\
             t = tarfile.open(sys.argv[2], 'w', format=tarfile.{format})\n\
             t.add(sys.argv[1], arcname='.')\nt.close()\n"
        );
        let mut python = Command::new("python3");
        python.arg("-c").arg(script).arg(&root).arg(&archive);
        run(&mut python, "python3");
        // Python keeps fractions of seconds in pax and rounds in GNU's format.
        let whole = |lines: BTreeMap<String, String>| -> Vec<String> {
            lines
                .into_iter()
                .map(|(path, line)| {
                    let parts: Vec<_> = line.splitn(3, ' ').collect();
                    let mode = if line.contains("-> ") { "" } else { parts[0] };
                    format!("{path} {mode} {}", parts[2])
                })
                .collect()
        };
        assert_eq!(whole(read(&archive)), whole(truth(&root)), "{format}");
    }
}

#[test]
fn a_layer_made_by_tar_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    make(&root);
    let layer = folder.path().join("layer.tar");
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&root).arg("-cf").arg(&layer).arg(".");
    run(&mut tar, "tar");
    #[expect(clippy::disallowed_methods, reason = "the test's own file")]
    let bytes = fs::read(&layer).unwrap();
    let image = folder.path().join("image.tar");
    fs::write(&image, ImageBuilder::new().layer(bytes).docker_archive()).unwrap();
    let spec = TargetSpec::parse(&image.display().to_string());
    let Ok(Opened::Image(image)) = open_path(&spec, None) else {
        panic!("an image");
    };
    let notes = Notes::default();
    image.read(&notes, &ReadOptions::default()).unwrap();
    let layers = notes.of(&image.facts);
    let (tail, lines) = &layers[0];
    assert!(tail.complete && tail.unknowns.is_empty());
    assert_eq!(tail.index.len(), truth(&root).len());
    let hard = lines
        .iter()
        .find(|line| line.contains("zz-hard") || line.contains("tool"));
    assert!(
        hard.is_some_and(|line| line.ends_with("= #!/bin/sh")),
        "{hard:?}"
    );
}
