//! Until when it was watched: a small file, so that the next start can say what it missed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll_behavior::alert::Notice;
use plimsoll_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::atomic;

/// The form of the file.
const SCHEMA: &str = "plimsoll.watch-state/v1";
/// Longest file that is read, bytes.
const BYTES_MAX: u64 = 64 << 10;
/// How often it is written while watching.
pub const INTERVAL: Duration = Duration::from_secs(10);
/// Shorter gaps than this are the time that a restart takes, milliseconds.
const GAP_MS_MIN: i64 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    schema: String,
    /// The kernel's, new with each boot.
    boot_id: String,
    /// Until when events were taken, RFC 3339.
    until: String,
    events: u64,
    lost: u64,
    /// Whether it ended in order.
    ended: bool,
}

/// The file, and what it said at the start.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    boot_id: String,
}

impl StateFile {
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            boot_id: boot_id(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was missed, as far as the file says; an unreadable file is an error and no reason not to
    /// watch.
    pub fn missed(&self, now: Timestamp) -> Result<Option<Notice>, String> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let mut text = String::new();
        file.take(BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
        let document: Document =
            serde_json::from_str(&text).map_err(|error| format!("it is damaged: {error}"))?;
        if document.schema != SCHEMA {
            return Err(format!("its form `{}` is not known", document.schema));
        }
        let from: Timestamp = document
            .until
            .parse()
            .map_err(|error| format!("its time is none: {error}"))?;
        if now.as_millisecond() - from.as_millisecond() < GAP_MS_MIN {
            return Ok(None);
        }
        let why = if document.boot_id != self.boot_id {
            "the machine was started again"
        } else if document.ended {
            "it was ended"
        } else {
            "it ended without a word, killed or out of memory"
        };
        let to = now;
        let why = why.to_owned();
        Ok(Some(Notice::Gap { from, to, why }))
    }

    /// Says until when it watched.
    pub fn write(&self, until: Timestamp, events: u64, lost: u64, ended: bool) -> io::Result<()> {
        let document = Document {
            schema: SCHEMA.to_owned(),
            boot_id: self.boot_id.clone(),
            until: until.to_string(),
            events,
            lost,
            ended,
        };
        let text = serde_json::to_string(&document).map_err(io::Error::other)?;
        atomic::write(&self.path, format!("{text}\n").as_bytes())
    }
}

/// The kernel's id of this boot; empty where it does not say.
fn boot_id() -> String {
    let mut text = String::new();
    let read = File::open("/proc/sys/kernel/random/boot_id")
        .and_then(|file| file.take(128).read_to_string(&mut text));
    if read.is_err() {
        return String::new();
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_says_what_it_missed_and_why() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StateFile::new(folder.path().join("state.json"));
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(file.missed(at(0)), Ok(None));
        let why = |file: &StateFile| match file.missed(at(20)) {
            Ok(Some(Notice::Gap { from, to, why })) => {
                assert_eq!((from, to), (at(10), at(20)));
                why
            }
            other => panic!("{other:?}"),
        };
        file.write(at(10), 1, 0, false).unwrap();
        assert_eq!(
            why(&file),
            "it ended without a word, killed or out of memory"
        );
        file.write(at(10), 1, 0, true).unwrap();
        assert_eq!(why(&file), "it was ended");
        file.boot_id = "other".to_owned();
        assert_eq!(why(&file), "the machine was started again");
        std::fs::write(file.path(), "{").unwrap();
        assert!(file.missed(at(20)).unwrap_err().contains("damaged"));
    }
}
