//! Arguments of `verify`: those of cosign's verify, verify-attestation and verify-blob.

use std::path::PathBuf;

use clap::Args;

use super::RegistryArgs;

/// Whether an image or a file is signed by whom it should be.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An image at its registry, a file, or the digest (sha256:…) of either
    pub subject: String,
    /// Public key (PEM) that has to have signed
    #[arg(long, value_name = "FILE", help_heading = "Who has to have signed")]
    pub key: Option<PathBuf>,
    #[command(flatten)]
    pub certificate: CertificateArgs,
    /// Want an attestation of this type: custom, slsaprovenance, slsaprovenance02, slsaprovenance1,
    /// spdx, spdxjson, cyclonedx, link, vuln, openvex, or a URI; `any` for every type
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// What the signer has to have annotated; may be repeated
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub annotations: Vec<String>,
    /// Whether what was signed has to be about the subject
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub check_claims: bool,
    /// Keys and certificates to believe (Sigstore's trusted_root.json) [default: those of the
    /// public instance, pinned with this version]
    #[arg(long, value_name = "FILE")]
    pub trusted_root: Option<PathBuf>,
    /// For a file: the bundle that goes with it
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub bundle: Option<PathBuf>,
    /// For a file: its signature, as a file or base64
    #[arg(
        long,
        value_name = "FILE|BASE64",
        help_heading = "Files",
        conflicts_with = "bundle"
    )]
    pub signature: Option<String>,
    /// For a file: the certificate that goes with `--signature`
    #[arg(
        long = "certificate",
        value_name = "FILE",
        help_heading = "Files",
        requires = "signature"
    )]
    pub certificate_file: Option<PathBuf>,
    /// For a file: the timestamp (RFC 3161) that goes with `--signature`
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Files",
        requires = "signature"
    )]
    pub rfc3161_timestamp: Option<PathBuf>,
    /// Do not ask for an entry in the transparency log
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub insecure_ignore_tlog: bool,
    /// The same, for a Sigstore of one's own without a log
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub private_infrastructure: bool,
    /// Do not ask for the certificate in a log of certificates
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_value_t = false, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub insecure_ignore_sct: bool,
    #[command(flatten)]
    pub registry: RegistryArgs,
    #[command(flatten)]
    pub without_effect: WithoutEffect,
    /// What `--format` says
    #[arg(skip)]
    pub format: Option<String>,
    /// What `-o` says
    #[arg(skip)]
    pub outputs: Vec<String>,
}

/// What a certificate has to say.
#[derive(Debug, Args)]
#[command(next_help_heading = "Who has to have signed")]
#[expect(clippy::struct_field_names, reason = "the flags have cosign's names")]
pub struct CertificateArgs {
    /// Name in the certificate: an address or a URI
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    pub certificate_identity: Option<String>,
    /// Pattern for the name; it may match anywhere in it
    #[arg(long, value_name = "REGEX", conflicts_with_all = ["key", "certificate_identity"])]
    pub certificate_identity_regexp: Option<String>,
    /// Who vouched for the name
    #[arg(long, value_name = "URL", conflicts_with = "key")]
    pub certificate_oidc_issuer: Option<String>,
    /// Pattern for who vouched; it may match anywhere
    #[arg(long, value_name = "REGEX", conflicts_with_all = ["key", "certificate_oidc_issuer"])]
    pub certificate_oidc_issuer_regexp: Option<String>,
    /// Event that started the workflow
    #[arg(long, value_name = "TEXT", conflicts_with = "key")]
    pub certificate_github_workflow_trigger: Option<String>,
    /// Commit of the workflow
    #[arg(long, value_name = "TEXT", conflicts_with = "key")]
    pub certificate_github_workflow_sha: Option<String>,
    /// Name of the workflow
    #[arg(long, value_name = "TEXT", conflicts_with = "key")]
    pub certificate_github_workflow_name: Option<String>,
    /// Repository of the workflow
    #[arg(long, value_name = "TEXT", conflicts_with = "key")]
    pub certificate_github_workflow_repository: Option<String>,
    /// Branch or tag of the workflow
    #[arg(long, value_name = "TEXT", conflicts_with = "key")]
    pub certificate_github_workflow_ref: Option<String>,
}

/// Flags of cosign that ask for what is always done here.
#[derive(Debug, Args)]
pub struct WithoutEffect {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub use_signed_timestamps: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub new_bundle_format: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub experimental_oci11: Option<bool>,
    #[arg(long, hide = true)]
    pub max_workers: Option<u32>,
}
