//! Debian's docker-registry on loopback, in plain HTTP: cosign speaks it there.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a registry may take to come up on a busy machine.
const READY_MAX: Duration = Duration::from_mins(1);

/// A registry that ends with the test.
pub struct Registry {
    child: Child,
    pub host: String,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Registry {
    /// `more` is added below `storage`.
    pub fn start(folder: &Path, more: &str) -> Self {
        for _ in 0..5 {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let host = free.local_addr().unwrap().to_string();
            drop(free);
            let config = folder.join("registry.yml");
            let storage = folder.join("storage");
            fs::write(
                &config,
                format!(
                    "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    \
                     rootdirectory: {}\n{more}http:\n  addr: {host}\n  secret: test\n",
                    storage.display()
                ),
            )
            .unwrap();
            let child = Command::new("setpriv")
                // Ends with the test even where that is killed.
                .args(["--pdeathsig", "TERM", "docker-registry", "serve"])
                .arg(&config)
                .env("OTEL_TRACES_EXPORTER", "none")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("docker-registry: install the package docker-registry");
            let mut registry = Self { child, host };
            if registry.is_up() {
                return registry;
            }
        }
        panic!("docker-registry does not come up");
    }

    fn is_up(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < READY_MAX {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(&self.host).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("docker-registry does not answer");
    }
}
