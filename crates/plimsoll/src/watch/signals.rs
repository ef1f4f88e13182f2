//! Signals to a program that watches: end, or reload.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Exit code of the second request to end, as shells count it for SIGINT.
const EXIT_INTERRUPTED: i32 = 130;

/// What was asked for by signals since the last look.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    stop: Arc<AtomicBool>,
    reload: Arc<AtomicBool>,
}

impl Signals {
    /// Begins to listen. The first request to end is finished in order; the second ends at once.
    pub fn listen() -> io::Result<Self> {
        let signals = Self::default();
        for signal in [SIGINT, SIGTERM] {
            let stop = Arc::clone(&signals.stop);
            flag::register_conditional_shutdown(signal, EXIT_INTERRUPTED, Arc::clone(&stop))?;
            flag::register(signal, stop)?;
        }
        flag::register(SIGHUP, Arc::clone(&signals.reload))?;
        Ok(signals)
    }

    /// Asks to end, as a signal does.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Asks to reload, as a signal does.
    #[cfg(test)]
    pub fn reload(&self) {
        self.reload.store(true, Ordering::Release);
    }

    /// Whether a reload was asked for; forgets it.
    pub fn take_reload(&self) -> bool {
        self.reload.swap(false, Ordering::AcqRel)
    }
}
