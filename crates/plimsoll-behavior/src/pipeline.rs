//! From records to alerts: state, rules, repetitions and limits in one line.
//!
//! Watching and replaying go through here alike. What comes out follows from the records and their
//! order alone, so that a recorded trace gives the same alerts byte by byte; [`Order`] puts a live
//! stream into the order in which it is then recorded.

use plimsoll_model::Timestamp;
use plimsoll_model::event::{EventKind, ExecId, Param};

use crate::alert::{Alert, Gate, GateOptions, Held};
use crate::state::{Moment, State};
use crate::wire::{Record, RecordError};

mod gaps;
mod order;
#[cfg(test)]
mod tests;

pub use gaps::Gaps;
pub use order::{ORDER_NS, Order};

/// Most kinds of losses that are told apart.
const REASON_BYTES_MAX: usize = 64;

/// What judges one event: the rules.
pub trait Judge {
    /// Adds an alert for each rule that fires.
    fn judge(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>);

    /// Whether an open that is like this one in all that the kernel knows it by may be of concern,
    /// whoever does it.
    fn concerns(&mut self, _open: &Moment<'_>) -> bool {
        true
    }
}

impl<J: Judge + ?Sized> Judge for Box<J> {
    fn judge(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>) {
        (**self).judge(moment, alerts);
    }

    fn concerns(&mut self, open: &Moment<'_>) -> bool {
        (**self).concerns(open)
    }
}

/// What a pipeline lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PipelineOptions {
    pub gate: GateOptions,
}

/// What went through a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passed {
    /// Records that were taken in.
    pub records: u64,
    /// Records that could not be read, or whose kind is not known.
    pub refused: u64,
    /// Alerts before repetitions were folded and limits held any back.
    pub fired: u64,
}

/// State, rules and gate.
#[derive(Debug)]
pub struct Pipeline<J> {
    judge: J,
    state: State,
    gate: Gate,
    gaps: Gaps,
    passed: Passed,
    fired: Vec<Alert>,
    time: Timestamp,
}

impl<J: Judge> Pipeline<J> {
    /// A pipeline that has seen nothing.
    pub fn new(judge: J, options: PipelineOptions) -> Self {
        Self {
            judge,
            state: State::new(),
            gate: Gate::new(options.gate),
            gaps: Gaps::default(),
            passed: Passed::default(),
            fired: Vec::new(),
            time: Timestamp::UNIX_EPOCH,
        }
    }

    /// Takes in the bytes of one record, and adds the alerts that are to go out.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Alert>) -> Result<(), RecordError> {
        let record = match Record::read(bytes) {
            Ok(record) => record,
            Err(error) => {
                self.passed.refused += 1;
                return Err(error);
            }
        };
        self.passed.records += 1;
        let moment = self.state.apply(&record);
        self.time = timestamp(moment.wall_ns());
        self.judge.judge(&moment, &mut self.fired);
        match record.kind {
            EventKind::Lost | EventKind::Dropped => self.lost(&record),
            EventKind::Host => {
                let name = String::from_utf8_lossy(&self.state.host.name).into_owned();
                self.gate.set_hostname(&name);
            }
            _ => self.gaps.see(&record),
        }
        self.passed.fired += self.fired.len() as u64;
        for alert in self.fired.drain(..) {
            self.gate.offer(alert, out);
        }
        if let Some(count) = self.gaps.due(record.time_ns) {
            self.gate.lost(self.time, "unknown", "sequence gap", count);
        }
        self.gate.advance(self.time, out);
        Ok(())
    }

    /// There will be no more records: what was counted and not told yet is told now.
    pub fn finish(&mut self, out: &mut Vec<Alert>) {
        if let Some(count) = self.gaps.rest() {
            self.gate.lost(self.time, "unknown", "sequence gap", count);
        }
        self.gate.finish(out);
    }

    /// Puts other rules in the place of those in force: the state is kept, no event is missed.
    pub fn replace_judge(&mut self, judge: J) -> J {
        std::mem::replace(&mut self.judge, judge)
    }

    /// Other limits from now on; what is remembered and counted is kept.
    pub fn set_options(&mut self, options: PipelineOptions) {
        self.gate.set_options(options.gate);
    }

    pub const fn judge(&self) -> &J {
        &self.judge
    }

    pub const fn judge_mut(&mut self) -> &mut J {
        &mut self.judge
    }

    /// What is known of processes and containers now.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Living processes of which nothing was told: see [`State::take_strangers`].
    pub fn take_strangers(&mut self, most: usize) -> Vec<ExecId> {
        self.state.take_strangers(most)
    }

    /// What was told, repeated, held back and lost.
    pub const fn held(&self) -> &Held {
        self.gate.counts()
    }

    /// How many alerts are remembered, as they may come again.
    pub fn remembered(&self) -> usize {
        self.gate.remembered()
    }

    pub const fn passed(&self) -> Passed {
        self.passed
    }

    /// Time of the newest record.
    pub const fn time(&self) -> Timestamp {
        self.time
    }

    /// The sensor says that events were lost.
    fn lost(&mut self, record: &Record<'_>) {
        let count = record.number(Param::LostCount).unwrap_or(0);
        let number = record.number(Param::LostKind).unwrap_or(0);
        let kind = u16::try_from(number).ok().and_then(EventKind::from_number);
        let kind = kind.map_or("unknown", EventKind::name);
        let reason = record.param(Param::LostReason).unwrap_or_default();
        let reason = reason.get(..REASON_BYTES_MAX).unwrap_or(reason);
        let reason = match reason {
            b"" => "unknown reason".into(),
            _ => String::from_utf8_lossy(reason),
        };
        self.gaps.explained(count);
        self.gate.lost(self.time, kind, &reason, count);
    }
}

/// A time of nanoseconds since 1970; times that no calendar holds become its end.
pub fn timestamp(wall_ns: u64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(wall_ns)).unwrap_or(Timestamp::MAX)
}
