//! The command line: every command, flag and environment variable.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod access;
mod check;
mod judging;
mod network;
mod replay;
mod respond;
mod rules;
mod serve;
mod sign;
mod verify;
mod watch;
pub use access::{
    AccessCommand, AccessDiffArgs, AccessInput, CanArgs, RightsArgs, RisksArgs, WhoArgs,
};
pub use check::CheckArgs;
pub use judging::JudgingArgs;
pub use network::{
    NetworkArgs, NetworkCommand, NetworkDiffArgs, NetworkExplainArgs, NetworkGenerateArgs,
    NetworkOpenArgs, NetworkProveArgs, NetworkReachArgs,
};
pub use replay::{EventsArgs, ReplayArgs};
pub use rules::{RulesArgs, RulesCommand};
pub use serve::{ServeAdmissionArgs, ServeCommand};
pub use sign::{AttestArgs, ReferrersMode, SignArgs, SigningArgs};
pub use verify::{CertificateArgs, VerifyArgs};
pub use watch::WatchArgs;

pub use respond::{RespondCommand, TrailArgs, UndoArgs};

/// Continuous security for containers.
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 allowed, 1 failed to work, 2 denied by policy, 3 looked only in part (--strict), 130 interrupted."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command understands; each has an environment variable and, where it makes
/// sense, a key below `settings:` in `plimsoll.yaml`. Flag over environment over file.
#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Policy and settings; without it `plimsoll.yaml` is looked for upward from here
    #[arg(long, global = true, value_name = "FILE", env = "PLIMSOLL_CONFIG")]
    pub config: Option<PathBuf>,
    /// Advisory database
    #[arg(long, global = true, value_name = "FILE", env = "PLIMSOLL_DB")]
    pub db: Option<PathBuf>,
    /// Policy, exceptions included, instead of the one in the configuration
    #[arg(long, global = true, value_name = "FILE", env = "PLIMSOLL_POLICY")]
    pub policy: Option<PathBuf>,
    /// Stage of life to judge for: build, deploy or runtime
    #[arg(long, global = true, value_name = "STAGE", env = "PLIMSOLL_STAGE")]
    pub stage: Option<String>,
    /// Form of what goes to standard output
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        env = "PLIMSOLL_FORMAT"
    )]
    pub format: Option<String>,
    /// Write a document: FORMAT to standard output, FORMAT=PATH to a file; may be repeated
    #[arg(short, long, global = true, value_name = "FORMAT[=PATH]")]
    pub output: Vec<String>,
    /// Findings to look at: one word means that and worse, a list means exactly those
    #[arg(
        long,
        global = true,
        value_name = "SEVERITY",
        env = "PLIMSOLL_SEVERITY"
    )]
    pub severity: Option<String>,
    /// Leave out vulnerabilities that nothing mends yet
    #[arg(long, global = true, env = "PLIMSOLL_IGNORE_UNFIXED")]
    pub ignore_unfixed: bool,
    /// Image of an index to take: os/architecture[/variant]
    #[arg(
        long,
        global = true,
        value_name = "PLATFORM",
        env = "PLIMSOLL_PLATFORM"
    )]
    pub platform: Option<String>,
    /// Never touch the network, not even for a registry that was named
    #[arg(
        long,
        global = true,
        env = "PLIMSOLL_OFFLINE",
        conflicts_with = "online"
    )]
    pub offline: bool,
    /// Lift the rule that nothing but a named registry is asked
    #[arg(long, global = true, env = "PLIMSOLL_ONLINE")]
    pub online: bool,
    /// Exit with 3 when something could not be looked at
    #[arg(long, global = true, env = "PLIMSOLL_STRICT")]
    pub strict: bool,
    /// Exit code for a denial (2 unless said otherwise; 0 turns the gate off)
    #[arg(long, global = true, value_name = "CODE", env = "PLIMSOLL_EXIT_CODE")]
    pub exit_code: Option<u8>,
    /// Only data, no talk
    #[arg(short, long, global = true, env = "PLIMSOLL_QUIET")]
    pub quiet: bool,
    /// Show everything: excepted findings, further sources, what was looked at
    #[arg(short, long, global = true, env = "PLIMSOLL_VERBOSE")]
    pub verbose: bool,
    /// Colours: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", env = "PLIMSOLL_COLOR")]
    pub color: Option<ColorChoice>,
    /// Memory for file contents that need random access, e.g. 64MiB; past it temporary files
    #[arg(long, global = true, value_name = "SIZE", env = "PLIMSOLL_MEMORY_MAX")]
    pub memory_max: Option<String>,
    /// Threads to work with
    #[arg(short, long, global = true, value_name = "N", env = "PLIMSOLL_JOBS")]
    pub jobs: Option<usize>,
    /// Folder for what is kept between runs; `off` keeps nothing
    #[arg(long, global = true, value_name = "DIR", env = "PLIMSOLL_CACHE")]
    pub cache: Option<PathBuf>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything that is known about one target, judged
    Scan(ScanArgs),
    /// The inventory as a document
    Sbom(TargetArgs),
    /// Packages, findings, layers and size between two targets or stored reports
    Diff(DiffArgs),
    /// The smallest change that clears the policy
    Advise(AdviseArgs),
    /// A stored report in another form
    Convert(ConvertArgs),
    /// Kubernetes objects: what lets a workload harm its node, its neighbours or itself
    Check(CheckArgs),
    /// Roles and bindings: who may do what, and who could become more
    #[command(subcommand)]
    Access(AccessCommand),
    /// Who can reach whom over network policies
    Network(NetworkArgs),
    /// What is done about alerts, and what was
    #[command(subcommand)]
    Respond(RespondCommand),
    /// Take back what was done about alerts
    Undo(UndoArgs),
    /// Our report against other tools', with a reason for each difference
    Compare(CompareArgs),
    /// What an id means here: evidence, why, mend
    Explain(ExplainArgs),
    /// Whether an image or a file is signed by whom it should be
    Verify(Box<VerifyArgs>),
    /// The load line itself
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Advisories
    #[command(subcommand)]
    Db(DbCommand),
    /// How versions order
    #[command(subcommand)]
    Version(VersionCommand),
    /// Rules in Falco's language: what is wrong with them, which there are, what they fire on
    Rules(RulesArgs),
    /// What containers do, judged by rules as it happens
    Watch(Box<WatchArgs>),
    /// A recorded trace through the rules, as if it happened now
    Replay(ReplayArgs),
    /// Events as JSON, recorded or live, for other programs
    Events(EventsArgs),
    /// Answer others: Kubernetes' API server
    #[command(subcommand)]
    Serve(ServeCommand),
    /// A signature for an image in a registry, or for a file
    Sign(Box<SignArgs>),
    /// A signed statement about an image or a file: how it was built, what is in it, how it was judged
    Attest(Box<AttestArgs>),
    /// What this machine, kernel, engine, cluster and database allow, and what is missing
    Doctor,
    /// Print a completion script for a shell
    #[command(hide = true)]
    Completions { shell: clap_complete::Shell },
}

/// Which target, and how to look at it.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// registry:, docker:, podman:, docker-archive:, oci-dir:, oci-archive:, dir:, rootfs:, sbom: or
    /// a bare name; - is standard input
    pub target: String,
    /// Packages to look for: installed, declared (default: by the kind of target)
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub state: Vec<String>,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// How to speak to registries.
#[derive(Debug, Clone, Args)]
pub struct RegistryArgs {
    /// Speak plain HTTP to this registry; may be repeated
    #[arg(long, value_name = "HOST")]
    pub plain_http: Vec<String>,
    /// Further certificate authorities, PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Ask this host first: REGISTRY=MIRROR; may be repeated
    #[arg(long, value_name = "REGISTRY=MIRROR")]
    pub mirror: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ScanArgs {
    #[command(flatten)]
    pub target: TargetArgs,
    /// What to look for
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "vuln"
    )]
    pub scanners: Vec<String>,
    /// VEX document (OpenVEX, CSAF or CycloneDX), - is standard input; may be repeated
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// Show at most so many findings in full
    #[arg(long, value_name = "N")]
    pub findings_max: Option<usize>,
}

#[derive(Debug, Args)]
pub struct AdviseArgs {
    #[command(flatten)]
    pub target: TargetArgs,
    /// VEX document (OpenVEX, CSAF or CycloneDX), - is standard input; may be repeated
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
}

/// Which live cluster.
#[derive(Debug, Clone, Default, Args)]
pub struct ClusterArgs {
    /// Look at a live cluster: the kubeconfig's, or that of the pod this runs in
    #[arg(long)]
    pub cluster: bool,
    /// Context of the kubeconfig, unless the current one
    #[arg(long, value_name = "NAME", requires = "cluster")]
    pub context: Option<String>,
    /// Kubeconfig, unless KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE", requires = "cluster")]
    pub kubeconfig: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Target or stored report
    pub a: String,
    /// Target or stored report
    pub b: String,
    /// VEX document (OpenVEX, CSAF or CycloneDX), - is standard input; may be repeated. For what is
    /// scanned: a stored report stays as it is
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// A plimsoll.report/v1 document; - is standard input
    pub report: PathBuf,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Our report
    pub ours: PathBuf,
    /// Reports of other tools, in their JSON form
    #[arg(required = true)]
    pub others: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A CVE or advisory id, or the id of a cataloger, source, scheme or format
    pub id: String,
    /// A stored report: what the id means there
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Try a policy on stored reports
    Check {
        /// plimsoll.report/v1 documents
        #[arg(required = true)]
        reports: Vec<PathBuf>,
    },
    /// Print the policy that is in force
    Export,
}

#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Build a database from feeds, to the file named by `-o FILE`
    Build {
        /// A feed: NAME=PATH, where PATH is a folder, an archive or a file; may be repeated
        #[arg(long, value_name = "NAME=PATH", required = true)]
        from: Vec<String>,
        /// Leave out prose: ids, packages, versions and scores only
        #[arg(long)]
        facts_only: bool,
        /// Sign with this Ed25519 key (PKCS#8 PEM)
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Where to write it: the value of `-o FILE`, which is a file here and no format
        #[arg(skip)]
        to: Option<PathBuf>,
    },
    /// Take the newest database from a folder that `db export` filled, or from where it is served
    Update(UpdateArgs),
    /// Put a database file in place
    Import { file: PathBuf },
    /// Write the database in use, with its signature, to a folder
    Export { folder: PathBuf },
    /// Read the whole database and check everything
    Verify { file: Option<PathBuf> },
    /// What the database holds, and how old it is
    Status,
    /// Make a key pair to sign databases with
    Keygen {
        /// The private key; the public one is written beside it with `.pub`
        file: PathBuf,
    },
}

/// Where `db update` takes the database from.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// A folder, or an `https://` URL (with `--online`); without it `db_url` of the configuration
    pub from: Option<String>,
    /// Take a database whose newest snapshot is older than that in use
    #[arg(long)]
    pub allow_rollback: bool,
    /// Speak plain HTTP to this host; may be repeated
    #[arg(long, value_name = "HOST")]
    pub plain_http: Vec<String>,
    /// Further certificate authorities, PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum VersionCommand {
    /// How two versions order; without them pairs are read from standard input
    Compare {
        /// dpkg, rpm, apk, pep440, semver, npm, maven, go, gem, composer, nuget
        scheme: String,
        #[arg(allow_hyphen_values = true, requires = "b")]
        a: Option<String>,
        #[arg(allow_hyphen_values = true)]
        b: Option<String>,
    },
}
