//! Podman with runc and a storage of its own.

use std::path::PathBuf;
use std::process::Command;

use super::{Folder, Image, NOFILE, Root, output, tried};

const PACKAGE: &str = "podman";

pub struct Podman {
    pub folder: Folder,
}

impl Podman {
    pub fn new() -> Self {
        let folder = Folder::new();
        // Locks in files: those in memory are shared with every other podman of the machine.
        let configuration = format!(
            "[containers]\ndefault_ulimits = [\"{NOFILE}\", \"nproc=20000:20000\"]\n\
             [engine]\nlock_type = \"file\"\ntmp_dir = \"{}\"\nevents_logger = \"none\"\n",
            folder.at("tmp").display()
        );
        std::fs::write(folder.at("containers.conf"), configuration).unwrap();
        Self { folder }
    }

    /// Where images and containers are stored (`--root`).
    pub fn root(&self) -> PathBuf {
        self.folder.at("root")
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new("podman");
        command
            .env("CONTAINERS_CONF", self.folder.at("containers.conf"))
            .arg("--root")
            .arg(self.root())
            .arg("--runroot")
            .arg(self.folder.at("run"))
            .args(["--storage-driver", "overlay", "--runtime", "runc"])
            .args(["--cgroup-manager", "cgroupfs"]);
        command
    }

    /// Runs a command of podman's; what it printed.
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

    /// `podman run` without a network.
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

impl Drop for Podman {
    fn drop(&mut self) {
        let pods = tried(
            self.command().args(["pod", "ps", "-q", "--no-trunc"]),
            PACKAGE,
        );
        let pods = String::from_utf8_lossy(&pods.stdout).into_owned();
        let all = ["rm", "--all", "--force", "--time", "0"];
        let _ = tried(
            self.command()
                .args(["pod", "rm", "--all", "--force", "--time", "0"]),
            PACKAGE,
        );
        let _ = tried(self.command().args(all), PACKAGE);
        // Podman leaves the cgroups of pods behind where version 2 is mounted beside version 1.
        for pod in pods.split_whitespace() {
            for mount in ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"] {
                let parent = std::path::Path::new(mount).join("libpod_parent").join(pod);
                let _ = std::fs::remove_dir(parent.join("conmon"));
                let _ = std::fs::remove_dir(parent);
            }
        }
    }
}
