//! `attest`: a signed statement about an image in a registry, or about a file.

use plimsoll_trust::attach::{self, Kind, Layer, Mode};
use plimsoll_trust::predicate::{self, PredicateError};
use plimsoll_trust::sign;
use plimsoll_trust::statement::{STATEMENT_V0_1, STATEMENT_V1, Statement};
use serde_json::Value;

mod scan_record;

use crate::cli::{AttestArgs, ReferrersMode};
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::session::Session;
use crate::signing::{self, Signed};
use crate::{input, outputs, talk};

/// Largest predicate, in bytes: it is held in memory some times over, and a registry takes no more.
const PREDICATE_BYTES_MAX: u64 = 64 << 20;

pub fn run(session: &Session, arguments: &AttestArgs) -> Result<u8, Failure> {
    let uri = predicate::type_uri(&arguments.kind).map_err(|error| predicate_failure(&error))?;
    if arguments.report.is_some() && uri != predicate::SCAN {
        return Err(Failure::new("failed to read --report for this type")
            .hint("a report is for --type plimsoll-scan; other types take --predicate FILE"));
    }
    let given = arguments
        .predicate
        .as_deref()
        .map(|path| read_predicate(path, uri))
        .transpose()?;
    let signer = signing::signer(&arguments.signing)?;
    let signed = signing::find(session, &arguments.target, &arguments.signing)?;
    let digest = signing::digest(&signed);
    let predicate = match (given, arguments.report.as_deref()) {
        (Some(predicate), _) => predicate,
        (None, Some(report)) => scan_record::read(session, report, &digest)?,
        (None, None) => Value::Null,
    };
    predicate::check(uri, &predicate).map_err(|error| predicate_failure(&error))?;
    let name = match &signed {
        Signed::Image(image) => image.name(),
        Signed::File { name, .. } => name.clone(),
    };
    let bundles = arguments.signing.new_bundle_format;
    // Cosign writes the older version where it does not write bundles.
    let version = if bundles {
        STATEMENT_V1
    } else {
        STATEMENT_V0_1
    };
    let statement = Statement::new(version, &name, &digest, uri, predicate);
    let failed = |error| signing::failure(&error);
    let envelope = sign::envelope(&*signer, &statement).map_err(failed)?;
    let bundle = sign::bundle_of_envelope(signer.public_key(), &envelope).map_err(failed)?;
    let bytes = serde_json::to_vec(&envelope)
        .map_err(|error| Failure::new(format!("failed to write the attestation: {error}")))?;
    signing::write(arguments.output_attestation.as_deref(), &bytes)?;
    signing::write(arguments.signing.bundle.as_deref(), &bundle)?;
    match signed {
        Signed::File { .. } => {
            if arguments.output_attestation.is_none() && arguments.signing.bundle.is_none() {
                outputs::print(&format!("{}\n", String::from_utf8_lossy(&bytes)))?;
            }
        }
        Signed::Image(image) if arguments.signing.upload => {
            let (repository, subject) = (&image.repository, &image.subject);
            let place = if bundles {
                attach::attach_bundle(repository, subject, &bundle, uri, session.now)
            } else {
                let mode = match arguments.signing.registry_referrers_mode {
                    ReferrersMode::Legacy => Mode::Tag,
                    ReferrersMode::Oci11 => Mode::Referrer,
                };
                let layer = Layer::attestation(bytes, uri);
                attach::attach(repository, subject, Kind::Attestation, mode, &layer)
            }
            .map_err(|error| signing::attach_failure(&error))?;
            if !session.configuration.quiet {
                talk::note(&format!("attested {digest}: {place}"));
            }
        }
        Signed::Image(_) => {}
    }
    Ok(EXIT_ALLOWED)
}

/// Reads the predicate; SPDX in its other form is one text, as cosign has it.
fn read_predicate(path: &std::path::Path, uri: &str) -> Result<Value, Failure> {
    let bytes = input::read_at_most(path, PREDICATE_BYTES_MAX)?;
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(value),
        Err(error) => match String::from_utf8(bytes) {
            Ok(text) if uri == predicate::SPDX && text.contains("SPDXVersion:") => {
                Ok(Value::from(text))
            }
            _ => Err(Failure::new(format!(
                "failed to read the predicate {}: {error}",
                path.display()
            ))
            .hint("a predicate is JSON")),
        },
    }
}

fn predicate_failure(error: &PredicateError) -> Failure {
    let hint = match error {
        PredicateError::Type(_) => {
            let words: Vec<&str> = predicate::type_words().collect();
            format!("{}, or a URI", words.join(", "))
        }
        _ => "--type says what the document is, and the document has to be that".to_owned(),
    };
    Failure::new(format!("failed to {error}")).hint(hint)
}
