//! Keys: public ones and what they verify, private ones and how they are kept.
//!
//! A public key is read from PEM or DER (SubjectPublicKeyInfo, RFC 5480, 8017, 8410) or out of a
//! certificate; a signature is verified the way that Sigstore's tools make it: ECDSA as ASN.1 with
//! the hash of the curve, RSA as PKCS #1 v1.5 with SHA-256, Ed25519 as it is. Whether a certificate
//! is to be believed is not judged here.

mod cosign;
mod der;
mod kdf;
mod pem;
mod pkcs8;
mod private;
#[cfg(test)]
mod tests;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{self, ParsedPublicKey};

pub use self::private::{PasswordSource, PrivateKey};

use self::der::{BIT_STRING, CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, Reader, SEQUENCE};

/// Largest file of a key, in bytes.
pub const KEY_BYTES_MAX: u64 = 64 << 10;
/// Smallest and largest RSA modulus, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Why a key cannot be read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither PEM nor DER of a key.
    #[error("read a key: {0}")]
    Malformed(String),
    /// A kind of key that is not known here.
    #[error("use a key of the algorithm {0}")]
    Algorithm(String),
    /// Too small to be safe, or too large to be meant.
    #[error("use an RSA key of {bits} bits: at least 2048 and at most 8192 are taken")]
    RsaSize {
        /// Of the modulus.
        bits: usize,
    },
    /// A form of key file that is known and not read.
    #[error("read a key: {what} is not read")]
    Unsupported {
        /// What was found.
        what: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// Deriving the key from the password would take longer, or more memory, than is taken.
    #[error("decrypt a private key: its {what} is {found}, the limit is {limit}")]
    TooCostly {
        /// The parameter.
        what: &'static str,
        /// As in the file.
        found: u64,
        /// Largest that is taken.
        limit: u64,
    },
    /// The password does not open it, or the file was damaged.
    #[error("decrypt a private key: the password is wrong or the file damaged")]
    Password,
    /// There is no password to be had.
    #[error("decrypt a private key: {0}")]
    NoPassword(String),
    /// The key does not sign.
    #[error("sign with the key")]
    Sign,
}

impl KeyError {
    /// What to do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unsupported { hint, .. } => hint,
            Self::Algorithm(_) => "take ECDSA over P-256, P-384 or P-521, RSA, or Ed25519",
            Self::RsaSize { .. } => {
                "make a new key: `openssl genrsa 3072`, or `cosign generate-key-pair`"
            }
            Self::TooCostly { .. } => {
                "encrypt the key anew with usual parameters: `openssl pkcs8 -topk8`"
            }
            Self::NoPassword(_) => {
                "set PLIMSOLL_PASSWORD or COSIGN_PASSWORD, or run it at a terminal, which asks"
            }
            _ => return None,
        })
    }
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
    /// A key from the first PEM block `PUBLIC KEY` or `CERTIFICATE`.
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let blocks = pem::blocks(text)?;
        for block in &blocks {
            match block.label.as_str() {
                "PUBLIC KEY" => return Self::from_spki(&block.bytes),
                "CERTIFICATE" => return Self::from_certificate(&block.bytes),
                "RSA PUBLIC KEY" => {
                    return Err(KeyError::Unsupported {
                        what: "the form `RSA PUBLIC KEY`".to_owned(),
                        hint: "convert it: `openssl rsa -RSAPublicKey_in -in OLD -pubout -out NEW`",
                    });
                }
                label if label.ends_with("PRIVATE KEY") => {
                    return Err(KeyError::Unsupported {
                        what: "a private key where a public one is wanted".to_owned(),
                        hint: "name the file with the public key, for instance cosign.pub",
                    });
                }
                _ => {}
            }
        }
        Err(KeyError::Malformed(match blocks.first() {
            None => "there is no PEM block in it".to_owned(),
            Some(block) => format!(
                "a `{}` is no public key",
                plimsoll_model::text::clean(&block.label)
            ),
        }))
    }

    /// A key from SubjectPublicKeyInfo, DER.
    pub fn from_spki(bytes: &[u8]) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed("it is no SubjectPublicKeyInfo".to_owned());
        let mut outer = Reader::new(bytes);
        let mut info = outer.sequence().ok_or_else(malformed)?;
        if !outer.is_empty() {
            return Err(malformed());
        }
        let identifier = info.sequence().ok_or_else(malformed)?;
        let bits = info.take(BIT_STRING).ok_or_else(malformed)?;
        let (&unused, bits) = bits.split_first().ok_or_else(malformed)?;
        if unused != 0 || !info.is_empty() {
            return Err(malformed());
        }
        let algorithm = Algorithm::read(identifier)?;
        if algorithm == Algorithm::Rsa {
            let key = Reader::new(bits).sequence().ok_or_else(malformed)?;
            check_modulus(key).ok_or_else(malformed)??;
        }
        // A point that is not on the curve is found here, not at the first signature.
        ParsedPublicKey::new(algorithm.verification(), bytes)
            .map_err(|_| KeyError::Malformed("its numbers are no public key".to_owned()))?;
        Ok(Self {
            algorithm,
            spki: bytes.to_vec(),
        })
    }

    /// The key of a certificate, DER. Nothing else of it is looked at.
    pub fn from_certificate(bytes: &[u8]) -> Result<Self, KeyError> {
        let spki = spki_of(bytes)
            .ok_or_else(|| KeyError::Malformed("it is no certificate (X.509)".to_owned()))?;
        Self::from_spki(spki)
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key as SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of [`PublicKey::spki`]: how a key is named.
    pub fn fingerprint(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.spki)
            .as_ref()
            .to_vec()
    }

    /// Whether `signature` is this key's over `message`. Cosign hashes with SHA-256 whatever the
    /// curve in some of its versions, so that P-384 and P-521 are tried with it as well.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), NotVerified> {
        let other: Option<&'static dyn signature::VerificationAlgorithm> = match self.algorithm {
            Algorithm::P384 => Some(&signature::ECDSA_P384_SHA256_ASN1),
            Algorithm::P521 => Some(&signature::ECDSA_P521_SHA256_ASN1),
            Algorithm::P256 | Algorithm::Rsa | Algorithm::Ed25519 => None,
        };
        std::iter::once(self.algorithm.verification())
            .chain(other)
            .any(|algorithm| self.verifies(algorithm, message, signature))
            .then_some(())
            .ok_or(NotVerified)
    }

    fn verifies(
        &self,
        algorithm: &'static dyn signature::VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        signature::UnparsedPublicKey::new(algorithm, &self.spki)
            .verify(message, signature)
            .is_ok()
    }
}

impl Algorithm {
    /// Reads what is in an `AlgorithmIdentifier`.
    fn read(mut identifier: Reader<'_>) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed("it names no algorithm".to_owned());
        let name = identifier.take(OBJECT_IDENTIFIER).ok_or_else(malformed)?;
        match name {
            [0x2b, 0x65, 0x70] => Ok(Self::Ed25519),
            // rsaEncryption
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1] => Ok(Self::Rsa),
            // id-ecPublicKey
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => {
                match identifier.take(OBJECT_IDENTIFIER).ok_or_else(malformed)? {
                    [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7] => Ok(Self::P256),
                    [0x2b, 0x81, 4, 0, 0x22] => Ok(Self::P384),
                    [0x2b, 0x81, 4, 0, 0x23] => Ok(Self::P521),
                    curve => Err(KeyError::Algorithm(format!("ECDSA over {}", dotted(curve)))),
                }
            }
            other => Err(KeyError::Algorithm(dotted(other))),
        }
    }

    fn verification(self) -> &'static dyn signature::VerificationAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_ASN1,
            Self::P384 => &signature::ECDSA_P384_SHA384_ASN1,
            Self::P521 => &signature::ECDSA_P521_SHA512_ASN1,
            Self::Rsa => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::Ed25519 => &signature::ED25519,
        }
    }
}

/// Looks at the size of an RSA key whose modulus comes next; `None` if it does not.
fn check_modulus(mut key: Reader<'_>) -> Option<Result<(), KeyError>> {
    let modulus = key.take(INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let first = modulus.first()?;
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    Some(if RSA_BITS.contains(&bits) {
        Ok(())
    } else {
        Err(KeyError::RsaSize { bits })
    })
}

/// The SubjectPublicKeyInfo in a certificate (RFC 5280, 4.1).
fn spki_of(certificate: &[u8]) -> Option<&[u8]> {
    let mut signed = Reader::new(certificate).sequence()?.sequence()?;
    if signed.peek() == Some(CONTEXT_0) {
        signed.next()?;
    }
    signed.take(INTEGER)?;
    // Algorithm of the signature, issuer, validity, subject.
    for _ in 0..4 {
        signed.take(SEQUENCE)?;
    }
    let spki = signed.next()?;
    (spki.tag == SEQUENCE).then_some(spki.whole)
}

/// An object identifier as people write it; in hexadecimal if it is none.
fn dotted(bytes: &[u8]) -> String {
    use std::fmt::Write;

    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0_u64;
    for byte in bytes.iter().take(64) {
        arc = arc.saturating_mul(128) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let Some((&first, rest)) = arcs.split_first() else {
        return "without a name".to_owned();
    };
    let mut text = format!(
        "{}.{}",
        (first / 40).min(2),
        first - 40 * (first / 40).min(2)
    );
    for arc in rest {
        let _ = write!(text, ".{arc}");
    }
    text
}
