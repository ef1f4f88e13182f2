//! `doctor`: what this machine, kernel, engine, cluster and database allow, and what is missing.
//!
//! Never fails for what it finds: missing things are told with what to do, and the exit code stays 0.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_image::Transport;
use plimsoll_model::text::clean;
use serde::Serialize;

use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::session::Session;
use crate::{cluster, database, outputs, target};

mod kernel;

/// Name and version of the JSON form.
const SCHEMA: &str = "plimsoll.doctor/v1";
/// Columns for the name in the table; longer ones push the rest.
const NAME_COLUMNS: usize = 28;

/// Areas in the order in which they are shown.
const AREAS: &[&str] = &[
    "plimsoll",
    "database",
    "engines",
    "cluster",
    "kernel",
    "rights",
    "kernel programs",
    "sensor",
];

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Item {
    area: &'static str,
    name: String,
    state: State,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    Missing,
    Unknown,
}

impl Item {
    fn ok(area: &'static str, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(area, name, State::Ok, detail)
    }

    fn missing(area: &'static str, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(area, name, State::Missing, detail)
    }

    fn new(
        area: &'static str,
        name: impl Into<String>,
        state: State,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            area,
            name: name.into(),
            state,
            detail: detail.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

pub fn run(session: &Session) -> Result<u8, Failure> {
    let format = match session.wanted.stdout_id() {
        Some("json") => table_or_json(true),
        None | Some("table") => table_or_json(false),
        Some(other) => {
            return Err(
                Failure::new(format!("failed to write the format `{other}` here"))
                    .hint("doctor knows `table` and `json`"),
            );
        }
    };
    let mut items = vec![
        advisories(session),
        cache(session),
        policy(session),
        Item::ok(
            "plimsoll",
            "threads",
            session.configuration.jobs.to_string(),
        ),
    ];
    items.extend(engine_sockets());
    items.push(cluster());
    items.extend(kernel::items());
    items.sort_by_key(|item| AREAS.iter().position(|area| *area == item.area));
    outputs::print(&format(&items)?)?;
    Ok(EXIT_ALLOWED)
}

fn table_or_json(json: bool) -> fn(&[Item]) -> Result<String, Failure> {
    if json {
        write_json
    } else {
        |items| Ok(write_table(items))
    }
}

fn write_json(items: &[Item]) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        items: &'a [Item],
    }
    let document = Document {
        schema: SCHEMA,
        items,
    };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::new(format!("failed to write JSON: {error}")))?;
    Ok(text + "\n")
}

/// One line a thing below its area, the hint below what is missing.
fn write_table(items: &[Item]) -> String {
    let mut text = String::new();
    let mut area = "";
    for item in items {
        if item.area != area {
            if !area.is_empty() {
                text.push('\n');
            }
            area = item.area;
            let _ = writeln!(text, "{area}");
        }
        let mark = match item.state {
            State::Ok => "ok",
            State::Missing => "missing",
            State::Unknown => "unknown",
        };
        let detail = clean(&item.detail);
        let _ = writeln!(text, "  {mark:7}  {:NAME_COLUMNS$} {detail}", item.name);
        if let Some(hint) = &item.hint {
            let _ = writeln!(
                text,
                "  {:7}  {:NAME_COLUMNS$} hint: {}",
                "",
                "",
                clean(hint)
            );
        }
    }
    let missing = items
        .iter()
        .filter(|item| item.state == State::Missing)
        .count();
    let unknown = items
        .iter()
        .filter(|item| item.state == State::Unknown)
        .count();
    let _ = writeln!(
        text,
        "\n{} ok, {missing} missing, {unknown} unknown",
        items.len() - missing - unknown
    );
    text
}

fn advisories(session: &Session) -> Item {
    match database::open(&session.configuration) {
        Ok(open) => {
            let newest = open.advisories.newest().map_or_else(
                || "no date".to_owned(),
                |day| format!("newest record {day}"),
            );
            let signed = if open.signed {
                "signature verified"
            } else {
                "no key configured"
            };
            let path = open.path.display();
            Item::ok(
                "database",
                "advisories",
                format!("{path}, {newest}, {signed}"),
            )
        }
        Err(failure) => {
            let item = Item::missing("database", "advisories", failure.message());
            item.hint(
                failure
                    .hint_text()
                    .unwrap_or("take one with `plimsoll db update`"),
            )
        }
    }
}

fn cache(session: &Session) -> Item {
    let Some(folder) = &session.configuration.cache else {
        return Item::missing(
            "plimsoll",
            "cache",
            "switched off: every scan reads everything",
        )
        .hint("name a folder with --cache");
    };
    match writable(folder) {
        Ok(()) => Item::ok("plimsoll", "cache", folder.display().to_string()),
        Err(error) => Item::missing(
            "plimsoll",
            "cache",
            format!("{}: {error}", folder.display()),
        )
        .hint("name a folder that can be written with --cache"),
    }
}

fn policy(session: &Session) -> Item {
    let detail = session.configuration.file.as_ref().map_or_else(
        || "built-in default (no plimsoll.yaml upward from here)".to_owned(),
        |file| file.display().to_string(),
    );
    Item::ok("plimsoll", "policy", detail)
}

fn cluster() -> Item {
    match cluster::chosen() {
        Ok((name, server)) => Item::ok(
            "cluster",
            "context",
            format!("{name} at {server}, not asked"),
        ),
        Err(failure) => {
            let item = Item::missing("cluster", "context", failure.message());
            item.hint(
                failure
                    .hint_text()
                    .unwrap_or("name a kubeconfig with KUBECONFIG, if there is a cluster"),
            )
        }
    }
}

fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new()
        .prefix(".try-")
        .tempfile_in(folder)
        .map(drop)
}

/// Sockets that `scan` takes images from, and where they are.
fn engine_sockets() -> impl Iterator<Item = Item> {
    [Transport::Docker, Transport::Podman]
        .into_iter()
        .map(|transport| {
            let name = format!("images of {}", transport.prefix());
            let sockets: Vec<PathBuf> = target::sockets(transport);
            if let Some(socket) = sockets.iter().find(|socket| socket.exists()) {
                return Item::ok("engines", name, socket.display().to_string());
            }
            let looked: Vec<String> = sockets
                .iter()
                .map(|socket| socket.display().to_string())
                .collect();
            Item::missing(
                "engines",
                name,
                format!("no socket at {}", looked.join(" or ")),
            )
            .hint("start the engine's service, or scan an archive of the image")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_what_is_missing_and_what_to_do() {
        let items = [
            Item::ok("kernel", "btf", "there"),
            Item::missing("kernel", "tracefs", "not\u{1b}mounted").hint("mount it"),
        ];
        let text = write_table(&items);
        assert!(text.contains("hint: mount it"), "{text}");
        assert!(text.ends_with("1 ok, 1 missing, 0 unknown\n"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
        let json: serde_json::Value =
            serde_json::from_str(&write_json(&items).unwrap_or_default()).unwrap_or_default();
        assert_eq!(json["items"][1]["state"], "missing");
        assert_eq!(json["schema"], SCHEMA);
    }
}
