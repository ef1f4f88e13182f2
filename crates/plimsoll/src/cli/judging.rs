//! Arguments of `watch` and `replay` alike: what is judged, by which rules, and how often it is told.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Rules and scope")]
pub struct JudgingArgs {
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
    #[arg(long, env = "PLIMSOLL_OWN_RULES")]
    pub own_rules: bool,
    /// Of several rules that match one event, tell all or, as Falco does unless told otherwise, the
    /// first [default: all]
    #[arg(long, value_name = "first|all", env = "PLIMSOLL_RULE_MATCHING")]
    pub rule_matching: Option<String>,
    /// Judge only containers whose name, id, image or pod matches; * and ? may stand for others;
    /// may be repeated
    #[arg(
        long,
        value_name = "PATTERN",
        env = "PLIMSOLL_CONTAINER",
        value_delimiter = ','
    )]
    pub container: Vec<String>,
    /// Judge only pods of this namespace; may be repeated
    #[arg(
        long,
        value_name = "PATTERN",
        env = "PLIMSOLL_NAMESPACE",
        value_delimiter = ','
    )]
    pub namespace: Vec<String>,
    /// Judge what runs outside of containers too (the default without --container and --namespace)
    #[arg(long, conflicts_with = "no_host", env = "PLIMSOLL_HOST")]
    pub host: bool,
    /// Judge containers only
    #[arg(long, env = "PLIMSOLL_NO_HOST")]
    pub no_host: bool,
    /// How long an alert that comes again is still the same one; 0 tells each by itself
    /// [default: 10m]
    #[arg(long, value_name = "TIME", env = "PLIMSOLL_DEDUPE")]
    pub dedupe: Option<String>,
    /// Alerts a minute at most, as rule=60,container=120,total=600; what is held back is counted; 0 is
    /// no limit [default: those, and bursts of 100, 200 and 1000]
    #[arg(
        long,
        value_name = "LIMITS",
        value_delimiter = ',',
        env = "PLIMSOLL_ALERTS_MAX"
    )]
    pub alerts_max: Vec<String>,
}
