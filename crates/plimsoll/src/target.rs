//! From what the user named to an inventory.

use std::path::Path;

use plimsoll_image::{Folder, OpenError};
use plimsoll_model::{Inventory, State, Target, TargetKind};
use plimsoll_report::{is_sbom, read_sbom};
use plimsoll_scan::{Cache, ScanOptions};

use crate::cli::TargetArgs;
use crate::commands::scan::tool;
use crate::failure::Failure;
use crate::session::Session;
use crate::{input, progress};

/// Opens the target and finds what is in it.
pub fn inventory(session: &Session, arguments: &TargetArgs) -> Result<Inventory, Failure> {
    let states = states(&arguments.state)?;
    let target = arguments.target.as_str();
    match target.split_once(':') {
        Some(("sbom", path)) => sbom(path, &input::read(Path::new(path))?),
        Some(("dir", path)) => folder(session, path, TargetKind::Directory, states),
        Some(("rootfs", path)) => folder(session, path, TargetKind::RootFilesystem, states),
        _ if target == "-" => sbom("standard input", &input::read_stdin()?),
        _ => Err(Failure::new(format!(
            "failed to open {target}: not understood"
        ))),
    }
}

/// Which packages were asked for; `None` leaves it to the kind of target.
fn states(asked: &[String]) -> Result<Option<Vec<State>>, Failure> {
    let parsed: Result<Vec<State>, Failure> = asked
        .iter()
        .map(|word| {
            State::ALL
                .into_iter()
                .find(|state| state.as_str() == word)
                .ok_or_else(|| {
                    Failure::new(format!("failed to read --state: `{word}` is not known"))
                        .hint("installed, declared, or both with a comma")
                })
        })
        .collect();
    parsed.map(|states| {
        if states.is_empty() {
            None
        } else {
            Some(states)
        }
    })
}

fn sbom(name: &str, bytes: &[u8]) -> Result<Inventory, Failure> {
    let mut inventory = read_sbom(bytes).map_err(|error| {
        let hint = if is_sbom(bytes) {
            "the document is damaged or of a version that is not read"
        } else {
            "CycloneDX 1.4 to 1.6 JSON, SPDX 2.2 and 2.3 JSON or tag-value are read"
        };
        Failure::new(format!("failed to read the SBOM {name}: {error}")).hint(hint)
    })?;
    if inventory.target.name.is_empty() {
        name.clone_into(&mut inventory.target.name);
    }
    Ok(inventory)
}

fn folder(
    session: &Session,
    path: &str,
    kind: TargetKind,
    states: Option<Vec<State>>,
) -> Result<Inventory, Failure> {
    let folder = Folder::open(Path::new(path)).map_err(|error| open_failure(&error))?;
    let default = if kind == TargetKind::Directory {
        State::Declared
    } else {
        State::Installed
    };
    let target = Target {
        kind,
        name: path.to_owned(),
        digest: None,
        platform: None,
        os: None,
    };
    with_options(
        session,
        path,
        states.unwrap_or_else(|| vec![default]),
        |options| Ok(plimsoll_scan::folder_inventory(target, &folder, options)),
    )
}

/// Runs the work with scan options, the cache and a progress bar.
fn with_options<T>(
    session: &Session,
    name: &str,
    states: Vec<State>,
    work: impl FnOnce(&ScanOptions<'_>) -> Result<T, OpenError>,
) -> Result<T, Failure> {
    let store = session.store();
    let cache = store.as_ref().map(|store| store as &dyn Cache);
    let result = progress::shown(session, name, |progress| {
        work(&ScanOptions {
            states,
            cache,
            read: session.read_options(progress),
            tool: tool(),
        })
    });
    result.map_err(|error| open_failure(&error))
}

/// What could not be opened, with the hint that goes with it.
pub fn open_failure(error: &OpenError) -> Failure {
    Failure::new(format!("failed to {error}")).maybe_hint(error.hint())
}
