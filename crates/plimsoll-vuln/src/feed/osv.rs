//! Records of the OSV schema: <https://ossf.github.io/osv-schema/>, 1.7 and older.
//!
//! One reader for every feed of that form. Beside the schema it knows the habits of the larger
//! databases: errata of rpm distributions name the CVEs they mend in `related` and the severity in
//! the first word of the summary; RustSec marks what is no vulnerability (`informational`); GitHub
//! bounds open ranges by `last_known_affected_version_range`; Go keeps versions that its proxy does
//! not know in `custom_ranges`.
//!
//! Ranges of Git commits are not read: nothing that is scanned carries commits.

use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;
use serde_json::value::RawValue;

use plimsoll_model::Severity;

use super::osv_affected::Statements;
use super::osv_schema::{Osv, OsvSeverity};
use super::{dates, has_extension, ids, is_name, skipped, words, yaml};
use crate::{CvssVector, InputFile, Item, Record};

/// What a source expects of its OSV records.
pub(crate) struct Flavor {
    /// Beginnings of the ids that belong to the source; none for all.
    pub ids: &'static [&'static str],
    /// Who made the CVSS ratings; else the beginning of the id says.
    pub rated_by: Option<&'static str>,
}

/// Whether a file can hold OSV records.
pub(crate) fn wants(path: &str) -> bool {
    has_extension(path, &["json", "jsonl", "yaml", "yml"])
        && !path.split('/').any(|part| part.starts_with('.'))
}

/// Reads a file: one record as JSON or YAML, an array of records, or one record a line.
pub(crate) fn read_file(file: &InputFile, flavor: &Flavor) -> Vec<Item> {
    if has_extension(&file.path, &["yaml", "yml"]) {
        return match yaml::parse::<Osv>(&file.bytes) {
            Ok(osv) => convert(osv, &file.path, flavor),
            Err(reason) => vec![skipped(&file.path, reason)],
        };
    }
    let first = file.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let records: Result<Vec<&RawValue>, serde_json::Error> = if first == Some(&b'[') {
        serde_json::from_slice(&file.bytes)
    } else {
        serde_json::Deserializer::from_slice(&file.bytes)
            .into_iter()
            .collect()
    };
    let records = match records {
        Ok(records) => records,
        Err(error) => return vec![skipped(&file.path, error)],
    };
    let alone = records.len() == 1;
    let read = |(index, raw): (usize, &&RawValue)| match serde_json::from_str::<Osv>(raw.get()) {
        Ok(osv) => convert(osv, &file.path, flavor),
        Err(error) if alone => vec![skipped(&file.path, error)],
        Err(error) => vec![skipped(format!("{}[{index}]", file.path), error)],
    };
    records.par_iter().enumerate().flat_map_iter(read).collect()
}

/// The items that a record means.
fn convert(osv: Osv, path: &str, flavor: &Flavor) -> Vec<Item> {
    if !is_name(&osv.id) {
        return vec![skipped(path, "a record without a proper id")];
    }
    if !flavor.ids.is_empty() && !flavor.ids.iter().any(|start| osv.id.starts_with(start)) {
        let expected = flavor.ids.join("…, ");
        return vec![skipped(
            path,
            format!("record {}, expected {expected}…", osv.id),
        )];
    }
    let rated_by = flavor
        .rated_by
        .map_or_else(|| owner(&osv.id), str::to_owned);
    let mut record = Record::new(osv.id.clone());
    record.published = osv.published.as_deref().and_then(dates::timestamp);
    record.modified = osv.modified.as_deref().and_then(dates::timestamp);
    record.withdrawn = osv.withdrawn.as_deref().and_then(dates::timestamp);
    record.aliases = names(osv.aliases);
    record.aliases.retain(|alias| *alias != record.id);
    record.upstream = names(osv.upstream);
    record.summary = osv
        .summary
        .as_deref()
        .filter(|summary| !summary.trim().is_empty())
        .or(osv.details.as_deref())
        .and_then(words::one_line);
    rate(
        &mut record,
        osv.severity.as_deref().unwrap_or_default(),
        &rated_by,
    );
    if let Some(specific) = &osv.database_specific {
        record.vendor_severity = record
            .vendor_severity
            .or_else(|| specific.severity_word().map(str::to_owned));
        record.weaknesses = specific.weaknesses();
    }

    let mut statements = Statements::new(path, &record);
    for affected in osv.affected.unwrap_or_default() {
        rate(
            &mut record,
            affected.severity.as_deref().unwrap_or_default(),
            &rated_by,
        );
        statements.add(&affected);
    }
    let outcome = statements.finish();
    record.affected = outcome.affected;
    let related = names(osv.related);
    if outcome.is_distribution && !erratum(&mut record, &related) {
        return outcome.items;
    }
    if record.id.starts_with("MAL-") {
        record.severity = Some(Severity::Critical);
        record.vendor_severity = Some("malicious".to_owned());
    } else {
        record.severity = record.vendor_severity.as_deref().and_then(words::severity);
    }
    record.cvss.sort();
    record.cvss.dedup();
    let mut items = outcome.items;
    if !(outcome.only_informational && record.affected.is_empty()) {
        items.push(Item::Advisory(Box::new(record)));
    }
    items
}

/// What an erratum of a distribution says in its own way. `false` when it mends no vulnerability
/// at all (`ALBA`, `RHEA`: bug fixes and new packages), which is no advisory for us.
fn erratum(record: &mut Record, related: &[String]) -> bool {
    if record.aliases.is_empty() && record.upstream.is_empty() {
        record.upstream = related
            .iter()
            .filter(|id| ids::is_cve(id))
            .cloned()
            .collect();
    }
    let kind = record.id.split('-').next().unwrap_or_default();
    let is_update = kind.ends_with("BA") || kind.ends_with("EA");
    if is_update && record.upstream.is_empty() && record.aliases.is_empty() {
        return false;
    }
    let summary = record.summary.clone().unwrap_or_default();
    if record.vendor_severity.is_none() {
        record.vendor_severity = summary
            .split_once(':')
            .map(|(word, _)| word)
            .filter(|word| words::severity(word).is_some())
            .map(str::to_owned);
    }
    let stream = module_stream(&summary);
    // A notice is published with its fixes; an entry about a CVE (`DEBIAN-CVE-…`) is not.
    let fixed_on = record
        .published
        .filter(|_| !record.upstream.is_empty() && !record.id.contains("CVE-"))
        .map(dates::day_of);
    for affected in &mut record.affected {
        let fixes = || {
            affected
                .ranges
                .iter()
                .filter_map(|range| range.fixed.as_deref())
        };
        if fixes().any(|version| version.contains(".module")) {
            affected.module.clone_from(&stream);
        }
        if fixes().next().is_some() {
            affected.fix_available = fixed_on;
        }
    }
    true
}

/// `nodejs:18` in "Important: nodejs:18 security update".
fn module_stream(summary: &str) -> Option<String> {
    static STREAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|[ :])([A-Za-z0-9][A-Za-z0-9+._-]*:[A-Za-z0-9][A-Za-z0-9._-]*)").ok()
    });
    let stream = STREAM.as_ref()?.captures(summary)?.get(1)?;
    Some(stream.as_str().to_owned())
}

/// Adds ratings: vectors, and the word of a vendor that rates in words.
fn rate(record: &mut Record, ratings: &[OsvSeverity], rated_by: &str) {
    for rating in ratings {
        if rating.score.len() > 512 {
            continue;
        }
        if rating.kind.starts_with("CVSS_V") {
            record.cvss.push(CvssVector {
                vector: rating.score.clone(),
                rated_by: Some(rated_by.to_owned()),
            });
        } else if record.vendor_severity.is_none() && is_name(&rating.score) {
            record.vendor_severity = Some(rating.score.clone());
        }
    }
}

/// `GHSA-…` is `ghsa`.
fn owner(id: &str) -> String {
    id.split(['-', ':'])
        .next()
        .unwrap_or(id)
        .to_ascii_lowercase()
}

fn names(list: Option<Vec<String>>) -> Vec<String> {
    let mut names = list.unwrap_or_default();
    names.retain(|name| is_name(name));
    ids::dedup(&mut names);
    names
}
