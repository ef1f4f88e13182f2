//! Private keys: read from a file, and used to sign.
//!
//! PKCS #8, plain or encrypted (PBES2), and cosign's own encrypted form. No secret is kept longer
//! than it takes to make the key of it.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use zeroize::Zeroizing;

use super::der::Reader;
use super::{Algorithm, KeyError, PublicKey, cosign, pem, pkcs8};

/// Gives the password of an encrypted key, or says why there is none. Asked at most once.
pub type PasswordSource<'a> = dyn FnMut() -> Result<Zeroizing<Vec<u8>>, String> + 'a;

/// A key that signs.
pub struct PrivateKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PrivateKey({:?}, …)", self.public.algorithm())
    }
}

impl PrivateKey {
    /// The first private key of a PEM text.
    pub fn from_pem(text: &[u8], password: &mut PasswordSource<'_>) -> Result<Self, KeyError> {
        let blocks = pem::blocks(text)?;
        let Some(block) = blocks
            .iter()
            .find(|block| block.label.ends_with("PRIVATE KEY"))
        else {
            return Err(KeyError::Malformed(match blocks.first() {
                None => "there is no PEM block in it".to_owned(),
                Some(block) => format!(
                    "a `{}` is no private key",
                    plimsoll_model::text::clean(&block.label)
                ),
            }));
        };
        let mut ask = || password().map_err(KeyError::NoPassword);
        match block.label.as_str() {
            "PRIVATE KEY" => Self::from_pkcs8(&block.bytes),
            "ENCRYPTED PRIVATE KEY" => Self::from_pkcs8(&pkcs8::decrypt(&block.bytes, &mut ask)?),
            "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
                Self::from_pkcs8(&cosign::decrypt(&block.bytes, &mut ask)?)
            }
            other => Err(KeyError::Unsupported {
                what: format!("the form `{}`", plimsoll_model::text::clean(other)),
                hint: pem::CONVERT,
            }),
        }
    }

    /// A key from PKCS #8 (RFC 5958), DER, not encrypted.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed("it is no private key (PKCS #8)".to_owned());
        let mut info = Reader::new(der).sequence().ok_or_else(malformed)?;
        info.small().ok_or_else(malformed)?;
        let algorithm = Algorithm::read(info.sequence().ok_or_else(malformed)?)?;
        if algorithm == Algorithm::Rsa {
            pkcs8::check_rsa(info).ok_or_else(malformed)??;
        }
        let broken = |_| KeyError::Malformed("its numbers are no private key".to_owned());
        let ecdsa = |kind| EcdsaKeyPair::from_pkcs8(kind, der).map_err(broken);
        let pair = match algorithm {
            Algorithm::P256 => Pair::Ecdsa(ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)?),
            Algorithm::P384 => Pair::Ecdsa(ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING)?),
            Algorithm::P521 => Pair::Ecdsa(ecdsa(&ECDSA_P521_SHA512_ASN1_SIGNING)?),
            Algorithm::Rsa => Pair::Rsa(RsaKeyPair::from_pkcs8(der).map_err(broken)?),
            // Without the public key, too, as OpenSSL and Go write it.
            Algorithm::Ed25519 => {
                Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(broken)?)
            }
        };
        let public = PublicKey::from_spki(&pair.spki()?)?;
        Ok(Self { pair, public })
    }

    /// The key that verifies what this one signs.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message: ECDSA as ASN.1 with the hash of the curve, RSA as PKCS #1 v1.5 with
    /// SHA-256, Ed25519 as it is.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &signature::RSA_PKCS1_SHA256,
                    &random,
                    message,
                    &mut signature,
                )
                .map(|()| signature)
            }
            Pair::Ed25519(pair) => pair
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec()),
        }
        .map_err(|_| KeyError::Sign)
    }
}

impl Pair {
    fn spki(&self) -> Result<Vec<u8>, KeyError> {
        let der: Result<PublicKeyX509Der<'_>, _> = match self {
            Self::Ecdsa(pair) => pair.public_key().as_der(),
            Self::Rsa(pair) => pair.public_key().as_der(),
            Self::Ed25519(pair) => pair.public_key().as_der(),
        };
        der.map(|der| der.as_ref().to_vec())
            .map_err(|_| KeyError::Malformed("it has no public key".to_owned()))
    }
}
