//! Where engines keep their files, by default and as told.

use std::path::{Path, PathBuf};

use super::file::{self, Links};

/// Longest file of users that is read, in bytes.
const USERS_BYTES_MAX: u64 = 1 << 20;

/// Folders of engines. Those that are told come before the usual ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Storages of podman and CRI-O (`podman --root`).
    pub storages: Vec<PathBuf>,
    /// Data folders of dockerd (`--data-root`).
    pub docker: Vec<PathBuf>,
    /// State folders of containerd (`--state`).
    pub containerd: Vec<PathBuf>,
    /// State folders of runc and crun (`--root`).
    pub runtimes: Vec<PathBuf>,
    /// systemd-machined's notes.
    pub machines: PathBuf,
    /// LXC's and LXD's configurations.
    pub lxc: Vec<PathBuf>,
    /// Where procfs is mounted.
    pub proc: PathBuf,
    /// Where version 2 of cgroups is mounted; `None` to look for it.
    pub cgroups: Option<PathBuf>,
}

impl Default for Places {
    fn default() -> Self {
        let all = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        Self {
            storages: all(&["/var/lib/containers/storage", "/run/containers/storage"]),
            docker: all(&["/var/lib/docker", "/var/snap/docker/common/var-lib-docker"]),
            containerd: all(&[
                "/run/containerd",
                "/run/docker/containerd/daemon",
                "/run/k3s/containerd",
                "/var/snap/microk8s/common/run/containerd",
            ]),
            runtimes: all(&["/run/runc", "/run/crun"]),
            machines: "/run/systemd/machines".into(),
            lxc: all(&["/var/lib/lxc", "/var/lib/lxd/containers"]),
            proc: "/proc".into(),
            cgroups: None,
        }
    }
}

impl Places {
    /// The folders of the engines that a user runs.
    #[must_use]
    pub fn of_user(&self, uid: u32) -> Self {
        let home = home(uid).and_then(|home| std::fs::canonicalize(home).ok());
        let below = |path: &str| home.iter().map(|home| home.join(path)).collect();
        let run = PathBuf::from(format!("/run/user/{uid}"));
        Self {
            storages: below(".local/share/containers/storage"),
            docker: below(".local/share/docker"),
            containerd: vec![run.join("containerd"), run.join("docker/containerd/daemon")],
            runtimes: vec![run.join("runc"), run.join("crun")],
            machines: self.machines.clone(),
            lxc: below(".local/share/lxc"),
            proc: self.proc.clone(),
            cgroups: self.cgroups.clone(),
        }
    }
}

/// The home folder of a user, from the host's own list.
fn home(uid: u32) -> Option<PathBuf> {
    let bytes = file::bytes(Path::new("/etc/passwd"), Links::Followed, USERS_BYTES_MAX).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let home = text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let is_user = fields.get(2)?.parse() == Ok(uid);
        fields.get(5).filter(|_| is_user).map(PathBuf::from)
    })?;
    Some(home).filter(|home| home.is_absolute())
}
