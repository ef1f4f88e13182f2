//! Arguments of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum ServeCommand {
    /// Kubernetes' admission webhook: what the policy refuses does not get in
    Admission(Box<ServeAdmissionArgs>),
}

#[derive(Debug, Args)]
pub struct ServeAdmissionArgs {
    /// Where to listen: /validate, /healthz, /readyz and /metrics, over TLS
    #[arg(long, value_name = "ADDR:PORT", default_value = "0.0.0.0:8443")]
    pub listen: SocketAddr,
    /// Certificate and those between it and its authority, PEM; read again when it changes
    #[arg(long, value_name = "FILE")]
    pub tls_cert: PathBuf,
    /// Its key, PEM; read again when it changes
    #[arg(long, value_name = "FILE")]
    pub tls_key: PathBuf,
    /// Only clients with a certificate of this authority may ask for a verdict, PEM
    #[arg(long, value_name = "FILE")]
    pub client_ca: Option<PathBuf>,
    /// Append every decision to this file, a line of JSON each
    #[arg(long, value_name = "FILE")]
    pub decision_log: Option<PathBuf>,
    /// Move the decision log aside before it grows beyond this
    #[arg(long, value_name = "SIZE", default_value = "64MiB")]
    pub decision_log_size: String,
    /// Keep so many decision logs that were moved aside
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub decision_log_keep: u32,
    /// Which checks to run: regular, pedantic or auditor
    #[arg(long, default_value = "regular", value_name = "WHO")]
    pub persona: String,
    /// Version of Kubernetes to judge for, as v1.30; else the newest that is known
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<String>,
    /// The namespace that this runs in: never refused anything
    #[arg(long, value_name = "NAME", env = "PLIMSOLL_OWN_NAMESPACE")]
    pub own_namespace: Option<String>,
    /// The service account that this runs as, in its own namespace: never refused anything
    #[arg(
        long,
        value_name = "NAME",
        requires = "own_namespace",
        env = "PLIMSOLL_OWN_SERVICE_ACCOUNT"
    )]
    pub own_service_account: Option<String>,
    /// Answer for so long after the request to end, while readiness says no
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub drain_seconds: u64,
}
