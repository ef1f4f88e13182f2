//! The unpacked bytes of a layer as they come from the pipeline, chunk by chunk.

use std::io::{self, BufRead, Read};

use crossbeam_channel::{Receiver, Sender};

use crate::tar::TarInput;

/// Reads chunks and sends used ones back to be filled again.
pub(crate) struct Chunks {
    incoming: Receiver<io::Result<Vec<u8>>>,
    pool: Sender<Vec<u8>>,
    chunk: Vec<u8>,
    used: usize,
    /// Bytes that had to be put together out of two chunks; read before the chunk.
    carry: Vec<u8>,
    carry_used: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
    /// An error was handed out; it must not look like an end afterwards.
    Failed,
}

impl Chunks {
    pub const fn new(incoming: Receiver<io::Result<Vec<u8>>>, pool: Sender<Vec<u8>>) -> Self {
        Self {
            incoming,
            pool,
            chunk: Vec::new(),
            used: 0,
            carry: Vec::new(),
            carry_used: 0,
            state: State::Open,
        }
    }

    /// Reads on to the end, so that everything is hashed.
    pub fn drain(&mut self) -> io::Result<()> {
        loop {
            let available = self.fill_buf()?.len();
            if available == 0 {
                return Ok(());
            }
            self.consume(available);
        }
    }

    /// Takes the next chunk; the one at hand must be used up. `false` at the end.
    fn next_chunk(&mut self) -> io::Result<bool> {
        match self.state {
            State::Open => {}
            State::Ended => return Ok(false),
            State::Failed => return Err(io::Error::other("an earlier error")),
        }
        let used = std::mem::take(&mut self.chunk);
        if used.capacity() > 0 {
            // Nobody needs it when the unpacking has ended.
            let _ = self.pool.send(used);
        }
        self.used = 0;
        match self.incoming.recv() {
            Ok(Ok(chunk)) => {
                self.chunk = chunk;
                Ok(true)
            }
            Ok(Err(error)) => {
                self.state = State::Failed;
                Err(error)
            }
            Err(_) => {
                self.state = State::Ended;
                Ok(false)
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.chunk.get(self.used..).unwrap_or_default()
    }

    fn carried(&self) -> &[u8] {
        self.carry.get(self.carry_used..).unwrap_or_default()
    }
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.carry_used < self.carry.len() {
            return Ok(self.carried());
        }
        while self.used == self.chunk.len() {
            if !self.next_chunk()? {
                break;
            }
        }
        Ok(self.rest())
    }

    fn consume(&mut self, count: usize) {
        if self.carry_used < self.carry.len() {
            self.carry_used = (self.carry_used + count).min(self.carry.len());
        } else {
            self.used = (self.used + count).min(self.chunk.len());
        }
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), available.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl TarInput for Chunks {
    fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let carried = self.carry.len() - self.carry_used;
        if carried == 0 && self.chunk.len() - self.used >= len {
            return Ok(self.rest());
        }
        if carried >= len {
            return Ok(self.carried());
        }
        self.carry.drain(..self.carry_used);
        self.carry_used = 0;
        while self.carry.len() < len {
            if self.used == self.chunk.len() && !self.next_chunk()? {
                break;
            }
            let missing = len - self.carry.len();
            let step = missing.min(self.chunk.len() - self.used);
            let piece = self.chunk.get(self.used..self.used + step);
            self.carry.extend(piece.unwrap_or_default());
            self.used += step;
        }
        Ok(self.carried())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunks(sizes: &[usize], error: bool) -> (Chunks, Vec<u8>, Receiver<Vec<u8>>) {
        let (send, incoming) = crossbeam_channel::unbounded();
        let (pool, pooled) = crossbeam_channel::unbounded();
        let mut all = Vec::new();
        for size in sizes {
            let chunk: Vec<u8> = (0..*size).map(|n| (all.len() + n) as u8).collect();
            all.extend(&chunk);
            send.send(Ok(chunk)).unwrap();
        }
        if error {
            send.send(Err(io::Error::other("broken"))).unwrap();
        }
        (Chunks::new(incoming, pool), all, pooled)
    }

    #[test]
    fn an_error_stays_one() {
        let (mut chunks, _, _pool) = chunks(&[3], true);
        assert!(chunks.drain().is_err());
        assert!(chunks.fill_buf().is_err());
        assert!(chunks.peek(1).is_err());
    }

    proptest! {
        #[test]
        fn peeking_and_reading_mix(
            sizes in proptest::collection::vec(0_usize..20, 0..8),
            steps in proptest::collection::vec((0_usize..15, 0_usize..15), 0..40),
        ) {
            let (mut chunks, all, _pool) = chunks(&sizes, false);
            let mut at = 0;
            for (peek, read) in steps {
                let seen = chunks.peek(peek).unwrap().to_vec();
                prop_assert!(seen.len() >= peek.min(all.len() - at));
                prop_assert_eq!(&seen[..], &all[at..at + seen.len()]);
                let mut buffer = vec![0; read];
                let count = chunks.read(&mut buffer).unwrap();
                prop_assert_eq!(&buffer[..count], &all[at..at + count]);
                at += count;
            }
            let mut rest = Vec::new();
            chunks.read_to_end(&mut rest).unwrap();
            prop_assert_eq!(&rest[..], &all[at..]);
        }
    }
}
