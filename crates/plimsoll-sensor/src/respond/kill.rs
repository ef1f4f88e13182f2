//! Kills a process by its exec id.

use std::path::Path;

use plimsoll_model::event::ExecId;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::RespondError;
use crate::capped::{self, PROC_BYTES_MAX};

/// What `/proc` counts start times in, per second: the same on every Linux of today.
const TICKS_PER_SECOND: u64 = 100;
const NS_PER_TICK: u64 = 1_000_000_000 / TICKS_PER_SECOND;

pub(super) fn kill(process: ExecId) -> Result<(), RespondError> {
    signal(process, Signal::KILL)
}

/// Sends a signal to the process that is meant, not to one that has its pid by now.
pub(super) fn signal(process: ExecId, signal: Signal) -> Result<(), RespondError> {
    let pid = i32::try_from(process.pid)
        .ok()
        .and_then(Pid::from_raw)
        .ok_or(RespondError::Gone(process))?;
    // From here on the descriptor stands for one process; its start time says which.
    let descriptor = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(descriptor) => descriptor,
        Err(Errno::SRCH) => return Err(RespondError::Gone(process)),
        Err(error) => return Err(RespondError::system("pidfd_open", error)),
    };
    let started = started_ticks(process.pid).ok_or(RespondError::Gone(process))?;
    if started != process.start_ns / NS_PER_TICK {
        return Err(RespondError::Reused(process));
    }
    match pidfd_send_signal(&descriptor, signal) {
        Ok(()) => Ok(()),
        Err(Errno::SRCH) => Err(RespondError::Gone(process)),
        Err(error) => Err(RespondError::system("pidfd_send_signal", error)),
    }
}

/// Field 22 of `/proc/PID/stat`: ticks after boot.
fn started_ticks(pid: u32) -> Option<u64> {
    let stat = capped::bytes(Path::new(&format!("/proc/{pid}/stat")), PROC_BYTES_MAX).ok()?;
    // The name in parentheses may hold anything, parentheses and spaces included.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 2..)?).ok()?;
    rest.split(' ').nth(19)?.parse().ok()
}

/// The exec id of a living process, as precise as `/proc` tells.
#[cfg(test)]
pub(super) fn exec_id(pid: u32) -> Option<ExecId> {
    let start_ns = started_ticks(pid)? * NS_PER_TICK;
    Some(ExecId { pid, start_ns })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;

    use super::*;

    #[test]
    fn the_process_meant_is_killed_and_no_other() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let process = exec_id(child.id()).unwrap();
        let other = ExecId {
            start_ns: process.start_ns + 5 * NS_PER_TICK,
            ..process
        };
        assert!(matches!(kill(other), Err(RespondError::Reused(_))));
        assert!(child.try_wait().unwrap().is_none());
        kill(process).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        assert!(matches!(kill(process), Err(RespondError::Gone(_))));
    }
}
