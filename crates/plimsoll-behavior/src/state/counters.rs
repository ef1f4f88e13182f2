//! How often something happened lately, by the times of events: nothing here reads a clock.

/// Seconds that a window can look back.
pub const WINDOW_SECONDS: usize = 16;

/// Events in each of the last [`WINDOW_SECONDS`] seconds. A count stops at its type's limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// Second since boot of the newest count.
    second: u64,
    counts: [u16; WINDOW_SECONDS],
    /// All since the beginning.
    pub total: u64,
}

impl Window {
    /// Counts one event. Events that come late are counted in their own second while it is kept.
    pub fn add(&mut self, time_ns: u64) {
        let second = time_ns / 1_000_000_000;
        self.total += 1;
        if second > self.second {
            let gone = (second - self.second).min(WINDOW_SECONDS as u64);
            for step in 0..gone {
                *self.at(second - step) = 0;
            }
            self.second = second;
        } else if self.second - second >= WINDOW_SECONDS as u64 {
            return;
        }
        let count = self.at(second);
        *count = count.saturating_add(1);
    }

    /// Events in the last so many seconds, the one that runs included; at most [`WINDOW_SECONDS`].
    pub fn within(&self, now_ns: u64, seconds: u64) -> u32 {
        let now = now_ns / 1_000_000_000;
        let seconds = seconds.min(WINDOW_SECONDS as u64);
        let newest = now.min(self.second);
        let oldest = (now + 1).saturating_sub(seconds);
        let kept = (self.second + 1).saturating_sub(WINDOW_SECONDS as u64);
        (oldest.max(kept)..=newest)
            .map(|second| u32::from(self.counts.get(slot(second)).copied().unwrap_or(0)))
            .sum()
    }

    #[expect(clippy::indexing_slicing, reason = "a slot is below the length")]
    fn at(&mut self, second: u64) -> &mut u16 {
        &mut self.counts[slot(second)]
    }
}

const fn slot(second: u64) -> usize {
    (second % WINDOW_SECONDS as u64) as usize
}

/// What is counted, per process and per container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Processes made (threads are not).
    pub forks: Window,
    pub execs: Window,
    /// Connections begun, those among them that nobody answered or that were refused.
    pub connections: Window,
    /// Connections accepted.
    pub accepts: Window,
    /// Names asked of the DNS.
    pub dns_questions: Window,
    /// Calls that failed with EMFILE or ENFILE: no descriptor left.
    pub descriptors_exhausted: Window,
    /// Calls that failed with ENOSPC or EDQUOT: no space or inode left.
    pub space_exhausted: Window,
    /// Calls that failed with ENOMEM.
    pub memory_exhausted: Window,
    /// Forks that failed with EAGAIN: no process left.
    pub processes_exhausted: Window,
    /// Calls that failed with EPERM or EACCES.
    pub denied: Window,
    /// Files removed or truncated.
    pub removals: Window,
    /// Processes killed for want of memory.
    pub oom_kills: Window,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_window_forgets_by_the_time_of_events() {
        let mut window = Window::default();
        for step in 0..40 {
            window.add(5 * SECOND + step * SECOND / 10);
        }
        assert_eq!(window.within(9 * SECOND - 1, 1), 10);
        assert_eq!(window.within(9 * SECOND - 1, 4), 40);
        assert_eq!(window.within(9 * SECOND, 1), 0);
        assert_eq!(window.within(100 * SECOND, 16), 0);
        window.add(100 * SECOND);
        assert_eq!(window.within(100 * SECOND, 16), 1);
        // One that is late, and one that is too late.
        window.add(99 * SECOND);
        window.add(5 * SECOND);
        assert_eq!(window.within(100 * SECOND, 16), 2);
        assert_eq!(window.total, 43);
    }
}
