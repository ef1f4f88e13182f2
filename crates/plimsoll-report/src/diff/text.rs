//! The difference for people at a terminal.

use std::io::{self, Write};

use super::{Difference, Seen};
use crate::paint::{Look, Paint, severity_look};
use crate::view::{clean, counted, named, size_words};
use crate::{WriteError, WriteOptions};

impl Difference<'_> {
    /// Writes `+`, `-` and `~` lines by subject, then one summary.
    pub fn write_text(
        &self,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        self.text(
            Paint {
                color: options.color,
            },
            &mut out,
        )
        .and_then(|()| out.flush())
        .map_err(WriteError::io("diff"))
    }

    fn text(&self, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        let (from, to) = (clean(self.from.name), clean(self.to.name));
        writeln!(out, "{} {from}", paint.put(Look::Red, "---"))?;
        writeln!(out, "{} {to}", paint.put(Look::Green, "+++"))?;
        if self.is_empty() {
            return writeln!(
                out,
                "no difference in {}",
                counted(self.to.packages, "package", "packages")
            );
        }
        self.packages(paint, out)?;
        let lists = [
            ("new findings", '+', &self.new),
            ("fixed findings", '-', &self.fixed),
            ("findings excepted now", '~', &self.excepted),
            ("findings no longer excepted", '~', &self.reopened),
        ];
        for (title, sign, list) in lists {
            findings(title, sign, list, paint, out)?;
        }
        self.layers(paint, out)?;
        self.summary(out)
    }

    fn packages(&self, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        if self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", paint.put(Look::Bold, "packages"))?;
        for changed in &self.changed {
            writeln!(
                out,
                "{} {} {} {} -> {}",
                paint.put(Look::Yellow, "~"),
                changed.package.ecosystem,
                clean(&changed.package.qualified_name()),
                clean(&changed.from.join(", ")),
                clean(&changed.to.join(", ")),
            )?;
        }
        for package in &self.removed {
            let text = format!("{} {}", package.ecosystem, clean(&named(package)));
            writeln!(out, "{} {text}", paint.put(Look::Red, "-"))?;
        }
        for package in &self.added {
            let text = format!("{} {}", package.ecosystem, clean(&named(package)));
            writeln!(out, "{} {text}", paint.put(Look::Green, "+"))?;
        }
        Ok(())
    }

    fn layers(&self, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
        if self.layers_added.is_empty() && self.layers_removed.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", paint.put(Look::Bold, "layers"))?;
        let removed = self
            .layers_removed
            .iter()
            .map(|layer| (Look::Red, '-', layer));
        let added = self
            .layers_added
            .iter()
            .map(|layer| (Look::Green, '+', layer));
        for (look, sign, layer) in removed.chain(added) {
            let step = layer.created_by.as_deref().unwrap_or_default();
            writeln!(
                out,
                "{} {} {} {}",
                paint.put(look, &sign.to_string()),
                layer.diff_id.short(),
                size_words(layer.size_bytes),
                clean(step)
            )?;
        }
        Ok(())
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "\n{} added, {} removed, {} changed, {} unchanged; {} new, {} fixed, {} the same",
            counted(self.added.len(), "package", "packages"),
            self.removed.len(),
            self.changed.len(),
            self.unchanged,
            counted(self.new.len(), "finding", "findings"),
            self.fixed.len(),
            self.same,
        )?;
        if self.layers_shared + self.layers_added.len() + self.layers_removed.len() > 0 {
            writeln!(
                out,
                "{} shared; {} -> {}",
                counted(self.layers_shared, "layer", "layers"),
                size_words(self.from.size_bytes),
                size_words(self.to.size_bytes),
            )?;
        }
        if let (Some(from), Some(to)) = (self.from.outcome, self.to.outcome) {
            writeln!(out, "verdict: {} -> {}", from.as_str(), to.as_str())?;
        }
        Ok(())
    }
}

fn findings(
    title: &str,
    sign: char,
    list: &[Seen<'_>],
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint.put(Look::Bold, title))?;
    for seen in list {
        let look = match sign {
            '+' => Look::Red,
            '-' => Look::Green,
            _ => Look::Yellow,
        };
        let severity = seen.finding.severity;
        writeln!(
            out,
            "{} {} {} {}: {}",
            paint.put(look, &sign.to_string()),
            paint.put(severity_look(severity), severity.as_str()),
            clean(&seen.finding.id),
            clean(&seen.package.map(named).unwrap_or_default()),
            clean(&seen.finding.title),
        )?;
    }
    Ok(())
}
