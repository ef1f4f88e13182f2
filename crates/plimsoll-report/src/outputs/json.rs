//! `plimsoll.report/v1`: complete, and the only form that can be read back without loss.

use std::io::Write;

use plimsoll_model::Report;

use crate::{OutputFormat, WriteError, WriteOptions, wire};

pub struct Json;

impl OutputFormat for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn describe(&self) -> &'static str {
        "Plimsoll's own report, `plimsoll.report/v1`: complete, for scripts and to read back"
    }

    fn mime(&self) -> &'static str {
        "application/json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(
        &self,
        report: &Report,
        _options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        wire::write(report, out).map_err(WriteError::io(self.id()))
    }
}
