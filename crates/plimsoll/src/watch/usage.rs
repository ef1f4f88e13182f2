//! What the process itself takes: CPU and memory.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time of all threads of the process.
pub fn cpu() -> Duration {
    time(ClockId::ProcessCPUTime)
}

/// Time since boot, suspended time included: the clock of events.
pub fn since_boot() -> Duration {
    time(ClockId::Boottime)
}

/// Memory in bytes that is resident, and of it what belongs to no file (what the process really
/// takes: its own code can be read again); 0 where `/proc` does not say.
pub fn memory() -> (u64, u64) {
    let mut text = String::new();
    let read =
        File::open("/proc/self/statm").and_then(|file| file.take(256).read_to_string(&mut text));
    if read.is_err() {
        return (0, 0);
    }
    let page = rustix::param::page_size() as u64;
    let mut pages = text.split_whitespace().skip(1);
    let mut next = || -> u64 { pages.next().and_then(|word| word.parse().ok()).unwrap_or(0) };
    let (resident, shared) = (next(), next());
    (
        resident.saturating_mul(page),
        resident.saturating_sub(shared).saturating_mul(page),
    )
}

fn time(clock: ClockId) -> Duration {
    let now = clock_gettime(clock);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}
