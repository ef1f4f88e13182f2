//! Ed25519 keys in PEM form.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Signature, SignatureError, digest_of};

/// Largest key file that is read, in bytes.
const KEY_FILE_BYTES_MAX: usize = 16 << 10;
/// Bytes of an Ed25519 public key.
const PUBLIC_KEY_BYTES: usize = 32;
/// DER in front of the public key in a SubjectPublicKeyInfo (RFC 8410).
const PUBLIC_KEY_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// Characters of base64 in a line of PEM (RFC 7468).
const PEM_LINE_CHARS: usize = 64;
/// Hexadecimal digits of a key's id.
const KEY_ID_CHARS: usize = 16;

const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";

/// A key that signs databases.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

/// A key that signatures are verified with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; PUBLIC_KEY_BYTES]);

impl fmt::Debug for SigningKey {
    /// Without the secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({})", self.public().id())
    }
}

impl SigningKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Result<Self, SignatureError> {
        let pair = Ed25519KeyPair::generate()
            .map_err(|_| SignatureError::Key("the system gave no randomness".to_owned()))?;
        Ok(Self { pair })
    }

    /// Reads a PKCS#8 private key in PEM form.
    pub fn from_pem(pem: &str) -> Result<Self, SignatureError> {
        let der = from_pem(pem, PRIVATE)?;
        // Keys without the public half (version 1, as openssl writes them) are welcome.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|error| {
            SignatureError::Key(format!("not an Ed25519 private key ({error})"))
        })?;
        Ok(Self { pair })
    }

    /// The key as PKCS#8 in PEM form: a secret.
    pub fn to_pem(&self) -> Result<String, SignatureError> {
        let der = self
            .pair
            .to_pkcs8v1()
            .map_err(|_| SignatureError::Key("it cannot be written".to_owned()))?;
        Ok(to_pem(der.as_ref(), PRIVATE))
    }

    pub fn public(&self) -> PublicKey {
        let mut key = [0; PUBLIC_KEY_BYTES];
        for (to, from) in key.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        PublicKey(key)
    }

    pub(super) fn sign(&self, text: &[u8]) -> Result<Signature, SignatureError> {
        let signature = self
            .pair
            .try_sign(text)
            .map_err(|_| SignatureError::Sign("the key refuses".to_owned()))?;
        Ok(Signature {
            key_id: self.public().id(),
            bytes: signature.as_ref().to_vec(),
        })
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in PEM form.
    pub fn from_pem(pem: &str) -> Result<Self, SignatureError> {
        let der = from_pem(pem, PUBLIC)?;
        der.strip_prefix(&PUBLIC_KEY_PREFIX)
            .and_then(|key| key.try_into().ok())
            .map(Self)
            .ok_or_else(|| SignatureError::Key("not an Ed25519 public key".to_owned()))
    }

    /// The key as SubjectPublicKeyInfo in PEM form.
    pub fn to_pem(&self) -> String {
        let mut der = PUBLIC_KEY_PREFIX.to_vec();
        der.extend_from_slice(&self.0);
        to_pem(&der, PUBLIC)
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the key's 32 bytes.
    pub fn id(&self) -> String {
        let mut hex = digest_of(&self.0).hex();
        hex.truncate(KEY_ID_CHARS);
        hex
    }

    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(text, signature)
            .is_ok()
    }
}

fn to_pem(der: &[u8], label: &str) -> String {
    let encoded = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(PEM_LINE_CHARS));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// The content of the one PEM block with this label.
fn from_pem(pem: &str, label: &str) -> Result<Vec<u8>, SignatureError> {
    let wrong = |reason: String| SignatureError::Key(reason);
    if pem.len() > KEY_FILE_BYTES_MAX {
        return Err(wrong(format!("larger than {KEY_FILE_BYTES_MAX} bytes")));
    }
    let body = pem
        .split_once(&format!("-----BEGIN {label}-----"))
        .and_then(|(_, rest)| rest.split_once(&format!("-----END {label}-----")))
        .map(|(body, _)| body)
        .ok_or_else(|| wrong(format!("there is no `BEGIN {label}` block in it")))?;
    let text: String = body.split_whitespace().collect();
    STANDARD
        .decode(text)
        .map_err(|error| wrong(format!("not base64 ({error})")))
}
