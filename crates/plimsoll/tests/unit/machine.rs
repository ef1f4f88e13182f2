//! A machine that runs systemd, made by `machine.sh`; it ends with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const SCRIPT: &str = include_str!("machine.sh");
/// Of names of cgroups, before the number of the process that made them.
const PREFIX: &str = "plimsoll-unit-";
/// Longest wait for anything, on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_mins(2);

pub struct Machine {
    child: Child,
    /// Its first process, by its number outside.
    init: String,
    /// Of its cgroups.
    pub name: String,
    folder: tempfile::TempDir,
}

impl Machine {
    /// Starts it with these files in place; what is a folder there is one here.
    pub fn start(files: &Path) -> Self {
        remove_leftovers();
        let name = format!("{PREFIX}{}", std::process::id());
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("root")).unwrap();
        fs::write(at("machine.sh"), SCRIPT).unwrap();
        let log = fs::File::create(at("log")).unwrap();
        // Should the test be killed, the machine ends as well.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare"])
            .args(["--mount", "--pid", "--net", "--uts", "--ipc", "--fork"])
            .args(["--kill-child=KILL", "sh"])
            .args([at("machine.sh"), at("root")])
            .arg(&name)
            .arg(files)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("`setpriv` is needed: install the package util-linux");
        let mut machine = Self {
            child,
            init: String::new(),
            name,
            folder,
        };
        let tasks = format!("/proc/{0}/task/{0}/children", machine.child.id());
        machine.wait("systemd", || {
            let children = fs::read_to_string(&tasks).unwrap_or_default();
            let init = children.split_whitespace().next()?.to_owned();
            let comm = fs::read_to_string(format!("/proc/{init}/comm")).ok()?;
            (comm == "systemd\n").then_some(init)
        });
        let children = fs::read_to_string(&tasks).unwrap();
        children.trim().clone_into(&mut machine.init);
        machine.wait("its services", || {
            let output = machine.tried(&["systemctl", "is-active", "test.target"]);
            output.status.success().then_some(())
        });
        machine
    }

    /// A file of its own; one that it keeps from others too.
    pub fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.init))
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    fn tried(&self, command: &[&str]) -> Output {
        Command::new("nsenter")
            .args(["--target", &self.init, "--mount", "--pid", "--net", "--"])
            .args(command)
            .env("SYSTEMD_COLORS", "0")
            .env_remove("TMPDIR")
            .output()
            .expect("`nsenter` is needed: install the package util-linux")
    }

    /// Runs a command in it; what it printed.
    #[track_caller]
    pub fn run(&self, command: &[&str]) -> String {
        let output = self.tried(command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{command:?}: {said}\n{}",
            self.log()
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs podman on it, but among the processes of the real machine, as an engine that belongs to
    /// the host.
    #[track_caller]
    pub fn podman(&self, arguments: &[&str]) {
        let script = "mount --bind /host-proc /proc && exec podman \"$@\"";
        let output = Command::new("nsenter")
            .args(["--target", &self.init, "--mount", "--net", "--"])
            .args(["unshare", "--mount", "sh", "-c", script, "podman"])
            .args(arguments)
            .env("CONTAINERS_CONF", "/etc/containers.conf")
            // It is one of the real machine.
            .env_remove("TMPDIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "podman (packages podman and runc): {said}"
        );
    }

    /// What systemd and its services said.
    pub fn log(&self) -> String {
        let journal = self.tried(&["journalctl", "--no-pager", "-o", "cat", "-n", "40"]);
        let said = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        format!("{said}\n{}", String::from_utf8_lossy(&journal.stdout))
    }

    /// Waits for something; what it is.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(seen) = seen() {
                return seen;
            }
            assert!(Instant::now() < end, "no {what}: {}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The cgroup of one of its services, where its memory is counted.
    pub fn cgroup(&self, service: &str) -> PathBuf {
        let below = format!("{}/system.slice/{service}", self.name);
        let places = ["memory", ""].map(|hierarchy| {
            let at = Path::new("/sys/fs/cgroup").join(hierarchy);
            at.join(&below)
        });
        let found = places.iter().find(|path| path.is_dir());
        found
            .unwrap_or_else(|| panic!("no {below}: {}", self.log()))
            .clone()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Its first process dies with it, and all others with that.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for hierarchy in hierarchies() {
            remove_cgroup(&hierarchy.join(&self.name));
        }
    }
}

/// Where cgroups are mounted: one of version 2, or many of version 1 and perhaps that one among them.
pub fn hierarchies() -> Vec<PathBuf> {
    let below = fs::read_dir("/sys/fs/cgroup").into_iter().flatten();
    let below = below.flatten().map(|entry| entry.path());
    below.chain(["/sys/fs/cgroup".into()]).collect()
}

/// What killed runs left.
fn remove_leftovers() {
    for hierarchy in hierarchies() {
        for entry in fs::read_dir(&hierarchy).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let pid = name.strip_prefix(PREFIX);
            if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                remove_cgroup(&entry.path());
            }
        }
    }
}

/// Processes that were killed take a moment to be gone.
fn remove_cgroup(path: &Path) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_cgroup(&entry.path());
        }
    }
    for _ in 0..50 {
        if fs::remove_dir(path).is_ok() || !path.exists() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
