//! Scenarios as text: events, and after them what must be known.
//!
//! `? PID[@START] KEY=VALUE…` asks for a process: `comm`, `exe`, `argv` (with commas), `cwd`,
//! `parent`, `ancestors` (pids with commas), `uid`, `euid`, `caps`, `sid`, `pgid`, `fdN` (path,
//! `LOCAL>REMOTE/role` of a socket, `-` for none), `fds` (how many), `container`, `ended`, `origin`.
//! `? now KEY=VALUE…` asks for the moment of the last event: `pid`, `path`, `written`, `new`, `fd`,
//! `file`, `second`, `container`, `user`. `? gone PID[@START]` says that it is not known.

mod containers;
mod descriptors;
mod limits;
mod lineage;
mod sockets;

use plimsoll_model::event::EventKind;

use super::*;
use crate::scenario::{Step, process, read};
use crate::wire::RecordWriter;

/// Runs a scenario and checks what it says.
fn check(text: &str) -> State {
    let mut state = State::new();
    let steps = read(text).unwrap_or_else(|error| panic!("{error}"));
    let mut last = RecordWriter::new(EventKind::End).finish();
    for step in steps {
        match step {
            Step::Record(bytes) => {
                state.apply(&Record::read(&bytes).unwrap());
                last = bytes;
            }
            Step::Question { line, text } => {
                let record = Record::read(&last).unwrap();
                ask(&state, &state.moment(&record), line, &text);
            }
        }
    }
    state
}

fn ask(state: &State, moment: &Moment<'_>, line: usize, text: &str) {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let subject = words.next().unwrap();
    if subject == "gone" {
        let (exec, _) = process(words.next().unwrap()).unwrap();
        assert!(state.process(exec).is_none(), "line {line}: {text}");
        return;
    }
    let known = process(subject).and_then(|(exec, _)| state.process(exec));
    for word in words {
        let (key, expected) = word.split_once('=').unwrap();
        let found = if subject == "now" {
            about_moment(moment, key)
        } else {
            let process = known.unwrap_or_else(|| panic!("line {line}: {subject} is not known"));
            about_process(state, process, key)
        };
        assert_eq!(found, expected, "line {line}: {key} of `{text}`");
    }
}

fn about_moment(moment: &Moment<'_>, key: &str) -> String {
    let text = |bytes: Option<std::borrow::Cow<'_, [u8]>>| bytes.map_or("-".into(), |b| shown(&b));
    match key {
        "pid" => moment.process.exec.pid.to_string(),
        "claimed" => shown(moment.claimed_container().unwrap_or_default()),
        "path" => text(moment.path()),
        "written" => text(moment.written_path()),
        "new" => text(moment.new_path()),
        "fd" => moment.fd.map_or("-".into(), |fd| fd.to_string()),
        "file" => file(moment.file),
        "second" => file(moment.second_file),
        "container" => shown(&moment.container.id),
        "parent" => moment
            .parent()
            .map_or("-".into(), |p| p.exec.pid.to_string()),
        "user" => {
            let user = moment.accounts.user(moment.process.credentials.uid);
            user.map_or("-".into(), |user| shown(&user.name))
        }
        "changed" => moment
            .file
            .and_then(OpenFile::as_socket)
            .is_some_and(|socket| socket.changed)
            .to_string(),
        _ => panic!("{key} is no question"),
    }
}

fn about_process(state: &State, process: &Process, key: &str) -> String {
    if let Some(fd) = key.strip_prefix("fd").and_then(|fd| fd.parse().ok()) {
        return file(state.file_of(process, fd));
    }
    let pids = |all: Vec<u32>| {
        let all: Vec<String> = all.iter().map(u32::to_string).collect();
        all.join(",")
    };
    match key {
        "comm" => shown(&process.comm),
        "exe" => shown(&process.program.exe_path),
        "argv" => {
            let all: Vec<String> = process.argv().map(shown).collect();
            all.join(",")
        }
        "cwd" => shown(&process.cwd),
        "parent" => process.parent.pid.to_string(),
        "ancestors" => pids(state.ancestors(process).map(|p| p.exec.pid).collect()),
        "uid" => process.credentials.uid.to_string(),
        "euid" => process.credentials.euid.to_string(),
        "suid" => process.credentials.suid.to_string(),
        "caps" => format!("{:x}", process.capabilities.effective),
        "sid" => process.sid.to_string(),
        "pgid" => process.pgid.to_string(),
        "container" => shown(&state.container_of(process).id),
        "ended" => process.exit.is_some().to_string(),
        "origin" => format!("{:?}", process.origin).to_lowercase(),
        "fds" => state.files_of(process).count().to_string(),
        _ => panic!("{key} is no question"),
    }
}

fn file(file: Option<&OpenFile>) -> String {
    let end =
        |end: Option<Endpoint>| end.map_or("*".into(), |e| format!("{}:{}", e.address, e.port));
    match file {
        None => "-".into(),
        Some(OpenFile::Path(file)) => shown(&file.path),
        Some(OpenFile::Memory(name)) => format!("memory:{}", shown(name)),
        Some(OpenFile::Pipe { write, .. }) => if *write { "pipe:w" } else { "pipe:r" }.into(),
        Some(OpenFile::Socket(socket)) if socket.is_unix() => {
            format!("unix:{}", shown(&socket.path))
        }
        Some(OpenFile::Socket(socket)) => {
            let role = format!("{:?}", socket.role).to_lowercase();
            format!("{}>{}/{role}", end(socket.local), end(socket.remote))
        }
        Some(other) => format!("{other:?}").to_lowercase(),
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
