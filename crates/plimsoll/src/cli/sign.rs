//! Arguments of `sign` and `attest`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::RegistryArgs;

/// Whose signature it is, and where it goes.
#[derive(Debug, Args)]
pub struct SigningArgs {
    /// Private key: PKCS#8 PEM, plain or encrypted, or as cosign writes it; with --signer the public
    /// key. The password is taken from PLIMSOLL_PASSWORD or COSIGN_PASSWORD, or asked for
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Program that signs: it gets the bytes on standard input and gives the signature (raw, or
    /// base64) on standard output; run by /bin/sh. --key then names the public key
    #[arg(long, value_name = "COMMAND")]
    pub signer: Option<String>,
    /// Where it is put beside an image, as cosign names it: at a tag, or as a referrer
    #[arg(long, value_name = "MODE", default_value = "legacy")]
    pub registry_referrers_mode: ReferrersMode,
    /// A Sigstore bundle, put beside an image as a referrer
    #[arg(long)]
    pub new_bundle_format: bool,
    /// Put it into the image's registry
    #[arg(
        long,
        value_name = "BOOL",
        default_value_t = true,
        action = ArgAction::Set,
        num_args = 0..=1,
        default_missing_value = "true",
        require_equals = true
    )]
    pub upload: bool,
    /// Write a Sigstore bundle to this file
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// Where cosign's first form of signatures goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReferrersMode {
    /// At the tag sha256-….sig or .att
    Legacy,
    /// As referrers of the image
    #[value(name = "oci-1-1")]
    Oci11,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  plimsoll sign --key cosign.key registry.example/shop/cart:2.3
  plimsoll sign --key release.pub --signer 'pkcs11-sign --slot 1' registry.example/shop/cart:2.3
  plimsoll sign --key cosign.key --bundle cart.tar.gz.sigstore.json cart.tar.gz")]
pub struct SignArgs {
    /// An image in a registry, or a file; - is standard input
    #[arg(value_name = "IMAGE|FILE")]
    pub target: String,
    #[command(flatten)]
    pub signing: SigningArgs,
    /// Say more in the signature: KEY=VALUE; may be repeated
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub annotations: Vec<String>,
    /// Write the signature, base64, to this file
    #[arg(long, value_name = "FILE")]
    pub output_signature: Option<PathBuf>,
    /// Write what was signed to this file
    #[arg(long, value_name = "FILE")]
    pub output_payload: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  plimsoll attest --key cosign.key --type cyclonedx --predicate cart.cdx.json registry.example/shop/cart:2.3
  plimsoll attest --key cosign.key --type plimsoll-scan --report report.json registry.example/shop/cart:2.3")]
pub struct AttestArgs {
    /// An image in a registry, or a file
    #[arg(value_name = "IMAGE|FILE")]
    pub target: String,
    #[command(flatten)]
    pub signing: SigningArgs,
    /// What is said: slsaprovenance, slsaprovenance1, spdx, spdxjson, cyclonedx, vuln, openvex,
    /// plimsoll-scan, or a URI
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: String,
    /// The document that says it, JSON; - is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "report")]
    pub predicate: Option<PathBuf>,
    /// A stored report of `scan` (plimsoll.report/v1), for --type plimsoll-scan
    #[arg(long, value_name = "FILE", conflicts_with = "predicate")]
    pub report: Option<PathBuf>,
    /// Write the attestation, a DSSE envelope, to this file
    #[arg(long, value_name = "FILE")]
    pub output_attestation: Option<PathBuf>,
}
