//! What Sigstore's library says, in our words.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sigstore_verify::types::{Artifact, Bundle, Sha256Hash};
use sigstore_verify::{
    CertificateError, Error, TimestampError, TransparencyLogError, VerificationResult,
};

use crate::evidence::Subject;
use crate::refusal::{Fault, Refusal};

/// What holds of a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// A certificate was checked, up to an authority that is trusted.
    pub certificate: bool,
    /// Whose certificate: an address or a URI.
    pub identity: Option<String>,
    /// Who says that it is theirs.
    pub issuer: Option<String>,
    /// What the certificate says of the build, by the names that `verify` has for it.
    pub claims: BTreeMap<&'static str, String>,
    /// The earliest time that is proven.
    pub signed_at: Option<Timestamp>,
    /// Places in transparency logs that vouch for it.
    pub log_indexes: Vec<u64>,
}

impl Proof {
    pub(super) fn new(result: &VerificationResult, bundle: &Bundle) -> Self {
        let mut proof = Self {
            identity: result.identity().map(|name| name.as_str().to_owned()),
            issuer: result.issuer().map(str::to_owned),
            signed_at: result.verified_timestamps().iter().min().copied(),
            ..Self::default()
        };
        if result.tlog_verified() {
            let entries = bundle.verification_material.tlog_entries.iter();
            proof.log_indexes = entries.map(|entry| entry.log_index.get()).collect();
        }
        if let Some(certificate) = result.certificate() {
            let claims = &certificate.ci_claims;
            let github = &claims.deprecated_github;
            for (name, value) in [
                ("github-workflow-trigger", &github.workflow_trigger),
                ("github-workflow-sha", &github.workflow_sha),
                ("github-workflow-name", &github.workflow_name),
                ("github-workflow-repository", &github.workflow_repository),
                ("github-workflow-ref", &github.workflow_ref),
                ("build-signer-uri", &claims.build_signer_uri),
                ("build-signer-digest", &claims.build_signer_digest),
                ("runner-environment", &claims.runner_environment),
                ("source-repository-uri", &claims.source_repository_uri),
                ("source-repository-digest", &claims.source_repository_digest),
                ("source-repository-ref", &claims.source_repository_ref),
                (
                    "source-repository-owner-uri",
                    &claims.source_repository_owner_uri,
                ),
                ("build-config-uri", &claims.build_config_uri),
                ("build-config-digest", &claims.build_config_digest),
                ("build-trigger", &claims.build_trigger),
                ("run-invocation-uri", &claims.run_invocation_uri),
            ] {
                if let Some(value) = value {
                    proof.claims.insert(name, value.clone());
                }
            }
        }
        proof
    }
}

pub(super) fn artifact<'a>(subject: &Subject<'a>) -> Result<Artifact<'a>, Refusal> {
    match subject {
        Subject::Bytes(bytes) => Ok(Artifact::Blob(bytes)),
        Subject::Digest(digest) => Sha256Hash::from_hex(&digest.hex())
            .map(Artifact::from_digest)
            .map_err(|_| {
                Refusal::new(
                    Fault::Unsupported,
                    "a digest by SHA-256",
                    digest.to_string(),
                )
            }),
    }
}

/// Why the library does not believe it.
pub(super) fn refusal(error: &Error) -> Refusal {
    let refuse = |fault, expected: &str, found: String| Refusal::new(fault, expected, found);
    match error {
        Error::SignatureInvalid(found) => refuse(
            Fault::BadSignature,
            "a signature that matches its key",
            found.clone(),
        ),
        Error::ArtifactMismatch(found) => refuse(
            Fault::WrongDigest,
            "a statement about this digest",
            found.clone(),
        ),
        Error::Certificate(error) => certificate(error),
        Error::TransparencyLog(error) => log(error),
        Error::Timestamp(TimestampError::NoVerifiedTimestamp(found)) => refuse(
            Fault::NoTimestamp,
            "a proof of when it was signed",
            found.clone(),
        ),
        Error::Timestamp(error) => refuse(
            Fault::BadTimestamp,
            "a timestamp by an authority that is trusted",
            error.to_string(),
        ),
        Error::UnsupportedBundle(found) | Error::UnsupportedArtifact(found) => refuse(
            Fault::Unsupported,
            "a bundle that can be checked here",
            found.clone(),
        ),
        Error::Bundle(sigstore_verify::bundle::Error::MissingSigningTimeEvidence) => {
            crate::roots::no_log_entry()
        }
        Error::Bundle(
            sigstore_verify::bundle::Error::MissingInclusionProof(_)
            | sigstore_verify::bundle::Error::MissingInclusionPromise(_),
        ) => refuse(
            Fault::NoLogEntry,
            "an entry in the transparency log, with its proof",
            error.to_string(),
        ),
        other => refuse(
            Fault::Malformed,
            "a bundle that holds together",
            other.to_string(),
        ),
    }
}

fn certificate(error: &CertificateError) -> Refusal {
    let found = error.to_string();
    match error {
        CertificateError::NotYetValid { .. } | CertificateError::Expired { .. } => Refusal::new(
            Fault::Expired,
            "a certificate that was valid when it signed",
            found,
        ),
        CertificateError::Sct(_) => Refusal::new(
            Fault::BadCertificateLog,
            "a certificate that a trusted log of certificates vouches for",
            found,
        ),
        // The library checks the times along with the chain, and then says it only in words.
        CertificateError::ChainInvalid(text)
            if text.contains("CertExpired") || text.contains("CertNotValidYet") =>
        {
            Refusal::new(
                Fault::Expired,
                "a certificate that was valid when it signed",
                found,
            )
        }
        CertificateError::Malformed(_) => Refusal::malformed("a certificate", found),
        _ => Refusal::new(
            Fault::UntrustedCertificate,
            "a code signing certificate by a trusted authority",
            found,
        ),
    }
}

fn log(error: &TransparencyLogError) -> Refusal {
    let found = error.to_string();
    match error {
        TransparencyLogError::UnknownLog { .. } => {
            Refusal::new(Fault::UnknownLog, "a log of the trusted root", found)
        }
        TransparencyLogError::IntegratedTime(_) => Refusal::new(
            Fault::Expired,
            "an entry from when the certificate was valid",
            found,
        ),
        _ => Refusal::new(
            Fault::BadLogEntry,
            "an entry of this signature that the log vouches for",
            found,
        ),
    }
}
