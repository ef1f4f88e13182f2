//! How this machine lays out its cgroups.

use std::path::PathBuf;

use super::files::Mount;
use super::{Need, Probe};

/// Which versions are mounted, and where version 2 is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CgroupLayout {
    None,
    /// Version 1 alone: all processes have version 2's root as their cgroup id.
    V1,
    /// Version 1 for limits, and version 2 beside it.
    Hybrid(PathBuf),
    V2(PathBuf),
}

impl CgroupLayout {
    /// Where version 2 is mounted.
    pub const fn v2(&self) -> Option<&PathBuf> {
        match self {
            Self::Hybrid(path) | Self::V2(path) => Some(path),
            Self::None | Self::V1 => None,
        }
    }
}

pub(super) fn layout(mounts: &[Mount]) -> CgroupLayout {
    let v1 = mounts.iter().any(|mount| mount.kind == "cgroup");
    let v2 = mounts
        .iter()
        .find(|mount| mount.kind == "cgroup2")
        .map(|mount| PathBuf::from(&mount.at));
    match (v1, v2) {
        (false, None) => CgroupLayout::None,
        (true, None) => CgroupLayout::V1,
        (true, Some(path)) => CgroupLayout::Hybrid(path),
        (false, Some(path)) => CgroupLayout::V2(path),
    }
}

pub(super) fn probe(layout: &CgroupLayout) -> Probe {
    match layout {
        CgroupLayout::None => Probe::no(
            "cgroups",
            Need::Useful,
            "none mounted",
            "containers are told apart by namespaces alone; mount cgroup2 at /sys/fs/cgroup",
        ),
        CgroupLayout::V1 => Probe::no(
            "cgroups",
            Need::Useful,
            "version 1 alone",
            "every process has the same cgroup id: containers are found by namespaces and version 1's paths",
        ),
        CgroupLayout::Hybrid(path) => Probe::yes(
            "cgroups",
            Need::Useful,
            format!("version 1, and version 2 at {}", path.display()),
        ),
        CgroupLayout::V2(path) => Probe::yes(
            "cgroups",
            Need::Useful,
            format!("version 2 at {}", path.display()),
        ),
    }
}
