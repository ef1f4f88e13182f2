//! The two indexes: keys to values, each a finite state transducer.
//!
//! Written by crate `fst`, read by [`transducer`]. The checksum of an index is verified when the
//! database is opened: a look-up that finds nothing must not come of damage.

mod transducer;

use super::DatabaseError;
use super::codec::CodecError;
use transducer::Transducer;

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 4096;
/// Most steps that a listing takes through an index: each step is one byte of one key.
const STEPS_MAX: u64 = 1 << 30;

/// One index.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub name: &'static str,
    pub bytes: &'a [u8],
}

/// What ends a listing early.
enum Stopped {
    Index(CodecError),
    Visit(DatabaseError),
}

impl From<CodecError> for Stopped {
    fn from(error: CodecError) -> Self {
        Self::Index(error)
    }
}

impl Keys<'_> {
    fn damaged(self, reason: CodecError) -> DatabaseError {
        DatabaseError::damaged(format!("index of {}", self.name), reason.to_string())
    }

    /// The value of a key.
    #[inline]
    pub fn get(self, key: &[u8]) -> Result<Option<u64>, DatabaseError> {
        Transducer::new(self.bytes)
            .and_then(|index| index.get(key))
            .map_err(|error| self.damaged(error))
    }

    /// Number of keys, as the index itself says.
    pub fn count(self) -> Result<u64, DatabaseError> {
        Transducer::new(self.bytes)
            .map(|index| index.count())
            .map_err(|error| self.damaged(error))
    }

    /// Calls `visit` with every key and value whose key starts with `prefix`, in order, until it
    /// says stop by `false`.
    pub fn each_from(
        self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], u64) -> Result<bool, DatabaseError>,
    ) -> Result<(), DatabaseError> {
        let index = Transducer::new(self.bytes).map_err(|error| self.damaged(error))?;
        let listed = index.each_from(prefix, KEY_BYTES_MAX, STEPS_MAX, |key, value| {
            visit(key, value).map_err(Stopped::Visit)
        });
        listed.map_err(|stopped| match stopped {
            Stopped::Index(error) => self.damaged(error),
            Stopped::Visit(error) => error,
        })
    }
}

/// The key of a package in a scope.
pub fn package_key(out: &mut Vec<u8>, scope: &str, package: &str) {
    out.clear();
    out.extend_from_slice(scope.as_bytes());
    out.push(0);
    out.extend_from_slice(package.as_bytes());
}

/// Scope and package of a key.
pub fn split_key(key: &[u8]) -> Option<(&str, &str)> {
    let zero = key.iter().position(|byte| *byte == 0)?;
    let scope = std::str::from_utf8(key.get(..zero)?).ok()?;
    let package = std::str::from_utf8(key.get(zero + 1..)?).ok()?;
    Some((scope, package))
}

/// The key of an id: its case does not matter.
pub fn id_key(id: &str) -> Vec<u8> {
    id.to_ascii_uppercase().into_bytes()
}
