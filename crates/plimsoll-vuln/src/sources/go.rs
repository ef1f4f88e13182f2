//! The Go vulnerability database: <https://go.dev/security/vuln/database>, its folder `data/osv` or
//! the export of vuln.go.dev. The standard library is the package `stdlib`, the go command
//! `toolchain`.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::osv::{self, Flavor};
use crate::{AdvisorySource, Input, Sink, SourceError};

/// The source `go`.
pub(super) struct Go;

const FLAVOR: Flavor = Flavor {
    ids: &["GO-"],
    rated_by: Some("go"),
};

impl AdvisorySource for Go {
    fn id(&self) -> &'static str {
        "go"
    }

    fn describe(&self) -> &'static str {
        "The Go vulnerability database, standard library included (OSV)"
    }

    fn wants(&self, path: &str) -> bool {
        osv::wants(path) && path.contains("GO-")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| osv::read_file(file, &FLAVOR))?.finish(Coverage::Seen, out)
    }
}
