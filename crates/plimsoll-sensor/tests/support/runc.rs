//! runc with nothing above it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Folder, Root, tried};

const PACKAGE: &str = "runc";

pub struct Runc {
    /// Bundles, one folder for each container.
    pub folder: Folder,
    names: std::sync::Mutex<Vec<String>>,
}

impl Runc {
    pub fn new() -> Self {
        Self {
            folder: Folder::new(),
            names: std::sync::Mutex::default(),
        }
    }

    /// A bundle whose first process is the command; `change` may edit its configuration.
    pub fn bundle(
        &self,
        name: &str,
        root: &Root,
        command: &[&str],
        change: impl FnOnce(&mut Value),
    ) -> PathBuf {
        let at = self.folder.at(name);
        std::fs::create_dir_all(&at).unwrap();
        let mut config = configuration();
        config["process"]["args"] = json!(command);
        config["root"] = json!({"path": root.path(), "readonly": true});
        config["hostname"] = json!("box");
        change(&mut config);
        std::fs::write(at.join("config.json"), config.to_string()).unwrap();
        at
    }

    /// Runs a container of a bundle to its end; whether it ended well.
    pub fn run(&self, name: &str, bundle: &std::path::Path) -> bool {
        let mut command = Command::new("runc");
        command.args(["run", "--bundle"]).arg(bundle).arg(name);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
            .status()
            .unwrap_or_else(|error| panic!("runc: {error}; install the package {PACKAGE}"))
            .success()
    }

    /// Begins a container that goes on.
    pub fn start(&self, name: &str, bundle: &std::path::Path) {
        self.names.lock().unwrap().push(name.to_owned());
        let mut command = Command::new("runc");
        command
            .args(["run", "--detach", "--bundle"])
            .arg(bundle)
            .arg(name);
        // It hands its outputs on to the container: nobody may wait for their end.
        let log = bundle.join("log");
        let to = std::fs::File::create(&log).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(to.try_clone().unwrap())
            .stderr(to);
        let status = command
            .status()
            .unwrap_or_else(|error| panic!("runc: {error}; install the package {PACKAGE}"));
        let log = std::fs::read_to_string(log).unwrap_or_default();
        assert!(status.success(), "{command:?}: {log}");
    }

    pub fn exec(&self, name: &str, command: &[&str]) -> std::process::Output {
        tried(
            Command::new("runc").args(["exec", name]).args(command),
            PACKAGE,
        )
    }

    pub fn remove(&self, name: &str) {
        let _ = tried(
            Command::new("runc").args(["delete", "--force", name]),
            PACKAGE,
        );
    }
}

impl Drop for Runc {
    fn drop(&mut self) {
        for name in std::mem::take(&mut *self.names.lock().unwrap()) {
            self.remove(&name);
        }
    }
}

/// The smallest that has a process, mount and cgroup view of its own.
fn configuration() -> Value {
    let capabilities = json!(["CAP_KILL", "CAP_CHOWN", "CAP_DAC_OVERRIDE"]);
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": false,
            "user": {"uid": 0, "gid": 0},
            "args": [],
            "env": ["PATH=/bin:/usr/bin"],
            "cwd": "/",
            "capabilities": {
                "bounding": capabilities, "effective": capabilities, "permitted": capabilities,
            },
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
        ],
        "linux": {
            "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}],
        },
    })
}
