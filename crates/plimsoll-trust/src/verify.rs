//! Whether a signature or an attestation counts.
//!
//! Checks in the order in which a reason helps most: what it is about, who signed it, what the log
//! and the clock say, whose certificate it is, what was annotated. The first that does not hold is
//! the reason. Whether a predicate is good enough is not judged here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::digest;
use plimsoll_model::Digest;

use crate::evidence::{Attached, Content, Evidence, Subject};
use crate::find::{Attachment, Form};
use crate::identity::IdentityRule;
use crate::key::PublicKey;
use crate::refusal::{Fault, Refusal};
use crate::roots::{Checks, Proof, Roots, no_log_entry};
use crate::statement::{SIGN_V1, Statement};

/// Who has to have signed.
#[derive(Clone, Debug)]
pub enum Signer {
    /// The owner of this key.
    Key(PublicKey),
    /// The owner of such a certificate.
    Certificate(IdentityRule),
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A signature.
    Signature,
    /// An attestation with a predicate of this type (a URI), or of any.
    Attestation(Option<String>),
}

/// What has to hold.
pub struct Expectation<'a> {
    /// Who has to have signed.
    pub signer: Signer,
    /// What is looked for.
    pub wanted: Wanted,
    /// What else to check.
    pub checks: Checks,
    /// Whether what was signed has to name the subject. Without that it could be about anything.
    pub claims: bool,
    /// What the signer has to have annotated.
    pub annotations: BTreeMap<String, String>,
    /// Whom we believe; needed for certificates and logs.
    pub roots: Option<&'a Roots>,
}

/// What holds, once it does.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Of certificate, log and time; empty where a key alone signed.
    pub proof: Proof,
    /// The name under which it was signed, where it says one.
    pub name: Option<String>,
    /// What the signer annotated.
    pub annotations: BTreeMap<String, serde_json::Value>,
    /// What was attested.
    pub statement: Option<Statement>,
}

/// Whether what is attached may be what is looked for: signatures and attestations lie side by
/// side, and other kinds of attestation are none of this look's business.
pub fn is_wanted(attachment: &Attachment, wanted: &Wanted) -> bool {
    match (attachment.form, wanted) {
        (Form::SimpleSigning | Form::Notation, Wanted::Signature)
        | (Form::Envelope, Wanted::Attestation(_))
        | (Form::Bundle, _) => true,
        (Form::SimpleSigning | Form::Notation, Wanted::Attestation(_))
        | (Form::Envelope, Wanted::Signature) => false,
    }
}

/// Which key, for a person: `sha256:` and the digest of its SubjectPublicKeyInfo.
pub fn key_id(key: &PublicKey) -> String {
    plimsoll_image::hash::sha256(key.spki()).to_string()
}

/// Reads what is attached to a digest and checks it. `None` for a bundle that turns out to be of
/// another kind than is looked for.
pub fn verify_attached(
    form: Form,
    attached: &Attached<'_>,
    subject: &Digest,
    expected: &Expectation<'_>,
) -> Option<Result<Verified, Refusal>> {
    let evidence = match Evidence::read(form, attached) {
        Ok(evidence) => evidence,
        Err(refusal) => return Some(Err(refusal)),
    };
    if form == Form::Bundle && !is_of_kind(&evidence.content, &expected.wanted) {
        return None;
    }
    Some(verify(&evidence, Subject::Digest(subject), expected))
}

fn is_of_kind(content: &Content, wanted: &Wanted) -> bool {
    match (content, wanted) {
        (Content::Statement { says, .. }, Wanted::Signature) => says.predicate_type == SIGN_V1,
        (Content::Statement { says, .. }, Wanted::Attestation(_)) => says.predicate_type != SIGN_V1,
        (Content::Payload { .. } | Content::File { .. }, wanted) => *wanted == Wanted::Signature,
    }
}

/// Checks a signature or an attestation.
pub fn verify(
    evidence: &Evidence,
    subject: Subject<'_>,
    expected: &Expectation<'_>,
) -> Result<Verified, Refusal> {
    about(&evidence.content, subject, expected)?;
    let proof = match &expected.signer {
        Signer::Key(key) => by_key(evidence, subject, key, expected)?,
        Signer::Certificate(rule) => by_certificate(evidence, subject, rule, expected)?,
    };
    let mut verified = Verified {
        proof,
        name: None,
        annotations: BTreeMap::new(),
        statement: None,
    };
    match &evidence.content {
        Content::Payload { says, .. } => {
            verified.name = Some(says.critical.identity.docker_reference.clone());
            verified.annotations = says.optional.clone().unwrap_or_default();
        }
        Content::Statement { says, .. } => verified.statement = Some(says.clone()),
        Content::File { .. } => {}
    }
    annotated(&verified, &expected.annotations)?;
    Ok(verified)
}

/// What it says it is about.
fn about(
    content: &Content,
    subject: Subject<'_>,
    expected: &Expectation<'_>,
) -> Result<(), Refusal> {
    if let (Content::Statement { says, .. }, Wanted::Attestation(Some(wanted))) =
        (content, &expected.wanted)
        && says.predicate_type != *wanted
    {
        return Err(Refusal::new(
            Fault::WrongType,
            format!("an attestation of type {wanted}"),
            &says.predicate_type,
        ));
    }
    if !expected.claims {
        return Ok(());
    }
    let named = match subject {
        Subject::Digest(digest) => digest.clone(),
        Subject::Bytes(bytes) => plimsoll_image::hash::sha256(bytes),
    };
    let wrong = |found: String| Err(Refusal::new(Fault::WrongDigest, named.to_string(), found));
    match content {
        Content::Payload { says, .. } => {
            let found = &says.critical.image.docker_manifest_digest;
            if *found != named.to_string() {
                return wrong(found.clone());
            }
        }
        Content::Statement { says, .. } => {
            // npm's attestations, for one, name packages by SHA-512 alone.
            let by_sha512 = || match subject {
                Subject::Bytes(bytes) => says.is_about("sha512", &sha512_hex(bytes)),
                Subject::Digest(_) => false,
            };
            if !says.is_about("sha256", &named.hex()) && !by_sha512() {
                return wrong(says.told_subjects());
            }
        }
        Content::File { .. } => {}
    }
    Ok(())
}

fn sha512_hex(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in digest::digest(&digest::SHA512, bytes).as_ref() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn by_key(
    evidence: &Evidence,
    subject: Subject<'_>,
    key: &PublicKey,
    expected: &Expectation<'_>,
) -> Result<Proof, Refusal> {
    let fits = match (&evidence.content, subject) {
        (
            Content::Payload {
                bytes, signature, ..
            },
            _,
        ) => key.verify(bytes, signature).is_ok(),
        (
            Content::Statement {
                signed, signatures, ..
            },
            _,
        ) => signatures
            .iter()
            .any(|signature| key.verify(signed, signature).is_ok()),
        (Content::File { signature }, Subject::Bytes(bytes)) => {
            key.verify(bytes, signature).is_ok()
        }
        // With the log's entry the library checks it against the digest.
        (Content::File { .. }, Subject::Digest(_)) if expected.checks.log => true,
        (Content::File { .. }, Subject::Digest(_)) => {
            return Err(Refusal::new(
                Fault::Unsupported,
                "a signature that names a digest",
                "one over bytes that are not at hand",
            ));
        }
    };
    if !fits {
        return Err(Refusal::new(
            Fault::BadSignature,
            format!("a signature by the key {}", key_id(key)),
            "one that does not match it",
        ));
    }
    if !expected.checks.log {
        return Ok(Proof::default());
    }
    let roots = expected.roots.ok_or_else(no_log_entry)?;
    let bundle = evidence.bundle.as_ref().map_err(Clone::clone)?;
    roots.logged(bundle, &signed_bytes(evidence, subject), key)
}

fn by_certificate(
    evidence: &Evidence,
    subject: Subject<'_>,
    rule: &IdentityRule,
    expected: &Expectation<'_>,
) -> Result<Proof, Refusal> {
    if !evidence.has_certificate {
        return Err(Refusal::new(
            Fault::WrongKind,
            "a signature with a certificate",
            "one by a key (`--key FILE` checks it)",
        ));
    }
    let roots = expected.roots.ok_or_else(no_log_entry)?;
    let bundle = evidence.bundle.as_ref().map_err(Clone::clone)?;
    let proof = roots.certificate(bundle, &signed_bytes(evidence, subject), expected.checks)?;
    rule.check(&proof)?;
    Ok(proof)
}

/// What the library is to hold the signature against.
fn signed_bytes<'a>(evidence: &'a Evidence, subject: Subject<'a>) -> Subject<'a> {
    match &evidence.content {
        Content::Payload { bytes, .. } => Subject::Bytes(bytes),
        Content::Statement { .. } | Content::File { .. } => subject,
    }
}

fn annotated(verified: &Verified, wanted: &BTreeMap<String, String>) -> Result<(), Refusal> {
    for (key, wanted) in wanted {
        let found = verified.annotations.get(key);
        if found.and_then(serde_json::Value::as_str) != Some(wanted) {
            return Err(Refusal::new(
                Fault::WrongAnnotation,
                format!("the annotation {key}={wanted}"),
                found.map_or("none".to_owned(), ToString::to_string),
            ));
        }
    }
    Ok(())
}
