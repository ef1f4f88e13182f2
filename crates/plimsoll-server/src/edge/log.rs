//! The decision log: lines appended to a file that is moved aside when it has grown.
//!
//! Written by a thread of its own. A disk that is full or slow holds no answer back: lines that find no
//! room are counted and lost.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Lines that may wait for the disk.
const WAITING_MAX: usize = 4_096;
/// Bytes that are written together.
const BATCH_BYTES_MAX: usize = 256 << 10;

/// Where to, and how much.
#[derive(Debug, Clone)]
pub struct LogSettings {
    pub file: PathBuf,
    /// The file is moved aside when it would grow beyond this, in bytes.
    pub file_bytes_max: u64,
    /// Files that are kept beside it: `FILE.1`, the youngest, to `FILE.N`.
    pub kept: u32,
}

enum Message {
    Line(String),
    Reopen,
    /// Everything before it is written when it is answered.
    Finish(SyncSender<()>),
}

/// A log that is open.
pub struct Log {
    sender: SyncSender<Message>,
    lost: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Log {
    /// Opens the file, to append to it.
    pub fn open(settings: LogSettings) -> io::Result<Self> {
        let mut writer = Writer::open(settings)?;
        let (sender, receiver) = sync_channel(WAITING_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        let thread = std::thread::Builder::new()
            .name("decision-log".to_owned())
            .spawn(move || run(&mut writer, &receiver, &counted))?;
        Ok(Self {
            sender,
            lost,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Hands a line over, without its end; whether there was room.
    pub fn write(&self, line: String) -> bool {
        self.sender.try_send(Message::Line(line)).is_ok()
    }

    /// Lines that the disk did not take.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Opens the file again, after something else has moved it.
    pub fn reopen(&self) {
        let _ = self.sender.try_send(Message::Reopen);
    }

    /// Waits until what was handed over is written, or a disk that hangs has had its time.
    pub fn finish(&self) {
        let (done, finished) = sync_channel(1);
        if self.sender.try_send(Message::Finish(done)).is_ok() {
            let _ = finished.recv_timeout(Duration::from_secs(5));
        }
        // It ends with the last sender; nobody waits for it.
        drop(
            self.thread
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}

fn run(writer: &mut Writer, receiver: &Receiver<Message>, lost: &AtomicU64) {
    while let Ok(first) = receiver.recv() {
        let mut batch = String::new();
        let mut lines = 0;
        let mut next = Some(first);
        let mut after = None;
        while let Some(message) = next {
            match message {
                Message::Line(line) => {
                    batch.push_str(&line);
                    batch.push('\n');
                    lines += 1;
                }
                other => {
                    after = Some(other);
                    break;
                }
            }
            next = (batch.len() < BATCH_BYTES_MAX)
                .then(|| receiver.try_recv().ok())
                .flatten();
        }
        if lines > 0 && writer.write(batch.as_bytes()).is_err() {
            lost.fetch_add(lines, Ordering::Relaxed);
        }
        match after {
            Some(Message::Reopen) => {
                let _ = writer.reopen();
            }
            Some(Message::Finish(done)) => {
                let _ = done.send(());
            }
            _ => {}
        }
    }
}

struct Writer {
    settings: LogSettings,
    file: File,
    written_bytes: u64,
}

impl Writer {
    fn open(settings: LogSettings) -> io::Result<Self> {
        let (file, written_bytes) = open(&settings.file)?;
        Ok(Self {
            settings,
            file,
            written_bytes,
        })
    }

    fn reopen(&mut self) -> io::Result<()> {
        (self.file, self.written_bytes) = open(&self.settings.file)?;
        Ok(())
    }

    fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        let length = batch.len() as u64;
        let grown = self.written_bytes.saturating_add(length);
        if self.written_bytes > 0 && grown > self.settings.file_bytes_max {
            self.rotate()?;
        }
        self.written_bytes += length;
        self.file.write_all(batch)
    }

    fn rotate(&mut self) -> io::Result<()> {
        let name = |number: u32| {
            let mut name = self.settings.file.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        if self.settings.kept == 0 {
            self.file.set_len(0)?;
            self.written_bytes = 0;
            return Ok(());
        }
        for number in (1..self.settings.kept).rev() {
            let _ = std::fs::rename(name(number), name(number + 1));
        }
        std::fs::rename(&self.settings.file, name(1))?;
        self.reopen()
    }
}

fn open(path: &Path) -> io::Result<(File, u64)> {
    // Who asked for what is not for everybody's eyes.
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o640)
        .open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &Path) -> String {
        String::from_utf8(plimsoll_read(path)).unwrap()
    }

    #[allow(clippy::disallowed_methods, reason = "a file of the test")]
    fn plimsoll_read(path: &Path) -> Vec<u8> {
        std::fs::read(path).unwrap_or_default()
    }

    #[test]
    fn the_log_is_appended_to_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("decisions.jsonl");
        std::fs::write(&file, "before\n").unwrap();
        let settings = LogSettings {
            file: file.clone(),
            file_bytes_max: 100,
            kept: 2,
        };
        let log = Log::open(settings).unwrap();
        assert!(log.write("first".to_owned()));
        log.finish();
        assert_eq!(text(&file), "before\nfirst\n");
        for number in 0..40 {
            assert!(log.write(format!("line {number}")));
            if number % 5 == 0 {
                log.finish();
            }
        }
        log.finish();
        assert!(text(&file).ends_with("line 39\n"));
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["decisions.jsonl", "decisions.jsonl.1", "decisions.jsonl.2"]
        );
        assert_eq!(log.lost(), 0);
    }

    #[test]
    fn a_log_that_was_moved_is_begun_again_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log");
        let settings = LogSettings {
            file: file.clone(),
            file_bytes_max: 1 << 20,
            kept: 1,
        };
        let log = Log::open(settings).unwrap();
        log.write("one".to_owned());
        log.finish();
        std::fs::rename(&file, folder.path().join("moved")).unwrap();
        log.reopen();
        log.write("two".to_owned());
        log.finish();
        assert_eq!(text(&file), "two\n");
        assert_eq!(text(&folder.path().join("moved")), "one\n");
    }
}
