//! A program for 32 bits, made by hand, is marked when it starts, and in a container it is an alert.

#![cfg(target_arch = "x86_64")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::rules::Loader;
use plimsoll_behavior::{Engine, own};
use plimsoll_model::event::{EventKind, FLAG_COMPAT};

#[path = "support/containers.rs"]
mod containers;
#[path = "support/recorder.rs"]
mod recorder;
#[path = "support/watched.rs"]
mod watched;
use containers::{Root, Runc, unique};
use recorder::{Recorder, may_run};
use watched::Watched;

/// An ELF file of one segment whose code is `exit(0)`.
fn program() -> Vec<u8> {
    const BASE: u32 = 0x0804_8000;
    const HEADS: u32 = 52 + 32;
    // mov eax, 1; xor ebx, ebx; int 0x80
    let code = [0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80];
    let size = HEADS + code.len() as u32;
    let mut bytes = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    // Executable, for the 386.
    bytes.extend([2, 0, 3, 0]);
    for word in [1, BASE + HEADS, 52, 0, 0] {
        bytes.extend(u32::to_le_bytes(word));
    }
    for half in [52, 32, 1, 0, 0, 0] {
        bytes.extend(u16::to_le_bytes(half));
    }
    // One segment to load, to read and execute.
    for word in [1, 0, BASE, BASE, size, size, 5, 4096] {
        bytes.extend(u32::to_le_bytes(word));
    }
    bytes.extend(code);
    bytes
}

fn put(path: &Path) {
    std::fs::write(path, program()).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_program_for_32_bits_in_a_container_is_an_alert() {
    if !may_run() {
        return;
    }
    let (root, runc) = (Root::new(), Runc::new());
    let path = root.path().join("bin/small");
    put(&path);
    if let Err(error) = Command::new(&path).status() {
        println!("skipped: this kernel runs no programs for 32 bits ({error})");
        return;
    }
    let mut loader = Loader::new(&Catalog);
    for (name, text) in own::files() {
        loader.file(&name, text.as_bytes());
    }
    let mut watched = Watched::new(Engine::new(&loader.finish().set).unwrap());
    let [fires, quiet] = ["small", "true"].map(|program| {
        let name = unique(program);
        let bundle = runc.bundle(&name, &root, &[program], |_| {});
        assert!(runc.run(&name, &bundle));
        name
    });
    watched.read_for(Duration::from_secs(1));
    let rule = &own::find("compat-program").unwrap().name;
    let told = |name: &str| {
        let fired = watched.fired.get(name);
        fired.is_some_and(|fired| fired.iter().any(|(found, _)| found == rule))
    };
    assert!(told(&fires), "{:?}", watched.fired);
    assert!(!told(&quiet), "{:?}", watched.fired);
}

#[test]
fn a_program_for_32_bits_is_marked_and_others_are_not() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[EventKind::Execve]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small");
    put(&path);
    let mut child = match Command::new(&path).spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("skipped: this kernel runs no programs for 32 bits ({error})");
            return;
        }
    };
    let pid = child.id();
    assert!(child.wait().unwrap().success());
    let started = recorder.wait("execve", |record| {
        record.kind == EventKind::Execve && record.exec.pid == pid && record.ret == 0
    });
    assert!(started.has(FLAG_COMPAT));
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let started = recorder.wait("execve", |record| {
        record.kind == EventKind::Execve && record.exec.pid == pid && record.ret == 0
    });
    assert!(!started.has(FLAG_COMPAT));
}
