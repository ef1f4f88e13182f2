//! `cargo xtask compare-sensor`: what watching costs, beside no sensor and beside peers.
//!
//! Work that opens files and starts programs, and servers under load, run in turn without a sensor,
//! under `plimsoll watch`, bpftrace and auditd, round by round, so that a noisy machine is noisy for
//! all. Needs root. A peer that is not here is named as missing.

mod idle;
mod latency;
mod rate;
mod servers;
mod watchers;
mod work;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use self::servers::Server;
use self::watchers::{Audit, Watcher};
use self::work::Work;
use super::command::Invocation;
use super::statistics::{Sample, Spread, ratio};

#[derive(Args)]
pub struct Arguments {
    /// Rules to watch by, may be repeated; without any, Plimsoll's own
    #[arg(long)]
    rules: Vec<PathBuf>,
    /// The program to measure; built by `cargo build --release` where it is not given
    #[arg(long)]
    program: Option<PathBuf>,
    /// Rounds of each measurement
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Measure these parts only
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Where programs and data of the measurement go
    #[arg(long, default_value = "target/compare-sensor")]
    scratch: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Work,
    Servers,
    /// How long until an alert
    Latency,
    /// What is lost at which rate of events
    Rate,
    /// Fifty idle containers
    Idle,
}

/// What each measurement needs.
pub struct Setup {
    pub program: PathBuf,
    pub rules: Vec<PathBuf>,
    pub scratch: PathBuf,
    pub rounds: usize,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    ensure!(
        rustix::process::geteuid().is_root(),
        "a sensor needs root: run this as root"
    );
    std::fs::create_dir_all(&arguments.scratch).context("failed to make the scratch folder")?;
    let setup = Setup {
        program: match &arguments.program {
            Some(program) => program.canonicalize()?,
            None => super::build()?.join("plimsoll"),
        },
        rules: arguments
            .rules
            .iter()
            .map(|path| path.canonicalize().context("failed to find the rules"))
            .collect::<Result<_>>()?,
        scratch: arguments.scratch.canonicalize()?,
        rounds: arguments.rounds,
    };
    let (watchers, missing) = watchers::find(&setup);
    let mut text = format!("Machine: {}.\n", super::machine());
    for watcher in &watchers {
        writeln!(text, "- {}: {}", watcher.name(), watcher.version())?;
    }
    for line in missing {
        writeln!(text, "- missing: {line}")?;
    }
    writeln!(
        text,
        "Medians of {} rounds in turn (smallest–largest), ratios round by round.\n",
        setup.rounds
    )?;
    super::say(&text)?;
    let wanted = |part: Part| arguments.only.is_empty() || arguments.only.contains(&part);
    if wanted(Part::Work) {
        for work in Work::ALL {
            super::say(&measure_work(work, &setup, &watchers)?)?;
        }
    }
    if wanted(Part::Servers) {
        for server in Server::ALL {
            super::say(&measure_server(server, &setup, &watchers)?)?;
        }
    }
    Audit::Off.set()?;
    if wanted(Part::Latency) {
        super::say(&latency::measure(&setup)?)?;
    }
    if wanted(Part::Rate) {
        super::say(&rate::measure(&setup)?)?;
    }
    if wanted(Part::Idle) {
        super::say(&idle::measure(&setup)?)?;
    }
    // No rule stays behind.
    Audit::On.set()
}

/// Who is measured in turn, on the same processes.
///
/// Once the kernel's audit was used, each new process carries its context, and each of its system
/// calls is dearer, whether anybody listens or not. So auditd is measured apart, beside nobody under
/// the same conditions, and all others on processes without it.
struct Group<'w> {
    watchers: Vec<&'w Watcher>,
    audit: Audit,
}

fn groups(watchers: &[Watcher]) -> Vec<Group<'_>> {
    let is_audit = |watcher: &&Watcher| matches!(watcher, Watcher::Auditd { .. });
    let mut groups = vec![Group {
        watchers: watchers
            .iter()
            .filter(|watcher| !is_audit(watcher))
            .collect(),
        audit: Audit::Off,
    }];
    if let Some(auditd) = watchers.iter().find(is_audit) {
        groups.push(Group {
            watchers: vec![&Watcher::NobodyAudited, auditd],
            audit: Audit::On,
        });
    }
    groups
}

/// Processor time of the work itself: what hooks in the kernel cost is counted there.
fn measure_work(work: Work, setup: &Setup, watchers: &[Watcher]) -> Result<String> {
    let program = work.build(&setup.scratch)?;
    Invocation::new(&program, &[]).run(&setup.scratch)?; // once to warm up
    let mut text = format!(
        "### {}\n\n| | user + system of the work, s | times without | of the sensor itself, s |\n|---|---|---|---|\n",
        work.describe()
    );
    for group in groups(watchers) {
        group.audit.set()?;
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); group.watchers.len()];
        let mut own: Vec<Vec<f64>> = vec![Vec::new(); group.watchers.len()];
        for _ in 0..setup.rounds {
            let each = group.watchers.iter().zip(&mut samples).zip(&mut own);
            for ((watcher, samples), own) in each {
                let watching = watcher.start(setup)?;
                let (_, sample) = Invocation::new(&program, &[]).run(&setup.scratch)?;
                samples.push(sample);
                own.push(watching.finish()?.as_secs_f64());
            }
        }
        let none = samples.first().cloned().unwrap_or_default();
        for ((watcher, samples), own) in group.watchers.iter().zip(&samples).zip(&own) {
            writeln!(
                text,
                "| {} | {} | {} | {} |",
                watcher.name(),
                cell(super::statistics::cpu(samples)),
                cell_fine(ratio(samples, &none, |sample| sample.cpu)),
                cell(Spread::of(own.iter().copied())),
            )?;
        }
    }
    let _ = std::fs::remove_dir_all(work::MANY);
    Ok(text)
}

fn measure_server(server: Server, setup: &Setup, watchers: &[Watcher]) -> Result<String> {
    let mut text = format!(
        "### {}\n\n| | requests a second | of the throughput without |\n|---|---|---|\n",
        server.describe()
    );
    for group in groups(watchers) {
        group.audit.set()?;
        let running = server.start(&setup.scratch)?;
        let mut rates: Vec<Vec<f64>> = vec![Vec::new(); group.watchers.len()];
        running.load()?; // once to warm up
        for _ in 0..setup.rounds {
            for (watcher, rates) in group.watchers.iter().zip(&mut rates) {
                let watching = watcher.start(setup)?;
                rates.push(running.load()?);
                watching.finish()?;
            }
        }
        running.stop()?;
        let none = rates.first().cloned().unwrap_or_default();
        for (watcher, rates) in group.watchers.iter().zip(&rates) {
            let share = rates
                .iter()
                .zip(&none)
                .map(|(with, without)| with / without);
            writeln!(
                text,
                "| {} | {} | {} |",
                watcher.name(),
                cell_round(Spread::of(rates.iter().copied())),
                cell_fine(Spread::of(share)),
            )?;
        }
    }
    Ok(text)
}

fn cell(spread: Option<Spread>) -> String {
    spread.map_or_else(|| "–".to_owned(), |spread| format!("{spread:.2}"))
}

fn cell_fine(spread: Option<Spread>) -> String {
    spread.map_or_else(|| "–".to_owned(), |spread| format!("{spread:.3}"))
}

fn cell_round(spread: Option<Spread>) -> String {
    spread.map_or_else(|| "–".to_owned(), |spread| format!("{spread:.0}"))
}

/// Where a program is, if it is installed.
fn installed(names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .map(Path::new)
        .find(|path| path.exists())
        .map(Path::to_owned)
}
