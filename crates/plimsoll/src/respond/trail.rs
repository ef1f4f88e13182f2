//! The audit trail: what was decided, done, failed and taken back, one JSON object a line.
//!
//! Only ever added to. A line that cannot be read is told and passed over: the trail of an earlier
//! day must not keep anybody from taking back today's response.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use plimsoll_image::read_file_capped;
use plimsoll_model::Timestamp;
use plimsoll_policy::response::Decision;
use plimsoll_sensor::respond::exec::Outcome;
use plimsoll_sensor::respond::{Done, RespondError, Undo};
use serde::{Deserialize, Serialize};

use super::Order;
use crate::failure::{Context, Failure};

/// Longest trail that is read, in bytes. A longer one is put aside when it is written to.
const TRAIL_BYTES_MAX: u64 = 64 << 20;
/// Name of the file in the folder of the service's state.
const FILE: &str = "answers.jsonl";
/// That folder without a service manager.
const FOLDER: &str = "/var/lib/plimsoll";
const SCHEMA: &str = "plimsoll.answer/v1";

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub schema: String,
    /// Given when it is written: the line's number, from 1.
    #[serde(default)]
    pub id: u64,
    pub time: String,
    pub response: String,
    pub rule: String,
    pub answer: String,
    /// What was decided and, where it was to be done, what came of it; for people.
    pub outcome: String,
    /// done, failed, dry-run, guarded, held-back, undone.
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// What takes it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Way>,
    /// The line that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub pid: u32,
    pub start_ns: u64,
    pub exe: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub id: String,
    pub name: String,
    pub image: String,
    pub cgroup_id: u64,
    pub cgroup_path: String,
}

/// What takes a response back, in the trail's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Thaw { file: PathBuf },
    Allow { cgroup_id: u64 },
}

impl From<Undo> for Way {
    fn from(undo: Undo) -> Self {
        match undo {
            Undo::Thaw { file } => Self::Thaw { file },
            Undo::Allow { cgroup_id } => Self::Allow { cgroup_id },
        }
    }
}

impl From<Way> for Undo {
    fn from(way: Way) -> Self {
        match way {
            Way::Thaw { file } => Self::Thaw { file },
            Way::Allow { cgroup_id } => Self::Allow { cgroup_id },
        }
    }
}

impl Entry {
    /// What was decided and is not done.
    pub fn decided(order: Order) -> Self {
        let state = match order.decision {
            Decision::Act => "done",
            Decision::DryRun(_) => "dry-run",
            Decision::Guarded(_) => "guarded",
            Decision::HeldBack { .. } => "held-back",
        };
        let outcome = order.decision.text(order.answer);
        Self::new(order, state, outcome, None)
    }

    /// What the kernel did by itself.
    pub fn by_kernel(order: Order, outcome: Outcome) -> Self {
        let (state, text) = match outcome {
            Outcome::Killed => ("done", "killed before its first instruction"),
            Outcome::DryRun => (
                "dry-run",
                "would have been killed before its first instruction",
            ),
            Outcome::HeldBack => ("held-back", "not killed: rate reached"),
            Outcome::Failed => ("failed", "failed to kill: the kernel took no signal"),
        };
        let text = format!("{text}: {}", order.exe);
        Self::new(order, state, text, None)
    }

    /// What was done, or failed.
    pub fn done(order: Order, result: Result<Done, RespondError>) -> Self {
        match result {
            Ok(done) => Self::new(order, "done", done.text, done.undo.map(Way::from)),
            Err(error) => {
                let outcome = format!("failed to {}: {error}", order.answer.as_str());
                Self::new(order, "failed", outcome, None)
            }
        }
    }

    fn new(order: Order, state: &str, outcome: String, undo: Option<Way>) -> Self {
        let on_host = order.container.id.is_empty();
        Self {
            schema: SCHEMA.to_owned(),
            id: 0,
            time: order.time.to_string(),
            response: order.response,
            rule: order.rule,
            answer: order.answer.as_str().to_owned(),
            outcome,
            state: state.to_owned(),
            process: Some(Process {
                pid: order.process.pid,
                start_ns: order.process.start_ns,
                exe: order.exe,
            }),
            container: (!on_host).then_some(Container {
                id: order.container.id,
                name: order.container.name,
                image: order.container.image,
                cgroup_id: order.container.cgroup_id,
                cgroup_path: order.container.cgroup_path,
            }),
            undo,
            undoes: None,
        }
    }

    /// The line that says that this one was taken back.
    pub fn undone(&self, now: Timestamp, outcome: String) -> Self {
        Self {
            id: 0,
            time: now.to_string(),
            outcome,
            state: "undone".to_owned(),
            undo: None,
            undoes: Some(self.id),
            ..self.clone()
        }
    }

    /// Whether it is worth an alert of its own.
    pub fn has_failed(&self) -> bool {
        self.state == "failed"
    }
}

/// The file.
#[derive(Debug, Clone)]
pub struct Trail {
    path: PathBuf,
    next: u64,
}

/// What a trail holds.
#[derive(Debug, Default)]
pub struct Contents {
    pub entries: Vec<Entry>,
    /// Numbers of lines that could not be read.
    pub unreadable: Vec<u64>,
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
        let is_long = fs::metadata(path).is_ok_and(|found| found.len() > TRAIL_BYTES_MAX / 2);
        if is_long {
            let aside = path.with_extension("old.jsonl");
            fs::rename(path, &aside).context(format_args!("put aside {}", path.display()))?;
        }
        let contents = read(path)?;
        let next = 1 + contents.entries.len() as u64 + contents.unreadable.len() as u64;
        Ok(Self {
            path: path.to_owned(),
            next,
        })
    }

    /// Adds a line and gives it its number. It is on the disk when this returns.
    pub fn add(&mut self, mut entry: Entry) -> Result<Entry, Failure> {
        let doing = || format!("write the audit trail {}", self.path.display());
        entry.id = self.next;
        let mut line = serde_json::to_vec(&entry).context(doing())?;
        line.push(b'\n');
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)
            .context(doing())?;
        file.write_all(&line).context(doing())?;
        file.sync_data().context(doing())?;
        self.next += 1;
        Ok(entry)
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
            Ok(entry) if entry.schema == SCHEMA => contents.entries.push(entry),
            _ => contents.unreadable.push(index as u64 + 1),
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
    use plimsoll_model::event::ExecId;
    use plimsoll_policy::response::{Answer, Guard};

    use super::super::order::OrderContainer;
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
}
