//! `config.json` of a bundle: the runtime specification of OCI, which every engine writes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::details::{Details, Mount, harmless, text, text_map, texts};

/// Most mounts that are taken over.
const MOUNTS_MAX: usize = 128;
/// Kinds of filesystems that are made for the container: nothing comes in from outside.
const OWN_FILESYSTEMS: &[&str] = &[
    "cgroup", "cgroup2", "devpts", "mqueue", "proc", "sysfs", "tmpfs",
];
/// Capabilities that all containers together have only when they are privileged.
const ADMIN: &str = "CAP_SYS_ADMIN";
/// How many capabilities there are at least.
const CAPABILITIES_ALL: usize = 37;

/// What a bundle's configuration says.
#[derive(Debug, Default)]
pub struct Configuration {
    pub value: Value,
}

impl Configuration {
    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<String> {
        text(self.value.get("annotations")?.get(key)?)
    }

    /// The root filesystem as the host sees it.
    pub fn root(&self, bundle: &Path) -> Option<PathBuf> {
        let path = self.value.pointer("/root/path")?.as_str()?;
        Some(bundle.join(path))
    }

    /// Sources of bind mounts.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let mounts = self.value.get("mounts").and_then(Value::as_array);
        mounts
            .into_iter()
            .flatten()
            .take(MOUNTS_MAX)
            .filter_map(|mount| mount.get("source")?.as_str())
    }

    /// Whether the cgroup that it asks for is the one with this path. It may be given as systemd's
    /// triple `slice:prefix:name`, relative to the caller's, or not at all: then it is the id.
    pub fn is_in(&self, path: &[u8], id: &str) -> bool {
        let path = String::from_utf8_lossy(path);
        let wanted = self
            .value
            .pointer("/linux/cgroupsPath")
            .and_then(Value::as_str);
        let wanted = wanted.filter(|wanted| !wanted.is_empty()).unwrap_or(id);
        let ends = |end: &str| {
            let end = end.trim_matches('/');
            path.strip_suffix(end)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let mut parts = wanted.splitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(prefix), Some(name)) => {
                ends(wanted) || ends(&format!("{prefix}-{name}.scope"))
            }
            _ => ends(wanted),
        }
    }

    /// Whether it asks for this very path: said of a container inside another's cgroup, an ending that
    /// fits is not enough.
    pub fn is_exactly(&self, path: &[u8]) -> bool {
        let wanted = self
            .value
            .pointer("/linux/cgroupsPath")
            .and_then(Value::as_str);
        let Some(wanted) = wanted else {
            return false;
        };
        let mut parts = wanted.splitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(slice), Some(prefix), Some(name)) => {
                format!("{}/{prefix}-{name}.scope", slice_path(slice)).as_bytes() == path
            }
            _ => wanted.starts_with('/') && wanted.as_bytes() == path,
        }
    }

    /// Takes over what it says of the container.
    pub fn take(&self, details: &mut Details) {
        let value = &self.value;
        details.hostname = value.get("hostname").and_then(text);
        details.read_only = value
            .pointer("/root/readonly")
            .and_then(Value::as_bool)
            .or(Some(false));
        if let Some(process) = value.get("process") {
            take_process(process, details);
        }
        let namespaces = value.pointer("/linux/namespaces").and_then(Value::as_array);
        if let Some(namespaces) = namespaces {
            details.host_pid = Some(is_shared(namespaces, "pid"));
            details.host_network = Some(is_shared(namespaces, "network"));
            details.host_ipc = Some(is_shared(namespaces, "ipc"));
        }
        let mounts = value.get("mounts").and_then(Value::as_array);
        details.mounts = mounts
            .into_iter()
            .flatten()
            .take(MOUNTS_MAX)
            .filter_map(mount)
            .collect();
        details.labels = text_map(value.get("annotations").unwrap_or(&Value::Null));
        let is_all = details.capabilities.as_ref().is_some_and(|all| {
            all.len() >= CAPABILITIES_ALL
                && all
                    .iter()
                    .any(|one| one == ADMIN.trim_start_matches("CAP_"))
        });
        let paths = value
            .pointer("/linux/maskedPaths")
            .and_then(Value::as_array);
        let is_masked = paths.is_some_and(|paths| !paths.is_empty());
        // No engine writes the word here, but nobody else runs with all and nothing hidden.
        details.privileged =
            Some(is_all && !is_masked && value.pointer("/linux/seccomp").is_none());
    }
}

/// Where systemd puts a slice: `a-b.slice` lies in `a.slice`.
fn slice_path(slice: &str) -> String {
    let stem = slice.strip_suffix(".slice").unwrap_or(slice);
    let hyphens = stem.match_indices('-').map(|(at, _)| at);
    let ends = hyphens.chain([stem.len()]).filter(|end| *end > 0);
    ends.filter_map(|end| Some(format!("/{}.slice", stem.get(..end)?)))
        .collect()
}

fn take_process(process: &Value, details: &mut Details) {
    let id = |key: &str| process.pointer(key).and_then(Value::as_u64);
    if let Some(uid) = id("/user/uid") {
        details.user = Some(format!("{uid}:{}", id("/user/gid").unwrap_or(0)));
    }
    details.command = texts(process.get("args").unwrap_or(&Value::Null));
    details.env = harmless(texts(process.get("env").unwrap_or(&Value::Null)));
    details.no_new_privileges = process
        .get("noNewPrivileges")
        .and_then(Value::as_bool)
        .or(Some(false));
    if let Some(bounding) = process.pointer("/capabilities/bounding") {
        let names = texts(bounding).into_iter();
        let mut names: Vec<String> = names
            .map(|name| name.trim_start_matches("CAP_").to_owned())
            .collect();
        names.sort();
        details.capabilities = Some(names);
    }
}

/// Whether a namespace is the host's. One that is joined by path is another container's.
fn is_shared(namespaces: &[Value], kind: &str) -> bool {
    let namespace = namespaces
        .iter()
        .find(|namespace| namespace.get("type").and_then(Value::as_str) == Some(kind));
    match namespace {
        None => true,
        Some(namespace) => {
            let path = namespace.get("path").and_then(Value::as_str);
            path.is_some_and(|path| path.starts_with("/proc/1/ns/"))
        }
    }
}

fn mount(value: &Value) -> Option<Mount> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("bind");
    if OWN_FILESYSTEMS.contains(&kind) {
        return None;
    }
    let options = texts(value.get("options").unwrap_or(&Value::Null));
    let propagation = options.iter().find(|option| {
        matches!(
            option.as_str(),
            "private"
                | "rprivate"
                | "shared"
                | "rshared"
                | "slave"
                | "rslave"
                | "unbindable"
                | "runbindable"
        )
    });
    Some(Mount {
        source: value.get("source").and_then(text).unwrap_or_default(),
        destination: value.get("destination").and_then(text)?,
        is_writable: !options.iter().any(|option| option == "ro"),
        propagation: propagation.cloned().unwrap_or_default(),
        mode: options.join(","),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn configuration(path: Option<&str>) -> Configuration {
        Configuration {
            value: json!({"linux": {"cgroupsPath": path}}),
        }
    }

    #[test]
    fn cgroups_are_asked_for_in_several_ways() {
        let cases: &[(Option<&str>, &str, bool)] = &[
            (Some("/docker/abc"), "/docker/abc", true),
            (Some("/docker/abc"), "/docker/xabc", false),
            (Some("/docker/abc"), "/evil/docker/abd", false),
            (Some("jobs/abc"), "/user.slice/jobs/abc", true),
            (
                Some("system.slice:docker:abc"),
                "/system.slice/docker-abc.scope",
                true,
            ),
            (
                Some("system.slice:docker:abc"),
                "/system.slice:docker:abc",
                true,
            ),
            (
                Some("system.slice:docker:abc"),
                "/system.slice/docker-abd.scope",
                false,
            ),
            (None, "/abc", true),
            (None, "/user/abc", true),
            (None, "/xabc", false),
            (Some(""), "/abc", true),
        ];
        for (asked, path, expected) in cases {
            let found = configuration(*asked).is_in(path.as_bytes(), "abc");
            assert_eq!(found, *expected, "{asked:?} {path}");
        }
    }

    #[test]
    fn inside_of_another_only_the_very_path_counts() {
        let cases = [
            ("/docker/abc", "/docker/abc", true),
            ("/docker/abc", "/evil/docker/abc", false),
            ("docker/abc", "/docker/abc", false),
            (
                "a-b.slice:docker:abc",
                "/a.slice/a-b.slice/docker-abc.scope",
                true,
            ),
            (
                "a-b.slice:docker:abc",
                "/evil/a.slice/a-b.slice/docker-abc.scope",
                false,
            ),
        ];
        for (asked, path, expected) in cases {
            let found = configuration(Some(asked)).is_exactly(path.as_bytes());
            assert_eq!(found, expected, "{asked} {path}");
        }
        assert!(!configuration(None).is_exactly(b"/abc"));
    }

    #[test]
    fn mounts_and_rights_are_read() {
        let value = json!({
            "process": {"user": {"uid": 5, "gid": 6}, "args": ["a", "b"], "env": ["TOKEN=x"],
                "capabilities": {"bounding": ["CAP_KILL"]}},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/in", "type": "bind", "source": "/var/run/docker.sock", "options": ["rbind", "ro", "rslave"]},
            ],
            "linux": {"namespaces": [{"type": "pid"}, {"type": "network", "path": "/proc/1/ns/net"}]},
        });
        let mut details = Details::default();
        Configuration { value }.take(&mut details);
        assert_eq!(details.user.as_deref(), Some("5:6"));
        assert_eq!(details.env, ["TOKEN="]);
        assert_eq!(details.capabilities, Some(vec!["KILL".to_owned()]));
        assert_eq!(
            (details.host_pid, details.host_network, details.host_ipc),
            (Some(false), Some(true), Some(true))
        );
        assert_eq!(details.mounts.len(), 1);
        assert!(!details.mounts[0].is_writable);
        assert_eq!(details.mounts[0].propagation, "rslave");
        assert_eq!(details.privileged, Some(false));
    }
}
