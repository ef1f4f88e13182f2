//! Paths of cgroups, bundles, databases and command lines.

use plimsoll_sensor::attribution::fuzz::Database;

use super::{own, words};

pub fn paths() -> Vec<Vec<u8>> {
    words("cgroup_paths")
}

pub fn configurations() -> Vec<Vec<u8>> {
    own("container_configurations")
}

pub fn databases() -> Vec<Vec<u8>> {
    vec![Database::sample().bytes()]
}

/// Words are ended by NUL.
pub fn helpers() -> Vec<Vec<u8>> {
    let mut lines = words("container_helpers");
    for line in &mut lines {
        line.push(b' ');
        for byte in line.iter_mut().filter(|byte| **byte == b' ') {
            *byte = 0;
        }
    }
    lines
}
