//! Arguments of `access`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ClusterArgs;

#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// May somebody do something, and why: exit code 0 for yes, 2 for no
    Can(CanArgs),
    /// Everybody who may do something
    Who(WhoArgs),
    /// Every right of every subject, or of one
    Rights(RightsArgs),
    /// What ought to be looked at: ways to cluster-admin, needless and far-reaching rights
    Risks(RisksArgs),
    /// Rights gained and lost between two states, by subject
    Diff(AccessDiffArgs),
}

/// Where roles and bindings stand.
#[derive(Debug, Args)]
pub struct AccessInput {
    /// Files and folders of YAML or JSON, Helm charts, Kustomize overlays; - is standard input
    #[arg(value_name = "PATH", default_value = ".", conflicts_with = "cluster")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Values for Helm charts, over their own; may be repeated, the last one wins
    #[arg(long, value_name = "FILE")]
    pub helm_values: Vec<PathBuf>,
    /// Set values for Helm charts, as `helm --set` does; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub helm_set: Vec<String>,
}

/// What is asked about.
#[derive(Debug, Args)]
pub struct QuestionArgs {
    /// get, list, create, …; bind, escalate, impersonate, use; * for every verb
    pub verb: String,
    /// pods, pods/log, deployments.apps, *, or a path such as /metrics
    #[arg(value_name = "RESOURCE[/SUBRESOURCE]")]
    pub resource: String,
    /// Namespace; without it the whole cluster
    #[arg(short, long, value_name = "NS")]
    pub namespace: Option<String>,
    /// One object of that name
    #[arg(long)]
    pub name: Option<String>,
    /// Count the bindings that the API server makes by itself, too
    #[arg(long)]
    pub with_defaults: bool,
}

#[derive(Debug, Args)]
pub struct CanArgs {
    /// user:NAME, group:NAME or sa:NAMESPACE/NAME
    pub subject: String,
    #[command(flatten)]
    pub question: QuestionArgs,
    /// A group that the subject is in as well; may be repeated
    #[arg(long, value_name = "NAME")]
    pub group: Vec<String>,
    #[command(flatten)]
    pub input: AccessInput,
}

#[derive(Debug, Args)]
pub struct WhoArgs {
    #[command(flatten)]
    pub question: QuestionArgs,
    #[command(flatten)]
    pub input: AccessInput,
}

#[derive(Debug, Args)]
pub struct RightsArgs {
    /// Only this one, groups that it is in by what it is included: user:NAME, group:NAME or
    /// sa:NAMESPACE/NAME
    #[arg(long, value_name = "SUBJECT")]
    pub of: Option<String>,
    /// A group that the subject is in as well; may be repeated
    #[arg(long, value_name = "NAME", requires = "of")]
    pub group: Vec<String>,
    /// Count the bindings that the API server makes by itself, too
    #[arg(long)]
    pub with_defaults: bool,
    #[command(flatten)]
    pub input: AccessInput,
}

#[derive(Debug, Args)]
pub struct RisksArgs {
    #[command(flatten)]
    pub input: AccessInput,
    /// Show at most so many findings in full
    #[arg(long, value_name = "N")]
    pub findings_max: Option<usize>,
}

#[derive(Debug, Args)]
pub struct AccessDiffArgs {
    /// File or folder before
    pub old: PathBuf,
    /// File or folder after
    pub new: PathBuf,
}
