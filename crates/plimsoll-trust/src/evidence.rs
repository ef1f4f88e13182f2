//! What was signed and how, read from any of the forms in which it is attached.
//!
//! Reading believes nothing; it only brings cosign's first forms (the rest in annotations) and
//! Sigstore's bundles to one shape, so that checks are written once.

mod annotated;

use std::collections::BTreeMap;

use plimsoll_model::Digest;
use serde_json::Value;
use sigstore_verify::types::Bundle;

use crate::dsse::{self, Envelope, decode_base64};
use crate::find::Form;
use crate::payload::SimpleSigning;
use crate::refusal::Refusal;
use crate::statement::Statement;

pub use self::annotated::{Attached, names};

/// Signatures of one envelope.
const SIGNATURES_MAX: usize = 64;

/// What a signature has to be about.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Whatever has this digest.
    Digest(&'a Digest),
}

/// What was signed.
#[derive(Clone, Debug)]
pub enum Content {
    /// A payload that names an image.
    Payload {
        /// As it was signed.
        bytes: Vec<u8>,
        /// What it says.
        says: SimpleSigning,
        /// Over the bytes.
        signature: Vec<u8>,
    },
    /// An envelope with a statement.
    Statement {
        /// The pre-authentication encoding: what was signed.
        signed: Vec<u8>,
        /// What it says.
        says: Statement,
        /// Over `signed`, by any number of signers.
        signatures: Vec<Vec<u8>>,
    },
    /// The bytes of a file themselves.
    File {
        /// Over the file.
        signature: Vec<u8>,
    },
}

/// A signature or attestation, read.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What was signed.
    pub content: Content,
    /// Whether a certificate signed, rather than a key that the verifier has to know.
    pub has_certificate: bool,
    /// Certificate, log entries and timestamps, or why they cannot be read.
    pub bundle: Result<Bundle, Refusal>,
}

impl Evidence {
    /// Reads what was attached.
    pub fn read(form: Form, attached: &Attached<'_>) -> Result<Self, Refusal> {
        match form {
            Form::SimpleSigning => annotated::payload(attached),
            Form::Envelope => annotated::envelope(attached),
            Form::Bundle => Self::from_bundle(attached.bytes),
            Form::Notation => Err(Refusal::new(
                crate::refusal::Fault::Unsupported,
                "a signature by cosign or a Sigstore bundle",
                "a notation signature",
            )),
        }
    }

    /// Reads what stands beside a file: signature, certificate and log entry, by the names of
    /// [`names`].
    pub fn of_file(annotations: &BTreeMap<String, String>) -> Result<Self, Refusal> {
        annotated::file(annotations)
    }

    /// Reads a Sigstore bundle, or one of cosign's own, older form.
    pub fn from_bundle(bytes: &[u8]) -> Result<Self, Refusal> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| Refusal::malformed("a Sigstore bundle", error))?;
        if value.get("base64Signature").is_some() {
            return annotated::first_bundle(value);
        }
        let content = if let Some(envelope) = value.get("dsseEnvelope") {
            let envelope: Envelope = serde_json::from_value(envelope.clone())
                .map_err(|error| Refusal::malformed("a DSSE envelope", error))?;
            statement(&envelope)?
        } else {
            let signature = value.pointer("/messageSignature/signature");
            let signature = signature.and_then(Value::as_str).and_then(decode_base64);
            Content::File {
                signature: signature.ok_or_else(|| {
                    Refusal::malformed("a Sigstore bundle", "neither envelope nor signature")
                })?,
            }
        };
        let material = value.get("verificationMaterial");
        let has = |name| material.is_some_and(|material| material.get(name).is_some());
        Ok(Self {
            content,
            has_certificate: has("certificate") || has("x509CertificateChain"),
            bundle: library_bundle(&value),
        })
    }
}

/// What an envelope holds.
fn statement(envelope: &Envelope) -> Result<Content, Refusal> {
    if envelope.payload_type != dsse::IN_TOTO {
        return Err(Refusal::malformed(
            format!("an envelope with {}", dsse::IN_TOTO),
            &envelope.payload_type,
        ));
    }
    let payload = decode_base64(&envelope.payload)
        .ok_or_else(|| Refusal::malformed("an envelope's payload", "no base64"))?;
    let says = serde_json::from_slice(&payload)
        .map_err(|error| Refusal::malformed("an in-toto statement", error))?;
    if envelope.signatures.len() > SIGNATURES_MAX {
        return Err(Refusal::malformed(
            format!("at most {SIGNATURES_MAX} signatures of an envelope"),
            envelope.signatures.len(),
        ));
    }
    let signatures: Option<Vec<_>> = envelope
        .signatures
        .iter()
        .map(|signature| decode_base64(&signature.sig))
        .collect();
    Ok(Content::Statement {
        signed: dsse::pae(&envelope.payload_type, &payload),
        says,
        signatures: signatures
            .ok_or_else(|| Refusal::malformed("an envelope's signature", "no base64"))?,
    })
}

/// The bundle as Sigstore's library reads it.
fn library_bundle(value: &Value) -> Result<Bundle, Refusal> {
    Bundle::from_json(&value.to_string())
        .map_err(|error| Refusal::malformed("a Sigstore bundle", error))
}
