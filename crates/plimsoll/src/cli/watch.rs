//! Arguments of `watch`.

use std::path::PathBuf;

use clap::Args;

use super::JudgingArgs;

#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(after_help = "\
Outputs: -o text=FILE and -o json=FILE (rotated), -o syslog[=PATH|udp://HOST:PORT|tcp://HOST:PORT],
-o http=URL (as falcosidekick takes it), -o http-batch=URL, -o program=COMMAND; may be repeated.
Each of these has its key below `watch:` in plimsoll.yaml: flag over environment over file.
SIGHUP, or a change of the files, reloads rules, responses and configuration without losing an event;
SIGHUP opens files anew.")]
pub struct WatchArgs {
    /// End after this time, e.g. 30s, 10m, 2h
    #[arg(long, value_name = "TIME")]
    pub duration: Option<String>,
    /// Record all events to a file, for `plimsoll replay`
    #[arg(long, value_name = "TRACE")]
    pub record: Option<PathBuf>,
    /// Lines instead of the screen, on a terminal too
    #[arg(long)]
    pub no_screen: bool,
    /// Hand out metrics for Prometheus: PORT (on loopback) or ADDRESS:PORT
    #[arg(long, value_name = "ADDRESS", env = "PLIMSOLL_METRICS")]
    pub metrics: Option<String>,
    /// Share of one processor to take at most, percent; past it frequent events are shed and counted
    #[arg(long, value_name = "PERCENT", env = "PLIMSOLL_CPU_MAX")]
    pub cpu_max: Option<String>,
    /// Longest file of an output before it is put away [default: 100MiB]
    #[arg(long, value_name = "SIZE", env = "PLIMSOLL_ROTATE_SIZE")]
    pub rotate_size: Option<String>,
    /// How many put-away files are kept [default: 5]
    #[arg(long, value_name = "N", env = "PLIMSOLL_ROTATE_KEEP")]
    pub rotate_keep: Option<u32>,
    /// File with further headers for HTTP outputs, `Name: value` a line
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_HTTP_HEADERS")]
    pub http_headers: Option<PathBuf>,
    /// Certificate authorities for HTTP outputs beside the system's, PEM
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Where it is kept until when it watched; `off` keeps nothing
    /// [default: watch.json in $STATE_DIRECTORY or /var/lib/plimsoll, where that folder exists]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_WATCH_STATE")]
    pub state: Option<PathBuf>,
    /// The audit trail of responses [default: answers.jsonl in $STATE_DIRECTORY or /var/lib/plimsoll]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_TRAIL")]
    pub trail: Option<PathBuf>,
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Form of standard output: the value of --format
    #[arg(skip)]
    pub format: Option<String>,
    /// The values of -o
    #[arg(skip)]
    pub outputs: Vec<String>,
    /// The value of --memory-max
    #[arg(skip)]
    pub memory_max: Option<String>,
}
