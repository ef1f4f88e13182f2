//! Arguments of `watch`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
Outputs: -o text=FILE and -o json=FILE (rotated), -o syslog[=PATH|udp://HOST:PORT|tcp://HOST:PORT],
-o http=URL (as falcosidekick takes it), -o http-batch=URL, -o program=COMMAND; may be repeated.
SIGHUP, or a change of the files, reloads rules without losing an event; SIGHUP opens files anew.")]
pub struct WatchArgs {
    /// The audit trail of responses [default: answers.jsonl in $STATE_DIRECTORY or /var/lib/plimsoll]
    #[arg(long, value_name = "FILE")]
    pub trail: Option<PathBuf>,
    /// Rule files of Falco's language, or folders of them, in their order; may be repeated. Without
    /// any, Plimsoll's own rules
    #[arg(
        long,
        value_name = "FILE",
        env = "PLIMSOLL_RULES",
        value_delimiter = ','
    )]
    pub rules: Vec<PathBuf>,
    /// Load Plimsoll's own rules as well, before the files
    #[arg(long)]
    pub own_rules: bool,
    /// Judge only containers whose name, id, image or pod matches; * and ? may stand for others;
    /// may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub container: Vec<String>,
    /// Judge only pods of this namespace; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub namespace: Vec<String>,
    /// Judge what runs outside of containers too (the default without --container and --namespace)
    #[arg(long, conflicts_with = "no_host")]
    pub host: bool,
    /// Judge containers only
    #[arg(long)]
    pub no_host: bool,
    /// End after this time, e.g. 30s, 10m, 2h
    #[arg(long, value_name = "TIME")]
    pub duration: Option<String>,
    /// Record all events to a file, for `plimsoll replay`
    #[arg(long, value_name = "TRACE")]
    pub record: Option<PathBuf>,
    /// Hand out metrics for Prometheus: PORT (on loopback) or ADDRESS:PORT
    #[arg(long, value_name = "ADDRESS", env = "PLIMSOLL_METRICS")]
    pub metrics: Option<String>,
    /// Share of one processor to take at most; past it frequent events are shed and counted
    #[arg(long, value_name = "PERCENT", env = "PLIMSOLL_CPU_MAX")]
    pub cpu_max: Option<String>,
    /// How long an alert that comes again is still the same one; 0 tells each by itself
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10m",
        env = "PLIMSOLL_DEDUPE"
    )]
    pub dedupe: String,
    /// Alerts a minute at most, as rule=60,container=120,total=600; what is held back is counted
    #[arg(long, value_name = "LIMITS", value_delimiter = ',')]
    pub alerts_max: Vec<String>,
    /// Longest file of an output before it is put away
    #[arg(long, value_name = "SIZE", default_value = "100MiB")]
    pub rotate_size: String,
    /// How many put-away files are kept
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub rotate_keep: u32,
    /// File with further headers for HTTP outputs, `Name: value` a line
    #[arg(long, value_name = "FILE")]
    pub http_headers: Option<PathBuf>,
    /// Certificate authorities for HTTP outputs beside the system's, PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Where it is kept until when it watched; `off` keeps nothing
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_WATCH_STATE")]
    pub state: Option<PathBuf>,
    /// Lines instead of the screen, on a terminal too
    #[arg(long)]
    pub no_screen: bool,
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
