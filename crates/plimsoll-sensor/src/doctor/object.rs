//! Our own programs: whether this build has them, and whether this kernel has what they hook into.
//!
//! They are not loaded here, which takes seconds: `watch` does that and names what was refused.

use std::fmt::Write as _;
use std::path::Path;

use super::files::{self, Mount};
use super::{Need, Probe};
use crate::hooks::{Hook, PROGRAMS};

/// Most hooks that are named as absent.
const NAMED_MAX: usize = 12;

pub(super) fn probe() -> Probe {
    match crate::object() {
        Some(bytes) => Probe::yes(
            "object",
            Need::Required,
            format!("{} programs in {} bytes", PROGRAMS.len(), bytes.len()),
        ),
        None => Probe::no(
            "object",
            Need::Required,
            "this build has no kernel programs",
            "install clang (Debian: apt install clang) and build again",
        ),
    }
}

/// Tracepoints that programs want, against those that there are.
pub(super) fn hooks(mounts: &[Mount]) -> Probe {
    let Some(events) = files::tracefs(mounts).map(|folder| folder.join("events")) else {
        return Probe::unknown("hooks", Need::Useful, "tracefs is not mounted");
    };
    let mut absent: Vec<String> = PROGRAMS
        .iter()
        .filter_map(|program| event(program.hook))
        .filter(|event| !exists(&events, event))
        .collect();
    absent.sort();
    absent.dedup();
    let count = PROGRAMS.len();
    if absent.is_empty() {
        return Probe::yes(
            "hooks",
            Need::Useful,
            format!("all of {count} programs exist"),
        );
    }
    let more = absent.len().saturating_sub(NAMED_MAX);
    let mut text = format!(
        "of {count} programs: not {}",
        absent
            .iter()
            .take(NAMED_MAX)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    );
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    Probe::no(
        "hooks",
        Need::Useful,
        text,
        "this kernel was built without these calls, or is older than they are: nobody can make them here",
    )
}

/// Category and name of a tracepoint, where a hook is one.
fn event(hook: Hook) -> Option<String> {
    match hook {
        Hook::Enter(name) => Some(format!("syscalls/sys_enter_{name}")),
        Hook::Exit(name) => Some(format!("syscalls/sys_exit_{name}")),
        Hook::Tracepoint(category, name) => Some(format!("{category}/{name}")),
        _ => None,
    }
}

fn exists(events: &Path, event: &str) -> bool {
    events.join(event).is_dir()
}
