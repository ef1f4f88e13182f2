//! What engines, containers and whoever makes cgroups write, as the sensor reads it.

use plimsoll_sensor::attribution::fuzz;
use plimsoll_sensor::attribution::path::{Place, telling};

use super::target;
use crate::Target;
use crate::seeds::sensor as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "cgroup_path",
        "paths of cgroups, and `/proc/PID/cgroup`",
        Some("cgroup"),
        cgroup_path,
        seeds::paths
    ),
    target!(
        "container_configuration",
        "bundles of containers: the runtime specification, and annotations in it",
        Some("json"),
        fuzz::configuration,
        seeds::configurations
    ),
    target!(
        "container_database",
        "bbolt databases of containerd and podman",
        None,
        fuzz::database,
        seeds::databases
    ),
    target!(
        "container_helper",
        "arguments of runc, conmon and shims",
        Some("cgroup"),
        fuzz::arguments,
        seeds::helpers
    ),
];

/// Claims end where the path has a component's end, one behind the other, and a container's own path
/// says the same as the longer one: what is below changes nothing.
fn cgroup_path(data: &[u8]) {
    let place = Place::read(data);
    let mut before = 0;
    for (index, claim) in place.claims.iter().enumerate() {
        assert!(claim.end > before && claim.end <= data.len());
        assert!(
            data.get(claim.end)
                .is_none_or(|byte| *byte == b'/' || *byte == b' ')
        );
        assert!(!claim.id.is_empty() && claim.id.len() <= 255);
        before = claim.end;
        let own = Place::read(&data[..claim.end]);
        assert_eq!(own.claims.as_slice(), &place.claims[..=index]);
    }
    if let Some(guess) = &place.guess {
        assert!(place.claims.is_empty() && !place.is_helper);
        assert!(guess.end <= data.len());
    }
    if let Some(path) = telling(data) {
        assert!(data.windows(path.len().max(1)).any(|window| window == path) || path.is_empty());
    }
}
