//! Who watches: nobody, we, and peers that are told to watch the same.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Setup, installed};

/// How long a watcher has until it watches.
const READY_WITHIN: Duration = Duration::from_mins(1);

const AUDITCTL: &[&str] = &["/usr/sbin/auditctl", "/sbin/auditctl"];

pub enum Watcher {
    Nobody,
    /// On processes that carry a context of the kernel's audit.
    NobodyAudited,
    Plimsoll {
        version: String,
    },
    Bpftrace {
        program: PathBuf,
        version: String,
    },
    Auditd {
        control: PathBuf,
        daemon: PathBuf,
        version: String,
    },
}

/// Whether new processes carry a context of the kernel's audit.
#[derive(Clone, Copy)]
pub enum Audit {
    Off,
    On,
}

impl Audit {
    /// Sets it for processes from now on; nothing where there is no `auditctl`.
    pub fn set(self) -> Result<()> {
        let Some(control) = installed(AUDITCTL) else {
            return Ok(());
        };
        let rules: &[&[&str]] = match self {
            Self::Off => &[&["-D"], &["-e", "0"], &["-a", "never,task"]],
            Self::On => &[&["-D"], &["-e", "0"]],
        };
        for rule in rules {
            Command::new(&control)
                .args(*rule)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
        }
        Ok(())
    }
}

/// A watcher at work.
pub struct Watching {
    child: Option<Child>,
    /// What takes back what it set.
    after: Vec<Vec<String>>,
    begun_cpu: Duration,
}

/// What is here, and what is missing.
pub fn find(setup: &Setup) -> (Vec<Watcher>, Vec<String>) {
    let mut watchers = vec![
        Watcher::Nobody,
        Watcher::Plimsoll {
            version: said(&setup.program, &["--version"]),
        },
    ];
    let mut missing = Vec::new();
    match installed(&["/usr/bin/bpftrace"]) {
        Some(program) => watchers.push(Watcher::Bpftrace {
            version: said(&program, &["--version"]),
            program,
        }),
        None => missing.push("bpftrace (Debian's package `bpftrace`)".to_owned()),
    }
    match (
        installed(AUDITCTL),
        installed(&["/usr/sbin/auditd", "/sbin/auditd"]),
    ) {
        (Some(control), Some(daemon)) => watchers.push(Watcher::Auditd {
            version: said(&control, &["-v"]),
            control,
            daemon,
        }),
        _ => missing.push("auditd (Debian's package `auditd`)".to_owned()),
    }
    (watchers, missing)
}

impl Watcher {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Nobody => "no sensor",
            Self::NobodyAudited => "no sensor, processes as auditd needs them",
            Self::Plimsoll { .. } => "plimsoll, these rules",
            Self::Bpftrace { .. } => "bpftrace, opens and execs printed",
            Self::Auditd { .. } => "auditd, opens and execs",
        }
    }

    pub fn version(&self) -> &str {
        match self {
            Self::Nobody | Self::NobodyAudited => "–",
            Self::Plimsoll { version }
            | Self::Bpftrace { version, .. }
            | Self::Auditd { version, .. } => version,
        }
    }

    /// Starts it and waits until it watches.
    pub fn start(&self, setup: &Setup) -> Result<Watching> {
        match self {
            Self::Nobody | Self::NobodyAudited => Ok(Watching::nobody()),
            Self::Plimsoll { .. } => plimsoll(setup),
            Self::Bpftrace { program, .. } => bpftrace(program, &setup.scratch),
            Self::Auditd {
                control, daemon, ..
            } => auditd(control, daemon, &setup.scratch),
        }
    }
}

fn plimsoll(setup: &Setup) -> Result<Watching> {
    let out = File::create(setup.scratch.join("plimsoll.out"))?;
    watch(setup, &[], out.into())
}

/// Ours, with further arguments, its alerts going where that is said.
pub fn watch(setup: &Setup, arguments: &[&str], out: Stdio) -> Result<Watching> {
    let log = setup.scratch.join("plimsoll.log");
    let mut command = Command::new(&setup.program);
    command.args(["watch", "--format", "json", "--state", "off"]);
    command.args(arguments);
    for rules in &setup.rules {
        command.arg("--rules").arg(rules);
    }
    let child = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(File::create(&log)?)
        .spawn()
        .context("failed to start plimsoll")?;
    Watching::ready(child, &log, "watching")
}

/// Prints what it sees of the two kinds, as a rule on them would need it.
fn bpftrace(program: &Path, scratch: &Path) -> Result<Watching> {
    const SCRIPT: &str = "BEGIN { printf(\"watching\\n\"); }
tracepoint:syscalls:sys_enter_openat { printf(\"o %d %s %s\\n\", pid, comm, str(args->filename)); }
tracepoint:sched:sched_process_exec { printf(\"e %d %s %s\\n\", pid, comm, str(args->filename)); }";
    let log = scratch.join("bpftrace.out");
    let child = Command::new(program)
        .args(["-e", SCRIPT])
        .stdin(Stdio::null())
        .stdout(File::create(&log)?)
        .stderr(File::create(scratch.join("bpftrace.err"))?)
        .spawn()
        .context("failed to start bpftrace")?;
    Watching::ready(child, &log, "watching")
}

fn auditd(control: &Path, daemon: &Path, scratch: &Path) -> Result<Watching> {
    let folder = scratch.join("audit");
    std::fs::create_dir_all(&folder)?;
    let log = folder.join("audit.log");
    let _ = std::fs::remove_file(&log);
    std::fs::write(
        folder.join("auditd.conf"),
        format!(
            "log_file = {}\nlog_format = RAW\nflush = NONE\nmax_log_file = 4000\nmax_log_file_action = IGNORE\nlocal_events = yes\nwrite_logs = yes\nspace_left = 75\nspace_left_action = IGNORE\nadmin_space_left = 50\nadmin_space_left_action = IGNORE\ndisk_full_action = IGNORE\ndisk_error_action = IGNORE\n",
            log.display()
        ),
    )?;
    let child = Command::new(daemon)
        .args(["-n", "-c"])
        .arg(&folder)
        .stdin(Stdio::null())
        .stdout(File::create(scratch.join("auditd.out"))?)
        .stderr(File::create(scratch.join("auditd.err"))?)
        .spawn()
        .context("failed to start auditd")?;
    let mut watching = Watching::ready(child, &log, "DAEMON_START")?;
    for arguments in [
        "-D",
        "-b 65536",
        "-e 1",
        "-a always,exit -F arch=b64 -S openat -k work",
        "-a always,exit -F arch=b64 -S execve -k work",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let status = Command::new(control)
            .args(words)
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            bail!("auditctl {arguments} failed");
        }
    }
    let undo = |words: &[&str]| {
        let mut command = vec![control.display().to_string()];
        command.extend(words.iter().map(|&word| word.to_owned()));
        command
    };
    watching.after = vec![undo(&["-D"]), undo(&["-e", "0"])];
    Ok(watching)
}

impl Watching {
    const fn nobody() -> Self {
        Self {
            child: None,
            after: Vec::new(),
            begun_cpu: Duration::ZERO,
        }
    }

    fn ready(child: Child, log: &Path, word: &str) -> Result<Self> {
        let mut watching = Self {
            child: Some(child),
            after: Vec::new(),
            begun_cpu: Duration::ZERO,
        };
        let until = Instant::now() + READY_WITHIN;
        loop {
            let text = plimsoll_image::read_file_capped(log, 16 << 20).unwrap_or_default();
            let said = String::from_utf8_lossy(&text);
            if said.contains(word) {
                break;
            }
            let ended = match &mut watching.child {
                Some(child) => child.try_wait()?.is_some(),
                None => true,
            };
            if ended || Instant::now() > until {
                let last = said.lines().rev().take(5).collect::<Vec<_>>().join(" / ");
                bail!(
                    "the watcher did not say `{word}` in {}: {last}",
                    log.display()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
        watching.begun_cpu = watching.cpu().unwrap_or_default();
        Ok(watching)
    }

    /// Ends it; gives back the processor time that it used while it watched.
    pub fn finish(mut self) -> Result<Duration> {
        let used = self
            .cpu()
            .unwrap_or_default()
            .saturating_sub(self.begun_cpu);
        for command in std::mem::take(&mut self.after) {
            if let Some((program, arguments)) = command.split_first() {
                Command::new(program)
                    .args(arguments)
                    .stdout(Stdio::null())
                    .status()?;
            }
        }
        self.end();
        Ok(used)
    }

    fn end(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        if let Some(pid) = i32::try_from(child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Its end of a pipe.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.as_mut()?.stdout.take()
    }

    /// Its resident memory, in KiB.
    pub fn resident_kib(&self) -> Option<u64> {
        let pid = self.child.as_ref()?.id();
        let path = PathBuf::from(format!("/proc/{pid}/status"));
        let status = plimsoll_image::read_file_capped(&path, 1 << 16).ok()?;
        let text = String::from_utf8_lossy(&status).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// User and system time of its process, from `/proc`.
    pub fn cpu(&self) -> Option<Duration> {
        let pid = self.child.as_ref()?.id();
        let path = PathBuf::from(format!("/proc/{pid}/stat"));
        let stat = plimsoll_image::read_file_capped(&path, 4096).ok()?;
        let text = String::from_utf8_lossy(&stat).into_owned();
        let (_, rest) = text.rsplit_once(") ")?;
        let words: Vec<&str> = rest.split(' ').collect();
        let ticks = words.get(11)?.parse::<u64>().ok()? + words.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.end();
    }
}

fn said(program: &Path, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
