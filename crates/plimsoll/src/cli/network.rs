//! Arguments of `network`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ClusterArgs;

#[derive(Debug, Args)]
pub struct NetworkArgs {
    #[command(subcommand)]
    pub command: NetworkCommand,
    /// The value of `--format`, which knows other forms here
    #[arg(skip)]
    pub format: Option<String>,
    #[arg(skip)]
    pub outputs: Vec<String>,
}

/// What to do with the network's answer.
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Who can reach whom, on which ports: table, json, csv, dot or svg
    Reach(NetworkReachArgs),
    /// Workloads that are open to any source or may reach anything, judged
    Open(NetworkOpenArgs),
    /// Which policies and rules decide whether one workload reaches another
    Explain(NetworkExplainArgs),
    /// Flows gained and lost between two sets of objects
    Diff(NetworkDiffArgs),
    /// Policies that allow exactly a list of flows, with the proof
    Generate(NetworkGenerateArgs),
    /// Whether a sentence holds, with a counterexample where it does not
    Prove(NetworkProveArgs),
}

#[derive(Debug, Args)]
pub struct NetworkReachArgs {
    #[command(flatten)]
    pub input: NetworkInput,
    /// Only from these: shop, shop/cart, shop{app=cart}, world, 10.0.0.0/8
    #[arg(long, value_name = "WHO")]
    pub from: Option<String>,
    /// Only to these
    #[arg(long, value_name = "WHO")]
    pub to: Option<String>,
    /// Only where either end is one of these
    #[arg(long, value_name = "WHO")]
    pub namespace: Option<String>,
    /// Only these ports: 80, TCP/80,443, UDP/all
    #[arg(long, value_name = "PORTS")]
    pub port: Option<String>,
    /// Write at most so many flows (json, csv, dot)
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub flows_max: usize,
}

#[derive(Debug, Args)]
pub struct NetworkOpenArgs {
    #[command(flatten)]
    pub input: NetworkInput,
    /// Show at most so many findings in full
    #[arg(long, value_name = "N")]
    pub findings_max: Option<usize>,
}

#[derive(Debug, Args)]
pub struct NetworkExplainArgs {
    /// Source: a workload (shop/cart) or an address
    #[arg(value_name = "A")]
    pub from: String,
    /// Destination: a workload or an address
    #[arg(value_name = "B")]
    pub to: String,
    #[command(flatten)]
    pub input: NetworkInput,
    /// Ask for these ports: 80, TCP/80,443, UDP/all
    #[arg(long, value_name = "PORTS")]
    pub port: Option<String>,
}

#[derive(Debug, Args)]
pub struct NetworkDiffArgs {
    /// File or folder as it was
    pub old: PathBuf,
    /// File or folder as it is
    pub new: PathBuf,
    /// Say at most so many flows
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub flows_max: usize,
}

#[derive(Debug, Args)]
pub struct NetworkGenerateArgs {
    #[command(flatten)]
    pub input: NetworkInput,
    /// Flows to allow, CSV or JSON as `reach` writes them; without it, those that the objects speak of
    #[arg(long, value_name = "FILE")]
    pub flows: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct NetworkProveArgs {
    /// A sentence (`a accepts only from b`, `a reaches only b`, `a never reaches b on TCP 80`,
    /// `a reaches b on TCP 80`, `a is isolated`), then files and folders
    #[arg(required_unless_present = "only_from", value_name = "SENTENCE|PATH")]
    pub words: Vec<String>,
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// A further sentence; may be repeated
    #[arg(long, value_name = "SENTENCE")]
    pub also: Vec<String>,
    /// Instead of a sentence: only these reach those of --to
    #[arg(long, value_name = "WHO", requires = "to")]
    pub only_from: Option<String>,
    /// Whom only those of --only-from may reach
    #[arg(long, value_name = "WHO", requires = "only_from")]
    pub to: Option<String>,
}

/// Where the objects are.
#[derive(Debug, Args)]
pub struct NetworkInput {
    /// Files and folders of YAML or JSON; - is standard input
    #[arg(
        required_unless_present = "cluster",
        conflicts_with = "cluster",
        value_name = "PATH"
    )]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub cluster: ClusterArgs,
}
