//! What watching costs where nothing happens: idle containers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::watchers::watch;
use super::{Setup, installed};

const CONTAINERS: usize = 50;
const SETTLE: Duration = Duration::from_secs(5);
const WATCHED: Duration = Duration::from_mins(1);

/// Processor time and memory of the sensor beside idle containers of runc.
pub fn measure(setup: &Setup) -> Result<String> {
    let containers = Containers::start(&setup.scratch.join("idle"))?;
    let out = fs::File::create(setup.scratch.join("plimsoll.out"))?;
    let watching = watch(setup, &[], out.into())?;
    thread::sleep(SETTLE);
    let before = watching.cpu().context("no figures of plimsoll")?;
    let begun = Instant::now();
    let mut peak = 0;
    while begun.elapsed() < WATCHED {
        thread::sleep(Duration::from_secs(1));
        peak = peak.max(watching.resident_kib().unwrap_or_default());
    }
    let after = watching.cpu().context("no figures of plimsoll")?;
    let took = after.saturating_sub(before);
    let share = took.as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
    watching.finish()?;
    drop(containers);
    Ok(format!(
        "### {CONTAINERS} idle containers\n\n{share:.2} % of a processor, {} MiB resident at most, over {} s.\n",
        peak.div_ceil(1024),
        WATCHED.as_secs()
    ))
}

struct Containers {
    runc: PathBuf,
    ids: Vec<String>,
    children: Vec<Child>,
}

impl Containers {
    fn start(folder: &Path) -> Result<Self> {
        let runc = installed(&["/usr/sbin/runc", "/usr/bin/runc"])
            .context("no runc: install Debian's package `runc`")?;
        let busybox = installed(&["/bin/busybox", "/usr/bin/busybox"])
            .context("no busybox: install Debian's package `busybox-static`")?;
        let root = folder.join("rootfs");
        for made in ["bin", "proc", "dev", "sys"] {
            fs::create_dir_all(root.join(made))?;
        }
        fs::copy(&busybox, root.join("bin/sleep"))?;
        let mut all = Self {
            runc,
            ids: Vec::new(),
            children: Vec::new(),
        };
        for number in 0..CONTAINERS {
            let id = format!("plimsoll-idle-{}-{number}", std::process::id());
            let bundle = folder.join(number.to_string());
            fs::create_dir_all(&bundle)?;
            fs::write(bundle.join("config.json"), config(&root, &id))?;
            let child = Command::new(&all.runc)
                .args(["run", "--bundle"])
                .arg(&bundle)
                .arg(&id)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .context("failed to start runc")?;
            all.ids.push(id);
            all.children.push(child);
        }
        thread::sleep(SETTLE);
        for child in &mut all.children {
            ensure!(child.try_wait()?.is_none(), "a container ended at once");
        }
        Ok(all)
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        for id in &self.ids {
            let _ = Command::new(&self.runc).args(["kill", id, "KILL"]).status();
        }
        for child in &mut self.children {
            let _ = child.wait();
        }
    }
}

/// The least that runc takes: a sleep with namespaces of its own.
fn config(root: &Path, id: &str) -> String {
    let namespaces: Vec<_> = ["pid", "ipc", "uts", "mount", "network"]
        .iter()
        .map(|kind| serde_json::json!({ "type": kind }))
        .collect();
    serde_json::json!({
        "ociVersion": "1.0.2",
        "process": { "user": { "uid": 0, "gid": 0 }, "args": ["/bin/sleep", "1000000"], "cwd": "/", "env": ["PATH=/bin"] },
        "root": { "path": root, "readonly": true },
        "hostname": id,
        "mounts": [{ "destination": "/proc", "type": "proc", "source": "proc" }],
        "linux": { "namespaces": namespaces, "cgroupsPath": format!("/{id}") },
    })
    .to_string()
}
