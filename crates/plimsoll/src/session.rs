//! One run of the program: what was configured, the time, and what is shared by commands.

use std::sync::Arc;

use plimsoll_image::{Progress, ReadOptions, Store as ContentStore};
use plimsoll_model::{Date, Finding, FindingKind, FixState, Timestamp};
use plimsoll_report::WriteOptions;

use crate::cli::{ColorChoice, Global};
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::outputs::{self, Wanted};
use crate::store::Store;
use crate::talk;

/// Everything a command needs beside its own arguments.
pub struct Session {
    pub configuration: Configuration,
    /// The flags that it was resolved from.
    pub global: Global,
    /// Documents that were asked for.
    pub wanted: Wanted,
    /// When the run began.
    pub now: Timestamp,
    pub platform: Option<String>,
}

impl Session {
    /// Resolves the configuration and sets up threads.
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let configuration = Configuration::load(global)?;
        // Fails only when a pool exists already, which then serves as well.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(configuration.jobs)
            .build_global();
        match configuration.color {
            ColorChoice::Auto => {}
            ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
            ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
        }
        let settings = &configuration.settings;
        let wanted = Wanted::parse(
            global.format.as_deref().or(settings.format.as_deref()),
            &global.output,
        )?;
        let platform = global
            .platform
            .clone()
            .or_else(|| settings.platform.clone());
        Ok(Self {
            configuration,
            global: global.clone(),
            wanted,
            now: Timestamp::now(),
            platform,
        })
    }

    /// The day on which support, exceptions and ages are judged.
    pub fn today(&self) -> Date {
        jiff::tz::TimeZone::UTC.to_datetime(self.now).date()
    }

    /// How documents are written on this terminal.
    pub fn write_options(&self) -> WriteOptions {
        let terminal = outputs::stdout_is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        WriteOptions {
            created: Some(source_date().unwrap_or(self.now)),
            width: if terminal {
                outputs::terminal_width()
            } else {
                None
            },
            color: match self.configuration.color {
                ColorChoice::Auto => terminal && !plain,
                ColorChoice::Always => true,
                ColorChoice::Never => false,
            },
            verbose: self.configuration.verbose,
            why: Some(why),
            ..WriteOptions::default()
        }
    }

    /// What is kept between runs.
    pub fn store(&self) -> Option<Store> {
        self.configuration.cache.clone().map(Store::new)
    }

    /// Leaves out what `--severity` and `--ignore-unfixed` say; says and gives back how many.
    pub fn filter(&self, findings: &mut Vec<Finding>) -> usize {
        let configuration = &self.configuration;
        let before = findings.len();
        findings.retain(|finding| {
            let fixed = finding
                .fix
                .as_ref()
                .is_some_and(|fix| fix.state == FixState::Fixed);
            let wanted = finding.kind != FindingKind::Vulnerability
                || fixed
                || !configuration.ignore_unfixed;
            wanted && configuration.severity.admits(finding.severity)
        });
        let left_out = before - findings.len();
        if left_out > 0 && !configuration.quiet {
            talk::note(&format!(
                "{left_out} of {before} findings are left out by --severity or --ignore-unfixed"
            ));
        }
        left_out
    }

    /// How targets are read, with a new progress count.
    pub fn read_options(&self, progress: &Arc<Progress>) -> ReadOptions {
        ReadOptions {
            jobs: self.configuration.jobs,
            store: ContentStore::new(self.configuration.memory_max_bytes, std::env::temp_dir()),
            progress: Arc::clone(progress),
        }
    }
}

/// Why what a check finds matters.
fn why(id: &str) -> Option<&'static str> {
    let mut checks = plimsoll_check::CHECKS.iter();
    checks.find(|check| check.id == id).map(|check| check.why)
}

/// The time that documents carry, where whoever builds reproducibly has said it: seconds since
/// 1970 in `SOURCE_DATE_EPOCH`. Nothing is judged by it.
fn source_date() -> Option<Timestamp> {
    let seconds = std::env::var("SOURCE_DATE_EPOCH")
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Timestamp::from_second(seconds).ok()
}
