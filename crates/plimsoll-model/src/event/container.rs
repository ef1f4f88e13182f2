//! What a record of a container says, and its keys of JSON.
//!
//! A record of kind [`Container`](super::EventKind::Container) joins the cgroup of its head (or,
//! where that is 0, the namespaces of its head) with the container of its `container_id`; an empty
//! id means that the cgroup is the host's after all. A container has a record for each of its
//! cgroups, and another whenever more is known of it: what a later record says stands over what an
//! earlier one said, and a parameter that is absent changes nothing. So a container's facts belong
//! to its id, not to the cgroup of the record that brought them.

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
    ("env", "list of texts NAME=VALUE, without what looks secret"),
    ("labels", "map of texts"),
    ("privileged", "bool"),
    (
        "capabilities",
        "list of texts, as CAP_NET_ADMIN: its bounding set",
    ),
    ("no_new_privileges", "bool"),
    ("read_only_root", "bool"),
    ("host_pid", "bool: shares the host's pid namespace"),
    ("host_network", "bool"),
    ("host_ipc", "bool"),
    (
        "mounts",
        "list of {source, destination, mode, writable, propagation}: texts and a bool; only those from outside",
    ),
    ("ips", "list of texts"),
    ("created_ns", "number: nanoseconds since 1970"),
    ("started_ns", "number: nanoseconds since 1970"),
    (
        "init_pid",
        "number: its first process, in the host's pid namespace",
    ),
    (
        "healthcheck",
        "list of texts: the command; a single one is for a shell",
    ),
    ("liveness_probe", "list of texts: the command"),
    ("readiness_probe", "list of texts: the command"),
    ("startup_probe", "list of texts: the command"),
    ("sandbox", "bool: it only holds a pod's namespaces"),
    (
        "pod",
        "{name, namespace, uid, id, qos, labels, ip}: texts, labels a map; id is the sandbox's",
    ),
    (
        "not_known",
        "list of texts: what could not be read, and why",
    ),
];
