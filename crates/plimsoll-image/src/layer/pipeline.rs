//! Unpacking, hashing and parsing of one stream at the same time.
//!
//! Three threads in a row: one reads and unpacks, one hashes (what was stored and what it unpacked
//! to), and the caller's parses. Buffers are handed from one to the next without being copied and
//! go back to be filled again, so that their number is the bound on memory: 3 MiB a stream.

use std::io::{self, Read};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use plimsoll_model::Digest;

use super::{Chunks, Context};
use crate::Progress;
use crate::decompress::input::{Buffers, INPUT_BUFFER_BYTES, Input};
use crate::decompress::{DecodeLimits, Decoder, LimitReached, Packing};
use crate::hash::Hasher;

/// Bytes of a chunk of unpacked data.
const CHUNK_BYTES: usize = 256 << 10;
/// Chunks of unpacked data that go round.
const CHUNKS: usize = 8;
/// Buffers of stored data that go round.
const STORED_BUFFERS: usize = 6;

/// Digests and sizes of a stream.
pub(super) struct Sums {
    pub blob_digest: Digest,
    pub blob_bytes: u64,
    pub diff_id: Digest,
    pub bytes: u64,
}

/// What goes from the first thread to the second.
enum Message {
    /// Bytes as stored.
    Stored(Vec<u8>),
    /// Bytes unpacked.
    Unpacked(Vec<u8>),
    /// Bytes that are stored as they are.
    Both(Vec<u8>),
    Failed(io::Error),
}

/// Lets `parse` read the unpacked stream on this thread while two others work for it. The sums are
/// of everything only if it read to the end.
pub(super) fn run<T>(
    raw: &mut (dyn Read + Send),
    context: &Context,
    parse: impl FnOnce(&mut Chunks) -> T,
) -> (T, Sums) {
    // Never full: there are not that many buffers.
    let (to_hash, hashing) = bounded(CHUNKS + STORED_BUFFERS + 1);
    let (to_parse, parsing) = bounded(CHUNKS + 1);
    let (free_chunk, free_chunks) = unbounded();
    let (free_stored, free_stored_buffers) = unbounded();
    for _ in 0..CHUNKS {
        let _ = free_chunk.send(Vec::new());
    }
    for _ in 0..STORED_BUFFERS {
        let _ = free_stored.send(Vec::new());
    }
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let stored = HandOn {
                to_hash: to_hash.clone(),
                free: free_stored_buffers,
            };
            if let Err(error) = unpack(raw, context, stored, &to_hash, &free_chunks) {
                let _ = to_hash.send(Message::Failed(error));
            }
        });
        let progress = &*context.progress;
        let sums = scope.spawn(move || hash(&hashing, &to_parse, &free_stored, progress));
        let mut chunks = Chunks::new(parsing, free_chunk);
        let out = parse(&mut chunks);
        // Ends the others, where they have not ended by themselves.
        drop(chunks);
        let sums = match sums.join() {
            Ok(sums) => sums,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (out, sums)
    })
}

/// Sends used buffers of stored bytes to be hashed.
struct HandOn {
    to_hash: Sender<Message>,
    free: Receiver<Vec<u8>>,
}

impl Buffers for HandOn {
    fn swap(&mut self, used: Vec<u8>) -> io::Result<Vec<u8>> {
        if !used.is_empty() {
            self.to_hash
                .send(Message::Stored(used))
                .map_err(|_| gone())?;
        }
        self.free.recv().map_err(|_| gone())
    }
}

/// The caller has stopped reading.
fn gone() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

/// The first thread.
fn unpack(
    raw: &mut (dyn Read + Send),
    context: &Context,
    stored: HandOn,
    to_hash: &Sender<Message>,
    free: &Receiver<Vec<u8>>,
) -> io::Result<()> {
    let mut decoder = Decoder::with_input(Input::new(raw, stored), context.limits)?;
    if decoder.packing() == Packing::Plain {
        let (start, raw) = decoder.into_input().into_parts();
        return copy(&start, raw, context.limits, to_hash, free);
    }
    // One at a time, so that many layers with large windows take no more memory than one.
    let gate = &context.large_window;
    let _permit = (decoder.large_window_bytes() > 0).then(|| {
        gate.lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    });
    loop {
        let mut chunk = free.recv().map_err(|_| gone())?;
        chunk.resize(CHUNK_BYTES, 0);
        let filled = fill(&mut decoder, &mut chunk);
        chunk.truncate(*filled.as_ref().unwrap_or(&0));
        let ended = filled? < CHUNK_BYTES;
        to_hash.send(Message::Unpacked(chunk)).map_err(|_| gone())?;
        if ended {
            return decoder.into_input().drain().map(|_| ());
        }
    }
}

/// The first thread, where there is nothing to unpack: bytes are read straight into chunks.
fn copy(
    start: &[u8],
    raw: &mut (dyn Read + Send),
    limits: DecodeLimits,
    to_hash: &Sender<Message>,
    free: &Receiver<Vec<u8>>,
) -> io::Result<()> {
    let mut raw = start.chain(raw);
    let mut bytes = 0;
    loop {
        let mut chunk = free.recv().map_err(|_| gone())?;
        chunk.resize(CHUNK_BYTES, 0);
        let filled = fill(&mut raw, &mut chunk)?;
        chunk.truncate(filled);
        to_hash.send(Message::Both(chunk)).map_err(|_| gone())?;
        bytes += filled as u64;
        if bytes > limits.bytes_max {
            return Err(LimitReached {
                what: "unpacked data",
                limit: limits.bytes_max,
            }
            .into());
        }
        if filled < CHUNK_BYTES {
            return Ok(());
        }
    }
}

/// Reads until the buffer is full or the input ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The second thread.
fn hash(
    incoming: &Receiver<Message>,
    to_parse: &Sender<io::Result<Vec<u8>>>,
    free_stored: &Sender<Vec<u8>>,
    progress: &Progress,
) -> Sums {
    let mut stored = Hasher::default();
    let mut unpacked = Hasher::default();
    let (mut blob_bytes, mut bytes) = (0, 0);
    let mut plain = false;
    for message in incoming {
        let parsed = match message {
            Message::Stored(mut buffer) => {
                stored.update(&buffer);
                blob_bytes += buffer.len() as u64;
                progress.advance(buffer.len() as u64);
                buffer.clear();
                let _ = free_stored.send(buffer);
                continue;
            }
            Message::Unpacked(chunk) => {
                unpacked.update(&chunk);
                bytes += chunk.len() as u64;
                Ok(chunk)
            }
            Message::Both(chunk) => {
                plain = true;
                unpacked.update(&chunk);
                bytes += chunk.len() as u64;
                progress.advance(chunk.len() as u64);
                Ok(chunk)
            }
            Message::Failed(error) => Err(error),
        };
        if to_parse.send(parsed).is_err() {
            break;
        }
    }
    let diff_id = unpacked.finish();
    if plain {
        return Sums {
            blob_digest: diff_id.clone(),
            blob_bytes: bytes,
            diff_id,
            bytes,
        };
    }
    Sums {
        blob_digest: stored.finish(),
        blob_bytes,
        diff_id,
        bytes,
    }
}

const _: () = assert!(
    CHUNKS * CHUNK_BYTES + STORED_BUFFERS * INPUT_BUFFER_BYTES <= 3 << 20,
    "the module says how much memory a stream takes"
);
