//! What every cataloger's tests need.

use std::sync::Arc;

use crate::{Cataloger, Facts, File};

/// Hands `bytes` to a cataloger as a file at `path`: its facts and its reason, if it failed.
pub(crate) fn read(
    cataloger: &dyn Cataloger,
    path: &str,
    bytes: impl Into<Vec<u8>>,
) -> (Facts, Option<String>) {
    let file = File {
        path,
        mode: 0o644,
        data: Arc::new(bytes.into()),
    };
    let mut facts = Facts::default();
    let result = cataloger.read(&file, &mut facts);
    (facts, result.err().map(|error| error.reason))
}
