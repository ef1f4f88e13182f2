//! A small Sigstore of our own: an authority for certificates, a log of certificates, a
//! transparency log, made with fresh keys. Each part can be told to lie.

#![allow(dead_code, reason = "each test uses a part")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use plimsoll_image::hash::sha256;
use plimsoll_trust::dsse::encode_base64;
use serde_json::{Value, json};

use super::der::{
    bits, boolean, context, date, implicit, integer, octets, oid, sequence, set, utf8,
};

/// When everything is signed: 21 September 2026.
pub const SIGNED_AT: i64 = 1_790_000_000;
const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";

/// A key pair over P-256.
pub struct Key(EcdsaKeyPair);

impl Key {
    pub fn new() -> Self {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        Self(EcdsaKeyPair::generate(algorithm).unwrap())
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.0.sign(&SystemRandom::new(), message).unwrap();
        signature.as_ref().to_vec()
    }

    pub fn spki(&self) -> Vec<u8> {
        let algorithm = sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]);
        sequence(&[algorithm, bits(self.0.public_key().as_ref())])
    }

    pub fn id(&self) -> Vec<u8> {
        raw(&self.spki())
    }
}

/// SHA-256 as bytes.
pub fn raw(bytes: &[u8]) -> Vec<u8> {
    let hex = sha256(bytes).hex();
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// What the log of certificates says.
#[derive(Clone, Copy, PartialEq)]
pub enum Sct {
    Good,
    Absent,
    /// Another log's.
    Foreign,
    /// Over another certificate.
    Moved,
}

/// What a certificate says.
#[derive(Clone)]
pub struct Leaf {
    pub identity: String,
    pub issuer: String,
    pub workflow_ref: Option<String>,
    pub not_before: i64,
    pub not_after: i64,
    pub code_signing: bool,
    pub sct: Sct,
}

impl Default for Leaf {
    fn default() -> Self {
        Self {
            identity: "https://git.example/shop/cart/build.yaml@refs/heads/main".to_owned(),
            issuer: "https://token.example".to_owned(),
            workflow_ref: Some("refs/heads/main".to_owned()),
            not_before: SIGNED_AT - 60,
            not_after: SIGNED_AT + 600,
            code_signing: true,
            sct: Sct::Good,
        }
    }
}

/// The whole of it.
pub struct Authority {
    pub root: Key,
    pub root_certificate: Vec<u8>,
    pub certificate_log: Key,
    pub log: Key,
}

impl Authority {
    pub fn new() -> Self {
        let root = Key::new();
        let name = name("Test Authority");
        let tbs = tbs(
            &name,
            (SIGNED_AT - 1_000_000, SIGNED_AT + 500_000_000),
            &name,
            &root.spki(),
            &[
                extension("2.5.29.19", true, &sequence(&[boolean(true)])),
                extension("2.5.29.15", true, &[3, 2, 1, 6]),
            ],
        );
        Self {
            root_certificate: certificate(&tbs, &root),
            root,
            certificate_log: Key::new(),
            log: Key::new(),
        }
    }

    /// A certificate for a key.
    pub fn certificate(&self, leaf: &Leaf, key: &Key) -> Vec<u8> {
        let mut extensions = vec![
            extension("2.5.29.15", true, &[3, 2, 7, 0x80]),
            extension(
                "2.5.29.17",
                true,
                &sequence(&[implicit(6, leaf.identity.as_bytes())]),
            ),
            extension("1.3.6.1.4.1.57264.1.1", false, leaf.issuer.as_bytes()),
            extension("1.3.6.1.4.1.57264.1.8", false, &utf8(&leaf.issuer)),
        ];
        let usage = if leaf.code_signing { "3" } else { "1" };
        let usage = oid(&format!("1.3.6.1.5.5.7.3.{usage}"));
        extensions.push(extension("2.5.29.37", false, &sequence(&[usage])));
        if let Some(text) = &leaf.workflow_ref {
            extensions.push(extension("1.3.6.1.4.1.57264.1.6", false, text.as_bytes()));
        }
        let validity = (leaf.not_before, leaf.not_after);
        let names = (name("Test Authority"), sequence(&[]));
        let build =
            |extensions: &[Vec<u8>]| tbs(&names.0, validity, &names.1, &key.spki(), extensions);
        let before = build(&extensions);
        if leaf.sct != Sct::Absent {
            let list = self.sct(&before, leaf.sct);
            let list = octets(&list);
            extensions.push(extension("1.3.6.1.4.1.11129.2.4.2", false, &list));
        }
        certificate(&build(&extensions), &self.root)
    }

    /// A list with one signed certificate timestamp (RFC 6962).
    fn sct(&self, tbs: &[u8], sct: Sct) -> Vec<u8> {
        let time = u64::try_from(SIGNED_AT * 1_000).unwrap().to_be_bytes();
        let mut signed = vec![0, 0];
        signed.extend(time);
        signed.extend([0, 1]);
        signed.extend(raw(&self.root.spki()));
        let length = u32::try_from(tbs.len()).unwrap().to_be_bytes();
        signed.extend(&length[1..]);
        signed.extend(tbs);
        signed.extend([0, 0]);
        if sct == Sct::Moved {
            signed[40] ^= 1;
        }
        let foreign = Key::new();
        let key = if sct == Sct::Foreign {
            &foreign
        } else {
            &self.certificate_log
        };
        let signature = key.sign(&signed);
        let mut one = vec![0];
        one.extend(key.id());
        one.extend(time);
        one.extend([0, 0, 4, 3]);
        one.extend(u16::try_from(signature.len()).unwrap().to_be_bytes());
        one.extend(signature);
        let mut list = u16::try_from(one.len() + 2).unwrap().to_be_bytes().to_vec();
        list.extend(u16::try_from(one.len()).unwrap().to_be_bytes());
        list.extend(one);
        list
    }

    /// `trusted_root.json`
    pub fn trusted_root(&self) -> Value {
        let log = |key: &Key, name: &str| {
            json!({
                "baseUrl": format!("https://{name}"),
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": encode_base64(&key.spki()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": {"start": "2026-01-01T00:00:00Z"},
                },
                "logId": {"keyId": encode_base64(&key.id())},
            })
        };
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(&self.log, "log.example")],
            "certificateAuthorities": [{
                "subject": {"organization": "example", "commonName": "Test Authority"},
                "uri": "https://authority.example",
                "certChain": {"certificates": [
                    {"rawBytes": encode_base64(&self.root_certificate)}
                ]},
                "validFor": {"start": "2026-01-01T00:00:00Z"},
            }],
            "ctlogs": [log(&self.certificate_log, "certificates.example")],
            "timestampAuthorities": [],
        })
    }

    /// The promise of the log for a body (Rekor's SET).
    pub fn promise(&self, body: &str, time: i64) -> Vec<u8> {
        let id = sha256(&self.log.spki()).hex();
        let text =
            format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{id}","logIndex":0}}"#);
        self.log.sign(text.as_bytes())
    }

    /// A checkpoint of a log with this entry alone.
    pub fn checkpoint(&self, body: &[u8]) -> (Vec<u8>, String) {
        let mut leaf = vec![0];
        leaf.extend(body);
        let root = raw(&leaf);
        let text = format!("log.example\n1\n{}\n", encode_base64(&root));
        let mut signature = self.log.id()[..4].to_vec();
        signature.extend(self.log.sign(text.as_bytes()));
        let note = format!(
            "{text}\n\u{2014} log.example {}\n",
            encode_base64(&signature)
        );
        (root, note)
    }
}

fn name(text: &str) -> Vec<u8> {
    sequence(&[set(&[sequence(&[oid("2.5.4.3"), utf8(text)])])])
}

fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    if critical {
        sequence(&[oid(id), boolean(true), octets(value)])
    } else {
        sequence(&[oid(id), octets(value)])
    }
}

fn tbs(
    issuer: &[u8],
    validity: (i64, i64),
    subject: &[u8],
    spki: &[u8],
    extensions: &[Vec<u8>],
) -> Vec<u8> {
    sequence(&[
        context(0, &integer(2)),
        integer(77),
        sequence(&[oid(ECDSA_SHA256)]),
        issuer.to_vec(),
        sequence(&[date(validity.0), date(validity.1)]),
        subject.to_vec(),
        spki.to_vec(),
        context(3, &sequence(extensions)),
    ])
}

fn certificate(tbs: &[u8], key: &Key) -> Vec<u8> {
    let signature = key.sign(tbs);
    sequence(&[
        tbs.to_vec(),
        sequence(&[oid(ECDSA_SHA256)]),
        bits(&signature),
    ])
}

/// DER as PEM.
pub fn pem(kind: &str, der: &[u8]) -> String {
    let text = encode_base64(der);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..text.len().min(at + 64)])
        .collect();
    format!(
        "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
        lines.join("\n")
    )
}
