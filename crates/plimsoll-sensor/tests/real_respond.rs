//! Responses on real processes in real cgroups. Needs root.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use plimsoll_sensor::respond::{self, Cgroups, Refusals, RespondError};

/// A cgroup of version 2 of its own, removed with all that is in it.
struct Cgroup {
    folder: PathBuf,
    path: String,
}

impl Cgroup {
    fn new(name: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            println!("skipped: needs root");
            return None;
        }
        let root = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
            .into_iter()
            .map(PathBuf::from)
            .find(|root| root.join("cgroup.controllers").exists())
            .expect("cgroups of version 2: mount them at /sys/fs/cgroup/unified");
        let name = format!("plimsoll-test-{name}-{}", std::process::id());
        let folder = root.join(&name);
        fs::create_dir(&folder).expect("a cgroup of our own");
        Some(Self {
            folder,
            path: format!("/{name}"),
        })
    }

    fn run(&self, script: &str) -> Child {
        let enter = format!(
            "echo $$ > {}/cgroup.procs && {script}",
            self.folder.display()
        );
        let child = Command::new("sh").args(["-c", &enter]).spawn().expect("sh");
        let procs = self.folder.join("cgroup.procs");
        until("the process is in its cgroup", || {
            fs::read_to_string(&procs).is_ok_and(|text| !text.trim().is_empty())
        });
        child
    }

    fn is_frozen(&self) -> bool {
        fs::read_to_string(self.folder.join("cgroup.events"))
            .is_ok_and(|text| text.contains("frozen 1"))
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = fs::write(self.folder.join("cgroup.freeze"), "0");
        let _ = fs::write(self.folder.join("cgroup.kill"), "1");
        let until = Instant::now() + Duration::from_secs(5);
        while fs::remove_dir(&self.folder).is_err() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "not within 20 s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_container_is_paused_and_let_run_again() {
    let Some(cgroup) = Cgroup::new("pause") else {
        return;
    };
    let mut child = cgroup.run("exec sleep 60");
    let cgroups = Cgroups::of_host();
    let done = respond::pause(&cgroups, &cgroup.path).expect("paused");
    until("frozen", || cgroup.is_frozen());
    let undo = done.undo.expect("a way back");
    respond::undo(&undo).expect("taken back");
    until("thawed", || !cgroup.is_frozen());
    respond::undo(&undo).expect("once more is no error");
    assert!(child.try_wait().expect("a status").is_none());
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn a_container_that_ends_when_asked_is_not_killed() {
    let Some(cgroup) = Cgroup::new("stop") else {
        return;
    };
    let mut child = cgroup.run("exec sleep 60");
    let stopping = respond::stop(&Cgroups::of_host(), &cgroup.path).expect("begun");
    assert_eq!(child.wait().expect("ended").signal(), Some(15));
    let done = stopping.wait().expect("stopped");
    assert!(done.text.contains("when asked"), "{}", done.text);
}

#[test]
fn a_paused_container_can_be_stopped() {
    let Some(cgroup) = Cgroup::new("both") else {
        return;
    };
    let mut child = cgroup.run("exec sleep 60");
    let cgroups = Cgroups::of_host();
    respond::pause(&cgroups, &cgroup.path).expect("paused");
    let stopping = respond::stop(&cgroups, &cgroup.path).expect("begun");
    assert_eq!(child.wait().expect("ended").signal(), Some(15));
    stopping.wait().expect("stopped");
}

#[test]
fn what_is_gone_or_forbidden_is_an_error() {
    let cgroups = Cgroups::of_host();
    assert!(matches!(
        respond::pause(&cgroups, "/"),
        Err(RespondError::Forbidden(_))
    ));
    assert!(matches!(
        respond::pause(&cgroups, "/plimsoll-test-of-nobody"),
        Err(RespondError::NoFreezer(_))
    ));
    assert!(respond::stop(&cgroups, "/plimsoll-test-of-nobody").is_err());
}

/// A mount of bpffs of our own, so that nobody else's pins are met.
struct BpfFs(PathBuf);

impl BpfFs {
    fn mount(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        rustix::mount::mount(
            "bpf",
            &folder,
            "bpf",
            rustix::mount::MountFlags::empty(),
            None,
        )
        .expect("bpffs, which every kernel with BPF has");
        Self(folder)
    }
}

impl Drop for BpfFs {
    fn drop(&mut self) {
        let _ = rustix::mount::unmount(&self.0, rustix::mount::UnmountFlags::DETACH);
        let _ = fs::remove_dir(&self.0);
    }
}

fn connects(cgroup: &Cgroup, port: u16) -> bool {
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
    let enter = format!(
        "echo $$ > {}/cgroup.procs && {script}",
        cgroup.folder.display()
    );
    Command::new("bash")
        .args(["-c", &enter])
        .stderr(std::process::Stdio::null())
        .status()
        .expect("bash")
        .success()
}

#[test]
fn connections_of_one_container_are_refused_and_allowed_by_another_process() {
    let (Some(cut), Some(other)) = (Cgroup::new("cut"), Cgroup::new("other")) else {
        return;
    };
    let bpffs = BpfFs::mount("plimsoll-refuse");
    let home = bpffs.0.join("plimsoll");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let id = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&cut.folder).expect("a cgroup"));
    assert!(connects(&cut, port));
    let mut refusals = Refusals::open_at(&home).expect("loaded");
    refusals.refuse(id).expect("refused");
    assert!(refusals.outlives_us());
    assert!(!connects(&cut, port), "refused in the cgroup");
    assert!(connects(&other, port), "no other is touched");
    assert_eq!(refusals.counts().get(&id), Some(&1));
    drop(refusals);
    assert!(!connects(&cut, port), "it outlives who asked for it");

    let mut taken_up = Refusals::pinned(&home).expect("readable").expect("pinned");
    taken_up.allow(id).expect("allowed");
    taken_up.allow(id).expect("once more is no error");
    assert!(connects(&cut, port), "taken back");
    assert!(!home.exists(), "nothing is left");
    taken_up.refuse(id).expect("refused again");
    assert!(!connects(&cut, port), "refused again");
    taken_up.allow(id).expect("allowed again");
}

#[test]
fn without_bpffs_a_refusal_ends_with_the_process() {
    let Some(cut) = Cgroup::new("brief") else {
        return;
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let id = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&cut.folder).expect("a cgroup"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut refusals = Refusals::open_at(&folder.path().join("none")).expect("loaded");
    refusals.refuse(id).expect("refused");
    assert!(!refusals.outlives_us());
    assert!(!connects(&cut, port));
    drop(refusals);
    assert!(connects(&cut, port));
}
