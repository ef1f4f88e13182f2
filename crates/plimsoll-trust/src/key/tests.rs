//! Keys made here, and files that are none. What OpenSSL and cosign write is tried in `real_keys`.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n").into_bytes()
}

fn ecdsa(kind: &'static EcdsaSigningAlgorithm) -> Vec<u8> {
    let made = EcdsaKeyPair::generate_pkcs8(kind, &SystemRandom::new()).unwrap();
    made.as_ref().to_vec()
}

fn no_password() -> impl FnMut() -> Result<zeroize::Zeroizing<Vec<u8>>, String> {
    || Err("nobody is there".to_owned())
}

fn private(text: &[u8]) -> Result<PrivateKey, KeyError> {
    PrivateKey::from_pem(text, &mut no_password())
}

#[test]
fn what_a_key_signs_its_public_key_verifies_and_no_other() {
    let rsa = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa: aws_lc_rs::encoding::Pkcs8V1Der<'_> = rsa.as_der().unwrap();
    let ed25519 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let keys = [
        (Algorithm::P256, ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)),
        (Algorithm::P384, ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING)),
        (Algorithm::P521, ecdsa(&ECDSA_P521_SHA512_ASN1_SIGNING)),
        (Algorithm::Rsa, rsa.as_ref().to_vec()),
        (Algorithm::Ed25519, ed25519.as_ref().to_vec()),
    ];
    let other = private(&pem("PRIVATE KEY", &ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING))).unwrap();
    for (algorithm, der) in keys {
        let key = private(&pem("PRIVATE KEY", &der)).unwrap();
        assert_eq!(key.public().algorithm(), algorithm);
        let again = PublicKey::from_pem(&pem("PUBLIC KEY", key.public().spki())).unwrap();
        assert_eq!(&again, key.public());
        let mut signature = key.sign(b"message").unwrap();
        assert_eq!(
            again.verify(b"message", &signature),
            Ok(()),
            "{algorithm:?}"
        );
        assert_eq!(again.verify(b"massage", &signature), Err(NotVerified));
        assert_eq!(
            other.public().verify(b"message", &signature),
            Err(NotVerified)
        );
        *signature.last_mut().unwrap() ^= 1;
        assert_eq!(again.verify(b"message", &signature), Err(NotVerified));
        for cut in 0..der.len().min(200) {
            assert!(PrivateKey::from_pkcs8(&der[..cut]).is_err(), "{cut}");
            assert!(
                PublicKey::from_spki(&again.spki()[..cut.min(again.spki().len() - 1)]).is_err()
            );
        }
        assert!(!format!("{key:?}").contains(&STANDARD.encode(&der)));
    }
}

#[test]
fn keys_that_are_not_taken_are_named() {
    let small = [
        // RSAPublicKey of 1,024 bits; the modulus is no product of primes, which nobody asks here.
        vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00],
        vec![0xff; 128],
        vec![0x02, 0x03, 0x01, 0x00, 0x01],
    ]
    .concat();
    let mut spki = vec![
        0x30, 0x81, 0x9f, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5,
        0, 0x03, 0x81, 0x8d, 0x00,
    ];
    spki.extend(small);
    let said = |error: KeyError| format!("{error} ({})", error.hint().unwrap_or_default());
    let error = said(PublicKey::from_spki(&spki).unwrap_err());
    assert!(error.contains("1024 bits"), "{error}");

    let curve = said(
        private(&pem(
            "PRIVATE KEY",
            &ecdsa(&ECDSA_P256K1_SHA256_ASN1_SIGNING),
        ))
        .unwrap_err(),
    );
    assert!(curve.contains("ECDSA over 1.3.132.0.10"), "{curve}");

    for (text, part) in [
        (&b""[..], "no PEM block"),
        (b"\xff\xfe", "no text"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n", "no end"),
        (b"-----BEGIN PUBLIC KEY-----\n%%%%\n-----END PUBLIC KEY-----\n", "not base64"),
        (b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "openssl pkcs8"),
        (
            b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n-----END EC PRIVATE KEY-----\n",
            "openssl pkcs8",
        ),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "PKCS #8"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no private key"),
    ] {
        let error = said(private(text).unwrap_err());
        assert!(error.contains(part), "{error}");
        PublicKey::from_pem(text).unwrap_err();
    }
}

/// A key file of cosign's form with these parameters and no key in it.
fn sealed(n: u64, r: u64, p: u64) -> Vec<u8> {
    let nonce = STANDARD.encode([0; 24]);
    let json = format!(
        r#"{{"kdf":{{"name":"scrypt","params":{{"N":{n},"r":{r},"p":{p}}},"salt":"AAAA"}},
        "cipher":{{"name":"nacl/secretbox","nonce":"{nonce}"}},"ciphertext":"AAAA"}}"#
    );
    pem("ENCRYPTED SIGSTORE PRIVATE KEY", json.as_bytes())
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    assert!(content.len() < 128);
    [
        &[tag, u8::try_from(content.len()).unwrap()],
        content.as_slice(),
    ]
    .concat()
}

/// A key file as OpenSSL writes it, with so many rounds of PBKDF2 and no key in it.
fn rounds(number: &[u8]) -> Vec<u8> {
    let oid = |last| tlv(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, last]]);
    let derivation = tlv(0x30, &[&tlv(4, &[b"salt"]), &tlv(2, &[number])]);
    let derivation = tlv(0x30, &[&oid(12), &derivation]);
    let cipher = tlv(6, &[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]]);
    let cipher = tlv(0x30, &[&cipher, &tlv(4, &[&[0; 16]])]);
    let scheme = tlv(0x30, &[&oid(13), &tlv(0x30, &[&derivation, &cipher])]);
    let whole = tlv(0x30, &[&scheme, &tlv(4, &[&[0; 16]])]);
    pem("ENCRYPTED PRIVATE KEY", &whole)
}

#[test]
fn rounds_are_bounded() {
    for number in [&[0x00, 0x98, 0x96, 0x81][..], &[0x7f; 8]] {
        let error = private(&rounds(number)).unwrap_err();
        assert!(matches!(error, KeyError::TooCostly { .. }), "{error}");
    }
    for number in [&[0][..], &[0x80], &[0x7f; 9]] {
        let error = private(&rounds(number)).unwrap_err();
        assert!(matches!(error, KeyError::Malformed(_)), "{error}");
    }
    let error = private(&rounds(&[1])).unwrap_err();
    assert!(matches!(error, KeyError::NoPassword(_)), "{error}");
    let error = PrivateKey::from_pem(&rounds(&[1]), &mut || Ok(zeroize::Zeroizing::default()));
    assert!(matches!(error, Err(KeyError::Password)));
}

#[test]
fn a_key_file_does_not_say_how_long_we_compute() {
    for (n, r, p) in [
        (1 << 40, 8, 1),
        (1 << 20, 1 << 40, 1),
        (65_536, 8, 1 << 30),
        (u64::MAX / 2 + 1, u64::MAX, u64::MAX),
    ] {
        let mut asked = false;
        let error = PrivateKey::from_pem(&sealed(n, r, p), &mut || {
            asked = true;
            Ok(zeroize::Zeroizing::new(Vec::new()))
        })
        .unwrap_err();
        assert!(matches!(error, KeyError::TooCostly { .. }), "{error}");
        assert!(!asked, "asked for a password that would open nothing");
    }
    for (n, r, p) in [(3, 8, 1), (0, 8, 1), (1, 8, 1), (16, 0, 1), (16, 8, 0)] {
        let error = private(&sealed(n, r, p)).unwrap_err();
        assert!(matches!(error, KeyError::Malformed(_)), "{error}");
    }
    let error = private(&sealed(16, 8, 1)).unwrap_err();
    assert_eq!(error.to_string(), "decrypt a private key: nobody is there");
    let error = PrivateKey::from_pem(&sealed(16, 8, 1), &mut || Ok(zeroize::Zeroizing::default()));
    assert!(matches!(error, Err(KeyError::Password)));
}
