//! Reads files that a hostile process can make endless to wait for.
//!
//! `cmdline` and `environ` are the process's own memory: when that is mapped from a filesystem in
//! user space, or watched by userfaultfd, a reader waits until the process pleases. So a helper
//! thread reads, with a deadline; one that is stuck is left behind, and after a few of those no such
//! file is read any more.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How long a read may take; an honest one takes microseconds.
const READ_TIME_MAX: Duration = Duration::from_millis(200);
/// Threads that may be left waiting: each costs its stack, which is small.
const STUCK_MAX: usize = 8;
/// Stack of a helper thread, in bytes.
const STACK_BYTES: usize = 64 << 10;

/// Why there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it did not answer in time")]
    Stuck,
    #[error("too many others did not answer in time")]
    GivenUp,
}

#[derive(Debug, Default)]
pub struct Patient {
    helper: Option<Helper>,
    stuck: usize,
}

/// Files, and how many bytes of each.
type Wanted = Vec<(PathBuf, u64)>;

#[derive(Debug)]
struct Helper {
    wanted: SyncSender<Wanted>,
    read: Receiver<Vec<Option<Vec<u8>>>>,
}

impl Patient {
    /// The first bytes of files of one process, each `None` when it is gone or not ours to read. One
    /// deadline holds for all: they are read in one go, because each hand-over costs more than a read.
    pub fn read(&mut self, wanted: Wanted) -> Result<Vec<Option<Vec<u8>>>, Refused> {
        if self.stuck >= STUCK_MAX {
            return Err(Refused::GivenUp);
        }
        let helper = match self.helper.take() {
            Some(helper) => helper,
            None => Helper::start().ok_or(Refused::GivenUp)?,
        };
        if helper.wanted.send(wanted).is_err() {
            return Err(Refused::GivenUp);
        }
        match helper.read.recv_timeout(READ_TIME_MAX) {
            Ok(read) => {
                self.helper = Some(helper);
                Ok(read)
            }
            // Its channels go with us; should it ever wake, it finds them closed and ends.
            Err(RecvTimeoutError::Timeout) => {
                self.stuck += 1;
                Err(Refused::Stuck)
            }
            Err(RecvTimeoutError::Disconnected) => Err(Refused::GivenUp),
        }
    }
}

impl Helper {
    fn start() -> Option<Self> {
        let (wanted, next) = sync_channel::<Wanted>(1);
        let (done, read) = sync_channel(1);
        std::thread::Builder::new()
            .name("snapshot".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                while let Ok(wanted) = next.recv() {
                    let read = wanted
                        .iter()
                        .map(|(path, bytes_max)| first_bytes(path, *bytes_max))
                        .collect();
                    if done.send(read).is_err() {
                        break;
                    }
                }
            })
            .ok()?;
        Some(Self { wanted, read })
    }
}

fn first_bytes(path: &Path, bytes_max: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)
        .ok()?
        .take(bytes_max)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_waits_for_ever_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let fine = folder.path().join("fine");
        std::fs::write(&fine, "0123456789").unwrap();
        // Opening a named pipe for reading waits until somebody writes.
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        let none = folder.path().join("none");
        let mut patient = Patient::default();
        let all = |patient: &mut Patient, paths: &[&Path]| {
            patient.read(paths.iter().map(|path| (path.to_path_buf(), 4)).collect())
        };
        assert_eq!(
            all(&mut patient, &[&fine, &none]),
            Ok(vec![Some(b"0123".to_vec()), None])
        );
        for _ in 0..STUCK_MAX {
            assert_eq!(all(&mut patient, &[&fine, &pipe]), Err(Refused::Stuck));
        }
        assert_eq!(all(&mut patient, &[&fine]), Err(Refused::GivenUp));
        // Let the threads go.
        drop(std::fs::OpenOptions::new().write(true).open(&pipe));
    }
}
