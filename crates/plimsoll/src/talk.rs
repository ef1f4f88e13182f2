//! What is said to a person on standard error: errors, warnings, progress.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use plimsoll_model::text::clean;

use crate::failure::Failure;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Prints `error: …` and `hint: …`.
pub fn failure(failure: &Failure) {
    let mut text = String::new();
    let _ = writeln!(text, "{ERROR}error{ERROR:#}: {}", lines(failure.message()));
    if let Some(hint) = failure.hint_text() {
        let _ = writeln!(text, "{HINT}hint{HINT:#}: {}", lines(hint));
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Prints `warning: …`: something went wrong that does not touch the result.
pub fn warning(message: &str) {
    let text = format!("{WARNING}warning{WARNING:#}: {}\n", lines(message));
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Prints a line as it is, cleaned.
pub fn note(message: &str) {
    let _ = anstream::stderr().write_all(format!("{}\n", lines(message)).as_bytes());
}

/// Whether somebody watches.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Cleans each line by itself, so that our own line breaks stay.
fn lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
