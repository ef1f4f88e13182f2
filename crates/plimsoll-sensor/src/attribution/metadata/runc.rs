//! runc and crun with nothing above them: their state folders.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::details::{Details, text, texts};
use super::super::path::Engine;
use super::file::{self, Links};
use super::time;

/// What a runtime says of a container.
#[derive(Debug)]
pub struct State {
    pub engine: Engine,
    pub bundle: PathBuf,
    pub init_pid: Option<u32>,
    created_ns: Option<u64>,
    /// Paths of its cgroups, as mounted.
    cgroups: Vec<String>,
}

/// Looks for a container below a state folder of runc or crun.
pub fn state(root: &Path, id: &str, links: Links) -> Option<State> {
    let pid = |value: &Value| value.as_u64().and_then(|pid| u32::try_from(pid).ok());
    if let Ok(value) = file::json(&root.join(id).join("state.json"), links) {
        let labels = texts(value.pointer("/config/labels")?);
        let bundle = labels
            .iter()
            .find_map(|label| label.strip_prefix("bundle="))?;
        let paths = value.get("cgroup_paths").and_then(Value::as_object);
        let paths = paths.into_iter().flatten();
        return Some(State {
            engine: Engine::Runc,
            bundle: PathBuf::from(bundle),
            init_pid: value.get("init_process_pid").and_then(pid),
            created_ns: value
                .get("created")
                .and_then(text)
                .and_then(|text| time::nanoseconds(&text)),
            cgroups: paths.filter_map(|(_, path)| text(path)).collect(),
        });
    }
    let value = file::json(&root.join(id).join("status"), links).ok()?;
    Some(State {
        engine: Engine::Crun,
        bundle: PathBuf::from(value.get("bundle").and_then(text)?),
        init_pid: value.get("pid").and_then(pid),
        created_ns: value
            .get("created")
            .and_then(text)
            .and_then(|text| time::nanoseconds(&text)),
        cgroups: value
            .get("cgroup-path")
            .and_then(text)
            .into_iter()
            .collect(),
    })
}

impl State {
    /// Whether one of its cgroups is the one with this path. Nothing is said against it where the
    /// runtime does not say.
    pub fn is_in(&self, path: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path);
        let ends = |cgroup: &String| {
            cgroup
                .strip_suffix(path.as_ref())
                .is_some_and(|mount| mount.is_empty() || mount.starts_with("/sys/fs/cgroup"))
        };
        self.cgroups.is_empty() || self.cgroups.iter().any(ends)
    }

    pub fn take(&self, details: &mut Details) {
        details.init_pid = self.init_pid.filter(|pid| *pid != 0);
        details.created_ns = self.created_ns;
    }
}
