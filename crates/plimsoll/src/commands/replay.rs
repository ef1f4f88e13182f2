//! `replay`: a recorded trace through the rules, as if it happened now.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use plimsoll_behavior::Alert;
use plimsoll_behavior::alert::{json, text_line};
use plimsoll_behavior::pipeline::Pipeline;

use super::{EXIT_ALLOWED, EXIT_PARTLY};
use crate::alert_report::Gathered;
use crate::cli::ReplayArgs;
use crate::failure::Failure;
use crate::outputs::stdout_failure;
use crate::respond::Answers;
use crate::session::Session;
use crate::talk;
use crate::trace_file::TraceFile;
use crate::watch::{Judging, Seat, layered};

/// Most reasons that are named for records that could not be taken in.
const REASONS_MAX: usize = 20;

pub fn run(session: &Session, arguments: &ReplayArgs) -> Result<u8, Failure> {
    let write = form(arguments.format.as_deref())?;
    let configuration = &session.configuration;
    let mut judging = Judging::new(&layered(&arguments.judging, &configuration.watch))?;
    let compiled = judging.rules.load()?;
    if !session.configuration.quiet {
        for warning in &compiled.warnings {
            talk::warning(warning);
        }
    }
    let mut trace = TraceFile::open(&arguments.trace)?;
    let mut seat = Seat::new(compiled.judge, judging.scope);
    // Nobody is acted on: what would have been done is said.
    seat.answers = Answers::new(&configuration.responses, 0);
    let mut pipeline = Pipeline::new(seat, judging.pipeline);
    let mut answered = 0;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut alerts = Vec::new();
    let mut refused = BTreeMap::new();
    let mut gathered = session.wanted.has_files().then(Gathered::default);
    while let Some(record) = trace.next() {
        let result = pipeline.feed(record, &mut alerts);
        if let Err(error) = result {
            count(&mut refused, trace.explain(error));
        }
        let orders = pipeline.judge_mut().take_orders();
        answered += orders.len();
        if !configuration.quiet {
            for order in &orders {
                talk::note(&order.as_said());
            }
        }
        gather(&mut gathered, &alerts);
        tell(&mut alerts, &mut out, write)?;
    }
    pipeline.finish(&mut alerts);
    gather(&mut gathered, &alerts);
    tell(&mut alerts, &mut out, write)?;
    if let Some(gathered) = gathered {
        let report = gathered.report(arguments.trace.display().to_string());
        session.wanted.write(&report, &session.write_options())?;
    }
    out.flush().map_err(|error| stdout_failure(&error))?;
    for (reason, count) in &refused {
        talk::warning(&format!("{count} records were passed over: {reason}"));
    }
    if !session.configuration.quiet {
        let (passed, held) = (pipeline.passed(), pipeline.held());
        talk::note(&format!(
            "{} events, {} alerts ({} repetitions counted, {} held back), {} events lost",
            passed.records,
            held.told,
            held.repeated,
            held.held_back_total(),
            held.lost_total()
        ));
        if !configuration.responses.is_empty() {
            talk::note(&format!(
                "{answered} decisions of responses, none carried out"
            ));
        }
    }
    let whole = trace.close() && refused.is_empty();
    if session.configuration.strict && !whole {
        return Ok(EXIT_PARTLY);
    }
    Ok(EXIT_ALLOWED)
}

/// How an alert is written.
type Write1 = fn(&Alert) -> String;

fn form(format: Option<&str>) -> Result<Write1, Failure> {
    match format {
        None | Some("text") => Ok(text_line),
        Some("json") => Ok(json),
        Some(other) => Err(
            Failure::new(format!("failed to write the format `{other}` here"))
                .hint("replay knows `text` and `json`, one alert a line"),
        ),
    }
}

fn gather(gathered: &mut Option<Gathered>, alerts: &[Alert]) {
    if let Some(gathered) = gathered {
        for alert in alerts {
            gathered.add(alert);
        }
    }
}

fn tell(alerts: &mut Vec<Alert>, out: &mut impl Write, write: Write1) -> Result<(), Failure> {
    for alert in alerts.drain(..) {
        writeln!(out, "{}", write(&alert)).map_err(|error| stdout_failure(&error))?;
    }
    Ok(())
}

fn count(refused: &mut BTreeMap<String, u64>, reason: String) {
    let known = refused.len() < REASONS_MAX || refused.contains_key(&reason);
    let reason = if known { reason } else { "other".to_owned() };
    *refused.entry(reason).or_default() += 1;
}
