//! Arguments of `respond` and `undo`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What is done about alerts, and what was.
#[derive(Debug, Subcommand)]
pub enum RespondCommand {
    /// The responses of the policy: about what, where, how often at most, tried out or done
    List,
    /// The audit trail: what was decided, done, failed and taken back
    Trail(TrailArgs),
}

#[derive(Debug, Args)]
pub struct TrailArgs {
    /// The audit trail [default: answers.jsonl in $STATE_DIRECTORY or /var/lib/plimsoll]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_TRAIL")]
    pub trail: Option<PathBuf>,
    /// Only what was done and can still be taken back
    #[arg(long)]
    pub open: bool,
}

/// Take back responses by their numbers in the audit trail.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Numbers of responses, as `plimsoll respond trail --open` lists them
    #[arg(required_unless_present = "all")]
    pub ids: Vec<u64>,
    /// All that can be taken back
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
    /// Say what would be taken back
    #[arg(long)]
    pub dry_run: bool,
    /// The audit trail [default: answers.jsonl in $STATE_DIRECTORY or /var/lib/plimsoll]
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_TRAIL")]
    pub trail: Option<PathBuf>,
}
