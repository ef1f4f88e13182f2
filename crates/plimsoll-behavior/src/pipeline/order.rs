//! The order of a live stream.
//!
//! Events of different processors reach the ring a little out of their order. They wait here for a
//! millisecond and go on by their times; those of one time stay as they came. A trace is recorded
//! behind this, so that a replay has the same order without asking a clock.

/// How long an event waits for earlier ones, nanoseconds.
pub const ORDER_NS: u64 = 1_000_000;
/// Most bytes that wait; when there are more, the earlier half goes on.
pub const ORDER_BYTES_MAX: usize = 1 << 20;

/// Events that wait for earlier ones.
#[derive(Debug, Default)]
pub struct Order {
    bytes: Vec<u8>,
    /// Time, begin and end of each, as they came.
    waiting: Vec<(u64, u32, u32)>,
    newest_ns: u64,
    gone_ns: u64,
    late: u64,
}

impl Order {
    /// Takes in an event with its time; hands on those that have waited long enough.
    pub fn push(&mut self, record: &[u8], time_ns: u64, each: impl FnMut(&[u8])) {
        let begin = self.bytes.len() as u32;
        self.bytes.extend_from_slice(record);
        self.waiting.push((time_ns, begin, self.bytes.len() as u32));
        self.newest_ns = self.newest_ns.max(time_ns);
        if time_ns < self.gone_ns {
            self.late += 1;
        }
        if self.bytes.len() > ORDER_BYTES_MAX {
            let before = self.waiting.len();
            let due = self.newest_ns.saturating_sub(ORDER_NS);
            self.release(due, before / 2, each);
        }
    }

    /// Hands on what has waited long enough. Called when nothing more is to be read just now, with
    /// the time since boot.
    pub fn settle(&mut self, now_ns: u64, each: impl FnMut(&[u8])) {
        self.release(now_ns.saturating_sub(ORDER_NS), 0, each);
    }

    /// Hands on all.
    pub fn finish(&mut self, each: impl FnMut(&[u8])) {
        self.release(u64::MAX, 0, each);
    }

    /// Events that came after later ones had been handed on. They are handed on all the same.
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Bytes of the events that wait.
    pub const fn bytes_held(&self) -> usize {
        self.bytes.len()
    }

    /// Events that wait.
    pub const fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Hands on all up to a time, and at least so many.
    fn release(&mut self, due_ns: u64, least: usize, mut each: impl FnMut(&[u8])) {
        // Stable: of one time, as they came.
        self.waiting.sort_by_key(|(time, _, _)| *time);
        let count = self.waiting.partition_point(|(time, _, _)| *time <= due_ns);
        let count = count.max(least);
        let held = &self.bytes;
        let bytes = |begin: u32, end: u32| held.get(begin as usize..end as usize);
        for (time, begin, end) in self.waiting.drain(..count) {
            self.gone_ns = self.gone_ns.max(time);
            each(bytes(begin, end).unwrap_or_default());
        }
        let mut rest = Vec::new();
        for (_, begin, end) in &mut self.waiting {
            let record = bytes(*begin, *end).unwrap_or_default();
            *begin = rest.len() as u32;
            rest.extend_from_slice(record);
            *end = rest.len() as u32;
        }
        if rest.is_empty() {
            self.bytes.clear();
        } else {
            self.bytes = rest;
        }
    }
}
