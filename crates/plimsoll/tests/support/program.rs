//! Runs the program as a person does: its own binary, an environment of the test's own, and what
//! came of it.

#![allow(dead_code, reason = "each test uses a part")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest that one run may take on a busy machine: past it, it hangs.
const RUN_MAX: Duration = Duration::from_mins(2);

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The most memory that it had, in KiB.
    pub peak_kib: u64,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Fails unless it ended with this code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        let out = String::from_utf8_lossy(&self.stdout);
        assert_eq!(self.code, Some(code), "{}\n{out}", self.stderr);
        self
    }
}

/// A folder of the test's own, with what the program would keep in a home folder, and a database.
pub struct World {
    pub folder: PathBuf,
    pub database: PathBuf,
}

impl World {
    /// An empty folder. What an earlier run of the same test left there goes first, so that
    /// leftovers of killed runs do not pile up.
    pub fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("work")).unwrap();
        let database = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/starter.db");
        Self { folder, database }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn write(&self, name: &str, data: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, data).unwrap();
        path
    }

    /// The program with nothing of the caller's environment that it heeds.
    pub fn command<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", std::env::temp_dir())
            .env("HOME", self.path("home"))
            .env("PLIMSOLL_DB", &self.database)
            .env("PLIMSOLL_CACHE", self.path("cache"))
            .stdin(Stdio::null());
        command
    }

    /// Runs `plimsoll` with these arguments.
    pub fn run<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(&self, arguments: I) -> Ran {
        run(&mut self.command(arguments))
    }

    /// The report of a scan that ends with this code.
    pub fn scan(&self, target: &str, code: i32) -> Value {
        let ran = self.run(["scan", target, "--format", "json"]);
        ran.ended(code).json()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Runs a command to its end, within [`RUN_MAX`], and watches its memory.
pub fn run(command: &mut Command) -> Ran {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let begun = Instant::now();
    let status_path = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let mut pause = Duration::from_millis(1);
    let status = loop {
        peak_kib = peak_kib.max(peak_of(&status_path));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > RUN_MAX {
            let _ = child.kill();
            panic!("{command:?}: does not end");
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    Ran {
        code: status.code(),
        stdout: stdout.join().unwrap(),
        stderr: String::from_utf8_lossy(&stderr.join().unwrap()).into_owned(),
        peak_kib,
    }
}

fn drain(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// Peak memory of a process that runs, in KiB.
fn peak_of(status: &str) -> u64 {
    let mut text = String::new();
    let read = File::open(status).and_then(|mut file| file.read_to_string(&mut text));
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.filter(|_| read.is_ok())
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}

/// Runs a tool that must work; `package` is the one to install where it is missing.
pub fn tool(package: &str, command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install the package {package}"));
    let errors = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {errors}");
    String::from_utf8(stdout).unwrap()
}

/// A folder that `script/test` names.
pub fn given(variable: &str) -> PathBuf {
    let folder = std::env::var_os(variable);
    PathBuf::from(folder.unwrap_or_else(|| panic!("{variable} is not set: run script/test")))
}

/// Elements of a list in a report.
pub fn list<'a>(report: &'a Value, key: &str) -> &'a [Value] {
    report[key].as_array().map_or(&[], Vec::as_slice)
}

/// A text in a report; empty where it is absent.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Files below a folder, hidden ones too.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
