//! Container engines on this machine: their sockets and folders of state.
//!
//! Looked for, not spoken to: a hanging engine must not hang the doctor. What is in the folders is
//! read by `attribution`.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

/// An engine of which something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    pub name: &'static str,
    pub sockets: Vec<PathBuf>,
    /// Folders of state.
    pub state: Vec<PathBuf>,
}

/// Sessions of users that are looked into.
const USERS_MAX: usize = 1024;

/// Name, sockets, folders; `run/user/*` stands for every user's own folder.
const ENGINES: &[(&str, &[&str], &[&str])] = &[
    (
        "docker",
        &["run/docker.sock", "run/user/*/docker.sock"],
        &["var/lib/docker"],
    ),
    (
        "podman",
        &["run/podman/podman.sock", "run/user/*/podman/podman.sock"],
        &["var/lib/containers/storage", "run/libpod"],
    ),
    (
        "containerd",
        &[
            "run/containerd/containerd.sock",
            "run/k3s/containerd/containerd.sock",
            "run/user/*/containerd/containerd.sock",
        ],
        &["run/containerd", "var/lib/containerd"],
    ),
    ("cri-o", &["run/crio/crio.sock"], &["var/run/crio"]),
    ("runc", &[], &["run/runc"]),
    ("crun", &[], &["run/crun"]),
    (
        "systemd-nspawn",
        &["run/systemd/machine/io.systemd.Machine"],
        &["run/systemd/machines", "var/lib/machines"],
    ),
    ("lxc", &[], &["var/lib/lxc"]),
    ("kubelet", &[], &["var/lib/kubelet"]),
];

pub(super) fn find(root: &Path) -> Vec<Engine> {
    let users = users(root);
    let mut engines = Vec::new();
    for &(name, sockets, state) in ENGINES {
        let sockets: Vec<PathBuf> = expand(root, sockets, &users)
            .filter(|path| is_socket(path))
            .collect();
        let state: Vec<PathBuf> = expand(root, state, &users)
            .filter(|path| fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()))
            .collect();
        if !sockets.is_empty() || !state.is_empty() {
            engines.push(Engine {
                name,
                sockets,
                state,
            });
        }
    }
    engines
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

fn users(root: &Path) -> Vec<String> {
    let mut users: Vec<String> = fs::read_dir(root.join("run/user"))
        .into_iter()
        .flatten()
        .take(USERS_MAX)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    users.sort();
    users
}

fn expand<'a>(
    root: &'a Path,
    patterns: &'a [&'a str],
    users: &'a [String],
) -> impl Iterator<Item = PathBuf> + 'a {
    patterns.iter().flat_map(move |pattern| {
        let paths: Vec<PathBuf> = match pattern.split_once('*') {
            None => vec![root.join(pattern)],
            Some((before, after)) => users
                .iter()
                .map(|user| root.join(format!("{before}{user}{after}")))
                .collect(),
        };
        paths
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_of_users_count_and_plain_files_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("run/user/1000/podman")).unwrap();
        fs::create_dir_all(root.join("run/runc")).unwrap();
        fs::write(root.join("run/docker.sock"), "").unwrap();
        let socket = root.join("run/user/1000/podman/podman.sock");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let found = find(root);
        let names: Vec<&str> = found.iter().map(|engine| engine.name).collect();
        assert_eq!(names, ["podman", "runc"]);
        assert_eq!(found[0].sockets, [socket]);
    }
}
