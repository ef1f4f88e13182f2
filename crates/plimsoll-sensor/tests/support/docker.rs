//! A dockerd of its own, with its own containerd.

use std::process::Command;

use super::{Containerd, Folder, Image, NOFILE, Root, Running, output, tried};

const PACKAGE: &str = "docker.io";

pub struct Docker {
    running: Running,
    pub containerd: Containerd,
    /// Dropped after the daemons.
    pub folder: Folder,
}

impl Docker {
    pub fn new() -> Self {
        let containerd = Containerd::new();
        let folder = Folder::new();
        let mut command = Command::new("dockerd");
        command.arg("--data-root").arg(folder.at("data"));
        command.arg("--exec-root").arg(folder.at("exec"));
        command.arg("--pidfile").arg(folder.at("pid"));
        command
            .arg("--host")
            .arg(format!("unix://{}", folder.at("d.sock").display()));
        command.arg("--containerd").arg(containerd.socket());
        command.arg("--default-ulimit").arg(NOFILE);
        command.args(["--bridge", "none", "--iptables=false", "--ip6tables=false"]);
        let mut running = Running::start(&command, folder.at("log"), PACKAGE);
        running.wait_for(&folder.at("d.sock"));
        Self {
            running,
            containerd,
            folder,
        }
    }

    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new("docker");
        command
            .arg("--host")
            .arg(format!("unix://{}", self.folder.at("d.sock").display()));
        command
    }

    pub fn call(&self, arguments: &[&str]) -> String {
        output(self.command().args(arguments), PACKAGE)
    }

    pub fn load(&self, root: &Root, image: &Image<'_>) {
        let archive = root.archive(image);
        output(
            self.command().args(["load", "-q", "-i"]).arg(archive),
            PACKAGE,
        );
    }

    /// `docker run` without a network.
    pub fn run(&self, arguments: &[&str]) -> String {
        let mut command = self.command();
        command.args(["run", "--network", "none"]);
        output(command.args(arguments), PACKAGE)
    }

    /// Begins a container; its id.
    pub fn start(&self, name: &str, arguments: &[&str]) -> String {
        self.run(&[&["-d", "--name", name], arguments].concat())
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        let output = tried(self.command().args(["ps", "-aq"]), PACKAGE);
        let ids = String::from_utf8_lossy(&output.stdout).into_owned();
        let ids: Vec<&str> = ids.split_whitespace().collect();
        if !ids.is_empty() {
            let _ = tried(self.command().args(["rm", "-f"]).args(ids), PACKAGE);
        }
    }
}
