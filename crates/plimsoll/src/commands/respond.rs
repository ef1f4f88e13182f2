//! `respond` and `undo`: what is done about alerts, what was, and taking it back.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_model::Timestamp;
use plimsoll_policy::glob::Glob;
use plimsoll_policy::response::{Response, Scope};
use plimsoll_sensor::respond;
use serde_json::json;

use crate::cli::{RespondCommand, TrailArgs, UndoArgs};
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::respond::Entry;
use crate::respond::trail::{self, Trail};
use crate::session::Session;
use crate::{outputs, talk};

pub fn run(session: &Session, command: &RespondCommand) -> Result<u8, Failure> {
    let text = match command {
        RespondCommand::List => list(session)?,
        RespondCommand::Trail(arguments) => show(session, arguments)?,
    };
    outputs::print(&text)?;
    Ok(EXIT_ALLOWED)
}

fn list(session: &Session) -> Result<String, Failure> {
    let responses = &session.configuration.responses;
    if is_json(session)? {
        let all: Vec<_> = responses.iter().map(as_json).collect();
        return Ok(format!("{}\n", json!({ "responses": all })));
    }
    if responses.is_empty() {
        talk::note("plimsoll.yaml has no section `responses`: alerts are only told");
    }
    let mut text = String::new();
    for response in responses {
        let _ = writeln!(
            text,
            "{}: {} {} (at most {}; {})",
            response.name,
            response.answer.as_str(),
            about(response),
            rate(response),
            match response.mode {
                plimsoll_model::Mode::Enforce => "enforced",
                _ => "tried out: `mode: enforce` does it",
            },
        );
        let _ = writeln!(text, "  where: {}", place(&response.scope));
        let _ = writeln!(text, "  from: {}", response.origin);
    }
    Ok(text)
}

fn show(session: &Session, arguments: &TrailArgs) -> Result<String, Failure> {
    let path = trail_path(session, arguments.trail.as_deref());
    let contents = trail::read(&path)?;
    for line in &contents.unreadable {
        talk::warning(&format!("{}: line {line} cannot be read", path.display()));
    }
    let entries: Vec<&Entry> = if arguments.open {
        contents.open_ended()
    } else {
        contents.entries.iter().collect()
    };
    if is_json(session)? {
        let lines: Result<Vec<String>, _> = entries.iter().map(serde_json::to_string).collect();
        let lines =
            lines.map_err(|error| Failure::new(format!("failed to write JSON: {error}")))?;
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    if entries.is_empty() {
        talk::note(&format!("nothing there: {}", path.display()));
    }
    let mut text = String::new();
    for entry in entries {
        let place = clean(&entry.place());
        let undoes = entry
            .undoes
            .map(|id| format!(" (takes back {id})"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{:>4} {} {:<9} {}{undoes}\n     {}: {} in {place}",
            entry.id,
            entry.time,
            entry.state,
            clean(&entry.outcome),
            clean(&entry.response),
            clean(&entry.rule),
        );
    }
    Ok(text)
}

/// Flag over environment over file over the service's folder.
fn trail_path(session: &Session, said: Option<&Path>) -> PathBuf {
    let file = session.configuration.watch.trail.as_deref();
    Trail::at(said.or(file.map(Path::new)))
}

pub fn undo(session: &Session, arguments: &UndoArgs) -> Result<u8, Failure> {
    let path = trail_path(session, arguments.trail.as_deref());
    let contents = trail::read(&path)?;
    let open = contents.open_ended();
    let wanted: Vec<&Entry> = if arguments.all {
        open
    } else {
        arguments
            .ids
            .iter()
            .map(|id| find(&contents, &open, *id))
            .collect::<Result<_, _>>()?
    };
    let mut text = String::new();
    if arguments.dry_run {
        for entry in &wanted {
            let _ = writeln!(
                text,
                "would take back {}: {}",
                entry.id,
                clean(&entry.outcome)
            );
        }
        outputs::print(&text)?;
        return Ok(EXIT_ALLOWED);
    }
    if wanted.is_empty() {
        talk::note("nothing is left to take back");
        return Ok(EXIT_ALLOWED);
    }
    let mut file = Trail::open(&path)?;
    let mut failed = None;
    for entry in wanted {
        let Some(way) = entry.undo.clone() else {
            continue;
        };
        match respond::undo(&way.into()) {
            Ok(outcome) => {
                let _ = writeln!(text, "{}: {}", entry.id, clean(&outcome));
                file.add(entry.undone(Timestamp::now(), outcome))?;
            }
            // The others are taken back all the same.
            Err(error) => {
                failed = Some(Failure::new(format!(
                    "failed to take back {}: {error}",
                    entry.id
                )));
            }
        }
    }
    outputs::print(&text)?;
    failed.map_or(Ok(EXIT_ALLOWED), Err)
}

fn find<'e>(
    contents: &'e trail::Contents,
    open: &[&'e Entry],
    id: u64,
) -> Result<&'e Entry, Failure> {
    if let Some(entry) = open.iter().find(|entry| entry.id == id) {
        return Ok(entry);
    }
    let why = match contents.entries.iter().find(|entry| entry.id == id) {
        None => "the audit trail has no such number",
        Some(entry) if entry.undo.is_none() => "there is nothing to take back of it",
        Some(_) => "it was taken back already",
    };
    Err(Failure::new(format!("failed to take back {id}: {why}"))
        .hint("`plimsoll respond trail --open` lists what can be taken back"))
}

fn is_json(session: &Session) -> Result<bool, Failure> {
    match session.wanted.stdout_id() {
        None | Some("table") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => Err(Failure::new(format!("failed to write this as `{other}`"))
            .hint("respond knows `table` and `json`")),
    }
}

fn about(response: &Response) -> String {
    let exec = &response.exec;
    let mut parts = Vec::new();
    let mut list = |what: &str, words: &[String]| {
        if !words.is_empty() {
            parts.push(format!("{what} {}", words.join(", ")));
        }
    };
    let rules: Vec<String> = response
        .rules
        .iter()
        .map(|glob| glob.text().to_owned())
        .collect();
    list("on rules", &rules);
    list("on tags", &response.tags);
    list("programs named", &exec.names);
    list("programs at", &exec.paths);
    if let Some(priority) = response.priority {
        parts.push(format!("on alerts of priority {priority} and more urgent"));
    }
    if exec.not_in_image {
        parts.push("programs that the image does not have".to_owned());
    }
    if exec.in_memory {
        parts.push("programs without a file".to_owned());
    }
    parts.join(", ")
}

fn rate(response: &Response) -> String {
    let seconds = response.at_most.window_ns / 1_000_000_000;
    format!("{} in {seconds} s", response.at_most.times)
}

fn place(scope: &Scope) -> String {
    let mut parts = Vec::new();
    let lists = [
        ("containers", &scope.containers),
        ("images", &scope.images),
        ("namespaces", &scope.namespaces),
        ("but not", &scope.except),
    ];
    for (what, globs) in lists {
        if !globs.is_empty() {
            let texts: Vec<&str> = globs.iter().map(Glob::text).collect();
            parts.push(format!("{what} {}", texts.join(", ")));
        }
    }
    if parts.is_empty() {
        parts.push("all containers".to_owned());
    }
    if scope.host {
        parts.push("and the host".to_owned());
    }
    parts.join("; ")
}

fn as_json(response: &Response) -> serde_json::Value {
    json!({
        "name": response.name,
        "answer": response.answer.as_str(),
        "mode": response.mode.as_str(),
        "about": about(response),
        "where": place(&response.scope),
        "at_most": {"times": response.at_most.times, "seconds": response.at_most.window_ns / 1_000_000_000},
        "from": response.origin.to_string(),
    })
}

/// The trail holds names that containers chose.
fn clean(text: &str) -> String {
    plimsoll_model::text::clean(text).into()
}
