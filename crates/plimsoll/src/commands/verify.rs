//! `verify`: whether an image or a file is signed by whom it should be.

mod expect;
mod file;
mod forms;
mod report;

use std::path::{Path, PathBuf};

use plimsoll_image::registry::{Reference, Repository};
use plimsoll_model::Digest;
use plimsoll_trust::answer::{Answer, Outcome, verify_image};
use plimsoll_trust::refusal::Fault;
use plimsoll_trust::verify::{Expectation, Signer};

use crate::cli::VerifyArgs;
use crate::commands::{EXIT_ALLOWED, EXIT_DENIED};
use crate::failure::Failure;
use crate::session::Session;
use crate::{talk, target};

use self::report::{Report, Subject};

/// Exit code for what could not be told.
const EXIT_UNCLEAR: u8 = 1;

pub fn run(session: &Session, arguments: &VerifyArgs) -> Result<u8, Failure> {
    let forms = forms::Forms::parse(arguments)?;
    let roots = expect::roots(arguments)?;
    let expected = expect::expectation(arguments, roots.as_ref())?;
    let has_file_flags = arguments.bundle.is_some() || arguments.signature.is_some();
    let (subject, answer) = match named(&arguments.subject) {
        Named::Image(name) if !has_file_flags => image(session, &name, arguments, &expected)?,
        Named::Image(name) => {
            return Err(Failure::new(format!("failed to open {name}: no such file"))
                .hint("`--bundle` and `--signature` go with a file or a digest; an image has its signatures at the registry"));
        }
        Named::File(path) => file::verify(&path, arguments, &expected)?,
        Named::Digest(digest) => file::verify_digest(&digest, arguments, &expected)?,
    };
    let report = Report {
        subject,
        expected: &expected,
        answer: &answer,
    };
    forms.write(&report)?;
    if !session.configuration.quiet
        && let Some(hint) = hint(&answer, &expected)
    {
        talk::note(&format!("hint: {hint}"));
    }
    Ok(match answer.outcome() {
        Outcome::Verified => EXIT_ALLOWED,
        Outcome::Refused => session.configuration.exit_code.unwrap_or(EXIT_DENIED),
        Outcome::Unclear => EXIT_UNCLEAR,
    })
}

/// What to do next, where nothing counts.
fn hint(answer: &Answer, expected: &Expectation<'_>) -> Option<&'static str> {
    if answer.outcome() != Outcome::Refused {
        return None;
    }
    let has = |fault| {
        let refusals = answer
            .checked
            .iter()
            .filter_map(|one| one.result.as_ref().err());
        refusals.into_iter().any(|refusal| refusal.fault == fault)
    };
    if answer.checked.is_empty() {
        Some("sign it with `plimsoll sign` or cosign, or ask for an attestation by `--type`")
    } else if has(Fault::NoLogEntry) && matches!(expected.signer, Signer::Key(_)) {
        Some("`--insecure-ignore-tlog` takes a signature by a key without the log's word")
    } else if has(Fault::UnknownLog) || has(Fault::UntrustedCertificate) {
        Some("another Sigstore than the public one is named by `--trusted-root FILE`")
    } else {
        None
    }
}

enum Named {
    Image(String),
    File(PathBuf),
    Digest(Digest),
}

/// What the user means: a digest, an existing path, else an image.
fn named(text: &str) -> Named {
    if let Some(name) = text.strip_prefix("registry:") {
        return Named::Image(name.to_owned());
    }
    if let Some(path) = text.strip_prefix("file:") {
        return Named::File(PathBuf::from(path));
    }
    if let Ok(digest) = text.parse() {
        return Named::Digest(digest);
    }
    let path = Path::new(text);
    if path.exists() {
        Named::File(path.to_owned())
    } else {
        Named::Image(text.to_owned())
    }
}

fn image(
    session: &Session,
    name: &str,
    arguments: &VerifyArgs,
    expected: &Expectation<'_>,
) -> Result<(Subject, Answer), Failure> {
    let reference: Reference = name.parse().map_err(|error| {
        Failure::new(format!("failed to {error}"))
            .hint("a path that exists, an image as registry.example/shop/cart:2.3, or a digest")
    })?;
    if session.configuration.offline {
        return Err(
            Failure::new(format!("failed to reach {reference}: --offline forbids it")).hint(
                "leave --offline away: nothing but the registry that you name is asked anyway",
            ),
        );
    }
    let options = target::registry_options(session, &arguments.registry)?;
    let repository = Repository::for_reading(&reference, &options)
        .map_err(|error| target::open_failure(&error))?;
    let document = repository
        .manifest(&reference.version())
        .map_err(|error| target::open_failure(&error))?
        .ok_or_else(|| {
            Failure::new(format!(
                "failed to open {reference}: the registry has no such image"
            ))
            .hint("check the spelling of repository and tag")
        })?;
    let answer = verify_image(&repository, &document.digest, expected);
    let subject = Subject {
        kind: "image",
        name: Some(reference.to_string()),
        digest: document.digest,
    };
    Ok((subject, answer))
}
