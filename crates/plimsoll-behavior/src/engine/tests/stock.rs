//! The stock rule files.

use std::path::PathBuf;

use plimsoll_model::event::EventKind;

use super::interest::judged;
use super::{engine, fired};

/// The stock files, where they are there.
#[expect(clippy::disallowed_methods, reason = "test data of a known size")]
fn stock() -> Option<Vec<(String, String)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var_os("PLIMSOLL_DATA").map_or(root.join("../shared/data"), PathBuf::from);
    let names = [
        "falco_rules",
        "falco-incubating_rules",
        "falco-sandbox_rules",
    ];
    let read = |name: &str| {
        let path = data.join(format!("rules/{name}.yaml"));
        Some((name.to_owned(), std::fs::read_to_string(path).ok()?))
    };
    let files = names.into_iter().map(read).collect();
    if Option::is_none(&files) {
        println!("skipped: no stock rules in {}", data.display());
    }
    files
}

#[test]
fn the_stock_files_compile_and_are_indexed() {
    let Some(files) = stock() else { return };
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    let mut engine = engine(&files);
    assert_eq!(engine.rules().len(), 25 + 31 + 25);
    // That one is made to be enabled by a macro, which is false as it comes.
    let blind: Vec<_> = engine.blind().iter().map(ToString::to_string).collect();
    let told = "rule `Network Connection outside Local Subnet`: no event that is told here can make it fire";
    assert_eq!(blind, [told]);
    // What nobody asks for has no program at all.
    for kind in [
        EventKind::Close,
        EventKind::Keyctl,
        EventKind::Procexit,
        EventKind::CgroupMkdir,
    ] {
        assert_eq!(engine.rules_of(kind), 0, "{kind}");
    }
    assert!(engine.rules_of(EventKind::Openat) > 10);
    // Most opens are of no rule's concern.
    for (open, expected) in [
        (
            "openat=3 name=/etc/shadow path=/etc/shadow flags=0 comm=cat",
            true,
        ),
        ("openat=3 name=/srv/x path=/srv/x flags=0 comm=cat", false),
        (
            "openat=3 name=/srv/x path=/etc/shadow flags=0 comm=cat",
            true,
        ),
        (
            "openat=3 name=../shadow path=/etc/shadow folder=/etc/a flags=0 comm=cat",
            true,
        ),
        (
            "openat=3 name=/usr/lib/libc.so.6 path=/usr/lib/libc-2.so flags=0 comm=cat",
            false,
        ),
        (
            "openat=3 name=/tmp/x path=/tmp/x flags=0o101 mode=0o644 file_layer=1024 comm=cat",
            false,
        ),
        (
            "openat=3 name=/root/.bashrc path=/root/.bashrc flags=1 comm=cat",
            true,
        ),
        (
            "openat=-2 name=/usr/lib/x path=/usr/lib/x flags=0 comm=cat",
            false,
        ),
        // A program with a rule of its own that asks for no path.
        ("openat=3 name=/srv/x path=/srv/x flags=0 comm=tar", true),
    ] {
        let name = open.rsplit('=').next().unwrap();
        let scene =
            format!("400 execve exe_path=/a exe=/a args=a comm={name} ppid=1\n400 {open}\n");
        let judged = judged(&mut engine, &scene);
        assert_eq!(judged[1].1, expected, "{open}");
    }
    let names = fired(
        &mut engine,
        "0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2\n\
         0 container cgroup=7 mnt=8 pidns=9 container_id=0123456789abcdef container_name=shop \
         container_image=shop/cart:1 container_state=2 container_json=\"{}\"\n\
         300 execve exe_path=/srv/main exe=/srv/main args=main comm=main ppid=1 cgroup=7 mnt=8 pidns=9\n\
         300 execve exe_path=/bin/bash exe=/bin/bash args=bash comm=bash tty=34816 ppid=1 cgroup=7 mnt=8 pidns=9\n\
         300 execve exe_path=/bin/cat exe=/bin/cat args=cat comm=cat ppid=1 cgroup=7 mnt=8 pidns=9\n\
         300 openat=3 name=/etc/shadow flags=0 cgroup=7 mnt=8 pidns=9\n\
         300 openat=3 name=/etc/hosts flags=0 cgroup=7 mnt=8 pidns=9\n",
    );
    let names: Vec<_> = names.iter().map(|(at, name)| (*at, &**name)).collect();
    assert_eq!(
        names,
        [
            (3, "Terminal shell in container"),
            (5, "Read sensitive file untrusted")
        ]
    );
}
