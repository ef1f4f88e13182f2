//! Holds the overlay of layers against what umoci and podman unpack, and every way of saving an
//! image against every other.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_image::testing::{Notes, tree};
use plimsoll_image::{EntryKind, ImageFacts, Opened, ReadOptions, TargetSpec, Tree, open_path};

fn run(command: &mut Command, package: &str) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install the package {package}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Opens and reads an image, however it comes.
fn read(target: &str) -> (ImageFacts, Tree) {
    let notes = Notes::default();
    let facts = match open_path(&TargetSpec::parse(target), None) {
        Ok(Opened::Image(image)) => {
            image.read(&notes, &ReadOptions::default()).unwrap();
            image.facts.clone()
        }
        Ok(Opened::Stream(stream)) => stream.read(&notes, &ReadOptions::default()).unwrap().facts,
        Ok(_) => panic!("{target}: not an image"),
        Err(error) => panic!("{target}: {error}"),
    };
    let layers = notes.of(&facts);
    assert_eq!(layers.len(), facts.layers.len());
    (facts, tree(&layers))
}

/// Path and kind of everything in a tree.
fn list(tree: &Tree) -> BTreeMap<String, &'static str> {
    let mut out = BTreeMap::new();
    tree.visit(|path, kind, _| {
        let kind = match kind {
            EntryKind::Directory => "folder",
            EntryKind::Symlink => "link",
            EntryKind::File | EntryKind::HardLink => "file",
            _ => "other",
        };
        out.insert(path.to_owned(), kind);
    });
    out
}

/// The same of a folder.
fn walk(root: &Path) -> BTreeMap<String, &'static str> {
    fn step(root: &Path, folder: &Path, out: &mut BTreeMap<String, &'static str>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap().file_type();
            let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes();
            let name = plimsoll_image::path::spell(name);
            let kind = match () {
                () if kind.is_dir() => {
                    step(root, &path, out);
                    "folder"
                }
                () if kind.is_symlink() => "link",
                () if kind.is_file() => "file",
                () => "other",
            };
            out.insert(name, kind);
        }
    }
    let mut out = BTreeMap::new();
    step(root, root, &mut out);
    out
}

/// What the layers of the test do to a root filesystem, one function each.
const STEPS: [fn(&Path); 4] = [
    |root| {
        for folder in ["etc/x", "usr/lib/deep/er", "opt/app/data", "var/cache"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in [
            "etc/a",
            "etc/x/b",
            "usr/lib/deep/er/c",
            "opt/app/data/d",
            "var/cache/e",
        ] {
            fs::write(root.join(file), file).unwrap();
        }
        symlink("usr/lib", root.join("lib")).unwrap();
        fs::hard_link(root.join("etc/a"), root.join("etc/hard")).unwrap();
    },
    |root| {
        fs::remove_file(root.join("etc/a")).unwrap();
        fs::remove_dir_all(root.join("opt/app")).unwrap();
        fs::create_dir_all(root.join("opt/app/data")).unwrap();
        fs::write(root.join("opt/app/data/new"), "new").unwrap();
        fs::write(root.join("lib/through-link"), "x").unwrap();
    },
    |root| {
        fs::remove_dir_all(root.join("var/cache")).unwrap();
        fs::write(root.join("var/cache"), "a file now").unwrap();
        fs::remove_file(root.join("etc/x/b")).unwrap();
        fs::create_dir_all(root.join("etc/x/b/was-a-file")).unwrap();
        symlink("nowhere", root.join("etc/dangling")).unwrap();
    },
    |root| {
        fs::remove_file(root.join("lib")).unwrap();
        fs::create_dir(root.join("lib")).unwrap();
        fs::write(root.join("lib/own"), "x").unwrap();
        fs::write(root.join("etc/a"), "back again").unwrap();
        fs::remove_dir_all(root.join("usr/lib/deep")).unwrap();
    },
];

/// An OCI layout of four layers, made by umoci, and the root filesystem that it unpacks to.
fn umoci_image(folder: &Path) -> (PathBuf, PathBuf) {
    let layout = folder.join("layout");
    let image = format!("{}:latest", layout.display());
    let umoci = |arguments: &[&str]| {
        run(Command::new("umoci").args(arguments), "umoci");
    };
    umoci(&["init", "--layout", &layout.display().to_string()]);
    umoci(&["new", "--image", &image]);
    for (at, step) in STEPS.iter().enumerate() {
        let bundle = folder.join(format!("bundle-{at}"));
        let bundle_name = bundle.display().to_string();
        umoci(&["unpack", "--rootless", "--image", &image, &bundle_name]);
        step(&bundle.join("rootfs"));
        umoci(&["repack", "--image", &image, &bundle_name]);
    }
    let last = folder.join("unpacked");
    umoci(&[
        "unpack",
        "--rootless",
        "--image",
        &image,
        &last.display().to_string(),
    ]);
    (layout, last.join("rootfs"))
}

#[test]
fn layers_lie_over_each_other_as_umoci_unpacks_them() {
    let folder = tempfile::tempdir().unwrap();
    let (layout, root) = umoci_image(folder.path());
    let (facts, tree) = read(&format!("oci-dir:{}", layout.display()));
    assert_eq!(facts.layers.len(), STEPS.len());
    assert_eq!(list(&tree), walk(&root));
    assert_eq!(tree.winner("etc/a"), Some(3));
    assert_eq!(tree.winner("opt/app/data/d"), None);
}

#[test]
fn every_way_of_saving_is_the_same_image() {
    let folder = tempfile::tempdir().unwrap();
    let (layout, root) = umoci_image(folder.path());
    let from = format!("oci:{}:latest", layout.display());
    let at = |name: &str| folder.path().join(name).display().to_string();
    let expected = walk(&root);
    let first = read(&format!("{}:latest", layout.display())).0;
    let copies = [
        (
            "docker-archive",
            format!("docker-archive:{}", at("d.tar")),
            "d.tar",
        ),
        (
            "oci-archive",
            format!("oci-archive:{}", at("o.tar")),
            "o.tar",
        ),
        (
            "docker-archive",
            format!("docker-archive:{}:a/b:1", at("named.tar")),
            "named.tar:a/b:1",
        ),
        ("oci-dir", format!("oci:{}", at("copy")), "copy"),
    ];
    for (prefix, to, name) in copies {
        let mut skopeo = Command::new("skopeo");
        skopeo.args(["copy", "--insecure-policy", "-q", &from, &to]);
        run(&mut skopeo, "skopeo");
        for target in [at(name), format!("{prefix}:{}", at(name))] {
            let (facts, tree) = read(&target);
            assert_eq!(list(&tree), expected, "{target}");
            assert_eq!(facts.config_digest, first.config_digest, "{target}");
            let ids = |facts: &ImageFacts| -> Vec<_> {
                facts
                    .layers
                    .iter()
                    .map(|layer| layer.diff_id.clone())
                    .collect()
            };
            assert_eq!(ids(&facts), ids(&first), "{target}");
        }
    }
    for (tool, name) in [("gzip", "d.tar"), ("xz", "o.tar")] {
        run(Command::new(tool).args(["-1", &at(name)]), tool);
    }
    for name in ["d.tar.gz", "o.tar.xz"] {
        let (facts, tree) = read(&at(name));
        assert_eq!(list(&tree), expected, "{name}");
        assert_eq!(facts.config_digest, first.config_digest, "{name}");
    }
}

#[test]
fn podman_builds_and_saves_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("a"), "one").unwrap();
    fs::write(
        at("Dockerfile"),
        "FROM scratch\nCOPY a /etc/a\nENV X=1\nCOPY a /etc/b\nLABEL l=m\nUSER 7\nCMD [\"/etc/a\"]\n",
    )
    .unwrap();
    let (root, runroot) = (at("root"), at("run"));
    let podman = |arguments: &[&str]| {
        let mut command = Command::new("podman");
        command.args([
            "--root",
            &root,
            "--runroot",
            &runroot,
            "--storage-driver",
            "vfs",
        ]);
        run(command.args(arguments), "podman")
    };
    podman(&[
        "build",
        "-q",
        "--isolation",
        "chroot",
        "--layers",
        "-t",
        "shop/cart:2.3",
        &at(""),
    ]);
    for (format, name) in [
        ("docker-archive", "d.tar"),
        ("oci-archive", "o.tar"),
        ("oci-dir", "layout"),
        ("docker-dir", "docker-dir"),
    ] {
        podman(&[
            "save",
            "-q",
            "--format",
            format,
            "-o",
            &at(name),
            "shop/cart:2.3",
        ]);
        if format == "docker-dir" {
            // Skopeo's own `dir:` form is not one that is named here: a folder, nothing more.
            assert!(matches!(
                open_path(&TargetSpec::parse(&at(name)), None),
                Ok(Opened::Folder(..))
            ));
            continue;
        }
        let (facts, tree) = read(&at(name));
        assert_eq!(facts.config.user.as_deref(), Some("7"), "{format}");
        assert_eq!(facts.config.cmd, ["/etc/a"]);
        assert!(facts.config.env.contains(&"X=1".to_owned()));
        let steps: Vec<_> = facts
            .layers
            .iter()
            .map(|l| l.created_by.as_deref().unwrap())
            .collect();
        assert!(steps.iter().all(|step| step.contains("COPY")), "{steps:?}");
        assert_eq!(tree.winner("etc/a"), Some(0));
        assert_eq!(tree.winner("etc/b"), Some(1));
        assert_eq!(list(&tree).len(), 3);
    }
    podman(&["rmi", "-f", "shop/cart:2.3"]);
}
