//! The two indexes, each a finite state transducer (crate `fst`).
//!
//! `fst` checks little of what it reads and panics on bytes that are no transducer. Two things
//! keep that away from callers: the checksum of the section is verified before it is read, which
//! catches damage; and every call is made behind `catch_unwind` and with a limit on steps, which
//! contains a file crafted with checksums that hold. What such a file may still do is lie, which
//! is what signatures are for.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fst::raw::Fst;
use fst::{Automaton, IntoStreamer, Streamer};

use super::DatabaseError;

/// Longest key that is looked up or listed, in bytes.
pub const KEY_BYTES_MAX: usize = 4096;
/// Most steps that a listing takes through an index: each step is one byte of one key.
const STEPS_MAX: u64 = 1 << 28;

/// One index.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub name: &'static str,
    pub bytes: &'a [u8],
}

impl<'a> Keys<'a> {
    fn fst(self) -> Result<Fst<&'a [u8]>, DatabaseError> {
        Fst::new(self.bytes).map_err(|error| self.damaged(error.to_string()))
    }

    fn damaged(self, reason: impl Into<String>) -> DatabaseError {
        DatabaseError::damaged(format!("index of {}", self.name), reason)
    }

    /// Runs what reads the transducer; a panic becomes an error.
    fn contained<T>(
        self,
        read: impl FnOnce() -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        catch_unwind(AssertUnwindSafe(read))
            .unwrap_or_else(|_| Err(self.damaged("it is no transducer")))
    }

    /// The value of a key.
    #[inline]
    pub fn get(self, key: &[u8]) -> Result<Option<u64>, DatabaseError> {
        if key.len() > KEY_BYTES_MAX {
            return Ok(None);
        }
        self.contained(|| Ok(self.fst()?.get(key).map(fst::raw::Output::value)))
    }

    /// Number of keys, as the index itself says.
    pub fn count(self) -> Result<u64, DatabaseError> {
        self.contained(|| Ok(self.fst()?.len() as u64))
    }

    /// Calls `visit` with every key and value whose key starts with `prefix`, in order, until it
    /// says stop by `false`.
    pub fn each_from(
        self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], u64) -> Result<bool, DatabaseError>,
    ) -> Result<(), DatabaseError> {
        self.contained(|| {
            let fst = self.fst()?;
            let walk = PrefixWalk {
                prefix,
                steps: Cell::new(0),
            };
            let mut stream = fst.search(&walk).into_stream();
            while let Some((key, value)) = stream.next() {
                if !visit(key, value.value())? {
                    return Ok(());
                }
            }
            if walk.steps.get() >= STEPS_MAX {
                return Err(self.damaged("it has more keys than any index may have"));
            }
            Ok(())
        })
    }
}

/// Accepts keys with a prefix, and gives up after [`STEPS_MAX`].
struct PrefixWalk<'a> {
    prefix: &'a [u8],
    steps: Cell<u64>,
}

impl Automaton for &PrefixWalk<'_> {
    /// Number of bytes seen; `None` where they are not the prefix.
    type State = Option<usize>;

    fn start(&self) -> Self::State {
        Some(0)
    }

    fn is_match(&self, state: &Self::State) -> bool {
        state.is_some_and(|seen| seen >= self.prefix.len())
    }

    fn can_match(&self, state: &Self::State) -> bool {
        state.is_some_and(|seen| seen <= KEY_BYTES_MAX) && self.steps.get() < STEPS_MAX
    }

    fn accept(&self, state: &Self::State, byte: u8) -> Self::State {
        self.steps.set(self.steps.get() + 1);
        let seen = (*state)?;
        match self.prefix.get(seen) {
            Some(expected) if *expected != byte => None,
            _ => Some(seen + 1),
        }
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
