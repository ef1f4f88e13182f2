//! Podman with a storage of its own, which goes with the test.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long an engine may take to come up on a busy machine.
const READY_MAX: Duration = Duration::from_mins(1);

/// A process that ends with the test, and the package that it comes from.
pub struct Running(pub Child, pub &'static str);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Unmounts what an engine left mounted below its folder: nobody could remove that otherwise.
pub fn unmount_below(folder: &Path) {
    let mut mounts = Vec::new();
    if let Ok(file) = File::open("/proc/self/mounts") {
        let lines = BufReader::new(file).lines().map_while(Result::ok);
        mounts.extend(lines.filter_map(|line| line.split(' ').nth(1).map(PathBuf::from)));
    }
    for mount in mounts.iter().rev().filter(|path| path.starts_with(folder)) {
        let _ = Command::new("umount").arg("-l").arg(mount).status();
    }
}

/// Podman with a storage of its own.
pub struct Podman {
    pub folder: tempfile::TempDir,
    driver: &'static str,
}

impl Drop for Podman {
    fn drop(&mut self) {
        unmount_below(self.folder.path());
    }
}

impl Podman {
    /// Layers are copies of each other: works everywhere.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            driver: "vfs",
        }
    }

    /// Layers lie over each other where the file system can do that, which saves copies.
    pub fn layered() -> Self {
        let mut podman = Self::new();
        podman.driver = "overlay";
        let works = podman.command().arg("info").output();
        if works.is_ok_and(|output| output.status.success()) {
            return podman;
        }
        Self::new()
    }

    pub fn command(&self) -> Command {
        let at = |name: &str| self.folder.path().join(name);
        let mut command = Command::new("podman");
        command
            .arg("--root")
            .arg(at("root"))
            .arg("--runroot")
            .arg(at("run"))
            .args(["--storage-driver", self.driver, "--runtime", "runc"])
            .args(["--cgroup-manager", "cgroupfs"]);
        command
    }

    pub fn run(&self, arguments: &[&str]) {
        let output = self
            .command()
            .args(arguments)
            .output()
            .unwrap_or_else(|error| panic!("podman: {error}; install the package podman"));
        assert!(
            output.status.success(),
            "podman {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Begins to answer at a socket.
    pub fn serve(&self) -> (Running, PathBuf) {
        let socket = self.folder.path().join("engine.sock");
        let podman = self.command();
        // Ends with the test even where that is killed.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM"])
            .arg(podman.get_program())
            .args(podman.get_args())
            .args(["system", "service", "--time", "0"])
            .arg(format!("unix://{}", socket.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut running = Running(child, "podman");
        wait_for(&mut running, &socket);
        (running, socket)
    }
}

pub fn wait_for(running: &mut Running, socket: &Path) {
    let begun = Instant::now();
    while UnixStream::connect(socket).is_err() {
        if let Some(status) = running.0.try_wait().unwrap() {
            panic!(
                "the engine ended: {status}; is the package {} installed?",
                running.1
            );
        }
        assert!(begun.elapsed() < READY_MAX, "the engine does not come up");
        thread::sleep(Duration::from_millis(50));
    }
}
