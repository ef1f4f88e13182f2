//! Arguments of `check`.

use std::path::PathBuf;

use clap::Args;

use super::ClusterArgs;

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files and folders: Kubernetes objects, Helm charts, Kustomize overlays, Compose files, Podman
    /// quadlets; - is standard input
    #[arg(
        required_unless_present = "cluster",
        conflicts_with = "cluster",
        value_name = "PATH"
    )]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Only this namespace of the cluster; may be repeated
    #[arg(short, long, value_name = "NAME", requires = "cluster")]
    pub namespace: Vec<String>,
    /// Write the mends that are safe into plain YAML files, then look again
    #[arg(long, conflicts_with = "cluster")]
    pub fix: bool,
    /// Show what --fix would write, as a diff, and write nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Values for Helm charts, over their own; may be repeated, the last one wins
    #[arg(long, value_name = "FILE")]
    pub helm_values: Vec<PathBuf>,
    /// Set values for Helm charts, as `helm --set` does; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub helm_set: Vec<String>,
    /// How much to hear: regular, pedantic or auditor
    #[arg(long, default_value = "regular", value_name = "WHO")]
    pub persona: String,
    /// Report by control of a framework, with a score: cis-1.12, nsa, mitre, pss-baseline or
    /// pss-restricted. Only what it asks for is checked, whatever the persona
    #[arg(long, value_name = "ID")]
    pub framework: Option<String>,
    /// Version of Kubernetes to judge for, as v1.30; else the cluster's, for files v1.36
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<String>,
    /// Registry that images may come from, as registry.example or registry.example/shop; may be
    /// repeated
    #[arg(long, value_name = "HOST[/PATH]")]
    pub registry: Vec<String>,
    /// Show at most so many findings in full
    #[arg(long, value_name = "N")]
    pub findings_max: Option<usize>,
}
