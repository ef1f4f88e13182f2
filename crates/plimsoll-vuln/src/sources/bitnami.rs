//! Bitnami's vulnerability database: <https://github.com/bitnami/vulndb>, for the components whose
//! package URL is `pkg:bitnami/…`.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::osv::{self, Flavor};
use crate::{AdvisorySource, Input, Sink, SourceError};

/// The source `bitnami`.
pub(super) struct Bitnami;

const FLAVOR: Flavor = Flavor {
    ids: &["BIT-"],
    rated_by: Some("bitnami"),
};

impl AdvisorySource for Bitnami {
    fn id(&self) -> &'static str {
        "bitnami"
    }

    fn describe(&self) -> &'static str {
        "Bitnami's database for application components (OSV)"
    }

    fn wants(&self, path: &str) -> bool {
        osv::wants(path) && path.contains("BIT-")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| osv::read_file(file, &FLAVOR))?.finish(Coverage::Seen, out)
    }
}
