//! `sign`: a signature for an image in a registry, or for a file.

use std::collections::BTreeMap;

use plimsoll_trust::attach::{self, Kind, Layer, Mode};
use plimsoll_trust::dsse::encode_base64;
use plimsoll_trust::predicate;
use plimsoll_trust::sign::{self, Signer};
use plimsoll_trust::statement::{STATEMENT_V1, Statement};
use serde_json::json;

use crate::cli::{ReferrersMode, SignArgs};
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::session::Session;
use crate::signing::{self, Signed, SignedImage};
use crate::{outputs, talk};

pub fn run(session: &Session, arguments: &SignArgs) -> Result<u8, Failure> {
    let annotations = annotations(&arguments.annotations)?;
    // A key that cannot be used is told before anything is asked of a registry.
    let signer = signing::signer(&arguments.signing)?;
    match signing::find(session, &arguments.target, &arguments.signing)? {
        Signed::Image(image) => {
            let found = if arguments.signing.new_bundle_format {
                bundled(session, arguments, &*signer, &image, &annotations)?
            } else {
                simple(arguments, &*signer, &image, &annotations)?
            };
            if let Some(place) = found
                && !session.configuration.quiet
            {
                talk::note(&format!("signed {}: {place}", image.subject.digest));
            }
        }
        Signed::File { bytes, .. } => {
            if !annotations.is_empty() {
                return Err(Failure::new("failed to sign a file with --annotations")
                    .hint("what is said of a file is for `plimsoll attest`"));
            }
            file(arguments, &*signer, &bytes)?;
        }
    }
    Ok(EXIT_ALLOWED)
}

fn annotations(said: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    said.iter()
        .map(|text| {
            text.split_once('=')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .ok_or_else(|| {
                    Failure::new(format!("failed to read `--annotations {text}`")).hint("KEY=VALUE")
                })
        })
        .collect()
}

/// Cosign's first form: a small document that names the image, and its signature.
fn simple(
    arguments: &SignArgs,
    signer: &dyn Signer,
    image: &SignedImage,
    annotations: &BTreeMap<String, String>,
) -> Result<Option<String>, Failure> {
    if arguments.signing.bundle.is_some() {
        return Err(Failure::new("failed to write a bundle of this form")
            .hint("add --new-bundle-format, or take --output-signature and --output-payload"));
    }
    let failed = |error| signing::failure(&error);
    let payload =
        sign::payload(&image.name(), &image.subject.digest, annotations).map_err(failed)?;
    let signature = sign::sign(signer, &payload).map_err(failed)?;
    signing::write(arguments.output_payload.as_deref(), &payload)?;
    write_signature(arguments, &signature)?;
    if !arguments.signing.upload {
        return Ok(None);
    }
    let mode = match arguments.signing.registry_referrers_mode {
        ReferrersMode::Legacy => Mode::Tag,
        ReferrersMode::Oci11 => Mode::Referrer,
    };
    let layer = Layer::signature(payload, &signature);
    attach::attach(
        &image.repository,
        &image.subject,
        Kind::Signature,
        mode,
        &layer,
    )
    .map(Some)
    .map_err(|error| signing::attach_failure(&error))
}

/// A bundle: a statement that says nothing but which image it is about.
fn bundled(
    session: &Session,
    arguments: &SignArgs,
    signer: &dyn Signer,
    image: &SignedImage,
    annotations: &BTreeMap<String, String>,
) -> Result<Option<String>, Failure> {
    let failed = |error| signing::failure(&error);
    let mut statement = Statement::new(
        STATEMENT_V1,
        &image.name(),
        &image.subject.digest,
        predicate::SIGNATURE,
        json!({}),
    );
    if let Some(subject) = statement.subject.first_mut() {
        let annotations = annotations.iter();
        subject.annotations = annotations
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect();
    }
    let envelope = sign::envelope(signer, &statement).map_err(failed)?;
    let bundle = sign::bundle_of_envelope(signer.public_key(), &envelope).map_err(failed)?;
    if let Some(signature) = envelope.signatures.first() {
        signing::write(
            arguments.output_signature.as_deref(),
            signature.sig.as_bytes(),
        )?;
    }
    signing::write(
        arguments.output_payload.as_deref(),
        &statement_bytes(&envelope),
    )?;
    signing::write(arguments.signing.bundle.as_deref(), &bundle)?;
    if !arguments.signing.upload {
        return Ok(None);
    }
    attach::attach_bundle(
        &image.repository,
        &image.subject,
        &bundle,
        predicate::SIGNATURE,
        session.now,
    )
    .map(Some)
    .map_err(|error| signing::attach_failure(&error))
}

fn statement_bytes(envelope: &plimsoll_trust::dsse::Envelope) -> Vec<u8> {
    plimsoll_trust::dsse::decode_base64(&envelope.payload).unwrap_or_default()
}

/// A detached signature: on standard output, unless it was asked for elsewhere.
fn file(arguments: &SignArgs, signer: &dyn Signer, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error| signing::failure(&error);
    let signature = sign::sign(signer, bytes).map_err(failed)?;
    if let Some(path) = &arguments.signing.bundle {
        let bundle =
            sign::bundle_of_message(signer.public_key(), bytes, &signature).map_err(failed)?;
        signing::write(Some(path), &bundle)?;
    }
    signing::write(arguments.output_payload.as_deref(), bytes)?;
    write_signature(arguments, &signature)?;
    if arguments.signing.bundle.is_none() && arguments.output_signature.is_none() {
        outputs::print(&format!("{}\n", encode_base64(&signature)))?;
    }
    Ok(())
}

fn write_signature(arguments: &SignArgs, signature: &[u8]) -> Result<(), Failure> {
    let text = encode_base64(signature);
    signing::write(arguments.output_signature.as_deref(), text.as_bytes())
}
