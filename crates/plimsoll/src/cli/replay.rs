//! Arguments of `replay` and `events`.

use std::path::PathBuf;

use clap::Args;

use super::JudgingArgs;

#[derive(Debug, Args)]
#[command(after_help = "\
The same trace, rules, scope and limits give the same alerts, byte by byte, as watching gave; what
the responses of plimsoll.yaml would have done is said beside. Keys below `watch:` there hold here too.
--format text or json (Falco's JSON), one alert a line; -o FORMAT=PATH writes a report of them too. Exit code 3 with --strict when the trace is torn.")]
pub struct ReplayArgs {
    /// What `watch --record` wrote; - is standard input
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Form of standard output: the value of --format
    #[arg(skip)]
    pub format: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
One event a line, as JSON of the form plimsoll.event/v1. Losses are events of the kind `lost`.

  plimsoll events trace.zst --filter 'evt.type=execve and container.id!=host'
  plimsoll events --live --filter 'fd.name startswith /etc' --rules falco_rules.yaml")]
pub struct EventsArgs {
    /// What `watch --record` wrote; - is standard input
    #[arg(
        value_name = "TRACE",
        required_unless_present = "live",
        conflicts_with = "live"
    )]
    pub trace: Option<PathBuf>,
    /// This machine's events as they happen, until interrupted
    #[arg(long)]
    pub live: bool,
    /// Only events for which a condition of Falco's rule language holds
    #[arg(long, value_name = "CONDITION")]
    pub filter: Option<String>,
    /// Files whose macros and lists the condition may use; may be repeated
    #[arg(long, value_name = "FILE", requires = "filter")]
    pub rules: Vec<PathBuf>,
    /// End after so many events
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
}
