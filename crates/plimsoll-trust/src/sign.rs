//! Makes signatures: of images, of files, of statements.
//!
//! What is made here is what cosign makes with a key: simple-signing payloads, DSSE envelopes with
//! in-toto Statements, Sigstore bundles of version 0.3. Nothing is sent to a transparency log, and
//! where a signature goes is for [`crate::attach`]. Every signature is verified before it is given
//! away, so that a program that signs for somebody cannot have us store something else.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use plimsoll_model::Digest;
use serde_json::{Value, json};

use crate::dsse::{self, Envelope, encode_base64};
use crate::key::{Algorithm, KeyError, PrivateKey, PublicKey};
use crate::payload::{COSIGN_TYPE, Critical, Identity, SignedImage, SimpleSigning};
use crate::statement::Statement;

/// The media type of a bundle of version 0.3.
pub const BUNDLE_V0_3: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key does not do it.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The program that signs failed.
    #[error("sign with the program: {0}")]
    Program(String),
    /// What came is no signature of the key that was named.
    #[error("sign with the program: what it gave is no signature of the public key that was named")]
    OtherKey,
    /// What is to be signed cannot be written as JSON.
    #[error("write what is to be signed: {0}")]
    Json(#[from] serde_json::Error),
}

/// Somebody who signs.
pub trait Signer {
    /// The key that verifies the signatures.
    fn public_key(&self) -> &PublicKey;

    /// The signature over a message, as [`PrivateKey::sign`] has it.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        self.public()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.sign(message)?)
    }
}

/// Signs and looks whether it is a signature.
pub fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, SignError> {
    let signature = signer.sign(message)?;
    signer
        .public_key()
        .verify(message, &signature)
        .map_err(|_| SignError::OtherKey)?;
    Ok(signature)
}

/// The payload of an image's signature in cosign's first form.
pub fn payload(
    name: &str,
    digest: &Digest,
    annotations: &BTreeMap<String, String>,
) -> Result<Vec<u8>, SignError> {
    let optional: BTreeMap<String, Value> = annotations
        .iter()
        .map(|(key, value)| (key.clone(), Value::from(value.clone())))
        .collect();
    let payload = SimpleSigning {
        critical: Critical {
            identity: Identity {
                docker_reference: name.to_owned(),
            },
            image: SignedImage {
                docker_manifest_digest: digest.to_string(),
            },
            kind: COSIGN_TYPE.to_owned(),
        },
        optional: Some(optional).filter(|optional| !optional.is_empty()),
    };
    Ok(serde_json::to_vec(&payload)?)
}

/// Signs a statement.
pub fn envelope(signer: &dyn Signer, statement: &Statement) -> Result<Envelope, SignError> {
    let payload = serde_json::to_vec(statement)?;
    let signature = sign(signer, &dsse::pae(dsse::IN_TOTO, &payload))?;
    Ok(Envelope {
        payload_type: dsse::IN_TOTO.to_owned(),
        payload: encode_base64(&payload),
        signatures: vec![dsse::Signature {
            keyid: String::new(),
            sig: encode_base64(&signature),
        }],
    })
}

/// A bundle around an envelope.
pub fn bundle_of_envelope(key: &PublicKey, envelope: &Envelope) -> Result<Vec<u8>, SignError> {
    bundle(key, "dsseEnvelope", serde_json::to_value(envelope)?)
}

/// A bundle around the signature of a file.
pub fn bundle_of_message(
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<Vec<u8>, SignError> {
    let (name, hash) = match key.algorithm() {
        Algorithm::P384 => ("SHA2_384", &digest::SHA384),
        Algorithm::P521 => ("SHA2_512", &digest::SHA512),
        Algorithm::P256 | Algorithm::Rsa | Algorithm::Ed25519 => ("SHA2_256", &digest::SHA256),
    };
    let content = json!({
        "messageDigest": {
            "algorithm": name,
            "digest": encode_base64(digest::digest(hash, message).as_ref()),
        },
        "signature": encode_base64(signature),
    });
    bundle(key, "messageSignature", content)
}

fn bundle(key: &PublicKey, kind: &str, content: Value) -> Result<Vec<u8>, SignError> {
    let mut bundle = json!({
        "mediaType": BUNDLE_V0_3,
        // Which key it was, for who has several; nobody believes it.
        "verificationMaterial": {"publicKey": {"hint": encode_base64(&key.fingerprint())}},
    });
    if let Some(fields) = bundle.as_object_mut() {
        fields.insert(kind.to_owned(), content);
    }
    Ok(serde_json::to_vec(&bundle)?)
}
