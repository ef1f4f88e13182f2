//! AlmaLinux errata: <https://github.com/AlmaLinux/osv-database>.
//!
//! Errata that mend bugs or bring new packages (`ALBA`, `ALEA`) and name no CVE are no advisories
//! and are left out. Modular packages carry the stream that the summary names.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::osv::{self, Flavor};
use crate::{AdvisorySource, Input, Sink, SourceError};

/// The source `almalinux`.
pub(super) struct Almalinux;

const FLAVOR: Flavor = Flavor {
    ids: &["ALSA-", "ALBA-", "ALEA-"],
    rated_by: Some("almalinux"),
};

impl AdvisorySource for Almalinux {
    fn id(&self) -> &'static str {
        "almalinux"
    }

    fn describe(&self) -> &'static str {
        "AlmaLinux errata, by binary package and release (OSV)"
    }

    fn wants(&self, path: &str) -> bool {
        osv::wants(path) && path.contains("AL")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| osv::read_file(file, &FLAVOR))?.finish(Coverage::Seen, out)
    }
}
