//! Public keys, and what they verify.
//!
//! A key is read from PEM or DER (SubjectPublicKeyInfo); a signature is verified the way that
//! Sigstore's tools make it: ECDSA as ASN.1 with the hash of the curve, RSA as PKCS #1 v1.5 with
//! SHA-256, Ed25519 as it is.

use aws_lc_rs::signature;

/// Why a key cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither PEM nor DER of a public key.
    #[error("read a public key: {0}")]
    Malformed(String),
    /// A kind of key that is not known here.
    #[error("use a key of the algorithm {0}")]
    Algorithm(String),
}

/// The kinds of key that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256
    P256,
    /// ECDSA over P-384 with SHA-384
    P384,
    /// ECDSA over P-521 with SHA-512
    P521,
    /// RSA, 2048 to 8192 bits, PKCS #1 v1.5 with SHA-256
    Rsa,
    /// Ed25519
    Ed25519,
}

/// A public key and how it verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Algorithm,
    /// SubjectPublicKeyInfo, DER.
    spki: Vec<u8>,
}

/// The signature is not one of this key over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("match the signature with the key")]
pub struct NotVerified;

impl PublicKey {
    /// A key from the PEM block `PUBLIC KEY`.
    pub fn from_pem(_text: &[u8]) -> Result<Self, KeyError> {
        Err(KeyError::Malformed("not yet".to_owned()))
    }

    /// A key from SubjectPublicKeyInfo, DER.
    pub fn from_spki(_der: &[u8]) -> Result<Self, KeyError> {
        Err(KeyError::Malformed("not yet".to_owned()))
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key as SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), NotVerified> {
        let algorithm: &dyn signature::VerificationAlgorithm = match self.algorithm {
            Algorithm::P256 => &signature::ECDSA_P256_SHA256_ASN1,
            Algorithm::P384 => &signature::ECDSA_P384_SHA384_ASN1,
            Algorithm::P521 => &signature::ECDSA_P521_SHA512_ASN1,
            Algorithm::Rsa => &signature::RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Ed25519 => &signature::ED25519,
        };
        signature::UnparsedPublicKey::new(algorithm, &self.spki)
            .verify(message, signature)
            .map_err(|_| NotVerified)
    }
}
