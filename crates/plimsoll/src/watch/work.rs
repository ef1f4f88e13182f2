//! The thread that watches: takes events, judges them, tells, and looks after itself once a second.

mod look;
mod reload;

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use plimsoll_behavior::alert::Notice;
use plimsoll_behavior::engine::interest::Interest;
use plimsoll_behavior::pipeline::{Order, Pipeline, PipelineOptions};
use plimsoll_behavior::{Alert, Record};
use plimsoll_model::Timestamp;
use plimsoll_model::event::EventKind;
use plimsoll_notify::Notifier;
use plimsoll_notify::metrics::Server;
use plimsoll_sensor::filter::OpenKey;
use plimsoll_sensor::respond::exec::{Place, Slots};

use super::budget::Budget;
use super::gap::{self, StateFile};
use super::seat::Seat;
use super::tally::Tally;
use super::{Configured, Recorder, RuleFiles, Signals};
use crate::respond::{Desk, Told};
use crate::screen::{ContainerRow, Counts};

/// How long to wait for events at most: how late an alert can be.
const POLL: Duration = Duration::from_millis(20);
/// Unknown processes that are looked at between two rounds of events.
const LOOKS_MAX: usize = 16;
/// How often figures are made and losses are asked for.
const LOOK: Duration = Duration::from_secs(1);
/// How often CPU is measured.
const MEASURE: Duration = Duration::from_millis(100);
/// How often files of rules and configuration are looked at for changes.
const RULES_LOOK: Duration = Duration::from_secs(2);
/// How long outputs may take to deliver what waits at the end.
const CLOSE: Duration = Duration::from_secs(5);

/// Losses by kind, reason and count.
pub type Losses = Vec<(Option<EventKind>, String, u64)>;

/// Clocks of the machine.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub wall: Timestamp,
    pub since_boot: Duration,
}

/// Memory that the process takes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    pub resident_bytes: u64,
    /// Of it what belongs to no file.
    pub own_bytes: u64,
}

/// Where events come from.
pub trait Source {
    /// Hands over records that wait, waiting at most so long for the first; not so many at once
    /// that other things would be late. Whether more wait.
    fn poll(&mut self, timeout: Duration, each: &mut dyn FnMut(&[u8])) -> Result<bool, String>;
    /// Looks at a record in its order, before it is judged; what it teaches of its own container is
    /// added as records that belong ahead of it.
    fn foresee(&mut self, _record: &Record<'_>, _ahead: &mut Vec<Vec<u8>>) {}
    /// Looks at a record in its order; what it teaches of containers is added as records.
    fn see(&mut self, record: &Record<'_>, more: &mut Vec<Vec<u8>>);
    /// What became known of containers meanwhile.
    fn learned(&mut self, now_ns: u64, more: &mut Vec<Vec<u8>>);
    /// A look at a process whose beginning was not seen, and at its files.
    fn look_at(&mut self, pid: u32, more: &mut Vec<Vec<u8>>);
    /// From now on only what these rules can match is told.
    fn want(&mut self, _rules: &Interest) -> Result<(), String> {
        Ok(())
    }
    /// Opens like this one, which was told, are of no concern from now on.
    fn leave_out(&mut self, _open: OpenKey) {}
    /// From now on the kernel answers by itself to these, here and in the containers that are known;
    /// after an error it answers as before.
    fn answer(&mut self, _slots: &Slots, _known: &[(u64, Place<'_>)]) -> Result<(), String> {
        Ok(())
    }
    /// A container that became known: what the kernel answers by itself may hold there.
    fn hold(&mut self, _container: &Record<'_>) -> Result<(), String> {
        Ok(())
    }
    /// What was lost since the last time.
    fn losses(&mut self) -> Losses;
    /// Kernel programs that run, and those that the kernel refused.
    fn programs(&self) -> (u64, u64);
    fn now(&self) -> Now;
    /// CPU time that the process has used. Dearer than a clock, as is the next.
    fn cpu(&self) -> Duration;
    fn memory(&self) -> Memory;
}

/// What is shown while watching.
#[derive(Debug)]
pub enum Update {
    Alert(Box<Alert>),
    /// The figures of a moment.
    Look(Timestamp, Box<Counts>, Vec<ContainerRow>),
    /// Something to say beside alerts.
    Note(String),
    /// It is over; why, where that was not asked for.
    End(Option<String>),
}

/// Everything that the thread works with.
pub struct Work<S> {
    pub source: S,
    pub rules: RuleFiles,
    pub rule_count: u64,
    pub notifier: Notifier,
    pub updates: SyncSender<Update>,
    pub signals: Signals,
    pub recorder: Option<Recorder>,
    pub metrics: Option<Server>,
    pub state_file: Option<StateFile>,
    /// Carries out what the policy answers.
    pub desk: Option<Desk>,
    /// Where it is written down, where that was said.
    pub trail: Option<PathBuf>,
    /// The configuration that may be read anew.
    pub configured: Option<Configured>,
    /// What the rules in force can match.
    interest: Interest,
    /// `Timestamp` at which to end.
    pub until: Option<Timestamp>,
    pipeline: Pipeline<Seat>,
    order: Order,
    budget: Budget,
    tally: Tally,
    out: Vec<Alert>,
    started: Timestamp,
    /// Taken and refused.
    reloads: (u64, u64),
    configuration_reloads: (u64, u64),
    troubles: Vec<Option<String>>,
    last_cpu: (Duration, Duration),
    more_wait: bool,
    next_look: Duration,
    next_measure: Duration,
    next_rules: Duration,
    next_state: Duration,
}

/// What a run is made of.
pub struct Parts<S> {
    pub source: S,
    pub seat: Seat,
    pub options: PipelineOptions,
    pub budget: Budget,
    pub rules: RuleFiles,
    pub rule_count: u64,
    pub interest: Interest,
    pub notifier: Notifier,
    pub updates: SyncSender<Update>,
    pub signals: Signals,
}

impl<S: Source> Work<S> {
    pub fn new(parts: Parts<S>) -> Self {
        let now = parts.source.now();
        let cpu = parts.source.cpu();
        Self {
            source: parts.source,
            rules: parts.rules,
            rule_count: parts.rule_count,
            notifier: parts.notifier,
            updates: parts.updates,
            signals: parts.signals,
            recorder: None,
            metrics: None,
            state_file: None,
            desk: None,
            trail: None,
            configured: None,
            interest: parts.interest,
            until: None,
            pipeline: Pipeline::new(parts.seat, parts.options),
            order: Order::default(),
            budget: parts.budget,
            tally: Tally::default(),
            out: Vec::new(),
            started: now.wall,
            reloads: (0, 0),
            configuration_reloads: (0, 0),
            troubles: Vec::new(),
            last_cpu: (now.since_boot, cpu),
            more_wait: false,
            // At once: whoever asks for figures gets some.
            next_look: now.since_boot,
            next_measure: now.since_boot,
            next_rules: now.since_boot + RULES_LOOK,
            next_state: now.since_boot,
        }
    }

    /// Watches until it is told to end.
    pub fn run(mut self) {
        let mut failed = None;
        self.say_gap();
        while !self.signals.is_stopped() {
            if let Err(error) = self.turn() {
                failed = Some(error);
                break;
            }
            let now = self.source.now().wall;
            if self.until.is_some_and(|until| until <= now) {
                break;
            }
        }
        self.finish();
        let _ = self.updates.send(Update::End(failed));
    }

    /// One round: events, then what is due.
    pub fn turn(&mut self) -> Result<(), String> {
        self.events()?;
        self.answer();
        let now = self.source.now();
        if self.next_measure <= now.since_boot {
            self.next_measure = now.since_boot + MEASURE;
            self.budget.measure(now.since_boot, self.source.cpu());
        }
        if self.signals.take_reload() {
            self.next_rules = now.since_boot + RULES_LOOK;
            self.reload_all(now);
        } else if self.next_rules <= now.since_boot {
            self.next_rules = now.since_boot + RULES_LOOK;
            self.reload_changed(now);
        }
        if self.next_look <= now.since_boot {
            self.next_look = now.since_boot + LOOK;
            self.look(now);
        }
        if self.next_state <= now.since_boot {
            self.next_state = now.since_boot + gap::INTERVAL;
            self.write_state(now, false);
        }
        self.tell();
        Ok(())
    }

    /// Takes what waits and judges it in its order.
    fn events(&mut self) -> Result<(), String> {
        let Self {
            source,
            order,
            pipeline,
            budget,
            recorder,
            out,
            ..
        } = self;
        let mut ready: Vec<u8> = Vec::new();
        let mut ends: Vec<usize> = Vec::new();
        let wait = if self.more_wait { Duration::ZERO } else { POLL };
        let more_wait = source.poll(wait, &mut |record| {
            if budget.sheds(record) {
                return;
            }
            let time = record.get(8..16).and_then(|bytes| bytes.try_into().ok());
            let time_ns = time.map_or(0, u64::from_le_bytes);
            order.push(record, time_ns, |record| {
                ready.extend_from_slice(record);
                ends.push(ready.len());
            });
        })?;
        let now_ns = source.now().since_boot.as_nanos() as u64;
        // While more wait, there may be earlier ones among them.
        if !more_wait {
            order.settle(now_ns, |record| {
                ready.extend_from_slice(record);
                ends.push(ready.len());
            });
        }
        self.more_wait = more_wait;
        let mut begin = 0;
        let mut more = Vec::new();
        let mut trouble = None;
        let mut unheld = None;
        for end in ends {
            let record = ready.get(begin..end).unwrap_or_default();
            begin = end;
            let read = Record::read(record);
            if let Ok(record) = &read {
                source.foresee(record, &mut more);
            }
            for record in more.drain(..) {
                unheld = unheld.or(hold(source, &record));
                trouble = trouble.or(feed(pipeline, recorder, &record, out));
            }
            trouble = trouble.or(feed(pipeline, recorder, record, out));
            if let Ok(record) = &read {
                source.see(record, &mut more);
            }
            for record in more.drain(..) {
                unheld = unheld.or(hold(source, &record));
                trouble = trouble.or(feed(pipeline, recorder, &record, out));
            }
        }
        for open in pipeline.judge_mut().asked.take() {
            source.leave_out(open);
        }
        // Losses leave processes behind that nobody told of.
        for exec in pipeline.take_strangers(LOOKS_MAX) {
            source.look_at(exec.pid, &mut more);
        }
        source.learned(now_ns, &mut more);
        for record in more.drain(..) {
            unheld = unheld.or(hold(source, &record));
            trouble = trouble.or(feed(pipeline, recorder, &record, out));
        }
        if let Some(unheld) = unheld {
            self.fail(unheld);
        }
        if let Some(trouble) = trouble {
            self.fail(format!("the recording ends here: {trouble}"));
        }
        Ok(())
    }

    /// A record of our own: what was lost, what is known of the host.
    pub fn feed(&mut self, record: &[u8]) {
        let trouble = feed(
            &mut self.pipeline,
            &mut self.recorder,
            record,
            &mut self.out,
        );
        if let Some(trouble) = trouble {
            self.fail(format!("the recording ends here: {trouble}"));
        }
    }

    /// Says what was missed since the last run.
    fn say_gap(&mut self) {
        let Some(file) = &self.state_file else {
            return;
        };
        let now = self.source.now();
        match file.missed(now.wall) {
            Ok(None) => {}
            Ok(Some(notice)) => self.notice(&notice, now.wall),
            Err(error) => {
                let path: PathBuf = file.path().to_owned();
                let path = path.display();
                self.note(format!(
                    "warning: what was missed is not known: {path}: {error}"
                ));
            }
        }
    }

    fn write_state(&mut self, now: Now, ended: bool) {
        let Some(file) = &self.state_file else {
            return;
        };
        let events = self.pipeline.passed().records;
        let lost = self.pipeline.held().lost_total();
        if let Err(error) = file.write(now.wall, events, lost, ended) {
            let path = file.path().display().to_string();
            self.state_file = None;
            self.fail(format!(
                "the next start will not know what it missed: {path}: {error}"
            ));
        }
    }

    fn finish(&mut self) {
        let now = self.source.now();
        let Self {
            order,
            pipeline,
            recorder,
            out,
            ..
        } = self;
        let mut trouble = None;
        order.finish(|record| trouble = trouble.take().or(feed(pipeline, recorder, record, out)));
        self.look(now);
        self.pipeline.finish(&mut self.out);
        self.tell();
        self.write_state(now, true);
        if let Some(mut recorder) = self.recorder.take() {
            let said = match recorder.finish() {
                Ok(records) => format!("recorded {records} events"),
                Err(error) => format!("warning: the recording is not whole: {error}"),
            };
            self.note(said);
        }
        for status in self.notifier.close(CLOSE) {
            if status.dropped + status.refused > 0 {
                let lost = status.dropped + status.refused;
                self.note(format!(
                    "warning: output {}: {lost} alerts are lost",
                    status.name
                ));
            }
        }
    }

    /// Hands on what is to go out.
    fn tell(&mut self) {
        for alert in std::mem::take(&mut self.out) {
            self.tally.alert(&alert);
            self.notifier.tell(&alert);
            let _ = self.updates.try_send(Update::Alert(Box::new(alert)));
        }
    }

    /// Carries out what the policy answers to the alerts of this round.
    fn answer(&mut self) {
        let orders = self.pipeline.judge_mut().take_orders();
        let Some(desk) = &mut self.desk else {
            return;
        };
        for told in desk.work(orders) {
            match told {
                Told::Failed(what) => self.fail(what),
                Told::Note(text) => self.note(text),
                Told::Nothing => {}
            }
        }
    }

    fn notice(&mut self, notice: &Notice, time: Timestamp) {
        let host = String::from_utf8_lossy(&self.pipeline.state().host.name).into_owned();
        let alert = notice.alert(time, &host);
        self.note(alert.output.clone());
        self.out.push(alert);
    }

    fn fail(&mut self, what: String) {
        let now = self.source.now().wall;
        self.notice(&Notice::Failed { what }, now);
    }

    fn note(&mut self, text: String) {
        let _ = self.updates.try_send(Update::Note(text));
    }
}

/// Tells the kernel's side of containers that became known, or are gone; what is wrong with that.
fn hold<S: Source>(source: &mut S, record: &[u8]) -> Option<String> {
    let record = Record::read(record).ok()?;
    if record.kind != EventKind::Container {
        return None;
    }
    source.hold(&record).err()
}

/// One record into trace and pipeline; what is wrong with the trace. A record that cannot be read is
/// counted by the pipeline.
fn feed(
    pipeline: &mut Pipeline<Seat>,
    recorder: &mut Option<Recorder>,
    record: &[u8],
    out: &mut Vec<Alert>,
) -> Option<String> {
    let result = recorder.as_mut().map(|recorder| recorder.add(record));
    let trouble = match result {
        Some(Err(error)) => {
            *recorder = None;
            Some(error.to_string())
        }
        _ => None,
    };
    let _ = pipeline.feed(record, out);
    trouble
}
