//! Plain text for people at a terminal: findings as a compiler shows errors, then one summary.
//!
//! Of the findings that the policy minds the worst of each package are shown in full, the rest as a
//! line a package; with [`WriteOptions::verbose`] everything is shown in full. All text from outside is cleaned of
//! control characters. Meaning never hangs on colour.

use std::io::{self, Write};

use plimsoll_model::Report;

use crate::paint::{Page, Paint};
use crate::view::View;
use crate::{OutputFormat, WriteError, WriteOptions};

mod block;
mod compliance;
mod fold;
mod notes;
mod places;
mod summary;
mod unknown;
mod words;

pub struct Table;

impl OutputFormat for Table {
    fn id(&self) -> &'static str {
        "table"
    }

    fn describe(&self) -> &'static str {
        "Plain text for people at a terminal, as a compiler shows errors"
    }

    fn mime(&self) -> &'static str {
        "text/plain"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        render(&View::new(report), options, &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

fn render(view: &View<'_>, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let page = Page {
        columns: options.columns(),
        paint: Paint {
            color: options.color,
        },
    };
    let said = block::findings(view, options, page, out)?
        | block::owned(view, options, page, out)?
        | unknown::unknowns(view, options, page, out)?;
    if said {
        writeln!(out)?;
    }
    compliance::controls(view, options, page, out)?;
    summary::write(view, options, page, out)
}
