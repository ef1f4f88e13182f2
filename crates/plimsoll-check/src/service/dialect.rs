//! Which checks of pods mean the same in Compose files and quadlets, and how they are mended there.

use crate::check::{Check, Test};

/// In what a container is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Compose,
    Quadlet,
}

/// A check of pods that is asked here too.
pub struct Meant {
    pub id: &'static str,
    /// The title, where that of pods speaks of what is not there.
    pub title: Option<&'static str>,
    compose: &'static str,
    quadlet: &'static str,
}

impl Meant {
    pub const fn mend(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Compose => self.compose,
            Dialect::Quadlet => self.quadlet,
        }
    }
}

const fn same(id: &'static str, compose: &'static str, quadlet: &'static str) -> Meant {
    Meant {
        id,
        title: None,
        compose,
        quadlet,
    }
}

const fn titled(
    id: &'static str,
    title: &'static str,
    compose: &'static str,
    quadlet: &'static str,
) -> Meant {
    Meant {
        id,
        title: Some(title),
        compose,
        quadlet,
    }
}

const SECRET_COMPOSE: &str = "Keep it in a file that `secrets:` mounts, or in an external store.";
const SECRET_QUADLET: &str = "Keep it in `podman secret`, and mount it with `Secret=`.";
const MOUNT: &str = "Mount the one file that is needed, read-only, or none.";
const IMAGE: &str = "Name a version, best with its digest: `cart:2.3@sha256:…`.";
const BUILT: &str = "Do it when the image is built.";

/// Every check of pods that is asked of Compose files and quadlets, sorted by id.
pub const MEANT: &[Meant] = &[
    same(
        "apparmor-unconfined",
        "Remove `apparmor:unconfined` from `security_opt`.",
        "Remove `AppArmor=unconfined`, or the option from `PodmanArgs=`.",
    ),
    same(
        "capabilities-not-dropped",
        "Set `cap_drop: [ALL]`, and add `NET_BIND_SERVICE` if it listens below port 1024.",
        "Set `DropCapability=all`, and add `CAP_NET_BIND_SERVICE` if it listens below port 1024.",
    ),
    same("code-fetched-at-start", BUILT, BUILT),
    same("credential-in-workload", SECRET_COMPOSE, SECRET_QUADLET),
    same(
        "dangerous-capability",
        "Take it out of `cap_add`.",
        "Take it out of `AddCapability=`.",
    ),
    same(
        "engine-in-container",
        "Build with rootless BuildKit or Buildah.",
        "Build with Buildah.",
    ),
    titled(
        "engine-socket-mounted",
        "container reaches the container engine of its host",
        "Remove the mount, or put a proxy between that lets through only what is asked.",
        "Remove the mount, or put a proxy between that lets through only what is asked.",
    ),
    titled(
        "host-ipc",
        "container shares the memory of its host's processes",
        "Remove `ipc: host`.",
        "Remove `--ipc=host`.",
    ),
    titled(
        "host-network",
        "container shares the network of its host",
        "Remove `network_mode: host`, and publish the ports that are needed.",
        "Remove `Network=host`, and publish the ports that are needed.",
    ),
    titled(
        "host-pid",
        "container sees the processes of its host",
        "Remove `pid: host`.",
        "Remove `--pid=host`.",
    ),
    same(
        "image-past-its-end",
        "Move to a release that is maintained.",
        "Move to a release that is maintained.",
    ),
    same("image-without-digest", IMAGE, IMAGE),
    same(
        "implicit-registry",
        "Write the registry in front: `docker.io/library/debian:12`.",
        "Write the registry in front: `docker.io/library/debian:12`.",
    ),
    titled(
        "low-user-id",
        "container runs as a user of its host",
        "Choose a `user` of 10000 or more.",
        "Choose a `User=` of 10000 or more, or `UserNS=auto`.",
    ),
    titled(
        "metadata-endpoint-used",
        "container asks the cloud provider who its host is",
        "Give the container credentials of its own.",
        "Give the container credentials of its own.",
    ),
    same(
        "missing-cpu-limit",
        "Set `cpus`, or `deploy.resources.limits.cpus`.",
        "Set `CPUQuota=` in `[Service]`, or `PodmanArgs=--cpus`.",
    ),
    same(
        "missing-memory-limit",
        "Set `mem_limit`, or `deploy.resources.limits.memory`.",
        "Set `Memory=`, or `MemoryMax=` in `[Service]`.",
    ),
    same("mutable-image-tag", IMAGE, IMAGE),
    titled(
        "node-device-mounted",
        "container reaches a device of its host",
        "Remove it from `devices`.",
        "Remove `AddDevice=`.",
    ),
    titled(
        "node-processes-traceable",
        "container may read and change the processes of its host",
        "Give up `pid: host`, or the capability.",
        "Give up `--pid=host`, or the capability.",
    ),
    titled(
        "node-root-capability",
        "container has a capability that is as good as root on the host",
        "Take it out of `cap_add`.",
        "Take it out of `AddCapability=`.",
    ),
    same(
        "password-in-url",
        "Keep the whole URL in a file that `secrets:` mounts.",
        SECRET_QUADLET,
    ),
    same(
        "privilege-escalation-allowed",
        "Set `security_opt: [no-new-privileges:true]`.",
        "Set `NoNewPrivileges=true`.",
    ),
    same(
        "privileged-container",
        "Remove `privileged: true`, and add the one capability or device that is needed.",
        "Remove `--privileged`, and add the one capability or device that is needed.",
    ),
    same(
        "proc-unmasked",
        "Remove `systempaths=unconfined` from `security_opt`.",
        "Remove `Unmask=`.",
    ),
    same(
        "registry-not-allowed",
        "Copy the image to a registry of the list, or add this one.",
        "Copy the image to a registry of the list, or add this one.",
    ),
    same(
        "retired-registry",
        "Use the place that took over, which the finding names.",
        "Use the place that took over, which the finding names.",
    ),
    same(
        "root-group",
        "Choose a group above 10000 behind the `:` of `user`.",
        "Choose a `Group=` above 10000.",
    ),
    same(
        "root-user",
        "Choose another `user`, best above 10000, or leave it to the image.",
        "Choose another `User=`, or `UserNS=auto`.",
    ),
    same(
        "root-user-possible",
        "Set `user`, best above 10000.",
        "Set `User=`, best above 10000, or `UserNS=auto`.",
    ),
    same(
        "seccomp-unconfined",
        "Remove `seccomp:unconfined` from `security_opt`.",
        "Remove `SeccompProfile=unconfined`.",
    ),
    same("secret-in-arguments", SECRET_COMPOSE, SECRET_QUADLET),
    same("secret-in-environment", SECRET_COMPOSE, SECRET_QUADLET),
    same(
        "selinux-unconfined",
        "Remove the type from `security_opt`.",
        "Remove `SecurityLabelType=`.",
    ),
    titled(
        "sensitive-host-path",
        "container mounts a folder that rules its host",
        MOUNT,
        MOUNT,
    ),
    same(
        "ssh-server",
        "Use `docker compose exec`.",
        "Use `podman exec`.",
    ),
    same(
        "sudo-in-command",
        "Run the container as the user that the program needs.",
        "Run the container as the user that the program needs.",
    ),
    titled(
        "writable-host-path",
        "container may write to a folder of its host",
        "Put `:ro` behind the mount.",
        "Put `:ro` behind the mount.",
    ),
    same(
        "writable-root-filesystem",
        "Set `read_only: true`, with `tmpfs` for what is written.",
        "Set `ReadOnly=true`; `/tmp` stays writable.",
    ),
];

/// How a check of pods is told here, if it is.
pub fn meant(id: &str) -> Option<&'static Meant> {
    MEANT.iter().find(|meant| meant.id == id)
}

/// Whether a check is asked of Compose files and quadlets.
pub fn is_asked(check: &Check) -> bool {
    matches!(check.test, Test::Service(_)) || meant(check.id).is_some()
}
