//! Folders of cgroups, by path, in the hierarchies of this host.

use std::fs;
use std::path::{Path, PathBuf};

use super::RespondError;
use crate::capped::{self, PROC_BYTES_MAX};

/// Most processes of one cgroup and those below it that a response goes through.
const PROCESSES_MAX: usize = 65_536;
/// Deepest nesting of cgroups below a container's.
const DEPTH_MAX: usize = 16;

/// Where the hierarchies are mounted, and which cgroup is the sensor's own.
#[derive(Debug, Clone)]
pub struct Cgroups {
    /// Version 2.
    unified: Option<PathBuf>,
    /// Version 1's freezer.
    freezer: Option<PathBuf>,
    /// Path of the sensor's own cgroup in version 2.
    own: Option<String>,
}

impl Cgroups {
    /// Looks where this host has them.
    pub fn of_host() -> Self {
        let first = |candidates: &[&str], file: &str| {
            candidates
                .iter()
                .map(PathBuf::from)
                .find(|folder| folder.join(file).exists())
        };
        Self {
            unified: first(
                &["/sys/fs/cgroup", "/sys/fs/cgroup/unified"],
                "cgroup.controllers",
            ),
            freezer: first(&["/sys/fs/cgroup/freezer"], "cgroup.procs"),
            own: own(),
        }
    }

    /// The folder of version 2, when the host has it.
    pub(super) fn unified(&self, path: &str) -> Result<Option<PathBuf>, RespondError> {
        self.folder(self.unified.as_deref(), path)
    }

    /// The folder of version 1's freezer, when the host has it.
    pub(super) fn freezer(&self, path: &str) -> Result<Option<PathBuf>, RespondError> {
        self.folder(self.freezer.as_deref(), path)
    }

    fn folder(&self, root: Option<&Path>, path: &str) -> Result<Option<PathBuf>, RespondError> {
        let path = self.allowed(path)?;
        Ok(root
            .map(|root| root.join(path))
            .filter(|folder| folder.is_dir()))
    }

    /// The path below a root; never the root, the sensor's own cgroup, or one that holds it.
    fn allowed<'p>(&self, path: &'p str) -> Result<&'p str, RespondError> {
        let relative = path.trim_matches('/');
        let forbidden = relative.is_empty()
            || relative
                .split('/')
                .any(|part| matches!(part, "" | "." | ".."))
            || self.own.as_deref().is_some_and(|own| {
                own == relative
                    || own
                        .strip_prefix(relative)
                        .is_some_and(|rest| rest.starts_with('/'))
            });
        if forbidden {
            return Err(RespondError::Forbidden(path.to_owned()));
        }
        Ok(relative)
    }
}

/// Processes of a cgroup and of all below it.
pub(super) fn processes(folder: &Path) -> Result<Vec<u32>, RespondError> {
    let mut pids = Vec::new();
    collect(folder, 0, &mut pids)?;
    pids.sort_unstable();
    pids.dedup();
    Ok(pids)
}

fn collect(folder: &Path, depth: usize, pids: &mut Vec<u32>) -> Result<(), RespondError> {
    let file = folder.join("cgroup.procs");
    let text = capped::text(&file, PROC_BYTES_MAX)
        .map_err(|error| RespondError::system(file.display(), error))?;
    pids.extend(
        text.lines()
            .filter_map(|line| line.parse::<u32>().ok())
            .filter(|pid| *pid != 0)
            .take(PROCESSES_MAX.saturating_sub(pids.len())),
    );
    if depth == DEPTH_MAX {
        return Ok(());
    }
    let entries =
        fs::read_dir(folder).map_err(|error| RespondError::system(folder.display(), error))?;
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), depth + 1, pids)?;
        }
    }
    Ok(())
}

/// The sensor's own cgroup in version 2, without the leading slash.
fn own() -> Option<String> {
    let text = capped::text(Path::new("/proc/self/cgroup"), PROC_BYTES_MAX).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("0::/"))?;
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_own_and_crooked_paths_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("docker/abc")).unwrap();
        let cgroups = Cgroups {
            unified: Some(folder.path().to_owned()),
            freezer: None,
            own: Some("system.slice/plimsoll.service".to_owned()),
        };
        for path in [
            "/",
            "",
            "/docker/../etc",
            "/docker//abc",
            "/system.slice",
            "system.slice/plimsoll.service",
        ] {
            let refused = cgroups.unified(path);
            assert!(
                matches!(refused, Err(RespondError::Forbidden(_))),
                "{path}: {refused:?}"
            );
        }
        assert!(cgroups.unified("/docker/abc").unwrap().is_some());
        assert!(cgroups.unified("/docker/gone").unwrap().is_none());
        assert!(cgroups.unified("/system.slice/plimsoll").unwrap().is_none());
    }
}
