//! Opens that the kernel need not tell again: of those that come more than once is asked whether any
//! rule could match one like them.

use std::collections::HashMap;
use std::time::Duration;

use plimsoll_behavior::Record;
use plimsoll_model::event::Param;
use plimsoll_sensor::filter::OpenKey;

/// Most opens that are remembered; then all are forgotten.
const OPENS_MAX: usize = 16_384;
/// An answer takes a while to have an effect, and the kernel may forget it.
const ANSWER: Duration = Duration::from_secs(1);

/// What was told before, and what is to be left out from now on.
#[derive(Debug)]
pub struct Asked {
    /// When it was last asked about, nanoseconds since boot, and for which key; by a part of the key
    /// that stays when paths change.
    opens: HashMap<u64, Option<(OpenKey, u64)>>,
    left_out: Vec<OpenKey>,
}

impl Asked {
    pub fn new() -> Self {
        Self {
            opens: HashMap::new(),
            left_out: Vec::new(),
        }
    }

    /// Looks at an open that was told: `concerns` says whether one like it may be of concern.
    pub fn see(&mut self, record: &Record<'_>, concerns: impl FnOnce() -> bool) {
        let Some(bytes) = record.param(Param::OpenKey) else {
            return;
        };
        let (Some(key), Some(part)) = (OpenKey::new(bytes), bytes.first_chunk()) else {
            return;
        };
        if self.opens.len() >= OPENS_MAX {
            self.opens.clear();
        }
        // Most files are opened once: to ask about them would be in vain.
        let Some(asked) = self.opens.get_mut(&u64::from_ne_bytes(*part)) else {
            self.opens.insert(u64::from_ne_bytes(*part), None);
            return;
        };
        let now = record.time_ns;
        if asked.is_some_and(|(held, when)| {
            held == key && now.saturating_sub(when) < ANSWER.as_nanos() as u64
        }) {
            return;
        }
        *asked = Some((key, now));
        if !concerns() {
            self.left_out.push(key);
        }
    }

    /// What is to be left out, since the last time.
    pub fn take(&mut self) -> Vec<OpenKey> {
        std::mem::take(&mut self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_behavior::RecordWriter;
    use plimsoll_model::event::EventKind;

    /// Shows an open by hash and epoch; whether it was asked about.
    fn see(asked: &mut Asked, hash: u64, epoch: u64, seconds: u64, concerns: bool) -> bool {
        let words = [hash, 7, epoch].map(u64::to_ne_bytes).concat();
        let bytes = RecordWriter::new(EventKind::Openat)
            .time_ns(seconds * 1_000_000_000)
            .bytes(Param::OpenKey, &words)
            .finish();
        let mut was_asked = false;
        asked.see(&Record::read(&bytes).unwrap(), || {
            was_asked = true;
            concerns
        });
        was_asked
    }

    #[test]
    fn what_comes_again_is_asked_about_and_left_out() {
        let mut asked = Asked::new();
        assert!(!see(&mut asked, 1, 5, 10, false), "it may be the only one");
        assert!(see(&mut asked, 1, 5, 10, false));
        assert!(!see(&mut asked, 2, 5, 10, true));
        assert!(see(&mut asked, 2, 5, 10, true));
        assert_eq!(asked.take().len(), 1, "the other one is of concern");
        // The answer is on its way, or the kernel has forgotten it.
        assert!(!see(&mut asked, 1, 5, 10, false));
        assert!(see(&mut asked, 1, 5, 11, false));
        // Paths have changed since.
        assert!(see(&mut asked, 1, 6, 11, false));
        assert_eq!(asked.take().len(), 2);
        assert_eq!(asked.take().len(), 0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut asked = Asked::new();
        for hash in 0..3 * OPENS_MAX as u64 {
            see(&mut asked, hash, 1, 1, false);
            assert!(asked.opens.len() <= OPENS_MAX);
        }
        let none = RecordWriter::new(EventKind::Openat).finish();
        asked.see(&Record::read(&none).unwrap(), || panic!("there is no key"));
    }
}
