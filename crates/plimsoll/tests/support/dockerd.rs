//! Docker's own engine, with all that it keeps in a folder that goes with the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::podman::{Running, unmount_below, wait_for};
use crate::program::tool;

/// How long the engine may take to end by itself.
const END_MAX: Duration = Duration::from_secs(20);

/// A daemon that ends with the test.
pub struct Dockerd {
    child: Option<Running>,
    /// Short: the path of a socket has room for a hundred bytes.
    folder: tempfile::TempDir,
}

impl Dockerd {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // Ends with the test even where that is killed.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "dockerd"])
            .arg("--data-root")
            .arg(at("data"))
            .arg("--exec-root")
            .arg(at("exec"))
            .arg("--pidfile")
            .arg(at("pid"))
            .arg("-H")
            .arg(format!("unix://{}", at("docker.sock").display()))
            .args(["--iptables=false", "--bridge=none"])
            .args(["--default-ulimit", "nofile=20000:20000"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("setpriv: {error}; install the package util-linux"));
        let mut running = Running(child, "docker.io");
        wait_for(&mut running, &at("docker.sock"));
        Self {
            child: Some(running),
            folder,
        }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    pub fn load(&self, archive: &Path) {
        let mut docker = Command::new("docker");
        docker
            .args(["load", "-q", "-i"])
            .arg(archive)
            .env("DOCKER_HOST", format!("unix://{}", self.socket().display()));
        tool("docker.io", &mut docker);
    }
}

impl Drop for Dockerd {
    fn drop(&mut self) {
        if let Some(mut running) = self.child.take() {
            // Asked to end, it ends its containerd and takes its mounts with it.
            let _ = Command::new("kill")
                .arg(running.0.id().to_string())
                .status();
            wait_for_end(&mut running.0);
        }
        unmount_below(self.folder.path());
    }
}

fn wait_for_end(child: &mut Child) {
    let begun = Instant::now();
    while begun.elapsed() < END_MAX && child.try_wait().is_ok_and(|status| status.is_none()) {
        thread::sleep(Duration::from_millis(20));
    }
}
