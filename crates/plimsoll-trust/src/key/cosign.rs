//! Cosign's own form of private keys: PKCS #8 in NaCl's secretbox, the key by scrypt, as JSON (the
//! format of go-securesystemslib's `encrypted`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_secretbox::aead::{Aead, KeyInit};
use crypto_secretbox::{Key, Nonce, XSalsa20Poly1305};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::KeyError;
use super::kdf::Kdf;

/// Of secretbox.
const KEY_BYTES: usize = 32;
/// Of secretbox.
const NONCE_BYTES: usize = 24;

#[derive(Deserialize)]
struct Sealed {
    kdf: Derivation,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Derivation {
    name: String,
    params: Parameters,
    salt: String,
}

#[derive(Deserialize)]
struct Parameters {
    #[serde(rename = "N")]
    n: u64,
    r: u64,
    p: u64,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// Decrypts the content of a block `ENCRYPTED SIGSTORE PRIVATE KEY`.
pub fn decrypt(
    json: &[u8],
    password: &mut dyn FnMut() -> Result<Zeroizing<Vec<u8>>, KeyError>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let malformed =
        |reason: &str| KeyError::Malformed(format!("it is no encrypted key of cosign's: {reason}"));
    let sealed: Sealed =
        serde_json::from_slice(json).map_err(|error| malformed(&error.to_string()))?;
    if sealed.kdf.name != "scrypt" || sealed.cipher.name != "nacl/secretbox" {
        return Err(malformed("neither scrypt nor secretbox"));
    }
    let decode = |text: &str| {
        STANDARD
            .decode(text)
            .map_err(|_| malformed("a field is not base64"))
    };
    let salt = decode(&sealed.kdf.salt)?;
    let nonce = decode(&sealed.cipher.nonce)?;
    let sealed_key = decode(&sealed.ciphertext)?;
    if nonce.len() != NONCE_BYTES {
        return Err(malformed("its nonce has another length than 24 bytes"));
    }
    let Parameters { n, r, p } = sealed.kdf.params;
    let kdf = Kdf::scrypt(&salt, n, r, p)?;
    let key = kdf.derive(&password()?, KEY_BYTES)?;
    XSalsa20Poly1305::new(Key::from_slice(&key))
        .decrypt(Nonce::from_slice(&nonce), sealed_key.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Password)
}
