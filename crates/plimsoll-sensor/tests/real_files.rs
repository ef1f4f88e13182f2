//! Files that are really opened, moved and removed, as the sensor sees them. Needs root and BPF.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use plimsoll_model::event::{
    EventKind, FILE_DELETED, FILE_PSEUDO, FLAG_PATH_GIVEN, FLAG_PATH_PARTIAL, FLAG_RACED, Param,
};
use rustix::fs::{AtFlags, CWD, Mode, OFlags};

#[path = "support/watch.rs"]
mod watch;

use watch::{Seen, Watch, compiled};

const OPEN: &[EventKind] = &[
    EventKind::Open,
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Creat,
];

fn folder() -> tempfile::TempDir {
    // Its own name without links, so that paths can be compared.
    tempfile::tempdir_in(fs::canonicalize("/tmp").unwrap()).unwrap()
}

/// The open that was given this name.
fn opened<'a>(watch: &'a Watch, name: &Path) -> &'a Seen {
    watch.one("open", |seen| {
        seen.bytes(Param::Name) == name.as_os_str().as_bytes()
    })
}

#[test]
fn an_open_is_told_with_the_file_that_was_opened() {
    let Some(mut watch) = Watch::all(OPEN, |_| {}) else {
        return;
    };
    let folder = folder();
    let real = folder.path().join("real");
    fs::create_dir(folder.path().join("sub")).unwrap();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o640)
        .open(&real)
        .unwrap();
    let link = folder.path().join("link");
    symlink("sub/../real", &link).unwrap();
    File::open(&link).unwrap();
    let dotted = folder.path().join("sub/.././/sub/../real");
    File::open(&dotted).unwrap();
    let missing = folder.path().join("missing");
    File::open(&missing).unwrap_err();
    watch.gather_own();

    let seen = opened(&watch, &real);
    let inside = fs::metadata(&real).unwrap();
    assert_eq!(seen.ret, i64::from(written.as_raw_fd()));
    assert_eq!(seen.text(Param::Path), real.to_str().unwrap());
    assert_eq!(seen.number(Param::Inode), inside.ino());
    assert_eq!(seen.number(Param::FileMode), u64::from(inside.mode()));
    assert_eq!(seen.number(Param::Mode), 0o640);
    let flags = (OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC).bits();
    assert_eq!(seen.number(Param::Flags), u64::from(flags));
    for name in [&link, &dotted] {
        let seen = opened(&watch, name);
        assert_eq!(seen.text(Param::Path), real.to_str().unwrap());
        assert!(!seen.has(FLAG_PATH_GIVEN | FLAG_PATH_PARTIAL | FLAG_RACED));
    }
    let seen = opened(&watch, &missing);
    assert_eq!(
        (seen.ret, seen.text(Param::Path)),
        (-2, missing.to_str().unwrap().to_owned())
    );
    assert!(seen.has(FLAG_PATH_GIVEN));
}

#[test]
fn names_are_bytes_and_mounts_are_crossed() {
    let Some(mut watch) = Watch::all(OPEN, |_| {}) else {
        return;
    };
    let folder = folder();
    let strange = folder
        .path()
        .join(OsStr::from_bytes(b"\x1b[31m\xff\n\xc3\x28"));
    File::create(&strange).unwrap();
    let pseudo = Path::new("/proc/sys/kernel/../kernel/ostype");
    File::open(pseudo).unwrap();
    watch.gather_own();
    assert_eq!(
        opened(&watch, &strange).bytes(Param::Path),
        strange.as_os_str().as_bytes()
    );
    let seen = opened(&watch, pseudo);
    assert_eq!(seen.text(Param::Path), "/proc/sys/kernel/ostype");
    assert_ne!(seen.number(Param::FileLayer) & FILE_PSEUDO, 0);
}

#[test]
fn a_descriptor_is_told_with_where_its_file_is_now() {
    let kinds = [
        EventKind::Fchmod,
        EventKind::Ftruncate,
        EventKind::Dup,
        EventKind::Fcntl,
    ];
    let Some(mut watch) = Watch::all(&kinds, |_| {}) else {
        return;
    };
    let folder = folder();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let file = File::create(&old).unwrap();
    fs::rename(&old, &new).unwrap();
    file.set_permissions(Permissions::from_mode(0o600)).unwrap();
    let second = file.try_clone().unwrap();
    fs::remove_file(&new).unwrap();
    file.set_len(5).unwrap();
    watch.gather_own();
    let moved = watch.one("fchmod", |seen| seen.kind == EventKind::Fchmod);
    assert_eq!(moved.text(Param::Path), new.to_str().unwrap());
    assert_eq!(moved.number(Param::Mode), 0o600);
    let twin = watch.one("fcntl", |seen| seen.kind == EventKind::Fcntl);
    assert_eq!(twin.number(Param::NewFd), second.as_raw_fd() as u64);
    assert_eq!(twin.text(Param::Path), new.to_str().unwrap());
    let gone = watch.one("ftruncate", |seen| seen.kind == EventKind::Ftruncate);
    assert_eq!(gone.text(Param::Path), new.to_str().unwrap());
    assert_ne!(gone.number(Param::FileLayer) & FILE_DELETED, 0);
}

#[test]
fn calls_with_names_tell_them_and_where_they_lead() {
    let kinds = [
        EventKind::Mkdir,
        EventKind::Mkdirat,
        EventKind::Rename,
        EventKind::Renameat,
        EventKind::Renameat2,
        EventKind::Link,
        EventKind::Linkat,
        EventKind::Symlink,
        EventKind::Symlinkat,
        EventKind::Chmod,
        EventKind::Fchmodat,
        EventKind::Unlink,
        EventKind::Unlinkat,
        EventKind::Rmdir,
        EventKind::Mknodat,
        EventKind::Fchownat,
    ];
    let Some(mut watch) = Watch::all(&kinds, |_| {}) else {
        return;
    };
    // Making it is the first thing that is seen.
    let folder = folder();
    let at = rustix::fs::open(folder.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
    rustix::fs::mkdirat(&at, "dir", Mode::from(0o750)).unwrap();
    rustix::fs::mknodat(
        &at,
        "pipe",
        rustix::fs::FileType::Fifo,
        Mode::from(0o600),
        0,
    )
    .unwrap();
    rustix::fs::linkat(&at, "pipe", &at, "dir/pipe2", AtFlags::empty()).unwrap();
    rustix::fs::renameat(&at, "dir/pipe2", CWD, folder.path().join("pipe3")).unwrap();
    rustix::fs::symlinkat("/etc/shadow", &at, "shadow").unwrap();
    rustix::fs::chmodat(&at, "pipe", Mode::from(0o644), AtFlags::empty()).unwrap();
    rustix::fs::unlinkat(&at, "dir", AtFlags::empty()).unwrap_err();
    rustix::fs::unlinkat(&at, "dir", AtFlags::REMOVEDIR).unwrap();
    watch.gather_own();
    let base = folder.path().to_str().unwrap();
    let told: Vec<_> = watch
        .seen
        .iter()
        .filter(|seen| {
            seen.text(Param::Path).starts_with(base) || seen.text(Param::NewPath).starts_with(base)
        })
        .map(|seen| {
            assert!(seen.has(FLAG_PATH_GIVEN) && !seen.has(FLAG_RACED | FLAG_PATH_PARTIAL));
            let path = |param| seen.text(param).replace(base, "");
            (
                seen.kind.name(),
                seen.ret,
                path(Param::Path),
                path(Param::NewPath),
            )
        })
        .collect();
    let absent = || "(absent)".to_owned();
    let path = str::to_owned;
    assert_eq!(
        told,
        [
            ("mkdir", 0, path(""), absent()),
            ("mkdirat", 0, path("/dir"), absent()),
            ("mknodat", 0, path("/pipe"), absent()),
            ("linkat", 0, path("/pipe"), path("/dir/pipe2")),
            ("renameat", 0, path("/dir/pipe2"), path("/pipe3")),
            ("symlinkat", 0, absent(), path("/shadow")),
            ("fchmodat", 0, path("/pipe"), absent()),
            ("unlinkat", -21, path("/dir"), absent()),
            ("unlinkat", 0, path("/dir"), absent()),
        ]
    );
    let link = watch.one("symlink", |seen| {
        seen.kind == EventKind::Symlinkat && seen.text(Param::NewPath).starts_with(base)
    });
    assert_eq!(link.text(Param::Name), "/etc/shadow");
}

#[test]
fn deep_folders_removed_ones_and_other_roots_have_paths() {
    let kinds = [OPEN, &[EventKind::Chdir, EventKind::Chroot]].concat();
    let Some(mut watch) = Watch::children(&kinds) else {
        return;
    };
    let folder = folder();
    let code = r#"
import os, sys
base = sys.argv[1]
def deep(name, count):
    os.chdir(base)
    for number in range(count):
        os.mkdir(name)
        os.chdir(name)
    os.open("file-" + str(count), os.O_CREAT | os.O_RDWR)
deep("component-of-thirty-letters-so", 200)
deep("component-that-fills-its-sixty-letters-so-that-nothing-is-left-", 200)
os.chdir(base)
os.mkdir("gone"); os.chdir("gone"); os.rmdir(base + "/gone")
try: os.open("nothing", os.O_RDONLY)
except OSError: pass
os.mkdir(base + "/root"); os.mkdir(base + "/root/etc")
os.chroot(base + "/root"); os.chdir("/etc")
os.open("passwd", os.O_CREAT | os.O_RDWR)
"#;
    watch.finish(
        Command::new("python3")
            .args(["-c", code])
            .arg(folder.path()),
    );
    let base = folder.path().to_str().unwrap();
    let named = |name: &str| {
        watch.one(name, |seen| {
            OPEN.contains(&seen.kind) && seen.text(Param::Name) == name
        })
    };
    let all = format!(
        "{base}{}/file-200",
        "/component-of-thirty-letters-so".repeat(200)
    );
    let deep: Vec<_> = watch
        .seen
        .iter()
        .filter(|seen| seen.text(Param::Name) == "file-200")
        .collect();
    assert_eq!(deep.len(), 2);
    assert_eq!(deep[0].text(Param::Path), all);
    assert!(!deep[0].has(FLAG_PATH_PARTIAL));
    assert!(deep[1].has(FLAG_PATH_PARTIAL));
    assert!(deep[1].text(Param::Path).ends_with("-is-left-/file-200"));
    let gone = named("nothing");
    assert_eq!(
        (gone.ret, gone.text(Param::Path)),
        (-2, format!("{base}/gone/nothing"))
    );
    assert_eq!(named("passwd").text(Param::Path), "/etc/passwd");
    let chroot = watch.one("chroot", |seen| seen.kind == EventKind::Chroot);
    assert_eq!(chroot.text(Param::Name), format!("{base}/root"));
    let now = watch
        .seen
        .iter()
        .rfind(|seen| seen.kind == EventKind::Chdir)
        .unwrap();
    assert_eq!(now.text(Param::Cwd), "/etc");
}

/// Removes a name while another thread writes another one over it.
const RACE: &str = r#"
#include <pthread.h>
#include <string.h>
#include <unistd.h>
static volatile char name[64] = "/nowhere/one";
static volatile int done;
static void *change(void *unused) {
    while (!done) { name[9] = 'z'; name[9] = 'o'; }
    return 0;
}
int main(void) {
    pthread_t other;
    pthread_create(&other, 0, change, 0);
    for (int i = 0; i < 20000; i++) unlink((char *)name);
    done = 1;
    pthread_join(other, 0);
    return 0;
}
"#;

#[test]
fn a_name_that_changes_under_the_call_is_told_twice() {
    let Some(mut watch) = Watch::children(&[EventKind::Unlink]) else {
        return;
    };
    let folder = folder();
    let program = compiled(folder.path(), "race", RACE);
    // On a busy machine the two threads may take turns instead of racing.
    for _ in 0..20 {
        watch.seen.clear();
        watch.finish(&mut Command::new(&program));
        if watch.seen.iter().any(|seen| seen.has(FLAG_RACED)) {
            break;
        }
    }
    let calls: Vec<_> = watch
        .seen
        .iter()
        .filter(|seen| seen.kind == EventKind::Unlink)
        .collect();
    assert_eq!(calls.len(), 20_000);
    let raced: Vec<_> = calls.iter().filter(|seen| seen.has(FLAG_RACED)).collect();
    assert!(!raced.is_empty(), "no race in 20,000 calls");
    for seen in raced {
        let mut names = [seen.text(Param::Name), seen.text(Param::NameAfter)];
        names.sort();
        assert_eq!(names, ["/nowhere/one", "/nowhere/zne"]);
    }
}
