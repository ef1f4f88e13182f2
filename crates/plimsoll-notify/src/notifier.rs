//! All outputs of a run.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use plimsoll_behavior::Alert;

use crate::lane::Lane;
use crate::{Message, Output};

/// How an output does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputStatus {
    pub name: String,
    pub delivered: u64,
    /// Alerts that were lost, as the queue was full or the time to close over.
    pub dropped: u64,
    /// Alerts that the receiver does not take.
    pub refused: u64,
    pub retries: u64,
    /// Alerts that wait, those in work included.
    pub waiting: u64,
    pub waiting_bytes: u64,
    /// Why the last try failed; `None` while all goes well.
    pub trouble: Option<String>,
}

/// All outputs, each on its own thread.
#[derive(Default)]
pub struct Notifier {
    lanes: Vec<(Arc<Lane>, Option<JoinHandle<()>>)>,
}

impl Notifier {
    /// Adds an output under the name that its counts have.
    pub fn add(&mut self, name: impl Into<String>, output: Box<dyn Output>) -> std::io::Result<()> {
        let lane = Arc::new(Lane::new(name.into()));
        let shared = Arc::clone(&lane);
        let thread = thread::Builder::new()
            .name("plimsoll-output".to_owned())
            // Outputs are shallow; many of them stay small.
            .stack_size(512 << 10)
            .spawn(move || shared.run(output))?;
        self.lanes.push((lane, Some(thread)));
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Hands an alert to every output. Never waits: an output whose queue is full loses it.
    pub fn tell(&self, alert: &Alert) {
        if self.lanes.is_empty() {
            return;
        }
        let message = Message::of(alert);
        for (lane, _) in &self.lanes {
            lane.push(&message);
        }
    }

    /// The same, but waits for room: for recorded events, which lose nothing by it.
    pub fn tell_waiting(&self, alert: &Alert, time: Duration) {
        let deadline = Instant::now() + time;
        for (lane, _) in &self.lanes {
            lane.wait_for_room(deadline);
        }
        self.tell(alert);
    }

    /// Every output opens anew what somebody may have moved away.
    pub fn reopen(&self) {
        for (lane, _) in &self.lanes {
            lane.reopen();
        }
    }

    /// How each output does, in the order in which they were added.
    pub fn status(&self) -> Vec<OutputStatus> {
        self.lanes.iter().map(|(lane, _)| lane.status()).collect()
    }

    /// Delivers what waits, for at most so long; what is not delivered by then counts as dropped.
    pub fn close(&mut self, time: Duration) -> Vec<OutputStatus> {
        let deadline = Instant::now() + time;
        for (lane, _) in &self.lanes {
            lane.close(deadline);
        }
        let mut all = Vec::new();
        for (lane, thread) in &mut self.lanes {
            // A thread that hangs in its receiver is left behind; the process ends soon.
            if lane.wait_until_done(deadline + Duration::from_millis(200))
                && let Some(thread) = thread.take()
            {
                let _ = thread.join();
            }
            let mut status = lane.status();
            status.dropped += status.waiting;
            status.waiting = 0;
            all.push(status);
        }
        all
    }
}
