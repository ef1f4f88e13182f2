//! `doctor`: what this machine allows, and what is missing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_image::Transport;

use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::session::Session;
use crate::{cluster, database, outputs, target};

pub fn run(session: &Session) -> Result<u8, Failure> {
    let mut text = String::new();
    let mut say = |ok: bool, what: &str, detail: &str| {
        let mark = if ok { "ok     " } else { "missing" };
        let _ = writeln!(text, "{mark} {what}: {detail}");
    };
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
            say(
                true,
                "advisories",
                &format!("{}, {newest}, {signed}", open.path.display()),
            );
        }
        Err(failure) => say(false, "advisories", failure.message()),
    }
    match &session.configuration.cache {
        None => say(false, "cache", "switched off: every scan reads everything"),
        Some(folder) => match writable(folder) {
            Ok(()) => say(true, "cache", &folder.display().to_string()),
            Err(error) => say(false, "cache", &format!("{}: {error}", folder.display())),
        },
    }
    match &session.configuration.file {
        Some(file) => say(true, "policy", &file.display().to_string()),
        None => say(
            true,
            "policy",
            "built-in default (no plimsoll.yaml upward from here)",
        ),
    }
    for (name, sockets) in engines() {
        if let Some(socket) = sockets.iter().find(|socket| socket.exists()) {
            say(true, name, &socket.display().to_string());
        } else {
            let looked: Vec<String> = sockets
                .iter()
                .map(|socket| socket.display().to_string())
                .collect();
            say(
                false,
                name,
                &format!("no socket at {}", looked.join(" or ")),
            );
        }
    }
    match cluster::chosen() {
        Ok((name, server)) => {
            let server = plimsoll_model::text::clean(&server).into_owned();
            let _ = writeln!(text, "ok      cluster: {name} at {server}, not asked");
        }
        Err(failure) => {
            let _ = writeln!(text, "missing cluster: {}", failure.message());
        }
    }
    let _ = writeln!(text, "ok      threads: {}", session.configuration.jobs);
    outputs::print(&text)?;
    Ok(EXIT_ALLOWED)
}

fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new()
        .prefix(".try-")
        .tempfile_in(folder)
        .map(drop)
}

/// Engines, and where their sockets are.
fn engines() -> Vec<(&'static str, Vec<PathBuf>)> {
    [Transport::Docker, Transport::Podman]
        .map(|transport| (transport.prefix(), target::sockets(transport)))
        .to_vec()
}
