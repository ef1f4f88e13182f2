//! The comparison for people at a terminal: differences under their reason.

use std::io::{self, Write};

use super::{Compared, Comparison, Line};
use crate::paint::{Look, Paint, severity_look};
use crate::view::{clean, counted};
use crate::{WriteError, WriteOptions};

/// Most lines shown under one reason, unless everything is asked for.
const LINES_MAX: usize = 20;

impl Comparison {
    /// Writes, for each other report, the differences by reason and the counts.
    pub fn write_table(
        &self,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        self.table(options, &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io("compare"))
    }

    fn table(&self, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        for (index, other) in self.others.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            compared(self, other, options, out)?;
        }
        Ok(())
    }
}

fn compared(
    all: &Comparison,
    other: &Compared,
    options: &WriteOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let paint = Paint {
        color: options.color,
    };
    let version = other
        .version
        .as_deref()
        .map(|v| format!(" {v}"))
        .unwrap_or_default();
    let heading = clean(&format!("{}{version}: {}", other.tool, other.target));
    writeln!(out, "{}", paint.put(Look::Bold, &heading))?;
    if other.target != all.target {
        let text = format!(
            "the other report names its target {}, ours {}",
            other.target, all.target
        );
        writeln!(out, "note: {}", clean(&text))?;
    }
    for note in &other.notes {
        writeln!(out, "note: {}", clean(note))?;
    }
    let who = format!("only {}", clean(&other.tool));
    lines("only plimsoll", &other.only_ours, paint, options, out)?;
    lines(&who, &other.only_theirs, paint, options, out)?;
    writeln!(
        out,
        "{} of both ({} rated otherwise), {} only ours, {} only theirs",
        counted(other.both, "finding", "findings"),
        other.severity_differs,
        other.only_ours.len(),
        other.only_theirs.len(),
    )?;
    if let Some(counts) = other.packages {
        writeln!(
            out,
            "{} of both, {} only ours, {} only theirs",
            counted(counts.both, "package", "packages"),
            counts.only_ours,
            counts.only_theirs
        )?;
    }
    Ok(())
}

/// Lines are sorted by reason already.
fn lines(
    who: &str,
    lines: &[Line],
    paint: Paint,
    options: &WriteOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let max = if options.verbose {
        usize::MAX
    } else {
        LINES_MAX
    };
    for group in lines.chunk_by(|a, b| a.reason == b.reason) {
        let Some(first) = group.first() else {
            continue;
        };
        let reason = first.reason.as_str().replace('_', " ");
        let heading = format!("{who}, {reason} ({})", group.len());
        writeln!(out, "{}", paint.put(Look::Blue, &heading))?;
        // The worst stand last in the order of severities.
        let mut group: Vec<&Line> = group.iter().collect();
        group.sort_by_key(|line| std::cmp::Reverse(line.severity));
        for line in group.iter().take(max) {
            writeln!(
                out,
                "  {} {} {} {}: {}",
                paint.put(severity_look(line.severity), line.severity.as_str()),
                clean(&line.id),
                clean(&line.package),
                clean(&line.version),
                clean(&line.detail),
            )?;
        }
        if group.len() > max {
            writeln!(out, "  and {} more", group.len() - max)?;
        }
    }
    Ok(())
}
