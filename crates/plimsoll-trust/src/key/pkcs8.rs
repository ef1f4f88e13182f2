//! Encrypted PKCS #8: PBES2 (RFC 8018) with PBKDF2 or scrypt (RFC 7914), and AES in CBC mode.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use super::der::{OBJECT_IDENTIFIER, OCTET_STRING, Reader};
use super::kdf::{Kdf, Prf};
use super::{KeyError, check_modulus, dotted, pem};

/// Decrypts an `EncryptedPrivateKeyInfo`. The password is asked for once the parameters are known
/// to be ones that are taken.
pub fn decrypt(
    der: &[u8],
    password: &mut dyn FnMut() -> Result<Zeroizing<Vec<u8>>, KeyError>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let malformed = || KeyError::Malformed("it is no encrypted private key (PKCS #8)".to_owned());
    let mut info = Reader::new(der).sequence().ok_or_else(malformed)?;
    let mut identifier = info.sequence().ok_or_else(malformed)?;
    let encrypted = info.take(OCTET_STRING).ok_or_else(malformed)?;
    let scheme = identifier.take(OBJECT_IDENTIFIER).ok_or_else(malformed)?;
    if scheme != [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13] {
        return Err(unsupported("encryption", scheme));
    }
    let mut parameters = identifier.sequence().ok_or_else(malformed)?;
    let kdf = read_kdf(parameters.sequence().ok_or_else(malformed)?)?;
    let mut encryption = parameters.sequence().ok_or_else(malformed)?;
    let name = encryption.take(OBJECT_IDENTIFIER).ok_or_else(malformed)?;
    let (cipher, key_bytes) = cipher(name).ok_or_else(|| unsupported("cipher", name))?;
    let iv = encryption.take(OCTET_STRING).ok_or_else(malformed)?;
    let iv = FixedLength::<16>::try_from(iv).map_err(|_| malformed())?;

    let password = password()?;
    let key = kdf.derive(&password, key_bytes)?;
    let key = UnboundCipherKey::new(cipher, &key).map_err(|_| malformed())?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(|_| malformed())?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let length = key
        .decrypt(&mut buffer, DecryptionContext::Iv128(iv))
        .map_err(|_| KeyError::Password)?
        .len();
    buffer.truncate(length);
    // One wrong password in 256 leaves a padding that looks right.
    let mut inner = Reader::new(&buffer);
    match inner.sequence() {
        Some(_) if inner.is_empty() => Ok(buffer),
        _ => Err(KeyError::Password),
    }
}

/// Looks at the size of the RSA key that comes next, a `PrivateKeyInfo` from `privateKey` on.
pub fn check_rsa(mut info: Reader<'_>) -> Option<Result<(), KeyError>> {
    let mut key = Reader::new(info.take(OCTET_STRING)?).sequence()?;
    // Its version; then modulus and exponent as in a public key.
    key.small()?;
    check_modulus(key)
}

fn read_kdf(mut identifier: Reader<'_>) -> Result<Kdf<'_>, KeyError> {
    let malformed = || KeyError::Malformed("its key derivation is cut off".to_owned());
    let name = identifier.take(OBJECT_IDENTIFIER).ok_or_else(malformed)?;
    let mut parameters = identifier.sequence().ok_or_else(malformed)?;
    let salt = parameters.take(OCTET_STRING).ok_or_else(malformed)?;
    match name {
        // PBKDF2
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12] => {
            let iterations = parameters.small().ok_or_else(malformed)?;
            if parameters.peek() == Some(super::INTEGER) {
                // The length of the key, which the cipher says as well.
                parameters.next();
            }
            let prf = match parameters.sequence() {
                None => Prf::Sha1,
                Some(mut prf) => {
                    let name = prf.take(OBJECT_IDENTIFIER).ok_or_else(malformed)?;
                    match name {
                        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 7] => Prf::Sha1,
                        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9] => Prf::Sha256,
                        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 10] => Prf::Sha384,
                        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 11] => Prf::Sha512,
                        other => return Err(unsupported("hash of PBKDF2", other)),
                    }
                }
            };
            Kdf::pbkdf2(prf, salt, iterations)
        }
        // scrypt
        [0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11] => {
            let mut number = || parameters.small().ok_or_else(malformed);
            Kdf::scrypt(salt, number()?, number()?, number()?)
        }
        other => Err(unsupported("key derivation", other)),
    }
}

/// The cipher and the length of its key, in bytes.
fn cipher(name: &[u8]) -> Option<(&'static Algorithm, usize)> {
    match name.strip_prefix(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1])? {
        [2] => Some((&AES_128, 16)),
        [22] => Some((&AES_192, 24)),
        [42] => Some((&AES_256, 32)),
        _ => None,
    }
}

fn unsupported(what: &str, name: &[u8]) -> KeyError {
    KeyError::Unsupported {
        what: format!("the {what} {}", dotted(name)),
        hint: pem::CONVERT,
    }
}
