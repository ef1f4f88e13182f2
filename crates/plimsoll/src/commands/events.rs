//! `events`: recorded or live events as JSON, one a line, for other programs.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use plimsoll_behavior::pipeline::Order;
use plimsoll_behavior::{Engine, Record, RecordWriter, State, event_json};
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::Options;

use super::{EXIT_ALLOWED, EXIT_PARTLY};
use crate::cli::EventsArgs;
use crate::failure::Failure;
use crate::outputs::stdout_failure;
use crate::rule_set;
use crate::session::Session;
use crate::talk;
use crate::trace_file::TraceFile;
use crate::watch::{Live, RuleFiles, Source};

/// How long is waited for the first of the next events.
const POLL: Duration = Duration::from_millis(20);

pub fn run(session: &Session, arguments: &EventsArgs) -> Result<u8, Failure> {
    let filter = match &arguments.filter {
        Some(condition) => {
            let texts = RuleFiles::new(false, arguments.rules.clone()).read()?;
            Some(rule_set::condition(condition, &texts)?)
        }
        None => None,
    };
    let mut printer = Printer {
        state: State::new(),
        filter,
        out: BufWriter::new(io::stdout().lock()),
        line: Vec::new(),
        left: arguments.count.unwrap_or(u64::MAX),
        refused: 0,
    };
    let whole = match &arguments.trace {
        Some(path) => {
            let mut trace = TraceFile::open(path)?;
            let mut flow = ControlFlow::Continue(());
            while let (ControlFlow::Continue(()), Some(record)) = (flow, trace.next()) {
                flow = printer.print(record)?;
            }
            flow.is_break() || trace.close()
        }
        None => live(&mut printer)?,
    };
    printer.flush()?;
    if printer.refused > 0 {
        let refused = printer.refused;
        talk::warning(&format!(
            "{refused} records were passed over: their kind is not known"
        ));
    }
    if session.configuration.strict && !(whole && printer.refused == 0) {
        return Ok(EXIT_PARTLY);
    }
    Ok(EXIT_ALLOWED)
}

/// Keeps the state and prints what is wanted.
struct Printer<W: Write> {
    state: State,
    filter: Option<Engine>,
    out: W,
    line: Vec<u8>,
    left: u64,
    refused: u64,
}

impl<W: Write> Printer<W> {
    /// Takes in an event; whether more are wanted.
    fn print(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Failure> {
        if self.left == 0 {
            return Ok(ControlFlow::Break(()));
        }
        let Ok(record) = Record::read(bytes) else {
            self.refused += 1;
            return Ok(ControlFlow::Continue(()));
        };
        let moment = self.state.apply(&record);
        // Whoever filters must know of losses all the same.
        let is_loss = matches!(record.kind, EventKind::Lost | EventKind::Dropped);
        let mut wanted = is_loss || self.filter.is_none();
        if let Some(filter) = &mut self.filter {
            filter.judge(&moment, &mut |_| wanted = true);
        }
        if !wanted {
            return Ok(ControlFlow::Continue(()));
        }
        self.line.clear();
        event_json::write(&moment, &mut self.line);
        self.line.push(b'\n');
        self.out
            .write_all(&self.line)
            .map_err(|error| stdout_failure(&error))?;
        self.left -= 1;
        Ok(match self.left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| stdout_failure(&error))
    }
}

/// This machine's events, until there were enough of them.
fn live(printer: &mut Printer<impl Write>) -> Result<bool, Failure> {
    let mut source = Live::load(&Options::default())?;
    let mut existing = Vec::new();
    source.existing(&mut |record| existing.push(record.to_vec()));
    for record in existing {
        if printer.print(&record)?.is_break() {
            return Ok(true);
        }
    }
    let mut order = Order::default();
    let (mut ready, mut more) = (Vec::new(), Vec::new());
    loop {
        printer.flush()?;
        source
            .poll(POLL, &mut |record| {
                let time = record.get(8..16).and_then(|bytes| bytes.try_into().ok());
                let time_ns = time.map_or(0, u64::from_le_bytes);
                order.push(record, time_ns, |record| ready.push(record.to_vec()));
            })
            .map_err(Failure::new)?;
        let now_ns = source.now().since_boot.as_nanos() as u64;
        order.settle(now_ns, |record| ready.push(record.to_vec()));
        for bytes in ready.drain(..) {
            if let Ok(record) = Record::read(&bytes) {
                source.foresee(&record, &mut more);
            }
            for bytes in more.drain(..) {
                if printer.print(&bytes)?.is_break() {
                    return Ok(true);
                }
            }
            if printer.print(&bytes)?.is_break() {
                return Ok(true);
            }
            if let Ok(record) = Record::read(&bytes) {
                source.see(&record, &mut more);
            }
        }
        source.learned(now_ns, &mut more);
        more.extend(losses(&mut source, now_ns));
        for bytes in more.drain(..) {
            if printer.print(&bytes)?.is_break() {
                return Ok(true);
            }
        }
    }
}

fn losses(source: &mut impl Source, now_ns: u64) -> Vec<Vec<u8>> {
    let lost = source.losses().into_iter().map(|(kind, reason, count)| {
        RecordWriter::new(EventKind::Lost)
            .time_ns(now_ns)
            .number(
                Param::LostKind,
                kind.map_or(0, |kind| u64::from(kind.number())),
            )
            .number(Param::LostCount, count)
            .bytes(Param::LostReason, reason.as_bytes())
            .finish()
    });
    lost.collect()
}
