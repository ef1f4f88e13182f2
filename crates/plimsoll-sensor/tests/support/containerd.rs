//! A containerd of its own, spoken to with `ctr`.

use std::path::PathBuf;
use std::process::Command;

use super::{Folder, Image, Root, Running, output, tried};

const PACKAGE: &str = "containerd";

pub struct Containerd {
    running: Running,
    /// Dropped after the daemon.
    pub folder: Folder,
}

impl Containerd {
    pub fn new() -> Self {
        let folder = Folder::new();
        let mut command = Command::new("containerd");
        command.arg("--root").arg(folder.at("root"));
        command.arg("--state").arg(folder.at("state"));
        command.arg("--address").arg(folder.at("c.sock"));
        let mut running = Running::start(&command, folder.at("log"), PACKAGE);
        running.wait_for(&folder.at("c.sock"));
        Self { running, folder }
    }

    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.at("c.sock")
    }

    /// `--state`: bundles of running containers lie below.
    pub fn state(&self) -> PathBuf {
        self.folder.at("state")
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new("ctr");
        command.arg("--address").arg(self.socket());
        command
    }

    pub fn call(&self, arguments: &[&str]) -> String {
        output(self.command().args(arguments), PACKAGE)
    }

    /// Loads an image into a namespace; the name by which `ctr` knows it.
    pub fn load(&self, namespace: &str, root: &Root, image: &Image<'_>) -> String {
        let archive = root.archive(image);
        let mut command = self.command();
        command
            .args(["-n", namespace, "images", "import"])
            .arg(archive);
        output(&mut command, PACKAGE);
        format!("docker.io/{}", image.name)
    }

    /// Begins a container in a namespace. `image` is what [`load`](Self::load) gave.
    pub fn start(&self, namespace: &str, image: &str, name: &str, arguments: &[&str]) {
        let mut command = self.command();
        command.args(["-n", namespace, "run", "-d", image, name]);
        output(command.args(arguments), PACKAGE);
    }

    /// Ends a container and forgets it.
    pub fn remove(&self, namespace: &str, name: &str) {
        let command = || {
            let mut command = self.command();
            command.args(["-n", namespace]);
            command
        };
        let _ = tried(
            command().args(["tasks", "delete", "--force", name]),
            PACKAGE,
        );
        let _ = tried(command().args(["containers", "delete", name]), PACKAGE);
    }

    fn names(&self, namespace: &str, what: &str) -> Vec<String> {
        let mut command = self.command();
        command.args(["-n", namespace, what, "list", "-q"]);
        let output = tried(&mut command, PACKAGE);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace().map(str::to_owned).collect()
    }
}

impl Drop for Containerd {
    fn drop(&mut self) {
        let mut command = self.command();
        let output = tried(command.args(["namespaces", "list", "-q"]), PACKAGE);
        let namespaces = String::from_utf8_lossy(&output.stdout).into_owned();
        for namespace in namespaces.split_whitespace() {
            for what in ["tasks", "containers"] {
                for name in self.names(namespace, what) {
                    self.remove(namespace, &name);
                }
            }
        }
    }
}
