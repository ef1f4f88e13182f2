//! One output's thread and its queue.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::outputs::{Output, SendError};
use crate::{Message, OutputStatus};

/// Most alerts that wait for one output.
const QUEUE_MAX: usize = 8192;
/// Most bytes that wait for one output.
const QUEUE_BYTES_MAX: u64 = 4 << 20;
/// First pause after a failure, milliseconds; it doubles.
const PAUSE_MS_MIN: u64 = 250;
/// Longest pause after a failure, milliseconds.
const PAUSE_MS_MAX: u64 = 30_000;

/// What the thread and its owner share.
pub(crate) struct Lane {
    name: String,
    queue: Mutex<Queue>,
    changed: Condvar,
    delivered: AtomicU64,
    dropped: AtomicU64,
    refused: AtomicU64,
    retries: AtomicU64,
    done: AtomicBool,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<Message>>,
    bytes: u64,
    /// Alerts that the output is working on; they count as waiting.
    in_work: usize,
    reopen: bool,
    /// Until when what waits may still be delivered.
    closing: Option<Instant>,
    trouble: Option<String>,
}

impl Lane {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            queue: Mutex::default(),
            changed: Condvar::new(),
            delivered: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            done: AtomicBool::new(false),
        }
    }

    /// Puts an alert into the queue; one that does not fit is dropped and counted.
    pub(crate) fn push(&self, message: &Arc<Message>) {
        let mut queue = self.lock();
        let bytes = queue.bytes + message.bytes();
        if queue.waiting.len() >= QUEUE_MAX || bytes > QUEUE_BYTES_MAX || queue.closing.is_some() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        queue.bytes = bytes;
        queue.waiting.push_back(Arc::clone(message));
        drop(queue);
        self.changed.notify_all();
    }

    /// Waits until there is room for another alert, at most so long: for replays, which can wait.
    pub(crate) fn wait_for_room(&self, deadline: Instant) {
        let mut queue = self.lock();
        while queue.waiting.len() * 2 >= QUEUE_MAX || queue.bytes * 2 >= QUEUE_BYTES_MAX {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.done.load(Ordering::Acquire) {
                return;
            }
            queue = self.wait(queue, left);
        }
    }

    pub(crate) fn reopen(&self) {
        self.lock().reopen = true;
        self.changed.notify_all();
    }

    /// No more alerts; what waits may be delivered until then.
    pub(crate) fn close(&self, deadline: Instant) {
        self.lock().closing = Some(deadline);
        self.changed.notify_all();
    }

    /// Whether the thread has ended by then.
    pub(crate) fn wait_until_done(&self, deadline: Instant) -> bool {
        let mut queue = self.lock();
        while !self.done.load(Ordering::Acquire) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            queue = self.wait(queue, left);
        }
        true
    }

    pub(crate) fn status(&self) -> OutputStatus {
        let queue = self.lock();
        OutputStatus {
            name: self.name.clone(),
            delivered: self.delivered.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            waiting: (queue.waiting.len() + queue.in_work) as u64,
            waiting_bytes: queue.bytes,
            trouble: queue.trouble.clone(),
        }
    }

    /// The thread: takes from the queue until it is closed.
    pub(crate) fn run(&self, mut output: Box<dyn Output>) {
        let batch_max = output.batch_max();
        while let Some(batch) = self.take(&mut *output, batch_max) {
            self.deliver(&mut *output, &batch);
            let mut queue = self.lock();
            queue.in_work = 0;
            queue.bytes -= batch.iter().map(|message| message.bytes()).sum::<u64>();
            drop(queue);
            self.changed.notify_all();
        }
        output.finish();
        self.done.store(true, Ordering::Release);
        let _queue = self.lock();
        self.changed.notify_all();
    }

    /// The next alerts; `None` when the lane is closed and empty.
    fn take(&self, output: &mut dyn Output, batch_max: usize) -> Option<Vec<Arc<Message>>> {
        let mut queue = self.lock();
        loop {
            if std::mem::take(&mut queue.reopen) {
                drop(queue);
                let result = output.reopen();
                queue = self.lock();
                queue.trouble = result.err().map(|error| error.reason);
                continue;
            }
            if !queue.waiting.is_empty() {
                let count = queue.waiting.len().min(batch_max);
                queue.in_work = count;
                return Some(queue.waiting.drain(..count).collect());
            }
            if queue.closing.is_some() {
                return None;
            }
            queue = self.wait(queue, Duration::from_hours(1));
        }
    }

    /// Tries until it is delivered, refused for good, or the time to close is over.
    fn deliver(&self, output: &mut dyn Output, batch: &[Arc<Message>]) {
        let count = batch.len() as u64;
        let mut pause = Duration::from_millis(PAUSE_MS_MIN);
        loop {
            let error = match output.send(batch) {
                Ok(()) => {
                    self.delivered.fetch_add(count, Ordering::Relaxed);
                    self.lock().trouble = None;
                    return;
                }
                Err(error) => error,
            };
            self.lock().trouble = Some(error.reason.clone());
            if !error.may_pass {
                self.refused.fetch_add(count, Ordering::Relaxed);
                return;
            }
            if !self.pause(output, &error, pause) {
                self.dropped.fetch_add(count, Ordering::Relaxed);
                return;
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            pause = (pause * 2).min(Duration::from_millis(PAUSE_MS_MAX));
        }
    }

    /// Waits before the next try; false when there is no time for one.
    fn pause(&self, output: &mut dyn Output, error: &SendError, pause: Duration) -> bool {
        let until = Instant::now() + error.after.unwrap_or(pause).max(pause);
        let mut queue = self.lock();
        loop {
            let now = Instant::now();
            if queue.closing.is_some_and(|deadline| deadline <= now) {
                return false;
            }
            if std::mem::take(&mut queue.reopen) {
                drop(queue);
                // Whether that helped, the next try says.
                let _ = output.reopen();
                return true;
            }
            if until <= now {
                return true;
            }
            let end = queue.closing.map_or(until, |deadline| deadline.min(until));
            queue = self.wait(queue, end.saturating_duration_since(now));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &self,
        queue: std::sync::MutexGuard<'a, Queue>,
        time: Duration,
    ) -> std::sync::MutexGuard<'a, Queue> {
        let waited = self.changed.wait_timeout(queue, time);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
