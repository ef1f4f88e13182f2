//! OSV records of every ecosystem, as osv.dev exports them and as anybody may write them.
//!
//! Which ecosystem becomes which scope is in [`crate::feed::ecosystems`]; what of the schema is
//! read in [`crate::feed::osv`].

use crate::feed::batch::{Coverage, each_file};
use crate::feed::osv::{self, Flavor};
use crate::{AdvisorySource, Input, Sink, SourceError};

/// The source `osv`.
pub(super) struct Osv;

const FLAVOR: Flavor = Flavor {
    ids: &[],
    rated_by: None,
};

impl AdvisorySource for Osv {
    fn id(&self) -> &'static str {
        "osv"
    }

    fn describe(&self) -> &'static str {
        "Records of the OSV schema, of any ecosystem: a folder, an archive, an array"
    }

    fn wants(&self, path: &str) -> bool {
        osv::wants(path)
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| osv::read_file(file, &FLAVOR))?.finish(Coverage::Much, out)
    }
}
