//! A defect as a finding: identity, words, place.

use plimsoll_model::{Finding, FindingKind, Location};
use xxhash_rust::xxh3::Xxh3;

use crate::check::{Check, Defect};
use crate::options::Options;
use plimsoll_object::allow::Allowances;
use plimsoll_object::object::Object;

/// What a check says of an object, as a finding with its allowance.
pub fn finding(
    check: &Check,
    object: &Object<'_>,
    file: &str,
    defect: &Defect,
    allowances: &Allowances,
    options: Options<'_>,
) -> Finding {
    let subject = match &defect.container {
        Some(name) => format!("{}, container {name}", object.display()),
        None => object.display(),
    };
    let clean = |text: &str| plimsoll_model::text::clean(text).into_owned();
    let (subject, detail) = (clean(&subject), clean(&defect.detail));
    let title = match detail.as_str() {
        "" => format!("{subject}: {}", check.title),
        detail => format!("{subject}: {} ({detail})", check.title),
    };
    let mut finding = Finding::new(
        FindingKind::Configuration,
        check.id,
        fingerprint(check, object, file, defect),
        check.severity,
        title,
    );
    finding.subject = Some(subject);
    finding.detail = Some(detail).filter(|detail| !detail.is_empty());
    finding.aliases = check
        .aliases
        .iter()
        .map(|&alias| alias.to_owned())
        .collect();
    finding.aliases.sort();
    finding.mend = Some(check.mend.to_owned());
    finding.locations = vec![Location {
        line: Some(defect.at.line),
        column: Some(defect.at.column),
        ..Location::file(file)
    }];
    finding.excepted = allowances.excepted(
        |id| finding.is_called(id),
        defect.at.line,
        file,
        options.today,
    );
    finding
}

fn fingerprint(check: &Check, object: &Object<'_>, file: &str, defect: &Defect) -> String {
    let mut hash = Xxh3::new();
    let container = defect.container.as_deref().unwrap_or_default();
    for part in [
        check.id,
        object.group(),
        object.kind,
        object.namespace,
        object.name,
        container,
        &defect.field,
        &defect.detail,
    ] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    // A file may hold nameless objects: what has no name of its own is known by its file.
    if object.name.is_empty() {
        hash.update(file.as_bytes());
    }
    format!("{:032x}", hash.digest128())
}
