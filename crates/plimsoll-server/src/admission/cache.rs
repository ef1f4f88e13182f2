//! Verdicts that were reached, by what they were reached about.
//!
//! The key is a digest that nobody can forge; a cache belongs to one rulebook and goes with it. A
//! question that is under way is waited for, not asked again. Bounded: the oldest goes first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Most verdicts that are remembered; each takes one to eight kilobytes.
pub const VERDICTS_MAX: usize = 2_048;

/// SHA-256 of a question.
pub type Key = [u8; 32];

/// Answers by key.
pub struct Cache<T> {
    kept: Mutex<Kept<T>>,
}

struct Kept<T> {
    slots: HashMap<Key, Arc<Slot<T>>>,
    order: VecDeque<Key>,
}

struct Slot<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

enum State<T> {
    UnderWay,
    Known(T),
    /// Whoever was at it failed: everybody for himself.
    Failed,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self {
            kept: Mutex::new(Kept {
                slots: HashMap::new(),
                order: VecDeque::new(),
            }),
        }
    }
}

impl<T: Clone> Cache<T> {
    /// The answer, and whether it was there. `find` runs at most once at a time for a key.
    pub fn get(&self, key: Key, find: impl FnOnce() -> T) -> (T, bool) {
        let (slot, is_mine) = self.slot(key);
        if !is_mine {
            return match slot.wait() {
                Some(answer) => (answer, true),
                None => (find(), false),
            };
        }
        let mut turn = Turn {
            slot: &slot,
            cache: self,
            key,
            is_done: false,
        };
        let answer = find();
        *lock(&slot.state) = State::Known(answer.clone());
        turn.is_done = true;
        drop(turn);
        (answer, false)
    }

    fn slot(&self, key: Key) -> (Arc<Slot<T>>, bool) {
        let mut kept = lock(&self.kept);
        if let Some(slot) = kept.slots.get(&key) {
            return (Arc::clone(slot), false);
        }
        while kept.order.len() >= VERDICTS_MAX {
            if let Some(oldest) = kept.order.pop_front() {
                kept.slots.remove(&oldest);
            }
        }
        let slot = Arc::new(Slot {
            state: Mutex::new(State::UnderWay),
            changed: Condvar::new(),
        });
        kept.slots.insert(key, Arc::clone(&slot));
        kept.order.push_back(key);
        (slot, true)
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        lock(&self.kept).slots.len()
    }
}

impl<T: Clone> Slot<T> {
    fn wait(&self) -> Option<T> {
        let mut state = lock(&self.state);
        loop {
            match &*state {
                State::Known(answer) => return Some(answer.clone()),
                State::Failed => return None,
                State::UnderWay => {
                    state = self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// Wakes whoever waits, also when finding the answer panicked; that is not remembered.
struct Turn<'c, T> {
    slot: &'c Slot<T>,
    cache: &'c Cache<T>,
    key: Key,
    is_done: bool,
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if !self.is_done {
            *lock(&self.slot.state) = State::Failed;
            let mut kept = lock(&self.cache.kept);
            kept.slots.remove(&self.key);
            kept.order.retain(|key| key != &self.key);
        }
        self.slot.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn key(number: usize) -> Key {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key
    }

    #[test]
    fn a_question_is_asked_once_however_many_want_to_know() {
        let cache = Cache::default();
        let asked = AtomicUsize::new(0);
        let all = Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    all.wait();
                    let (answer, _) = cache.get(key(1), || {
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        asked.fetch_add(1, Ordering::SeqCst)
                    });
                    assert_eq!(answer, 0);
                });
            }
        });
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let cache = Cache::default();
        for number in 0..VERDICTS_MAX + 10 {
            cache.get(key(number), || number);
        }
        assert_eq!(cache.len(), VERDICTS_MAX);
        assert!(!cache.get(key(3), || 3).1);
        assert!(cache.get(key(VERDICTS_MAX), || 0).1);
    }

    #[test]
    fn a_panic_is_not_remembered_and_hangs_nobody() {
        let cache: Cache<usize> = Cache::default();
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            cache.get(key(1), || panic!("on purpose"))
        }));
        assert!(failed.is_err());
        assert_eq!(cache.len(), 0);
        assert_eq!(cache.get(key(1), || 7), (7, false));
    }
}
