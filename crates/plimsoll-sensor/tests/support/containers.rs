//! Real containers for tests: podman, containerd, dockerd and runc, each with folders of its own
//! that go with the test, also when that panics. A test file takes this in with
//!
//! ```text
//! #[path = "support/containers.rs"]
//! mod containers;
//! ```
//!
//! Nothing here has a network, and names are unique on the machine, so that tests of several
//! checkouts run beside each other.

#![allow(dead_code, unused_imports, reason = "each test uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unused_self,
    reason = "a test should fail where this fails, and says what it leaves out"
)]

mod containerd;
mod docker;
mod podman;
mod root;
mod runc;

pub use containerd::Containerd;
pub use docker::Docker;
pub use podman::Podman;
pub use root::{Image, Root};
pub use runc::Runc;

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long an engine may take to come up on a busy machine.
const READY_MAX: Duration = Duration::from_mins(1);
/// How long it may take to end when asked to.
const END_MAX: Duration = Duration::from_secs(20);
/// Nothing in the test environment may raise a limit, and engines try.
pub const NOFILE: &str = "nofile=20000:20000";

/// Whether tests with containers can run here; says so when not.
pub fn may_run() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    let has_types = Path::new("/sys/kernel/btf/vmlinux").exists();
    if !is_root || !has_types {
        println!("skipped: needs root and BPF (root: {is_root}, types of the kernel: {has_types})");
    }
    is_root && has_types
}

/// A name that no other test has.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}-{}-{number}", std::process::id())
}

/// Runs a program to its end; what it printed. Panics with what it complained about.
pub fn output(command: &mut Command, package: &str) -> String {
    let output = tried(command, package);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The same where it may fail.
pub fn tried(command: &mut Command, package: &str) -> Output {
    command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install the package {package}"))
}

/// A daemon that ends with the test.
pub struct Running {
    child: Child,
    log: PathBuf,
    package: &'static str,
}

impl Running {
    /// Starts it; its log goes to a file. It ends with this process even where that is killed.
    pub fn start(command: &Command, log: PathBuf, package: &'static str) -> Self {
        let to = File::create(&log).unwrap();
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM"])
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::null())
            .stdout(to.try_clone().unwrap())
            .stderr(to)
            .spawn()
            .unwrap_or_else(|error| panic!("setpriv: {error}; install the package util-linux"));
        Self {
            child,
            log,
            package,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until somebody listens at a socket.
    pub fn wait_for(&mut self, socket: &Path) {
        let begun = Instant::now();
        while UnixStream::connect(socket).is_err() {
            let ended = self.child.try_wait().unwrap();
            let is_late = begun.elapsed() > READY_MAX;
            if ended.is_some() || is_late {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                panic!(
                    "nobody listens at {} ({ended:?}); is the package {} installed?\n{log}",
                    socket.display(),
                    self.package
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let begun = Instant::now();
        while begun.elapsed() < END_MAX {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder that is unmounted below and removed with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// Its path is short: sockets lie in there.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let mut mounts = Vec::new();
        if let Ok(file) = File::open("/proc/self/mounts") {
            let lines = BufReader::new(file).lines().map_while(Result::ok);
            mounts.extend(lines.filter_map(|line| line.split(' ').nth(1).map(PathBuf::from)));
        }
        for mount in mounts.iter().rev() {
            if mount.starts_with(self.path()) {
                let _ = Command::new("umount").arg("-l").arg(mount).status();
            }
        }
    }
}
