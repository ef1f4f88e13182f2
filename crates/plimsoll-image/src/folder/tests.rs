//! Folders with everything in them that a walk must not fall for.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// Keeps what it sees: path, kind, the start of the content.
#[derive(Default)]
struct Seen(Vec<(String, EntryKind, String)>);

impl Visitor for Seen {
    fn entry(&mut self, entry: &Entry<'_>, content: &mut dyn Content) {
        let text = match content.read_all(64) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => format!("({error})"),
        };
        self.0.push((entry.path.to_owned(), entry.kind, text));
    }
}

fn walk(path: &Path) -> (FolderRead, Vec<(String, EntryKind, String)>) {
    let folder = Folder::open(path).unwrap();
    let (read, visitors) = folder.read(Seen::default, &ReadOptions::default());
    let mut seen: Vec<_> = visitors.into_iter().flat_map(|seen| seen.0).collect();
    seen.sort();
    (read, seen)
}

#[test]
fn links_are_shown_and_never_followed() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    fs::create_dir_all(root.path().join("usr/bin")).unwrap();
    fs::write(root.path().join("usr/bin/tool"), "tool").unwrap();
    symlink("usr/bin", root.path().join("bin")).unwrap();
    symlink(outside.path(), root.path().join("out")).unwrap();
    symlink(outside.path().join("secret"), root.path().join("leak")).unwrap();
    let (read, seen) = walk(root.path());
    let paths: Vec<_> = seen
        .iter()
        .map(|(path, kind, _)| (path.as_str(), *kind))
        .collect();
    assert_eq!(
        paths,
        [
            ("bin", EntryKind::Symlink),
            ("leak", EntryKind::Symlink),
            ("out", EntryKind::Symlink),
            ("usr", EntryKind::Directory),
            ("usr/bin", EntryKind::Directory),
            ("usr/bin/tool", EntryKind::File),
        ]
    );
    assert!(seen.iter().all(|(_, _, text)| !text.contains("secret")));
    assert_eq!(read.root_links, [("bin".to_owned(), "usr/bin".to_owned())]);
    assert_eq!(read.unknowns, []);
}

#[test]
fn a_fifo_is_not_opened_and_a_socket_neither() {
    let root = tempfile::tempdir().unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.path().join("fifo"),
        FileType::Fifo,
        Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
    let (_, seen) = walk(root.path());
    let absent = "(no content here)".to_owned();
    assert_eq!(
        seen,
        [
            ("fifo".to_owned(), EntryKind::Fifo, absent.clone()),
            ("socket".to_owned(), EntryKind::Socket, absent),
        ]
    );
}

#[test]
fn names_that_are_no_text_are_spelled() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(OsStr::from_bytes(b"bad\xff\n")), "x").unwrap();
    let (_, seen) = walk(root.path());
    assert_eq!(seen[0].0, "bad\\xff\n");
}

#[test]
fn what_is_too_large_is_an_error_not_a_part() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("large"), "x".repeat(65)).unwrap();
    let (_, seen) = walk(root.path());
    assert_eq!(seen[0].2, "(larger than the limit of 64 bytes)");
}

#[test]
fn a_folder_that_cannot_be_read_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    let closed = root.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let (read, _) = walk(root.path());
    // Nothing is closed to root.
    if rustix::process::geteuid().is_root() {
        assert_eq!(read.unknowns, []);
    } else {
        assert_eq!(read.unknowns[0].path.as_deref(), Some("closed"));
    }
}

#[test]
fn very_deep_folders_end_with_a_reason() {
    let root = tempfile::tempdir().unwrap();
    let mut at = rustix::fs::open(
        root.path(),
        OFlags::RDONLY | OFlags::DIRECTORY,
        Mode::empty(),
    )
    .unwrap();
    for _ in 0..300 {
        rustix::fs::mkdirat(&at, "d", Mode::from_raw_mode(0o755)).unwrap();
        at = rustix::fs::openat(&at, "d", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
            .unwrap();
    }
    let (read, seen) = walk(root.path());
    assert_eq!(seen.len(), DEPTH_MAX + 1);
    assert_eq!(read.unknowns[0].reason, "folder depth limit (256) reached");
}
