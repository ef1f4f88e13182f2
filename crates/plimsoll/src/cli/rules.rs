//! Arguments of `rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    pub command: RulesCommand,
    /// The value of `--format`, which knows other forms here
    #[arg(skip)]
    pub format: Option<String>,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// What is wrong or doubtful in rule files, with Falco's codes; exit code 1 where they cannot be
    /// used. With --format json as Falco's --validate writes it
    Check {
        /// Files, and folders whose .yaml and .yml files are taken in the order of their names
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Load Plimsoll's own rules before the files, for what these change of them
        #[arg(long)]
        own_rules: bool,
    },
    /// Rules with priority, tags, where they stand, and which events and fields they need; without
    /// files Plimsoll's own
    List {
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// List Plimsoll's own rules as well, before the files
        #[arg(long)]
        own_rules: bool,
    },
    /// Run test files: events written out, and the rules that have to fire; exit code 1 where one
    /// does not
    #[command(after_help = "\
A test file is YAML:
  rules: [my_rules.yaml]        # beside the test file; without it Plimsoll's own
  tests:
    - name: a shell as root
      events: |
        100 execve exe_path=/bin/sh exe=/bin/sh args=sh comm=sh ppid=1 uid=0
      fires: [Shell as root]    # rules in the order in which they fire; [] for none")]
    Test {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}
