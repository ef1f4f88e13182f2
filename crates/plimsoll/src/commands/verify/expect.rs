//! From flags to what has to hold.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll_trust::identity::{IdentityRule, TextRule};
use plimsoll_trust::key::PublicKey;
use plimsoll_trust::roots::{Checks, ROOT_BYTES_MAX, Roots};
use plimsoll_trust::verify::{Expectation, Signer, Wanted};

use crate::cli::{CertificateArgs, VerifyArgs};
use crate::failure::{Context, Failure};
use crate::input;

/// Bytes of a key file.
const KEY_BYTES_MAX: u64 = 1 << 20;
/// The type that stands for all.
const ANY: &str = "any";

/// Cosign's words for types.
const TYPES: &[(&str, &str)] = &[
    ("custom", "https://cosign.sigstore.dev/attestation/v1"),
    ("slsaprovenance", "https://slsa.dev/provenance/v0.2"),
    ("slsaprovenance02", "https://slsa.dev/provenance/v0.2"),
    ("slsaprovenance1", "https://slsa.dev/provenance/v1"),
    ("spdx", "https://spdx.dev/Document"),
    ("spdxjson", "https://spdx.dev/Document"),
    ("cyclonedx", "https://cyclonedx.org/bom"),
    ("link", "https://in-toto.io/Link/v1"),
    ("vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"),
    ("openvex", "https://openvex.dev/ns"),
];

/// Whom to believe, where that matters.
pub fn roots(arguments: &VerifyArgs) -> Result<Option<Roots>, Failure> {
    if arguments.key.is_some() && !checks(arguments).log && arguments.trusted_root.is_none() {
        return Ok(None);
    }
    let roots = match &arguments.trusted_root {
        None => Roots::public().context("use the pinned root of the public instance")?,
        Some(path) => {
            let bytes = input::read_at_most(path, ROOT_BYTES_MAX)?;
            let named = || format!("read {}", path.display());
            let json = std::str::from_utf8(&bytes).context(named())?;
            Roots::from_json(json).map_err(|error| {
                Failure::new(format!("failed to {error} {}", path.display())).hint(
                    "Sigstore's `trusted_root.json`, as `cosign trusted-root create` writes it",
                )
            })?
        }
    };
    Ok(Some(roots))
}

fn checks(arguments: &VerifyArgs) -> Checks {
    Checks {
        log: !arguments.insecure_ignore_tlog && !arguments.private_infrastructure,
        certificate_log: !arguments.insecure_ignore_sct,
    }
}

/// What has to hold.
pub fn expectation<'a>(
    arguments: &VerifyArgs,
    roots: Option<&'a Roots>,
) -> Result<Expectation<'a>, Failure> {
    let signer = match &arguments.key {
        Some(path) => Signer::Key(key(path)?),
        None => Signer::Certificate(rule(&arguments.certificate)?),
    };
    let wanted = match arguments.kind.as_deref() {
        None => Wanted::Signature,
        Some(ANY) => Wanted::Attestation(None),
        Some(kind) => Wanted::Attestation(Some(predicate(kind)?)),
    };
    let mut annotations = BTreeMap::new();
    for annotation in arguments
        .annotations
        .iter()
        .flat_map(|list| list.split(','))
    {
        let (key, value) = annotation.split_once('=').ok_or_else(|| {
            Failure::new(format!("failed to read `--annotations {annotation}`"))
                .hint("write `--annotations KEY=VALUE`")
        })?;
        annotations.insert(key.to_owned(), value.to_owned());
    }
    Ok(Expectation {
        signer,
        wanted,
        checks: checks(arguments),
        claims: arguments.check_claims,
        annotations,
        roots,
    })
}

fn predicate(kind: &str) -> Result<String, Failure> {
    if let Some((_, uri)) = TYPES.iter().find(|(word, _)| *word == kind) {
        return Ok((*uri).to_owned());
    }
    if kind.contains("://") {
        return Ok(kind.to_owned());
    }
    Err(Failure::new(format!(
        "failed to read `--type {kind}`: no known type and no URI"
    ))
    .hint("for example slsaprovenance1, spdxjson, cyclonedx, vuln, openvex, or the URI itself"))
}

fn key(path: &Path) -> Result<PublicKey, Failure> {
    let text = path.to_string_lossy();
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(Failure::new(format!(
            "failed to read {text}: `{scheme}://` is not spoken"
        ))
        .hint("write the public key to a file (`cosign public-key --key …`) and name that"));
    }
    let bytes = input::read_at_most(path, KEY_BYTES_MAX)?;
    PublicKey::from_pem(&bytes).map_err(|error| {
        let hint = error.hint().map(str::to_owned);
        Failure::new(format!("failed to read {text}: failed to {error}")).maybe_hint(hint)
    })
}

fn rule(arguments: &CertificateArgs) -> Result<IdentityRule, Failure> {
    let text = |exact: &Option<String>, pattern: &Option<String>, flag: &str| {
        match (exact, pattern) {
            (Some(exact), _) => Ok(TextRule::Exact(exact.clone())),
            (None, Some(pattern)) => TextRule::pattern(pattern).map_err(|error| {
                Failure::new(format!("failed to read `--{flag}-regexp`: {error}"))
            }),
            (None, None) => Err(Failure::new(format!(
                "failed to tell whose signature counts: neither `--key` nor `--{flag}`"
            ))
            .hint("name a key (`--key FILE`), or whose certificate: `--certificate-identity NAME --certificate-oidc-issuer URL`")),
        }
    };
    let claims = [
        (
            "github-workflow-trigger",
            &arguments.certificate_github_workflow_trigger,
        ),
        (
            "github-workflow-sha",
            &arguments.certificate_github_workflow_sha,
        ),
        (
            "github-workflow-name",
            &arguments.certificate_github_workflow_name,
        ),
        (
            "github-workflow-repository",
            &arguments.certificate_github_workflow_repository,
        ),
        (
            "github-workflow-ref",
            &arguments.certificate_github_workflow_ref,
        ),
    ];
    let identity = "certificate-identity";
    let issuer = "certificate-oidc-issuer";
    Ok(IdentityRule {
        identity: text(
            &arguments.certificate_identity,
            &arguments.certificate_identity_regexp,
            identity,
        )?,
        issuer: text(
            &arguments.certificate_oidc_issuer,
            &arguments.certificate_oidc_issuer_regexp,
            issuer,
        )?,
        claims: claims
            .into_iter()
            .filter_map(|(name, wanted)| Some((name, wanted.clone()?)))
            .collect(),
    })
}
