//! `watch`: what containers do, judged by rules as it happens.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use plimsoll_notify::Notifier;
use plimsoll_notify::metrics::Server;
use plimsoll_notify::outputs::stream::StreamOutput;
use plimsoll_sensor::Options;

use super::EXIT_ALLOWED;
use crate::cli::{ColorChoice, WatchArgs};
use crate::failure::{Context, Failure};
use crate::respond::{Answers, Desk, Trail};
use crate::screen::{Action, Look, Model, Terminal};
use crate::session::Session;
use crate::talk;
use crate::watch::{Budget, Configured, Live, Parts, Plan, Recorder, Seat, Signals, Source};
use crate::watch::{StateFile, Taken, Update, Work, wanted};

/// Updates that may wait for the screen; more are passed over there, not in outputs.
const UPDATES_MAX: usize = 4096;
/// How often the screen is drawn at most.
const FRAME: Duration = Duration::from_millis(100);
/// Most programs whose refusal is named.
const REFUSED_NAMED_MAX: usize = 5;

pub fn run(session: &Session, arguments: &WatchArgs) -> Result<u8, Failure> {
    let taken = Taken::new(arguments, &session.configuration)?;
    let plan = &taken.plan;
    let mut rules = plan.judging.rules.clone();
    let compiled = rules.load()?;
    let is_quiet = session.configuration.quiet;
    let on_screen = io::stdout().is_terminal()
        && io::stdin().is_terminal()
        && !arguments.no_screen
        && arguments.format.is_none();
    let mut notes = compiled.warnings;
    let notifier = notifier(plan, on_screen)?;
    let metrics = match plan.metrics {
        Some(address) => {
            let server = Server::start(address)
                .context(format_args!("hand out metrics at {address}"))
                .map_err(|failure| failure.hint("is the port taken?"))?;
            notes.push(format!("metrics at http://{}/metrics", server.address()));
            Some(server)
        }
        None => None,
    };
    let recorder = match &arguments.record {
        Some(path) => {
            Some(Recorder::create(path).context(format_args!("record to {}", path.display()))?)
        }
        None => None,
    };
    let signals = Signals::listen().context("listen to signals")?;
    let answers = Answers::new(&taken.responses, std::process::id());
    let mut options = Options::default();
    // A recording may be judged by other rules later: it holds everything.
    if recorder.is_none() {
        options.filter = wanted::filter(&compiled.interest, !answers.slots().is_empty());
    }
    let mut source = Live::load(&options)?;
    notes.extend(refusals(&source.refused()));
    source.answer(answers.slots(), &[]).map_err(Failure::new)?;
    let mut existing = Vec::new();
    let before = source.existing(&mut |record| existing.push(record.to_vec()));
    if before.skipped_count > 0 {
        notes.push(format!(
            "warning: {} of what ran before could not be looked at",
            before.skipped_count
        ));
    }
    let hostname = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    notes.push(format!(
        "watching with {} rules and {} kernel programs; {} processes ran before",
        compiled.rules,
        source.programs().0,
        before.processes
    ));
    let now = source.now();
    let (sender, updates) = sync_channel(UPDATES_MAX);
    for note in notes {
        let _ = sender.try_send(Update::Note(note));
    }
    let mut seat = Seat::new(compiled.judge, plan.judging.scope.clone());
    seat.answers = answers;
    let trail = taken.arguments.trail.clone();
    let desk = if taken.responses.is_empty() {
        None
    } else {
        Some(Desk::new(Trail::open(&Trail::at(trail.as_deref()))?))
    };
    let mut work = Work::new(Parts {
        budget: Budget::new(plan.limits, now.since_boot, source.cpu()),
        seat,
        options: plan.judging.pipeline,
        rules,
        rule_count: compiled.rules as u64,
        interest: compiled.interest,
        notifier,
        updates: sender,
        signals: signals.clone(),
        source,
    });
    work.recorder = recorder;
    work.desk = desk;
    work.trail = trail;
    work.metrics = metrics;
    work.state_file = plan.state.clone().map(StateFile::new);
    work.until = plan
        .duration
        .and_then(|time| now.wall.checked_add(time).ok());
    let global = session.global.clone();
    work.configured = Some(Configured::of_files(taken, global, arguments.clone()));
    for record in existing {
        work.feed(&record);
    }
    let thread = thread::Builder::new()
        .name("plimsoll-watch".to_owned())
        .spawn(move || work.run())
        .context("start a thread")?;
    let ended = if on_screen {
        let color = match session.configuration.color {
            ColorChoice::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        show(
            &updates,
            &signals,
            Model::new(hostname, now.wall),
            Look { color },
        )
    } else {
        say(&updates, is_quiet)
    };
    signals.stop();
    if thread.join().is_err() {
        return Err(Failure::new(
            "failed because of a defect in plimsoll itself",
        ));
    }
    ended.and_then(|end| match end {
        Some(error) => Err(Failure::new(error)),
        None => Ok(EXIT_ALLOWED),
    })
}

/// Outputs, standard output among them where there is no screen.
fn notifier(plan: &Plan, on_screen: bool) -> Result<Notifier, Failure> {
    let mut notifier = Notifier::default();
    let started = |result: io::Result<()>| result.context("start the thread of an output");
    if !on_screen {
        let stream = StreamOutput::new(io::stdout(), plan.form);
        started(notifier.add("stdout", Box::new(stream)))?;
    }
    for target in &plan.targets {
        let output = target
            .open(&plan.target_options)
            .map_err(|error| Failure::new(format!("failed to {error}")))?;
        started(notifier.add(target.name(), output))?;
    }
    Ok(notifier)
}

/// Programs that this kernel does not take, in a few lines.
fn refusals(refused: &[String]) -> Vec<String> {
    let mut notes: Vec<String> = refused
        .iter()
        .take(REFUSED_NAMED_MAX)
        .map(|why| format!("warning: the kernel refused the program {why}"))
        .collect();
    if refused.len() > REFUSED_NAMED_MAX {
        let more = refused.len() - REFUSED_NAMED_MAX;
        notes.push(format!("warning: and {more} more; see `plimsoll doctor`"));
    }
    notes
}

/// Without a screen: alerts are an output's; what else is said goes to standard error.
fn say(updates: &Receiver<Update>, is_quiet: bool) -> Result<Option<String>, Failure> {
    loop {
        match updates.recv() {
            Ok(Update::Note(text)) if !is_quiet => talk::note(&text),
            Ok(Update::Note(_) | Update::Alert(_) | Update::Look(..)) => {}
            Ok(Update::End(error)) => return Ok(error),
            Err(_) => return Ok(None),
        }
    }
}

/// On the screen, until the reader or a signal ends it.
fn show(
    updates: &Receiver<Update>,
    signals: &Signals,
    mut model: Model,
    look: Look,
) -> Result<Option<String>, Failure> {
    let mut terminal = Terminal::open(look).context("use the terminal")?;
    loop {
        loop {
            match updates.recv_timeout(Duration::ZERO) {
                Ok(Update::Alert(alert)) => model.alert(*alert),
                Ok(Update::Look(now, counts, rows)) => model.update(now, *counts, rows),
                Ok(Update::Note(text)) => model.note(text),
                Ok(Update::End(error)) => {
                    drop(terminal);
                    return Ok(error);
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
        terminal.draw(&model).context("draw on the terminal")?;
        let action = Terminal::keys(&mut model, FRAME).context("read keys")?;
        if action == Some(Action::Quit) {
            // What comes until the end is not shown, but goes to the outputs.
            signals.stop();
            drop(terminal);
            return say(updates, false);
        }
    }
}
