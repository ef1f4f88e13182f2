//! Reads one layer: unpacks it, computes both of its digests and shows its entries, each on a
//! thread of its own, with buffers that go round.
//!
//! What is in a layer is judged by nobody here. A layer whose digest is wrong is an error, however
//! much was read of it by then; a layer that is too large is read up to the limit and says so.

mod chunks;
mod links;
mod pipeline;
mod walk;

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use plimsoll_model::{Digest, Unknown};

pub(crate) use self::chunks::Chunks;
pub(crate) use self::links::WantedLink;
pub(crate) use self::walk::Unknowns;
use crate::decompress::DecodeLimits;
use crate::limits::LAYER_BYTES_MAX;
use crate::tar::TarError;
use crate::{LayerTail, OpenError, Progress, Store, Visitor};

/// What a layer must turn out to be, as far as that is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    pub blob_digest: Option<Digest>,
    pub diff_id: Option<Digest>,
    /// As stored; 0 where it is not known.
    pub size_bytes: u64,
}

/// What all layers that are read at once share.
pub(crate) struct Context {
    pub store: Arc<Store>,
    pub progress: Arc<Progress>,
    pub limits: DecodeLimits,
    /// Held while a stream is unpacked that needs a large window.
    pub large_window: Mutex<()>,
}

impl Context {
    pub fn new(store: &Arc<Store>, progress: &Arc<Progress>) -> Self {
        Self {
            store: Arc::clone(store),
            progress: Arc::clone(progress),
            limits: DecodeLimits::LAYER,
            large_window: Mutex::new(()),
        }
    }
}

/// Why a layer could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayerError {
    #[error("{0}")]
    Bytes(io::Error),
    #[error("{0}")]
    Corrupt(String),
    #[error("digest mismatch: expected {expected}, got {actual}")]
    Digest { expected: Digest, actual: Digest },
}

impl LayerError {
    /// The same about a layer of an image.
    pub fn of_layer(self, image: &str, layer: &str) -> OpenError {
        match self {
            Self::Digest { expected, actual } => OpenError::Digest {
                path: format!("layer {layer} of {image}"),
                expected,
                actual,
            },
            other => OpenError::Layer {
                path: image.to_owned(),
                layer: layer.to_owned(),
                reason: other.to_string(),
            },
        }
    }
}

impl From<TarError> for LayerError {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Corrupt("it ends early".to_owned())
            }
            TarError::Io(error) => Self::Bytes(error),
            TarError::Corrupt(_) => Self::Corrupt(error.to_string()),
        }
    }
}

/// Reads a layer once. The links returned are those whose content the visitor wants; they are
/// shown by [`read_links`].
pub(crate) fn read_layer(
    raw: &mut (dyn Read + Send),
    expected: &Expected,
    visitor: &mut dyn Visitor,
    context: &Context,
) -> Result<(LayerTail, Vec<WantedLink>), LayerError> {
    let mut capped = Capped::new(raw, expected.size_bytes);
    let (walked, sums) = pipeline::run(&mut capped, context, |chunks| {
        walk::walk(chunks, visitor, &context.store)
    });
    let mut walked = walked?;
    if !walked.stopped {
        check(expected.blob_digest.as_ref(), &sums.blob_digest)?;
        check(expected.diff_id.as_ref(), &sums.diff_id)?;
    }
    let diff_id = expected.diff_id.clone().unwrap_or(sums.diff_id);
    for unknown in &mut walked.unknowns {
        unknown.layer = Some(diff_id.clone());
    }
    let tail = LayerTail {
        diff_id,
        blob_digest: sums.blob_digest,
        blob_bytes: sums.blob_bytes,
        bytes: sums.bytes,
        index: walked.index,
        unknowns: walked.unknowns,
        complete: !walked.stopped,
    };
    Ok((tail, walked.links))
}

/// Reads a layer a second time, for the content of hard links. Returns what was not found.
pub(crate) fn read_links(
    raw: &mut (dyn Read + Send),
    expected: &Expected,
    wanted: &[WantedLink],
    visitor: &mut dyn Visitor,
    context: &Context,
) -> Result<Vec<Unknown>, LayerError> {
    let mut capped = Capped::new(raw, expected.size_bytes);
    let (unknowns, _) = pipeline::run(&mut capped, context, |chunks| {
        links::show(chunks, wanted, visitor, &context.store)
    });
    Ok(unknowns?)
}

fn check(expected: Option<&Digest>, actual: &Digest) -> Result<(), LayerError> {
    match expected {
        Some(expected) if expected != actual => Err(LayerError::Digest {
            expected: expected.clone(),
            actual: actual.clone(),
        }),
        _ => Ok(()),
    }
}

/// Ends a blob where its descriptor says that it ends: one that goes on is an error.
struct Capped<'a> {
    raw: &'a mut (dyn Read + Send),
    left: u64,
}

impl<'a> Capped<'a> {
    fn new(raw: &'a mut (dyn Read + Send), size_bytes: u64) -> Self {
        let left = match size_bytes {
            0 => LAYER_BYTES_MAX,
            size => size.min(LAYER_BYTES_MAX),
        };
        Self { raw, left }
    }
}

impl Read for Capped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is longer than its descriptor says",
            )),
        }
    }
}

#[cfg(test)]
mod tests;
