//! From the form to the domain: every reference resolved, every word of a closed set known.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use plimsoll_model::{
    AdvisorySet, AdvisorySnapshot, Compliance, Cvss, Digest, Distribution, Ecosystem, Excepted,
    Finding, FindingKind, Fix, FixState, How, Inventory, Layer, Location, Mode, Outcome,
    OwnedPackage, Package, PackageIndex, Part, Platform, Purl, Reason, Report, RuleOutcome,
    RuleResult, Severity, SourcePackage, Stage, State, Target, TargetKind, Tool, Unknown, Verdict,
    VexStatus,
};
use serde::Deserialize;

use super::form::{self, Text};
use super::{REPORT_BYTES_MAX, SCHEMA, SCHEMA_NAME};

/// A report that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Past the limit on size.
    #[error("read report: {bytes} bytes are more than the limit of {REPORT_BYTES_MAX}")]
    TooLarge { bytes: usize },
    /// No report at all.
    #[error("read report: no key `schema` with `{SCHEMA}`")]
    NotAReport,
    /// A report of another major version, or another document of ours.
    #[error("read report: schema is `{schema}`, this version of plimsoll reads `{SCHEMA}`")]
    Schema { schema: String },
    /// Not JSON, or not of the form.
    #[error("read report: {0}")]
    Json(String),
    /// A value that means nothing, with its place in the document.
    #[error("read report: {place}: {reason}")]
    Value { place: String, reason: String },
}

#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

/// The key `schema`, where the bytes are JSON and have it.
pub(super) fn schema_of(bytes: &[u8]) -> Option<String> {
    serde_json::from_slice::<Head>(bytes).ok()?.schema
}

pub(super) fn read(bytes: &[u8]) -> Result<Report, ReadError> {
    if bytes.len() > REPORT_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let json = |error: serde_json::Error| ReadError::Json(error.to_string());
    // The version first: what a later version changed must not be reported as a broken file.
    let head: Head = serde_json::from_slice(bytes).map_err(json)?;
    match head.schema {
        Some(schema) if schema == SCHEMA => {}
        Some(schema) if schema.starts_with(SCHEMA_NAME) => {
            return Err(ReadError::Schema { schema });
        }
        _ => return Err(ReadError::NotAReport),
    }
    report(serde_json::from_slice(bytes).map_err(json)?)
}

/// The error for a value that means nothing.
fn wrong(place: impl Into<String>, reason: impl Display) -> ReadError {
    ReadError::Value {
        place: place.into(),
        reason: reason.to_string(),
    }
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(Text::into_owned)
}

fn all_owned(texts: Vec<Text<'_>>) -> Vec<String> {
    texts.into_iter().map(Text::into_owned).collect()
}

fn parse<T: FromStr<Err: Display>>(place: &str, text: &str) -> Result<T, ReadError> {
    text.parse().map_err(|error: T::Err| wrong(place, error))
}

fn maybe<T: FromStr<Err: Display>>(
    place: &str,
    text: Option<&Text<'_>>,
) -> Result<Option<T>, ReadError> {
    text.map(|text| parse(place, text)).transpose()
}

/// A word of a closed set.
fn word<T: Copy>(
    place: &str,
    text: &str,
    all: &[T],
    spelling: fn(T) -> &'static str,
) -> Result<T, ReadError> {
    all.iter()
        .copied()
        .find(|value| spelling(*value) == text)
        .ok_or_else(|| wrong(place, format!("`{text}` is not known")))
}

/// Package ids to their positions.
type Ids = BTreeMap<String, PackageIndex>;

fn refer(place: &str, ids: &Ids, id: &str) -> Result<PackageIndex, ReadError> {
    ids.get(id)
        .copied()
        .ok_or_else(|| wrong(place, format!("package `{id}` is not listed")))
}

fn report(form: form::Report<'_>) -> Result<Report, ReadError> {
    let mut ids = Ids::new();
    let mut packages = Vec::with_capacity(form.packages.len());
    for (index, entry) in form.packages.into_iter().enumerate() {
        let place = format!("packages[{index}]");
        let id = entry.id.as_deref().map(str::to_owned);
        packages.push(package(&place, entry)?);
        if let Some(id) = id
            && ids.insert(id.clone(), PackageIndex(index)).is_some()
        {
            return Err(wrong(place, format!("id `{id}` is given twice")));
        }
    }
    let inventory = Inventory {
        target: target(form.target)?,
        layers: indexed("layers", form.layers, layer)?,
        packages,
        owned: indexed("owned", form.owned, |place, entry| {
            Ok(OwnedPackage {
                owner: refer(place, &ids, &entry.owner)?,
                package: package(place, entry.package)?,
            })
        })?,
        objects: form.objects,
        unknowns: indexed("unknowns", form.unknowns, unknown)?,
    };
    Ok(Report {
        tool: Tool {
            name: form.tool.name.into_owned(),
            version: form.tool.version.into_owned(),
        },
        inventory,
        findings: indexed("findings", form.findings, |place, entry| {
            finding(place, entry, &ids)
        })?,
        compliance: form.compliance.map(compliance).transpose()?,
        advisories: form.advisories.map(advisories).transpose()?,
        verdict: form.verdict.map(verdict).transpose()?,
    })
}

/// Reads each entry of a list, telling it its place.
fn indexed<F, T>(
    list: &str,
    entries: Vec<F>,
    mut read: impl FnMut(&str, F) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    entries
        .into_iter()
        .enumerate()
        .map(|(index, entry)| read(&format!("{list}[{index}]"), entry))
        .collect()
}

fn target(form: form::Target<'_>) -> Result<Target, ReadError> {
    let platform = form
        .platform
        .map(|text| {
            Platform::parse(&text).ok_or_else(|| {
                wrong(
                    "target.platform",
                    format!("`{text}` is not os/architecture"),
                )
            })
        })
        .transpose()?;
    Ok(Target {
        kind: word(
            "target.kind",
            &form.kind,
            &TargetKind::ALL,
            TargetKind::as_str,
        )?,
        name: form.name.into_owned(),
        digest: maybe("target.digest", form.digest.as_ref())?,
        platform,
        os: form.os.map(distribution).transpose()?,
    })
}

fn distribution(form: form::Os<'_>) -> Result<Distribution, ReadError> {
    Ok(Distribution {
        eol: maybe("target.os.eol", form.eol.as_ref())?,
        id: form.id.into_owned(),
        id_like: all_owned(form.id_like),
        version_id: owned(form.version_id),
        codename: owned(form.codename),
        pretty_name: owned(form.pretty_name),
    })
}

fn layer(place: &str, form: form::Layer<'_>) -> Result<Layer, ReadError> {
    Ok(Layer {
        digest: maybe(place, form.digest.as_ref())?,
        diff_id: parse(place, &form.diff_id)?,
        created: maybe(place, form.created.as_ref())?,
        created_by: owned(form.created_by),
        size_bytes: form.size_bytes,
        base: form.base,
    })
}

pub(crate) fn package(place: &str, form: form::Package<'_>) -> Result<Package, ReadError> {
    Ok(Package {
        purl: parse::<Purl>(place, &form.purl)?,
        part: word(place, &form.part, &Part::ALL, Part::as_str)?,
        state: word(place, &form.state, &State::ALL, State::as_str)?,
        locations: locations(place, form.locations)?,
        ecosystem: Ecosystem::new(&form.ecosystem),
        namespace: owned(form.namespace),
        name: form.name.into_owned(),
        version: form.version.into_owned(),
        arch: owned(form.arch),
        source: form.source.map(|source| SourcePackage {
            name: source.name.into_owned(),
            version: source.version.into_owned(),
        }),
        licenses: all_owned(form.licenses),
        cataloger: form.cataloger.into_owned().into(),
        module: owned(form.module),
    })
}

fn locations(place: &str, form: Vec<form::Location<'_>>) -> Result<Vec<Location>, ReadError> {
    form.into_iter()
        .map(|location| {
            Ok(Location {
                layer: layer_id(place, location.layer.as_ref())?,
                path: location.path.into_owned(),
                line: location.line,
                column: location.column,
            })
        })
        .collect()
}

fn layer_id(place: &str, text: Option<&Text<'_>>) -> Result<Option<Digest>, ReadError> {
    maybe(place, text)
}

fn finding(place: &str, form: form::Finding<'_>, ids: &Ids) -> Result<Finding, ReadError> {
    Ok(Finding {
        kind: word(place, &form.kind, &FindingKind::ALL, FindingKind::as_str)?,
        severity: word(
            place,
            &form.severity,
            &Severity::WORST_FIRST,
            Severity::as_str,
        )?,
        package: form.package.map(|id| refer(place, ids, &id)).transpose()?,
        locations: locations(place, form.locations)?,
        fix: form.fix.map(|form| fix(place, form)).transpose()?,
        published: maybe(place, form.published.as_ref())?,
        excepted: form
            .excepted
            .map(|form| excepted(place, form))
            .transpose()?,
        id: form.id.into_owned(),
        fingerprint: form.fingerprint.into_owned(),
        aliases: all_owned(form.aliases),
        vendor_severity: owned(form.vendor_severity),
        title: form.title.into_owned(),
        subject: owned(form.subject),
        detail: owned(form.detail),
        how: form.how.map(how),
        also: form.also.into_iter().map(how).collect(),
        cvss: form.cvss.into_iter().map(cvss).collect(),
        known_exploited: form.known_exploited,
        epss: form.epss,
        weaknesses: all_owned(form.weaknesses),
        mend: owned(form.mend),
    })
}

fn fix(place: &str, form: form::Fix<'_>) -> Result<Fix, ReadError> {
    Ok(Fix {
        state: word(place, &form.state, &FixState::ALL, FixState::as_str)?,
        versions: all_owned(form.versions),
        available: maybe(place, form.available.as_ref())?,
    })
}

fn how(form: form::How<'_>) -> How {
    How {
        source: form.source.into_owned(),
        record: owned(form.record),
        range: form.range.into_owned(),
        scheme: form.scheme.into_owned(),
        compared: owned(form.compared),
        scope: owned(form.scope),
    }
}

fn cvss(form: form::Cvss<'_>) -> Cvss {
    Cvss {
        version: form.version.into_owned(),
        vector: form.vector.into_owned(),
        score: form.score,
        source: owned(form.source),
    }
}

fn excepted(place: &str, form: form::Excepted<'_>) -> Result<Excepted, ReadError> {
    Ok(Excepted {
        expires: maybe(place, form.expires.as_ref())?,
        vex: form
            .vex
            .map(|status| word(place, &status, &VexStatus::ALL, VexStatus::as_str))
            .transpose()?,
        by: form.by.into_owned(),
        owner: owned(form.owner),
        reason: owned(form.reason),
    })
}

fn unknown(place: &str, form: form::Unknown<'_>) -> Result<Unknown, ReadError> {
    Ok(Unknown {
        layer: layer_id(place, form.layer.as_ref())?,
        path: owned(form.path),
        reason: form.reason.into_owned(),
    })
}

fn advisories(form: form::Advisories<'_>) -> Result<AdvisorySet, ReadError> {
    Ok(AdvisorySet {
        digest: parse("advisories.digest", &form.digest)?,
        sources: indexed("advisories.sources", form.sources, |place, source| {
            Ok(AdvisorySnapshot {
                snapshot: maybe(place, source.snapshot.as_ref())?,
                name: source.name.into_owned(),
                records: source.records,
                coverage: owned(source.coverage),
            })
        })?,
    })
}

fn compliance(form: form::Compliance<'_>) -> Result<Compliance, ReadError> {
    Ok(Compliance {
        benchmark: form.benchmark.into_owned(),
        title: form.title.into_owned(),
        profile: owned(form.profile),
        score: form.score,
        rules: indexed("compliance.rules", form.rules, |place, rule| {
            Ok(RuleResult {
                outcome: word(place, &rule.result, &RuleOutcome::ALL, RuleOutcome::as_str)?,
                id: rule.id.into_owned(),
                title: rule.title.into_owned(),
                findings: rule.findings,
                excepted: rule.excepted,
                checks: all_owned(rule.checks),
                note: owned(rule.note),
            })
        })?,
    })
}

fn verdict(form: form::Verdict<'_>) -> Result<Verdict, ReadError> {
    Ok(Verdict {
        outcome: word(
            "verdict.outcome",
            &form.outcome,
            &Outcome::ALL,
            Outcome::as_str,
        )?,
        stage: word("verdict.stage", &form.stage, &Stage::ALL, Stage::as_str)?,
        policy: form.policy.into_owned(),
        policy_digest: maybe("verdict.policy_digest", form.policy_digest.as_ref())?,
        reasons: indexed("verdict.reasons", form.reasons, |place, reason| {
            Ok(Reason {
                mode: word(place, &reason.mode, &Mode::ALL, Mode::as_str)?,
                rule: reason.rule.into_owned(),
                finding: owned(reason.finding),
                message: reason.message.into_owned(),
            })
        })?,
        notes: all_owned(form.notes),
    })
}
