//! GitHub's advisory database: <https://github.com/github/advisory-database>, reviewed and not.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::osv::{self, Flavor};
use crate::{AdvisorySource, Input, Sink, SourceError};

/// The source `ghsa`.
pub(super) struct Ghsa;

const FLAVOR: Flavor = Flavor {
    ids: &["GHSA-"],
    rated_by: Some("ghsa"),
};

impl AdvisorySource for Ghsa {
    fn id(&self) -> &'static str {
        "ghsa"
    }

    fn describe(&self) -> &'static str {
        "GitHub's advisory database (OSV)"
    }

    fn wants(&self, path: &str) -> bool {
        osv::wants(path)
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| osv::read_file(file, &FLAVOR))?.finish(Coverage::Much, out)
    }
}
