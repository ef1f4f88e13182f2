//! Opens feeds for `db build`.

use std::path::Path;

use plimsoll_vuln::{AdvisorySource, Input, InputFile, SourceError};

use crate::failure::Failure;

pub struct Feed(usize);

impl Feed {
    pub const fn files_wanted(&self) -> usize {
        self.0
    }
}

impl Input for Feed {
    fn next(&mut self) -> Option<Result<InputFile, SourceError>> {
        None
    }
}

pub fn open(_: &Path, _: &'static dyn AdvisorySource) -> Result<Feed, Failure> {
    Ok(Feed(0))
}
