//! Signatures with certificates and with keys, as a small Sigstore of our own makes them: those
//! that hold, and those that are refused, each for its reason. Both forms: cosign's first one
//! (payload and annotations) and the bundle.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test should fail where this fails"
)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/der.rs"]
mod der;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plimsoll_image::hash::sha256;
use plimsoll_model::Digest;
use plimsoll_trust::dsse::{encode_base64, pae};
use plimsoll_trust::evidence::{Attached, names};
use plimsoll_trust::find::Form;
use plimsoll_trust::identity::{IdentityRule, TextRule};
use plimsoll_trust::key::PublicKey;
use plimsoll_trust::refusal::{Fault, Refusal};
use plimsoll_trust::roots::{Checks, Roots};
use plimsoll_trust::verify::{Expectation, Signer, Verified, Wanted, verify_attached};
use serde_json::{Value, json};

use self::authority::{Authority, Key, Leaf, SIGNED_AT, Sct, pem};

/// What the transparency log says.
#[derive(Clone, Copy, PartialEq)]
enum Log {
    Good,
    Absent,
    /// Another log's word.
    Foreign,
    /// A promise over something else.
    BadPromise,
    /// The word is good, and of another signature.
    OtherSignature,
    /// The word is good, and of another certificate.
    OtherCertificate,
    /// The time was changed after the log gave its word.
    OtherTime,
    /// The tree does not hold the entry (bundles).
    BadProof,
    /// The tree's head is signed by somebody else (bundles).
    BadCheckpoint,
    /// Not what an entry looks like.
    Noise,
}

/// What was changed after signing.
#[derive(Clone, Copy, PartialEq)]
enum Tamper {
    Nothing,
    Content,
    Signature,
    /// Cut off in the middle.
    Cut,
    /// Somebody else's certificate, good in itself.
    Certificate,
    NoCertificate,
}

/// How something is signed, and what is then expected of it.
struct Case {
    /// What the payload or statement names.
    named: Digest,
    leaf: Leaf,
    by_foreign_authority: bool,
    time: i64,
    log: Log,
    tamper: Tamper,
    by_key: bool,
    key_of_expectation_is_foreign: bool,
    predicate_type: &'static str,
    identity: TextRule,
    issuer: String,
    claims: Vec<(&'static str, String)>,
    annotations: BTreeMap<String, String>,
    wanted: Wanted,
    checks: Checks,
    roots_are_foreign: bool,
}

fn subject() -> Digest {
    sha256(b"the image")
}

impl Default for Case {
    fn default() -> Self {
        Self {
            named: subject(),
            leaf: Leaf::default(),
            by_foreign_authority: false,
            time: SIGNED_AT,
            log: Log::Good,
            tamper: Tamper::Nothing,
            by_key: false,
            key_of_expectation_is_foreign: false,
            predicate_type: "https://sigstore.dev/cosign/sign/v1",
            identity: TextRule::Exact(Leaf::default().identity),
            issuer: Leaf::default().issuer,
            claims: Vec::new(),
            annotations: BTreeMap::new(),
            wanted: Wanted::Signature,
            checks: Checks {
                log: true,
                certificate_log: true,
            },
            roots_are_foreign: false,
        }
    }
}

/// Signed, and not changed yet.
struct Signed {
    key: Key,
    content: Vec<u8>,
    signature: Vec<u8>,
    certificate: Vec<u8>,
}

impl Case {
    fn run(&self, form: Form) -> Result<Verified, Refusal> {
        let authority = Authority::new();
        let foreign = Authority::new();
        let key = Key::new();
        let content = self.content(form);
        let message = match form {
            Form::SimpleSigning => content.clone(),
            _ => pae("application/vnd.in-toto+json", &content),
        };
        let issuing = if self.by_foreign_authority {
            &foreign
        } else {
            &authority
        };
        let mut signed = Signed {
            signature: key.sign(&message),
            certificate: issuing.certificate(&self.leaf, &key),
            content,
            key,
        };
        let entry = self.entry(&authority, &foreign, form, &signed);
        match self.tamper {
            Tamper::Content => signed.content = Self::changed(&signed.content),
            Tamper::Signature => *signed.signature.last_mut().unwrap() ^= 1,
            Tamper::Certificate => {
                signed.certificate = authority.certificate(&self.leaf, &Key::new());
            }
            Tamper::Nothing | Tamper::Cut | Tamper::NoCertificate => {}
        }
        let has_certificate = !self.by_key && self.tamper != Tamper::NoCertificate;
        let (mut bytes, annotations) = match form {
            Form::SimpleSigning => annotated(&signed, entry, has_certificate),
            _ => (bundle(&signed, entry, has_certificate), BTreeMap::new()),
        };
        if self.tamper == Tamper::Cut {
            bytes.truncate(bytes.len() / 2);
        }
        let believed = if self.roots_are_foreign {
            &foreign
        } else {
            &authority
        };
        let roots = Roots::from_json(&believed.trusted_root().to_string()).unwrap();
        let other = Key::new();
        let signer = if self.by_key {
            let key = if self.key_of_expectation_is_foreign {
                &other
            } else {
                &signed.key
            };
            Signer::Key(PublicKey::from_spki(&key.spki()).unwrap())
        } else {
            Signer::Certificate(IdentityRule {
                identity: self.identity.clone(),
                issuer: TextRule::Exact(self.issuer.clone()),
                claims: self.claims.clone(),
            })
        };
        let expected = Expectation {
            signer,
            wanted: self.wanted.clone(),
            checks: self.checks,
            claims: true,
            annotations: self.annotations.clone(),
            roots: Some(&roots),
        };
        let attached = Attached {
            bytes: &bytes,
            annotations: &annotations,
        };
        verify_attached(form, &attached, &subject(), &expected).unwrap()
    }

    fn content(&self, form: Form) -> Vec<u8> {
        let value = match form {
            Form::SimpleSigning => json!({
                "critical": {
                    "identity": {"docker-reference": "registry.example/shop/cart"},
                    "image": {"docker-manifest-digest": self.named.to_string()},
                    "type": "cosign container image signature",
                },
                "optional": {"team": "shop"},
            }),
            _ => json!({
                "_type": "https://in-toto.io/Statement/v1",
                "subject": [{"name": "cart", "digest": {"sha256": self.named.hex()}}],
                "predicateType": self.predicate_type,
                "predicate": {"a": 1},
            }),
        };
        value.to_string().into_bytes()
    }

    /// The content with one letter changed that nobody reads.
    fn changed(content: &[u8]) -> Vec<u8> {
        let text = String::from_utf8(content.to_vec()).unwrap();
        let changed = text.replace("shop", "shoq").replace("\"a\":1", "\"a\":2");
        assert_ne!(text, changed);
        changed.into_bytes()
    }

    /// The entry of the log, in a bundle's words.
    fn entry(
        &self,
        authority: &Authority,
        foreign: &Authority,
        form: Form,
        signed: &Signed,
    ) -> Option<Value> {
        if self.log == Log::Absent {
            return None;
        }
        let log = if self.log == Log::Foreign {
            foreign
        } else {
            authority
        };
        let (mut signature, mut verifier) = (signed.signature.clone(), self.verifier(signed));
        match self.log {
            Log::OtherSignature => signature = Key::new().sign(b"another"),
            Log::OtherCertificate => {
                let other = authority.certificate(&self.leaf, &Key::new());
                verifier = pem("CERTIFICATE", &other);
            }
            _ => {}
        }
        let hash = json!({"algorithm": "sha256", "value": sha256(&signed.content).hex()});
        let verifier = encode_base64(verifier.as_bytes());
        let signature = encode_base64(&signature);
        let (kind, spec) = match form {
            Form::SimpleSigning => (
                "hashedrekord",
                json!({
                    "data": {"hash": hash},
                    "signature": {"content": signature, "publicKey": {"content": verifier}},
                }),
            ),
            _ => (
                "dsse",
                json!({
                    "envelopeHash": hash,
                    "payloadHash": hash,
                    "signatures": [{"signature": signature, "verifier": verifier}],
                }),
            ),
        };
        let body = json!({"apiVersion": "0.0.1", "kind": kind, "spec": spec}).to_string();
        let body = if self.log == Log::Noise {
            "{}".to_owned()
        } else {
            body
        };
        let text = encode_base64(body.as_bytes());
        let mut promise = log.promise(&text, self.time);
        if self.log == Log::BadPromise {
            promise = log.promise(&text, self.time + 1);
        }
        let head = if self.log == Log::BadCheckpoint {
            foreign
        } else {
            log
        };
        let (root, checkpoint) = head.checkpoint(if self.log == Log::BadProof {
            b"something else"
        } else {
            body.as_bytes()
        });
        let time = self.time + i64::from(self.log == Log::OtherTime);
        Some(json!({
            "logIndex": "0",
            "logId": {"keyId": encode_base64(&log.log.id())},
            "kindVersion": {"kind": kind, "version": "0.0.1"},
            "integratedTime": time.to_string(),
            "inclusionPromise": {"signedEntryTimestamp": encode_base64(&promise)},
            "inclusionProof": {
                "logIndex": "0",
                "treeSize": "1",
                "rootHash": encode_base64(&root),
                "hashes": [],
                "checkpoint": {"envelope": checkpoint},
            },
            "canonicalizedBody": text,
        }))
    }

    fn verifier(&self, signed: &Signed) -> String {
        if self.by_key {
            pem("PUBLIC KEY", &signed.key.spki())
        } else {
            pem("CERTIFICATE", &signed.certificate)
        }
    }
}

fn annotated(
    signed: &Signed,
    entry: Option<Value>,
    has_certificate: bool,
) -> (Vec<u8>, BTreeMap<String, String>) {
    let mut annotations = BTreeMap::new();
    let signature = encode_base64(&signed.signature);
    annotations.insert(names::SIGNATURE.to_owned(), signature);
    if has_certificate {
        let text = pem("CERTIFICATE", &signed.certificate);
        annotations.insert(names::CERTIFICATE.to_owned(), text);
    }
    if let Some(entry) = entry {
        let id = plimsoll_trust::dsse::decode_base64(entry["logId"]["keyId"].as_str().unwrap());
        let mut text = String::new();
        for byte in id.unwrap() {
            let _ = write!(text, "{byte:02x}");
        }
        let id = text;
        let time: i64 = entry["integratedTime"].as_str().unwrap().parse().unwrap();
        let text = json!({
            "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "Payload": {
                "body": entry["canonicalizedBody"],
                "integratedTime": time,
                "logIndex": 0,
                "logID": id,
            },
        });
        annotations.insert(names::LOG_ENTRY.to_owned(), text.to_string());
    }
    (signed.content.clone(), annotations)
}

fn bundle(signed: &Signed, entry: Option<Value>, has_certificate: bool) -> Vec<u8> {
    let mut material = if has_certificate {
        json!({"certificate": {"rawBytes": encode_base64(&signed.certificate)}})
    } else {
        json!({"publicKey": {"hint": "key"}})
    };
    material["tlogEntries"] = entry.map_or(json!([]), |entry| json!([entry]));
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payloadType": "application/vnd.in-toto+json",
            "payload": encode_base64(&signed.content),
            "signatures": [{"sig": encode_base64(&signed.signature)}],
        },
    });
    bundle.to_string().into_bytes()
}

const FORMS: [Form; 2] = [Form::SimpleSigning, Form::Bundle];

#[test]
fn what_is_right_counts() {
    for form in FORMS {
        let verified = Case::default()
            .run(form)
            .unwrap_or_else(|e| panic!("{form:?}: {e}"));
        let proof = verified.proof;
        assert_eq!(proof.identity, Some(Leaf::default().identity), "{form:?}");
        assert_eq!(proof.issuer, Some(Leaf::default().issuer));
        assert_eq!(proof.claims["github-workflow-ref"], "refs/heads/main");
        assert_eq!(
            proof.signed_at.map(jiff::Timestamp::as_second),
            Some(SIGNED_AT)
        );
        assert_eq!(proof.log_indexes, [0]);

        let key = Case {
            by_key: true,
            ..Case::default()
        };
        let verified = key
            .run(form)
            .unwrap_or_else(|e| panic!("{form:?} by key: {e}"));
        assert_eq!(verified.proof.log_indexes, [0]);

        let without_log = Case {
            by_key: true,
            log: Log::Absent,
            checks: Checks {
                log: false,
                certificate_log: true,
            },
            ..Case::default()
        };
        assert!(without_log.run(form).is_ok(), "{form:?} without a log");
    }
    let annotated = Case {
        annotations: [("team".to_owned(), "shop".to_owned())].into(),
        ..Case::default()
    };
    assert!(annotated.run(Form::SimpleSigning).is_ok());
}

/// A change, and the reason for which it is refused in each form that it applies to.
type Refused = (&'static str, fn(&mut Case), Option<Fault>, Option<Fault>);

fn both(name: &'static str, change: fn(&mut Case), fault: Fault) -> Refused {
    (name, change, Some(fault), Some(fault))
}

fn refused() -> Vec<Refused> {
    use Fault::{
        BadCertificateLog, BadLogEntry, BadSignature, Expired, Malformed, NoLogEntry, NoTimestamp,
        UntrustedCertificate, WrongAnnotation, WrongClaim, WrongDigest, WrongIdentity, WrongIssuer,
        WrongKind, WrongType,
    };
    vec![
        both("another image", |c| c.named = sha256(b"other"), WrongDigest),
        both(
            "content changed",
            |c| c.tamper = Tamper::Content,
            BadSignature,
        ),
        both(
            "signature changed",
            |c| c.tamper = Tamper::Signature,
            BadSignature,
        ),
        both("cut off", |c| c.tamper = Tamper::Cut, Malformed),
        both(
            "no certificate",
            |c| c.tamper = Tamper::NoCertificate,
            WrongKind,
        ),
        both(
            "another's certificate",
            |c| c.tamper = Tamper::Certificate,
            BadSignature,
        ),
        both(
            "another identity",
            |c| "https://evil.example".clone_into(&mut c.leaf.identity),
            WrongIdentity,
        ),
        both(
            "a longer identity",
            |c| c.leaf.identity.push('2'),
            WrongIdentity,
        ),
        both(
            "identity misses the pattern",
            |c| c.identity = TextRule::pattern("^https://git.example/shop/cart$").unwrap(),
            WrongIdentity,
        ),
        both(
            "another issuer",
            |c| "https://evil.example".clone_into(&mut c.leaf.issuer),
            WrongIssuer,
        ),
        both(
            "another branch",
            |c| c.claims = vec![("github-workflow-ref", "refs/heads/other".to_owned())],
            WrongClaim,
        ),
        both(
            "no such claim",
            |c| c.claims = vec![("github-workflow-sha", "0".to_owned())],
            WrongClaim,
        ),
        both(
            "another authority",
            |c| c.by_foreign_authority = true,
            UntrustedCertificate,
        ),
        both(
            "not for signing code",
            |c| c.leaf.code_signing = false,
            UntrustedCertificate,
        ),
        both("expired", |c| c.leaf.not_after = SIGNED_AT - 1, Expired),
        both(
            "not valid yet",
            |c| c.leaf.not_before = SIGNED_AT + 1,
            Expired,
        ),
        both(
            "in no log of certificates",
            |c| c.leaf.sct = Sct::Absent,
            BadCertificateLog,
        ),
        both(
            "in another log of certificates",
            |c| c.leaf.sct = Sct::Foreign,
            BadCertificateLog,
        ),
        both(
            "another certificate was logged",
            |c| c.leaf.sct = Sct::Moved,
            BadCertificateLog,
        ),
        both("no log entry", |c| c.log = Log::Absent, NoLogEntry),
        both(
            "no log entry by key",
            |c| {
                c.by_key = true;
                c.log = Log::Absent;
            },
            NoLogEntry,
        ),
        both("another log", |c| c.log = Log::Foreign, BadLogEntry),
        both(
            "a promise of something else",
            |c| c.log = Log::BadPromise,
            BadLogEntry,
        ),
        both(
            "an entry of another signature",
            |c| c.log = Log::OtherSignature,
            BadLogEntry,
        ),
        both(
            "an entry of another certificate",
            |c| c.log = Log::OtherCertificate,
            BadLogEntry,
        ),
        both(
            "the time was moved",
            |c| c.log = Log::OtherTime,
            BadLogEntry,
        ),
        (
            "no entry at all",
            |c| c.log = Log::Noise,
            Some(Malformed),
            Some(BadLogEntry),
        ),
        both(
            "another log by key",
            |c| {
                c.by_key = true;
                c.log = Log::Foreign;
            },
            BadLogEntry,
        ),
        both(
            "an entry of another signature by key",
            |c| {
                c.by_key = true;
                c.log = Log::OtherSignature;
            },
            BadLogEntry,
        ),
        both("another root", |c| c.roots_are_foreign = true, BadLogEntry),
        both(
            "another key",
            |c| {
                c.by_key = true;
                c.key_of_expectation_is_foreign = true;
            },
            BadSignature,
        ),
        both(
            "another image by key",
            |c| {
                c.by_key = true;
                c.named = sha256(b"other");
            },
            WrongDigest,
        ),
        both(
            "content changed by key",
            |c| {
                c.by_key = true;
                c.tamper = Tamper::Content;
            },
            BadSignature,
        ),
        both(
            "no log and no time",
            |c| {
                c.log = Log::Absent;
                c.checks.log = false;
            },
            NoTimestamp,
        ),
        (
            "the tree lacks it",
            |c| c.log = Log::BadProof,
            None,
            Some(BadLogEntry),
        ),
        (
            "another signed the tree",
            |c| c.log = Log::BadCheckpoint,
            None,
            Some(BadLogEntry),
        ),
        (
            "annotation missing",
            |c| {
                c.annotations.insert("x".to_owned(), "1".to_owned());
            },
            Some(WrongAnnotation),
            Some(WrongAnnotation),
        ),
        (
            "annotation differs",
            |c| {
                c.annotations.insert("team".to_owned(), "x".to_owned());
            },
            Some(WrongAnnotation),
            None,
        ),
        (
            "another type",
            |c| {
                c.predicate_type = "https://other.example";
                c.wanted = Wanted::Attestation(Some("https://slsa.dev/provenance/v1".to_owned()));
            },
            None,
            Some(WrongType),
        ),
        (
            "far in the future",
            |c| {
                c.time = SIGNED_AT + 10_000_000_000;
                c.leaf.not_after = SIGNED_AT + 100;
            },
            Some(Expired),
            Some(Expired),
        ),
    ]
}

#[test]
fn what_is_wrong_is_refused_for_its_reason() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (name, change, annotated, bundled) in refused() {
        for (form, fault) in FORMS.into_iter().zip([annotated, bundled]) {
            let Some(fault) = fault else { continue };
            tried += 1;
            let mut case = Case::default();
            change(&mut case);
            match case.run(form) {
                Ok(_) => wrong.push(format!("{name} ({form:?}): counted")),
                Err(refusal) if refusal.fault == fault => {}
                Err(refusal) => wrong.push(format!(
                    "{name} ({form:?}): {} instead of {}: {refusal}",
                    refusal.fault.as_str(),
                    fault.as_str()
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried >= 60, "{tried}");
}

#[test]
fn the_pinned_root_of_the_public_instance_can_be_used() {
    Roots::public().unwrap();
    // A change of this is a change of whom users trust: look at what changed, then pin it anew.
    assert_eq!(
        plimsoll_trust::roots::public_digest().to_string(),
        "sha256:6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66"
    );
}
