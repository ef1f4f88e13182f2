//! What a record of a container says, and its keys of JSON.
//!
//! A record of kind [`Container`](super::EventKind::Container) joins the cgroup of its head (or,
//! where that is 0, the namespaces of its head) with the container of its `container_id`; an empty
//! id means that the cgroup is the host's after all. A container has a record for each of its
//! cgroups, and another whenever more is known of it: what a later record says stands over what an
//! earlier one said, and a parameter that is absent changes nothing. So a container's facts belong
//! to its id, not to the cgroup of the record that brought them. The record of its own cgroup, below
//! which its others usually lie, has a `cgroup_path`. One that was gone and is told again was started
//! again.

/// Value of `container_state`: something isolated runs there, but what is not known.
pub const STATE_UNKNOWN: u64 = 0;
/// Known from the cgroup's path only.
pub const STATE_PARTLY: u64 = 1;
/// The engine's own files were read.
pub const STATE_KNOWN: u64 = 2;
/// Its cgroup was removed. Late events may still name it.
pub const STATE_GONE: u64 = 3;

/// The keys of `container_json`, all of them absent when not known, and what they hold.
pub const CONTAINER_KEYS: &[(&str, &str)] = &[
    ("path", "text: path of its first cgroup"),
    (
        "outer",
        "list of {engine, id}: containers around it, the outermost first",
    ),
    (
        "claims",
        "list of {engine, id, why}: what names of cgroups in it say without being believed",
    ),
    ("unconfirmed", "bool: its engine, asked, does not know it"),
    ("namespace", "text: containerd's namespace"),
    ("rootless_uid", "number: user whose engine runs it"),
    ("hostname", "text"),
    ("user", "text: as configured, mostly uid:gid"),
    ("command", "list of texts: its first command"),
    (
        "env",
        "list of texts NAME=VALUE; values that look secret are left out",
    ),
    ("labels", "map of texts"),
    ("privileged", "bool"),
    (
        "capabilities",
        "list of texts, as NET_ADMIN: its bounding set",
    ),
    ("no_new_privileges", "bool"),
    ("read_only", "bool: its root"),
    ("host_pid", "bool: shares the host's pid namespace"),
    ("host_network", "bool"),
    ("host_ipc", "bool"),
    (
        "mounts",
        "list of {source, dest, mode, rw, propagation}: texts, and rw a bool; only those from outside",
    ),
    ("ip", "text: its first address"),
    ("created_ns", "number: nanoseconds since 1970"),
    ("started_ns", "number: nanoseconds since 1970"),
    (
        "init_pid",
        "number: its first process, in the host's pid namespace",
    ),
    ("healthcheck", "text: the command, joined by blanks"),
    ("liveness", "text: the command of the liveness probe"),
    ("readiness", "text: the command of the readiness probe"),
    ("startup", "text: the command of the startup probe"),
    ("upper", "text: the upper folder of its root, on the host"),
    ("sandbox", "bool: it only holds a pod's namespaces"),
    (
        "pod",
        "{name, namespace, uid, sandbox_id, ip, qos, labels}: texts, and labels a map",
    ),
    (
        "not_known",
        "list of texts: what could not be read, and why",
    ),
];
