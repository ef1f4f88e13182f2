//! Debian's docker-registry on loopback, with TLS by an authority of our own and a login.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a registry may take to come up on a busy machine.
const READY_MAX: Duration = Duration::from_mins(1);
/// Ports that are tried: another process may take one before the registry does.
pub const PORTS_TRIED: u32 = 5;
/// Held while a port is chosen and taken, so that no two registries of these tests want the same.
pub static STARTING: Mutex<()> = Mutex::new(());

pub fn run(package: &str, command: &mut Command) -> String {
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

/// A registry that ends with the test.
pub struct Registry {
    pub child: Child,
    pub host: String,
    pub storage: PathBuf,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What guards a registry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Open,
    TlsAndLogin,
}

impl Registry {
    /// `folder` holds what [`certificates`] and [`passwords`] made.
    pub fn start(folder: &Path, name: &str, door: Door) -> Self {
        let storage = folder.join(name);
        fs::create_dir(&storage).unwrap();
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..PORTS_TRIED {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let host = free.local_addr().unwrap().to_string();
            drop(free);
            let config = folder.join(format!("{name}.yml"));
            fs::write(&config, Self::config(folder, &storage, &host, door)).unwrap();
            let child = Command::new("setpriv")
                // Ends with the test even where that is killed.
                .args(["--pdeathsig", "TERM", "docker-registry"])
                .arg("serve")
                .arg(&config)
                .env("OTEL_TRACES_EXPORTER", "none")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| {
                    panic!("docker-registry: {error}; install the package docker-registry")
                });
            let mut registry = Self {
                child,
                host,
                storage: storage.clone(),
            };
            if registry.is_up() {
                return registry;
            }
        }
        panic!("docker-registry does not come up");
    }

    fn config(folder: &Path, storage: &Path, host: &str, door: Door) -> String {
        let (folder, storage) = (folder.display(), storage.display());
        let mut yaml = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: \
             {storage}\nhttp:\n  addr: {host}\n  secret: test\n"
        );
        if door == Door::TlsAndLogin {
            yaml.extend([format!(
                "  tls:\n    certificate: {folder}/server.pem\n    key: {folder}/server.key\n\
                 auth:\n  htpasswd:\n    realm: test\n    path: {folder}/htpasswd\n"
            )]);
        }
        yaml
    }

    /// Waits until it takes connections; false if it ended before that.
    pub fn is_up(&mut self) -> bool {
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

    /// The file in which the registry keeps a blob.
    pub fn blob(&self, hex: &str) -> PathBuf {
        let blobs = self.storage.join("docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }
}

/// An authority and a certificate of it for 127.0.0.1: `ca.pem`, `server.pem`, `server.key`; and a
/// second authority that signed nothing, `other.pem`.
pub fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.current_dir(folder).args(arguments.split(' '));
        run("openssl", &mut command);
    };
    for (name, subject) in [("ca", "/CN=plimsoll-test"), ("other", "/CN=other")] {
        openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj {subject} \
             -keyout {name}.key -out {name}.pem"
        ));
    }
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry \
         -keyout server.key -out server.csr",
    );
    fs::write(
        folder.join("names"),
        "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    )
    .unwrap();
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -extfile names -out server.pem",
    );
}

pub fn passwords(folder: &Path) {
    let mut htpasswd = Command::new("htpasswd");
    let file = run(
        "apache2-utils",
        htpasswd.args(["-nbB", "-C", "4", "shop", "s3cret"]),
    );
    fs::write(folder.join("htpasswd"), file).unwrap();
}
