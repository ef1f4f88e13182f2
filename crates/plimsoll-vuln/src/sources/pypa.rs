//! PyPA's advisory database: <https://github.com/pypa/advisory-database>, OSV as YAML.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::osv::{self, Flavor};
use crate::{AdvisorySource, Input, Sink, SourceError};

/// The source `pypa`.
pub(super) struct Pypa;

const FLAVOR: Flavor = Flavor {
    ids: &["PYSEC-"],
    rated_by: Some("pypa"),
};

impl AdvisorySource for Pypa {
    fn id(&self) -> &'static str {
        "pypa"
    }

    fn describe(&self) -> &'static str {
        "PyPA's advisory database for Python packages (OSV, YAML)"
    }

    fn wants(&self, path: &str) -> bool {
        osv::wants(path) && path.contains("PYSEC-")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| osv::read_file(file, &FLAVOR))?.finish(Coverage::Seen, out)
    }
}
