//! Colours and line breaking for what is read at a terminal.

use std::fmt::Write as _;
use std::io::{self, Write};

use plimsoll_model::Severity;

use crate::view::Level;

/// How many columns there are, and whether there is colour.
#[derive(Clone, Copy)]
pub struct Page {
    pub columns: usize,
    pub paint: Paint,
}

/// Puts ANSI colours around text, or does not.
#[derive(Clone, Copy)]
pub struct Paint {
    pub color: bool,
}

/// The few looks there are.
#[derive(Clone, Copy)]
pub enum Look {
    Bold,
    Dim,
    Red,
    Yellow,
    Blue,
    Green,
}

impl Look {
    /// The SGR parameters.
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "1;31",
            Self::Yellow => "1;33",
            Self::Blue => "1;34",
            Self::Green => "1;32",
        }
    }
}

impl Level {
    pub const fn look(self) -> Look {
        match self {
            Self::Error => Look::Red,
            Self::Warning => Look::Yellow,
            Self::Note => Look::Blue,
            Self::Excepted => Look::Dim,
        }
    }
}

impl Paint {
    pub fn put(self, look: Look, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{}m{text}\u{1b}[0m", look.code())
        } else {
            text.to_owned()
        }
    }
}

impl Page {
    /// Writes `lead` and then the words of `text`, broken at the width; further lines start under
    /// `indent` spaces. `lead_columns` is what `lead` takes on the screen, colours apart.
    pub fn wrapped(
        self,
        out: &mut dyn Write,
        lead: &str,
        lead_columns: usize,
        indent: usize,
        text: &str,
    ) -> io::Result<()> {
        let mut line = String::from(lead);
        let mut used = lead_columns;
        let mut fresh = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let width = word.chars().count();
            if !fresh && used + 1 + width > self.columns {
                writeln!(out, "{}", line.trim_end())?;
                line = " ".repeat(indent);
                used = indent;
                fresh = true;
            }
            if !fresh {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += width;
            fresh = false;
        }
        writeln!(out, "{}", line.trim_end())
    }

    /// Writes facts as `= name: value`, side by side while they fit.
    pub fn facts(self, out: &mut dyn Write, facts: &[(&str, String)]) -> io::Result<()> {
        const INDENT: &str = "   ";
        const CELL: usize = 28;
        let mut line = String::from(INDENT);
        let mut used = INDENT.len();
        for (name, value) in facts {
            let cell = format!("= {name}: {value}");
            let width = cell.chars().count();
            if used > INDENT.len() {
                let stop = INDENT.len() + (used - INDENT.len()).div_ceil(CELL) * CELL;
                let stop = if stop < used + 2 { stop + CELL } else { stop };
                if stop + width > self.columns {
                    writeln!(out, "{}", line.trim_end())?;
                    line = String::from(INDENT);
                    used = INDENT.len();
                } else {
                    let _ = write!(line, "{:1$}", "", stop - used);
                    used = stop;
                }
            }
            line.push_str(&cell);
            used += width;
        }
        if used > INDENT.len() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The look of a severity in the summary.
pub const fn severity_look(severity: Severity) -> Look {
    match severity {
        Severity::Critical | Severity::High => Look::Red,
        Severity::Medium => Look::Yellow,
        _ => Look::Bold,
    }
}

/// The first `max` characters, with an ellipsis where something was cut.
pub fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
