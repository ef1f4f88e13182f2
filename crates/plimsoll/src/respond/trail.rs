//! The audit trail: what was decided, done, failed and taken back, one JSON object a line.
//!
//! Only ever added to. A long one is put aside under a name of its own and a new one begins with what
//! can still be taken back; numbers go on. A line that cannot be read is told and passed over: the
//! trail of an earlier day must not keep anybody from taking back today's response.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;

use super::entry::{Entry, SCHEMA};
use crate::failure::{Context, Failure};

/// Longest trail that is read, in bytes.
const TRAIL_BYTES_MAX: u64 = 64 << 20;
/// A trail that would grow past this many bytes is put aside.
const TRAIL_BYTES_LONG: u64 = TRAIL_BYTES_MAX / 2;
/// Name of the file in the folder of the service's state.
const FILE: &str = "answers.jsonl";
/// That folder without a service manager.
const FOLDER: &str = "/var/lib/plimsoll";

/// The file.
#[derive(Debug, Clone)]
pub struct Trail {
    path: PathBuf,
    next: u64,
    bytes: u64,
    bytes_long: u64,
}

/// What a trail holds.
#[derive(Debug, Default)]
pub struct Contents {
    pub entries: Vec<Entry>,
    /// Places of lines that could not be read, from 1.
    pub unreadable: Vec<u64>,
    /// The number of the last line, whether it could be read or not.
    pub last: u64,
}

impl Trail {
    /// The one that was named, or the one in the service's folder.
    pub fn at(path: Option<&Path>) -> PathBuf {
        if let Some(path) = path {
            return path.to_owned();
        }
        std::env::var_os("STATE_DIRECTORY")
            .map_or_else(|| PathBuf::from(FOLDER), PathBuf::from)
            .join(FILE)
    }

    /// Opens it for adding, making it and its folder where they are not there.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).context(format_args!("make {}", folder.display()))?;
        }
        let mut trail = Self {
            path: path.to_owned(),
            next: 1,
            bytes: fs::metadata(path).map_or(0, |found| found.len()),
            bytes_long: TRAIL_BYTES_LONG,
        };
        trail.next = read(path)?.last + 1;
        Ok(trail)
    }

    /// Adds a line and gives it its number. It is on the disk when this returns.
    pub fn add(&mut self, mut entry: Entry) -> Result<Entry, Failure> {
        entry.id = self.next;
        let line = self.line(&entry)?;
        if self.bytes > 0 && self.bytes + line.len() as u64 > self.bytes_long {
            self.put_aside()?;
        }
        self.write(&line)?;
        self.next += 1;
        Ok(entry)
    }

    fn line(&self, entry: &Entry) -> Result<Vec<u8>, Failure> {
        let mut line = serde_json::to_vec(entry).context(self.doing())?;
        line.push(b'\n');
        Ok(line)
    }

    fn doing(&self) -> String {
        format!("write the audit trail {}", self.path.display())
    }

    fn write(&mut self, lines: &[u8]) -> Result<(), Failure> {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)
            .context(self.doing())?;
        file.write_all(lines).context(self.doing())?;
        file.sync_data().context(self.doing())?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Begins a new file with what can still be taken back. The old one keeps every line, under a
    /// name with the number of its last one: no two have the same.
    fn put_aside(&mut self) -> Result<(), Failure> {
        let contents = read(&self.path)?;
        let mut lines = Vec::new();
        for entry in contents.open_ended() {
            lines.extend(self.line(entry)?);
        }
        let fresh = self.path.with_extension("new");
        fs::write(&fresh, &lines).context(self.doing())?;
        fs::set_permissions(&fresh, Permissions::from_mode(0o600)).context(self.doing())?;
        let aside = self.path.with_extension(format!("{}.jsonl", self.next - 1));
        let doing = || format!("put aside {} as {}", self.path.display(), aside.display());
        fs::hard_link(&self.path, &aside).context(doing())?;
        fs::rename(&fresh, &self.path).context(doing())?;
        self.bytes = lines.len() as u64;
        Ok(())
    }
}

/// Reads a trail; one that is not there is empty.
pub fn read(path: &Path) -> Result<Contents, Failure> {
    if !path.exists() {
        return Ok(Contents::default());
    }
    let bytes = read_file_capped(path, TRAIL_BYTES_MAX)
        .context(format_args!("read the audit trail {}", path.display()))?;
    let mut contents = Contents::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Entry>(line) {
            Ok(entry) if entry.schema == SCHEMA => {
                contents.last = contents.last.max(entry.id);
                contents.entries.push(entry);
            }
            _ => {
                contents.last += 1;
                contents.unreadable.push(index as u64 + 1);
            }
        }
    }
    Ok(contents)
}

impl Contents {
    /// What was done, can be taken back and was not yet.
    pub fn open_ended(&self) -> Vec<&Entry> {
        let undone: Vec<u64> = self
            .entries
            .iter()
            .filter_map(|entry| entry.undoes)
            .collect();
        self.entries
            .iter()
            .filter(|entry| entry.undo.is_some() && !undone.contains(&entry.id))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_model::Timestamp;
    use plimsoll_model::event::ExecId;
    use plimsoll_policy::response::{Answer, Decision, Guard};
    use plimsoll_sensor::respond::{Done, RespondError, Undo};

    use super::super::order::{Order, OrderContainer};
    use super::*;

    fn order(decision: Decision) -> Order {
        Order {
            time: Timestamp::UNIX_EPOCH,
            response: "pause-breakouts".to_owned(),
            answer: Answer::Pause,
            decision,
            rule: "Release agent written".to_owned(),
            process: ExecId {
                pid: 7,
                start_ns: 9,
            },
            exe: "/bin/sh".to_owned(),
            container: OrderContainer {
                id: "abc".to_owned(),
                name: "cart".to_owned(),
                cgroup_id: 5,
                ..OrderContainer::default()
            },
            by_kernel: None,
        }
    }

    #[test]
    fn what_is_written_is_read_and_taken_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/answers.jsonl");
        let mut trail = Trail::open(&path).unwrap();
        let done = Done {
            text: "paused cgroup /x".to_owned(),
            undo: Some(Undo::Allow { cgroup_id: 5 }),
        };
        let first = trail
            .add(Entry::done(order(Decision::Act), Ok(done)))
            .unwrap();
        let guarded = Decision::Guarded(Guard::Engine);
        trail.add(Entry::decided(order(guarded))).unwrap();
        trail
            .add(Entry::done(
                order(Decision::Act),
                Err(RespondError::NoCgroup),
            ))
            .unwrap();

        let contents = read(&path).unwrap();
        let states: Vec<&str> = contents.entries.iter().map(|e| e.state.as_str()).collect();
        assert_eq!(states, ["done", "guarded", "failed"]);
        assert!(contents.entries[2].has_failed());
        assert_eq!(contents.open_ended(), [&first]);

        let mut again = Trail::open(&path).unwrap();
        let undone = first.undone(Timestamp::UNIX_EPOCH, "let run again".to_owned());
        assert_eq!(again.add(undone).unwrap().id, 4);
        assert!(read(&path).unwrap().open_ended().is_empty());
    }

    #[test]
    fn a_torn_line_is_told_and_keeps_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.jsonl");
        let mut trail = Trail::open(&path).unwrap();
        trail.add(Entry::decided(order(Decision::Act))).unwrap();
        let mut text = read_file_capped(&path, TRAIL_BYTES_MAX).unwrap();
        text.extend_from_slice(b"{\"schema\": \"plimsoll.ans\n");
        fs::write(&path, text).unwrap();
        let contents = read(&path).unwrap();
        assert_eq!((contents.entries.len(), contents.unreadable), (1, vec![2]));
        let mut again = Trail::open(&path).unwrap();
        assert_eq!(
            again.add(Entry::decided(order(Decision::Act))).unwrap().id,
            3
        );
    }
    #[test]
    fn a_long_trail_is_put_aside_whole_and_what_is_open_stays_to_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.jsonl");
        let mut trail = Trail::open(&path).unwrap();
        trail.bytes_long = 2000;
        let done = Done {
            text: "refused connections".to_owned(),
            undo: Some(Undo::Allow { cgroup_id: 5 }),
        };
        let open = trail
            .add(Entry::done(order(Decision::Act), Ok(done)))
            .unwrap();
        for _ in 0..40 {
            trail.add(Entry::decided(order(Decision::Act))).unwrap();
        }
        let mut seen: Vec<u64> = Vec::new();
        let mut files = 0;
        for file in fs::read_dir(folder.path()).unwrap() {
            files += 1;
            let path = file.unwrap().path();
            assert!(fs::metadata(&path).unwrap().len() <= 2000, "{path:?}");
            seen.extend(read(&path).unwrap().entries.iter().map(|entry| entry.id));
        }
        assert!(files > 3, "{files}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (1..=41).collect::<Vec<u64>>());
        assert_eq!(read(&path).unwrap().open_ended(), [&open]);
        let mut again = Trail::open(&path).unwrap();
        let undone = again.add(open.undone(Timestamp::UNIX_EPOCH, "allowed again".to_owned()));
        assert_eq!(undone.unwrap().id, 42);
        assert!(read(&path).unwrap().open_ended().is_empty());
    }
}
