//! Alerts as lines in a file that is rotated.
//!
//! `alerts.json` becomes `alerts.json.1` when the next line would make it too long, that
//! `alerts.json.2`, and so on; the oldest is removed. New files can be read by their owner alone:
//! command lines and paths tell much. A line is whole or not there: when the disk is full, the half
//! that fitted is taken back.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Output, SendError};
use crate::{Form, Message};

/// Permissions of a new file.
const MODE: u32 = 0o600;
/// Most alerts written at once.
const BATCH_MAX: usize = 64;

/// When a file is put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Longest file, bytes; 0 never rotates.
    pub bytes_max: u64,
    /// How many old files are kept.
    pub kept: u32,
}

impl Default for Rotation {
    fn default() -> Self {
        Self {
            bytes_max: 100 << 20,
            kept: 5,
        }
    }
}

/// Lines in a file.
pub struct FileOutput {
    path: PathBuf,
    form: Form,
    rotation: Rotation,
    open: Option<Opened>,
}

struct Opened {
    file: File,
    bytes: u64,
}

impl FileOutput {
    /// Opens the file, or makes it; what it holds stays.
    pub fn open(path: PathBuf, form: Form, rotation: Rotation) -> io::Result<Self> {
        let open = Some(open(&path)?);
        Ok(Self {
            path,
            form,
            rotation,
            open,
        })
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let length = text.len() as u64;
        let mut opened = match self.open.take() {
            Some(opened) => opened,
            None => open(&self.path)?,
        };
        let limit = self.rotation.bytes_max;
        if limit > 0 && opened.bytes > 0 && opened.bytes + length > limit {
            drop(opened);
            rotate(&self.path, self.rotation.kept)?;
            opened = open(&self.path)?;
        }
        let written = opened.file.write_all(text);
        match &written {
            Ok(()) => opened.bytes += length,
            // Half a line would spoil the next one.
            Err(_) => opened.file.set_len(opened.bytes)?,
        }
        self.open = Some(opened);
        written
    }
}

impl Output for FileOutput {
    fn batch_max(&self) -> usize {
        BATCH_MAX
    }

    fn send(&mut self, batch: &[Arc<Message>]) -> Result<(), SendError> {
        let mut text = String::new();
        for message in batch {
            text.push_str(message.form(self.form));
            text.push('\n');
        }
        self.write(text.as_bytes())
            .map_err(|error| SendError::passing(explain(&error)))
    }

    fn reopen(&mut self) -> Result<(), SendError> {
        self.open = None;
        self.open = Some(open(&self.path).map_err(|error| SendError::passing(explain(&error)))?);
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<Opened> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(MODE)
        .open(path)?;
    let metadata = file.metadata()?;
    // A pipe or a device has no length, and cannot be rotated or cut.
    if !metadata.is_file() {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    Ok(Opened {
        file,
        bytes: metadata.size(),
    })
}

/// Moves `path` to `path.1`, `path.1` to `path.2` and so on; none is kept when `kept` is 0.
fn rotate(path: &Path, kept: u32) -> io::Result<()> {
    if kept == 0 {
        return fs::remove_file(path);
    }
    for number in (1..kept).rev() {
        if_there(fs::rename(
            numbered(path, number),
            numbered(path, number + 1),
        ))?;
    }
    if_there(fs::rename(path, numbered(path, 1)))
}

fn if_there(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the filesystem is read-only".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests read what they wrote")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn message(text: &str) -> Arc<Message> {
        Arc::new(Message {
            json: format!("\"{text}\""),
            text: text.to_owned(),
            severity: 5,
            time: String::new(),
            hostname: String::new(),
        })
    }

    #[test]
    fn files_are_put_away_and_the_oldest_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.log");
        let rotation = Rotation {
            bytes_max: 10,
            kept: 2,
        };
        let mut output = FileOutput::open(path.clone(), Form::Text, rotation).unwrap();
        for text in ["aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg"] {
            output.send(&[message(text)]).unwrap();
        }
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        assert_eq!(read(path.clone()), "gggg\n");
        assert_eq!(read(numbered(&path, 1)), "eeee\nffff\n");
        assert_eq!(read(numbered(&path, 2)), "cccc\ndddd\n");
        assert!(!numbered(&path, 3).exists());
        for entry in fs::read_dir(folder.path()).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_line_longer_than_the_limit_is_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let rotation = Rotation {
            bytes_max: 3,
            kept: 1,
        };
        let mut output = FileOutput::open(path.clone(), Form::Json, rotation).unwrap();
        output.send(&[message("long line")]).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "\"long line\"\n");
    }

    #[test]
    fn what_was_moved_away_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut output = FileOutput::open(path.clone(), Form::Text, Rotation::default()).unwrap();
        output.send(&[message("one")]).unwrap();
        fs::rename(&path, folder.path().join("moved")).unwrap();
        output.send(&[message("two")]).unwrap();
        assert!(!path.exists());
        output.reopen().unwrap();
        output.send(&[message("three")]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
    }

    #[test]
    fn what_stood_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "before\n").unwrap();
        let mut output = FileOutput::open(path.clone(), Form::Text, Rotation::default()).unwrap();
        output.send(&[message("one")]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before\none\n");
        assert!(FileOutput::open("/dev/null".into(), Form::Text, Rotation::default()).is_err());
    }
}
