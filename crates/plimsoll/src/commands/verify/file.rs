//! A file, or something known by digest, with a signature that the user names.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll_image::hash::sha256;
use plimsoll_model::Digest;
use plimsoll_trust::answer::{Answer, Checked};
use plimsoll_trust::dsse::encode_base64;
use plimsoll_trust::evidence::{self, Content, Evidence, names};
use plimsoll_trust::find::{ATTESTATION_BYTES_MAX, Place};
use plimsoll_trust::refusal::{Fault, Refusal};
use plimsoll_trust::verify::{Expectation, Verified, Wanted, verify as check};

use super::report::Subject;
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::input;

/// Bytes of a file that is verified: it is held in memory.
const FILE_BYTES_MAX: u64 = input::DOCUMENT_BYTES_MAX;

pub fn verify(
    path: &Path,
    arguments: &VerifyArgs,
    expected: &Expectation<'_>,
) -> Result<(Subject, Answer), Failure> {
    let beside = beside(arguments)?;
    let bytes = input::read_at_most(path, FILE_BYTES_MAX)?;
    let digest = sha256(&bytes);
    let answer = answer(&beside, evidence::Subject::Bytes(&bytes), expected);
    let subject = Subject {
        kind: "file",
        name: Some(path.display().to_string()),
        digest,
    };
    Ok((subject, answer))
}

pub fn verify_digest(
    digest: &Digest,
    arguments: &VerifyArgs,
    expected: &Expectation<'_>,
) -> Result<(Subject, Answer), Failure> {
    let beside = beside(arguments)?;
    let answer = answer(&beside, evidence::Subject::Digest(digest), expected);
    let subject = Subject {
        kind: "digest",
        name: None,
        digest: digest.clone(),
    };
    Ok((subject, answer))
}

/// What was named beside the file.
struct Beside {
    place: Place,
    digest: Digest,
    evidence: Result<Evidence, Refusal>,
}

fn beside(arguments: &VerifyArgs) -> Result<Beside, Failure> {
    if let Some(path) = &arguments.bundle {
        let bytes = input::read_at_most(path, ATTESTATION_BYTES_MAX)?;
        return Ok(Beside {
            place: Place::File(path.display().to_string()),
            digest: sha256(&bytes),
            evidence: Evidence::from_bundle(&bytes),
        });
    }
    let Some(signature) = &arguments.signature else {
        return Err(Failure::new("failed to find a signature: none was named").hint(
            "`--bundle FILE` or `--signature FILE` for a file or digest; an image is named by its registry",
        ));
    };
    let (place, text) = if Path::new(signature).exists() {
        let bytes = input::read_at_most(Path::new(signature), ATTESTATION_BYTES_MAX)?;
        // Base64, or the signature as it is.
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text.trim().to_owned(),
            Err(_) => encode_base64(&bytes),
        };
        (Place::File(signature.clone()), text)
    } else {
        (Place::File("--signature".to_owned()), signature.clone())
    };
    let digest = sha256(text.as_bytes());
    let mut annotations = BTreeMap::from([(names::SIGNATURE.to_owned(), text)]);
    for (name, path) in [
        (names::CERTIFICATE, &arguments.certificate_file),
        (names::TIMESTAMP, &arguments.rfc3161_timestamp),
    ] {
        if let Some(path) = path {
            let bytes = input::read_at_most(path, ATTESTATION_BYTES_MAX)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            annotations.insert(name.to_owned(), text);
        }
    }
    Ok(Beside {
        place,
        digest,
        evidence: Evidence::of_file(&annotations),
    })
}

fn answer(beside: &Beside, subject: evidence::Subject<'_>, expected: &Expectation<'_>) -> Answer {
    Answer {
        checked: vec![Checked {
            place: beside.place.clone(),
            digest: beside.digest.clone(),
            result: result(beside, subject, expected),
        }],
        unread: Vec::new(),
    }
}

fn result(
    beside: &Beside,
    subject: evidence::Subject<'_>,
    expected: &Expectation<'_>,
) -> Result<Verified, Refusal> {
    let evidence = beside.evidence.as_ref().map_err(Clone::clone)?;
    let wrong = |expected: &str, found: String| Refusal::new(Fault::WrongKind, expected, found);
    match (&evidence.content, &expected.wanted) {
        (Content::Statement { says, .. }, Wanted::Signature) => Err(wrong(
            "a signature (an attestation is asked for by `--type`)",
            format!("an attestation of type {}", says.predicate_type),
        )),
        (Content::File { .. } | Content::Payload { .. }, Wanted::Attestation(_)) => {
            Err(wrong("an attestation", "a signature".to_owned()))
        }
        _ => check(evidence, subject, expected),
    }
}
