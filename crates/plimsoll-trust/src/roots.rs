//! Whom we believe: the keys and certificates of a Sigstore instance.
//!
//! The wall around Sigstore's own library: its types end here and in `roots/`. A root comes from a
//! file in Sigstore's `trusted_root.json` form, or is that of the public instance as it was pinned
//! with this version. Nothing is fetched or renewed.

mod proof;

use plimsoll_image::hash::sha256;
use plimsoll_model::Digest;
use sigstore_trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::Bundle;
use sigstore_verify::{Policy, PublicKeyVerificationPolicy, VerificationPolicy, Verifier};

pub use self::proof::Proof;

use crate::evidence::Subject;
use crate::key::PublicKey;
use crate::refusal::{Fault, Refusal};

/// Bytes of a trusted root.
pub const ROOT_BYTES_MAX: u64 = 4 << 20;
/// The month of the pinned root of the public instance: version 15 of its TUF root.
pub const PUBLIC_ROOT_DATE: &str = "2026-10";

/// A root that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("read the trusted root: {0}")]
pub struct RootsError(String);

/// Of the pinned root of the public instance, so that a change of it is seen.
pub fn public_digest() -> Digest {
    sha256(SIGSTORE_PRODUCTION_TRUSTED_ROOT.as_bytes())
}

/// What to check beside the signature itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// That a transparency log vouches for it.
    pub log: bool,
    /// That a log of certificates vouches for the certificate.
    pub certificate_log: bool,
}

/// The keys and certificates of one Sigstore instance.
pub struct Roots {
    verifier: Verifier,
}

impl Roots {
    /// Those of the public instance, as pinned with this version.
    pub fn public() -> Result<Self, RootsError> {
        Self::from_json(SIGSTORE_PRODUCTION_TRUSTED_ROOT)
    }

    /// Reads `trusted_root.json`.
    pub fn from_json(json: &str) -> Result<Self, RootsError> {
        let root = TrustedRoot::from_json(json).map_err(|error| RootsError(error.to_string()))?;
        let verifier = Verifier::new(&root).map_err(|error| RootsError(error.to_string()))?;
        Ok(Self { verifier })
    }

    /// Checks the certificate, the log, the times and the signature of a bundle that was made
    /// with a certificate. Whose certificate it is remains to be judged.
    pub fn certificate(
        &self,
        bundle: &Bundle,
        subject: &Subject<'_>,
        checks: Checks,
    ) -> Result<Proof, Refusal> {
        let mut policy = VerificationPolicy::any_identity();
        if !checks.log {
            policy = policy.skip_tlog_unsafe();
        }
        if !checks.certificate_log {
            policy = policy.skip_sct();
        }
        let verified = self.verify(bundle, subject, &policy);
        let mut proof = verified.map_err(|refusal| match refusal.fault {
            // Without the log's word a timestamp has to say when it was signed.
            Fault::NoLogEntry if !checks.log => Refusal::new(
                Fault::NoTimestamp,
                "a proof of when it was signed: a timestamp or a log entry",
                "none",
            ),
            _ => refusal,
        })?;
        proof.certificate = true;
        Ok(proof)
    }

    /// Checks that a log vouches for a signature made with a key.
    pub fn logged(
        &self,
        bundle: &Bundle,
        subject: &Subject<'_>,
        key: &PublicKey,
    ) -> Result<Proof, Refusal> {
        if bundle.verification_material.tlog_entries.is_empty() {
            return Err(no_log_entry());
        }
        let key = sigstore_verify::types::DerPublicKey::new(key.spki().to_vec());
        self.verify(bundle, subject, &PublicKeyVerificationPolicy::new(key))
    }

    fn verify(
        &self,
        bundle: &Bundle,
        subject: &Subject<'_>,
        policy: &dyn Policy,
    ) -> Result<Proof, Refusal> {
        let artifact = proof::artifact(subject)?;
        let result = self
            .verifier
            .verify(artifact, bundle, policy)
            .map_err(|error| proof::refusal(&error))?;
        Ok(Proof::new(&result, bundle))
    }
}

/// That no log vouches for a signature.
pub fn no_log_entry() -> Refusal {
    Refusal::new(
        Fault::NoLogEntry,
        "an entry in the transparency log, attached to the signature",
        "none",
    )
}
