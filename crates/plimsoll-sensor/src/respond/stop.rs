//! Ends a container: first it is asked, then it is made to.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::cgroup::{self, Cgroups};
use super::{Done, RespondError, freeze};
use crate::capped::{self, PROC_BYTES_MAX};

/// How long the container has to end by itself.
pub const STOP_GRACE: Duration = Duration::from_secs(10);
/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long the end may take after everything was killed.
const KILL_GRACE: Duration = Duration::from_secs(5);

/// A container that is being ended, on a thread of its own.
#[derive(Debug)]
pub struct Stopping {
    thread: thread::JoinHandle<Result<Done, RespondError>>,
}

impl Stopping {
    /// Whether [`Stopping::wait`] would return at once.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the end.
    pub fn wait(self) -> Result<Done, RespondError> {
        self.thread.join().unwrap_or_else(|_| {
            let error = std::io::Error::other("its thread ended early");
            Err(RespondError::system("stop", error))
        })
    }
}

pub(super) fn stop(cgroups: &Cgroups, path: &str) -> Result<Stopping, RespondError> {
    let folder = match cgroups.unified(path)? {
        Some(folder) if !cgroup::processes(&folder)?.is_empty() => folder,
        _ => cgroups.freezer(path)?.ok_or(RespondError::NoCgroup)?,
    };
    let path = path.to_owned();
    Ok(Stopping {
        thread: thread::spawn(move || run(&folder, &path)),
    })
}

fn run(folder: &Path, path: &str) -> Result<Done, RespondError> {
    thaw_if_frozen(folder)?;
    let pids = cgroup::processes(folder)?;
    for pid in &pids {
        if is_init(*pid) || pids.len() == 1 {
            send(*pid, Signal::TERM);
        }
    }
    if ended(folder, STOP_GRACE) {
        return Ok(done(path, "ended by itself when asked"));
    }
    kill_all(folder)?;
    if ended(folder, KILL_GRACE) {
        return Ok(done(path, "killed after it did not end when asked"));
    }
    let error = std::io::Error::other("processes are left after the kill");
    Err(RespondError::system(folder.display(), error))
}

fn done(path: &str, how: &str) -> Done {
    Done {
        text: format!("stopped cgroup {path}: {how}"),
        undo: None,
    }
}

/// A frozen process takes no signal but the last one.
fn thaw_if_frozen(folder: &Path) -> Result<(), RespondError> {
    let file: PathBuf = folder.join("cgroup.freeze");
    if capped::text(&file, PROC_BYTES_MAX).is_ok_and(|text| text.trim() == "1") {
        freeze::thaw(&file)?;
    }
    Ok(())
}

fn ended(folder: &Path, within: Duration) -> bool {
    let until = Instant::now() + within;
    loop {
        // A cgroup that cannot be read any more is gone.
        if cgroup::processes(folder).is_ok_and(|pids| pids.iter().any(|pid| is_alive(*pid))) {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        } else {
            return true;
        }
    }
}

fn kill_all(folder: &Path) -> Result<(), RespondError> {
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        return Ok(());
    }
    // Again until none is left: a process may fork while the list is gone through.
    for _ in 0..100 {
        let pids = cgroup::processes(folder)?;
        if pids.is_empty() {
            break;
        }
        for pid in pids {
            send(pid, Signal::KILL);
        }
    }
    Ok(())
}

fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // One that has ended meanwhile is what is wanted.
        let _ = kill_process(pid, signal);
    }
}

/// Whether it is process 1 of its own pid namespace.
fn is_init(pid: u32) -> bool {
    status(pid, "NSpid:").is_some_and(|pids| {
        let mut pids = pids.split_whitespace();
        pids.next_back() == Some("1") && pids.next().is_some()
    })
}

/// One that has ended but was not waited for does not count.
fn is_alive(pid: u32) -> bool {
    status(pid, "State:").is_some_and(|state| !state.trim_start().starts_with('Z'))
}

fn status(pid: u32, key: &str) -> Option<String> {
    let text = capped::text(Path::new(&format!("/proc/{pid}/status")), PROC_BYTES_MAX).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.to_owned())
}
