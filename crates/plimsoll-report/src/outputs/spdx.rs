//! SPDX 2.3 as JSON.
//!
//! What the format has no field for is carried in annotations, as the JSON of texts under
//! `plimsoll:`. Findings are not: SPDX 2.3 describes what is there, not what is wrong with it.

use std::io::{self, Write};

use plimsoll_model::Report;

use crate::{OutputFormat, WriteError, WriteOptions};

pub(super) mod document;
mod json;

pub struct Spdx;

impl OutputFormat for Spdx {
    fn id(&self) -> &'static str {
        "spdx"
    }

    fn describe(&self) -> &'static str {
        "SPDX 2.3 JSON: the packages and their licences"
    }

    fn mime(&self) -> &'static str {
        "application/spdx+json"
    }

    fn extension(&self) -> &'static str {
        "spdx.json"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        json::write(&document::of(report, options), &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}
