//! The difference for a comment on a change.

use std::io::{self, Write};

use super::{Difference, Seen};
use crate::outputs::markdown::{cell, code, plain};
use crate::view::{counted, named, size_words};
use crate::{WriteError, WriteOptions};

/// Most rows of one table.
const ROWS_MAX: usize = 100;

impl Difference<'_> {
    /// Writes tables by subject under one heading.
    pub fn write_markdown(
        &self,
        _options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        self.markdown(&mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io("diff"))
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "## {} → {}\n",
            code(self.from.name),
            code(self.to.name)
        )?;
        if self.is_empty() {
            return writeln!(out, "No difference.");
        }
        writeln!(
            out,
            "**{}** new, **{}** fixed, {} the same; {} added, {} removed, {} changed; {} → {}.\n",
            counted(self.new.len(), "finding", "findings"),
            self.fixed.len(),
            self.same,
            counted(self.added.len(), "package", "packages"),
            self.removed.len(),
            self.changed.len(),
            size_words(self.from.size_bytes),
            size_words(self.to.size_bytes),
        )?;
        if let (Some(from), Some(to)) = (self.from.outcome, self.to.outcome) {
            writeln!(out, "Verdict: {} → {}.\n", from.as_str(), to.as_str())?;
        }
        findings("New findings", &self.new, out)?;
        findings("Fixed findings", &self.fixed, out)?;
        findings("Findings excepted now", &self.excepted, out)?;
        findings("Findings no longer excepted", &self.reopened, out)?;
        self.package_rows(out)?;
        self.layer_rows(out)
    }

    fn package_rows(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut rows: Vec<[String; 4]> = Vec::new();
        for changed in &self.changed {
            rows.push([
                "changed".to_owned(),
                cell(&changed.package.qualified_name()),
                cell(&changed.from.join(", ")),
                cell(&changed.to.join(", ")),
            ]);
        }
        for package in &self.removed {
            let (name, version) = (cell(&package.qualified_name()), cell(&package.version));
            rows.push(["removed".to_owned(), name, version, String::new()]);
        }
        for package in &self.added {
            let (name, version) = (cell(&package.qualified_name()), cell(&package.version));
            rows.push(["added".to_owned(), name, String::new(), version]);
        }
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "<details><summary>Packages ({})</summary>\n",
            rows.len()
        )?;
        writeln!(out, "| | Package | From | To |\n|---|---|---|---|")?;
        for row in rows.iter().take(ROWS_MAX) {
            writeln!(out, "| {} |", row.join(" | "))?;
        }
        more(rows.len(), out)?;
        writeln!(out, "\n</details>\n")
    }

    fn layer_rows(&self, out: &mut dyn Write) -> io::Result<()> {
        let removed = self.layers_removed.iter().map(|layer| ("removed", layer));
        let added = self.layers_added.iter().map(|layer| ("added", layer));
        let all: Vec<_> = removed.chain(added).collect();
        if all.is_empty() {
            return Ok(());
        }
        writeln!(out, "<details><summary>Layers ({})</summary>\n", all.len())?;
        writeln!(out, "| | Layer | Size | Build step |\n|---|---|---|---|")?;
        for (word, layer) in all.iter().take(ROWS_MAX) {
            let (id, size) = (layer.diff_id.short(), size_words(layer.size_bytes));
            let step = cell(layer.created_by.as_deref().unwrap_or_default());
            writeln!(out, "| {word} | `{id}` | {size} | {step} |")?;
        }
        more(all.len(), out)?;
        writeln!(out, "\n</details>\n")
    }
}

fn findings(title: &str, list: &[Seen<'_>], out: &mut dyn Write) -> io::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    writeln!(out, "### {title} ({})\n", list.len())?;
    writeln!(out, "| Severity | Id | Package | What |\n|---|---|---|---|")?;
    for seen in list.iter().take(ROWS_MAX) {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            seen.finding.severity,
            cell(&seen.finding.id),
            cell(&seen.package.map(named).unwrap_or_default()),
            plain(&seen.finding.title),
        )?;
    }
    more(list.len(), out)?;
    writeln!(out)
}

fn more(count: usize, out: &mut dyn Write) -> io::Result<()> {
    if count > ROWS_MAX {
        writeln!(out, "\nand {} more, not shown here", count - ROWS_MAX)?;
    }
    Ok(())
}
