//! One view of a container that Compose or a Podman quadlet starts.
//!
//! What means the same as in a pod is laid out as a pod whose places are those of the original file,
//! so that the checks of pods run on it; what pods do not know stands beside it.

use std::collections::BTreeMap;

use plimsoll_object::yaml::{Entry, Node, Place, Value};

pub(crate) mod dialect;
mod run;
#[cfg(test)]
mod tests;

pub use dialect::Dialect;
pub use run::{FILE_LINES, FILES_MAX, File, Told, first_line, in_file, tell};

/// A value and where it stands.
pub type Set<T> = (T, Place);

/// A container as it is described; everything that is not said is empty.
#[derive(Debug, Default)]
pub struct Service {
    pub name: String,
    pub at: Place,
    pub image: Option<Set<String>>,
    pub privileged: Option<Set<bool>>,
    /// `user`, `user:group`; numbers or names.
    pub user: Option<Set<String>>,
    pub read_only: Option<Set<bool>>,
    pub capabilities_added: Vec<Set<String>>,
    pub capabilities_dropped: Vec<Set<String>>,
    pub no_new_privileges: Option<Set<bool>>,
    pub seccomp_off: Option<Place>,
    pub apparmor_off: Option<Place>,
    pub selinux_type: Option<Set<String>>,
    pub selinux_off: Option<Place>,
    pub unmasked: Option<Place>,
    pub host_network: Option<Place>,
    pub host_processes: Option<Place>,
    pub host_ipc: Option<Place>,
    /// Its users are those of the host.
    pub host_users: Option<Place>,
    /// It may rename the host.
    pub host_name: Option<Place>,
    /// It sees the control groups of the host.
    pub host_groups: Option<Place>,
    /// Kernel parameters that are set for it, by name.
    pub parameters: Vec<Set<String>>,
    /// A user namespace of its own.
    pub own_users: Option<Place>,
    pub mounts: Vec<Mount>,
    pub memory_limit: Option<Set<String>>,
    pub cpu_limit: Option<Set<String>>,
    pub process_limit: Option<Place>,
    pub environment: Vec<Variable>,
    pub command: Vec<Set<String>>,
    pub ports: Vec<Port>,
    pub health_check_off: Option<Place>,
    pub log_off: Option<Place>,
    pub updated_by_itself: Option<Place>,
    /// What it refers to and is not there, as words.
    pub missing: Vec<Set<String>>,
    /// Whether it stands for containers that are described elsewhere: nothing is missing then.
    pub is_pod: bool,
    /// What stands at a place, as the file spells it.
    pub shown: BTreeMap<Place, String>,
}

/// A file, folder or device of the host.
#[derive(Debug)]
pub struct Mount {
    pub source: String,
    pub target: String,
    pub is_read_only: bool,
    pub at: Place,
}

/// A variable with a value that is written down.
#[derive(Debug)]
pub struct Variable {
    pub name: String,
    pub value: String,
    pub at: Place,
}

/// A port of the container that the host listens on.
#[derive(Debug)]
pub struct Port {
    /// Empty for every address.
    pub address: String,
    /// The container's own; 0 where it is not known.
    pub target: u16,
    pub at: Place,
}

impl Port {
    /// Whether everybody who reaches the host reaches it.
    pub fn is_open(&self) -> bool {
        let address = self.address.trim_matches(['[', ']']);
        matches!(address, "" | "0.0.0.0" | "::" | "*")
    }
}

impl Service {
    /// The container as a Pod, with the places of the original.
    pub fn pod(&self) -> Node {
        let at = self.at;
        let mut container = vec![entry("name", at, text(&self.name, at))];
        if let Some((image, at)) = &self.image {
            container.push(entry("image", *at, text(image, *at)));
        }
        let words = |list: &[Set<String>]| {
            let items = list.iter().map(|(word, at)| text(word, *at));
            node(at, Value::List(items.collect::<Vec<_>>().into()))
        };
        if !self.command.is_empty() {
            container.push(entry("args", at, words(&self.command)));
        }
        if !self.environment.is_empty() {
            let items = self.environment.iter().map(|variable| {
                let at = variable.at;
                let name = entry("name", at, text(&variable.name, at));
                map(
                    at,
                    vec![name, entry("value", at, text(&variable.value, at))],
                )
            });
            let items: Vec<Node> = items.collect();
            container.push(entry("env", at, node(at, Value::List(items.into()))));
        }
        let mut limits = Vec::new();
        for (key, limit) in [("memory", &self.memory_limit), ("cpu", &self.cpu_limit)] {
            if let Some((limit, at)) = limit {
                limits.push(entry(key, *at, text(limit, *at)));
            }
        }
        let limits = entry("limits", at, map(at, limits));
        container.push(entry("resources", at, map(at, vec![limits])));
        let security = map(at, self.security(&words));
        container.push(entry("securityContext", at, security));
        let (volumes, mounts) = self.volumes();
        container.push(entry("volumeMounts", at, mounts));
        let containers = node(at, Value::List(vec![map(at, container)].into()));
        let mut spec = vec![
            entry("containers", at, containers),
            entry("volumes", at, volumes),
        ];
        for (key, place) in [
            ("hostNetwork", self.host_network),
            ("hostPID", self.host_processes),
            ("hostIPC", self.host_ipc),
        ] {
            if let Some(at) = place {
                spec.push(entry(key, at, node(at, Value::Bool(true))));
            }
        }
        if let Some(at) = self.own_users {
            spec.push(entry("hostUsers", at, node(at, Value::Bool(false))));
        }
        let name = entry("name", at, text(&self.name, at));
        map(
            at,
            vec![
                entry("apiVersion", at, text("v1", at)),
                entry("kind", at, text("Pod", at)),
                entry("metadata", at, map(at, vec![name])),
                entry("spec", at, map(at, spec)),
            ],
        )
    }

    fn security(&self, words: &impl Fn(&[Set<String>]) -> Node) -> Vec<Entry> {
        let mut out = Vec::new();
        let mut set = |key, at: Place, value| out.push(entry(key, at, node(at, value)));
        if let Some((value, at)) = self.privileged {
            set("privileged", at, Value::Bool(value));
        }
        if let Some((value, at)) = self.read_only {
            set("readOnlyRootFilesystem", at, Value::Bool(value));
        }
        if let Some((value, at)) = self.no_new_privileges {
            set("allowPrivilegeEscalation", at, Value::Bool(!value));
        }
        if let Some(at) = self.unmasked {
            set("procMount", at, Value::Text("Unmasked".into()));
        }
        if let Some((user, at)) = &self.user {
            let (user, group) = match user.split_once(':') {
                Some((user, group)) => (user, Some(group)),
                None => (user.as_str(), None),
            };
            let id = if user == "root" {
                Ok(0)
            } else {
                user.parse::<i64>()
            };
            if let Ok(id) = id {
                set("runAsUser", *at, Value::Int(id));
            }
            set(
                "runAsNonRoot",
                *at,
                Value::Bool(id != Ok(0) && !user.is_empty()),
            );
            let group = group.map(|group| {
                if group == "root" {
                    Ok(0)
                } else {
                    group.parse()
                }
            });
            if let Some(Ok(group)) = group {
                set("runAsGroup", *at, Value::Int(group));
            }
        }
        let lists = [
            ("add", &self.capabilities_added),
            ("drop", &self.capabilities_dropped),
        ];
        let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let lists: Vec<Entry> = lists
            .map(|(key, list)| entry(key, self.at, words(list)))
            .collect();
        if !lists.is_empty() {
            out.push(entry("capabilities", self.at, map(self.at, lists)));
        }
        for (key, place) in [
            ("seccompProfile", self.seccomp_off),
            ("appArmorProfile", self.apparmor_off),
        ] {
            if let Some(at) = place {
                let profile = entry("type", at, text("Unconfined", at));
                out.push(entry(key, at, map(at, vec![profile])));
            }
        }
        if let Some((label, at)) = &self.selinux_type {
            let label = entry("type", *at, text(label, *at));
            out.push(entry("seLinuxOptions", *at, map(*at, vec![label])));
        }
        out
    }

    fn volumes(&self) -> (Node, Node) {
        let mut volumes = Vec::new();
        let mut mounts = Vec::new();
        for (index, mount) in self.mounts.iter().enumerate() {
            let at = mount.at;
            let name = entry("name", at, text(&format!("mount-{index}"), at));
            let path = entry("path", at, text(&mount.source, at));
            let host = entry("hostPath", at, map(at, vec![path]));
            volumes.push(map(at, vec![name.clone(), host]));
            let target = entry("mountPath", at, text(&mount.target, at));
            let read_only = node(at, Value::Bool(mount.is_read_only));
            mounts.push(map(
                at,
                vec![name, target, entry("readOnly", at, read_only)],
            ));
        }
        let list = |items: Vec<Node>| node(self.at, Value::List(items.into()));
        (list(volumes), list(mounts))
    }
}

pub(crate) const fn node(at: Place, value: Value) -> Node {
    Node { at, value }
}

pub(crate) fn text(words: &str, at: Place) -> Node {
    node(at, Value::Text(words.into()))
}

pub(crate) fn entry(key: &str, at: Place, value: Node) -> Entry {
    Entry {
        key: key.into(),
        at,
        value,
    }
}

pub(crate) fn map(at: Place, entries: Vec<Entry>) -> Node {
    node(at, Value::Map(entries.into()))
}

/// A capability as pods spell it: without `CAP_`.
pub(crate) fn capability(word: &str) -> String {
    let word = word.to_ascii_uppercase();
    word.strip_prefix("CAP_").unwrap_or(&word).to_owned()
}
