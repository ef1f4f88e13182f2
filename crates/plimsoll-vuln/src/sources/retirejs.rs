//! Retire.js' repository of JavaScript libraries: <https://github.com/RetireJS/retire.js>,
//! `jsrepository.json` in any of its versions, or `jsrepository-master.json` of which these are
//! made. Of several in one folder the plainest is read, as all say the same.
//!
//! A library that names its npm package, or whose own name is one, becomes that package; others
//! are kept as `pkg:generic/…` in lower case. What the repository finds in the content of files is
//! not used: a package is matched by name and version.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::constraints::{complement, intersection};
use crate::feed::batch::{Coverage, Seen};
use crate::feed::collect::Collected;
use crate::feed::{file_name, has_extension, ids, is_name, skipped, words};
use crate::schemes::scheme;
use crate::{
    AdvisorySource, Affected, Input, InputFile, Item, Range, Scope, Sink, SourceError, Status,
};

/// The source `retirejs`.
pub(super) struct Retirejs;

#[derive(Deserialize)]
struct Library {
    npmname: Option<String>,
    #[serde(rename = "basePurl")]
    base_purl: Option<String>,
    vulnerabilities: Option<Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
struct Vulnerability {
    /// In the master file; the others have one range a vulnerability.
    ranges: Option<Vec<Span>>,
    #[serde(rename = "atOrAbove")]
    at_or_above: Option<String>,
    below: Option<String>,
    excludes: Option<Vec<String>>,
    severity: Option<String>,
    cwe: Option<Vec<String>>,
    identifiers: Option<Identifiers>,
    summary: Option<String>,
}

#[derive(Deserialize)]
struct Span {
    #[serde(rename = "atOrAbove")]
    at_or_above: Option<String>,
    below: Option<String>,
    excludes: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
struct Identifiers {
    #[serde(rename = "CVE")]
    cve: Option<Vec<String>>,
    #[serde(rename = "githubID")]
    github_id: Option<String>,
    retid: Option<String>,
    issue: Option<String>,
    bug: Option<String>,
    #[serde(rename = "PR")]
    pr: Option<String>,
    summary: Option<String>,
}

impl AdvisorySource for Retirejs {
    fn id(&self) -> &'static str {
        "retirejs"
    }

    fn describe(&self) -> &'static str {
        "Retire.js' repository of JavaScript libraries (JSON)"
    }

    fn wants(&self, path: &str) -> bool {
        let name = file_name(path);
        name.starts_with("jsrepository")
            && has_extension(path, &["json"])
            && !name.contains("backdoored")
            && !name.contains("combined")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        let mut chosen: Option<InputFile> = None;
        let mut seen = Seen::default();
        while let Some(file) = seen.next_file(input, out)? {
            let better = chosen.as_ref().is_none_or(|chosen| {
                (file.path.len(), &file.path) < (chosen.path.len(), &chosen.path)
            });
            if better {
                chosen = Some(file);
            }
        }
        for item in chosen.iter().flat_map(read_file) {
            seen.pass(item, out);
        }
        seen.finish(Coverage::Nothing, out)
    }
}

fn read_file(file: &InputFile) -> Vec<Item> {
    let libraries: BTreeMap<String, serde_json::Value> = match serde_json::from_slice(&file.bytes) {
        Ok(libraries) => libraries,
        Err(error) => return vec![skipped(&file.path, error)],
    };
    // From version 3 on some files wrap the libraries.
    let libraries = match libraries.get("advisories") {
        Some(serde_json::Value::Object(inner)) => inner.clone().into_iter().collect(),
        _ => libraries,
    };
    let mut items = Vec::new();
    let mut collected = Collected::default();
    for (name, library) in libraries {
        if matches!(name.as_str(), "retire-example" | "dont check") || !library.is_object() {
            continue;
        }
        let place = format!("{}#{name}", file.path);
        let library: Library = match serde_json::from_value(library) {
            Ok(library) => library,
            Err(error) => {
                items.push(skipped(place, error));
                continue;
            }
        };
        let (scope, package) = package_of(&name, &library);
        if !is_name(&package) {
            items.push(skipped(place, "no proper name of a package"));
            continue;
        }
        for value in library.vulnerabilities.unwrap_or_default() {
            let outcome = serde_json::from_value::<Vulnerability>(value)
                .map_err(|error| error.to_string())
                .and_then(|found| collect(&mut collected, &name, (&scope, &package), &found));
            if let Err(reason) = outcome {
                items.push(skipped(&place, reason));
            }
        }
    }
    items.extend(collected.into_items());
    items
}

/// The package that a library is on npm, else a generic one.
fn package_of(name: &str, library: &Library) -> (Scope, String) {
    let npm = Scope::ecosystem("npm");
    if let Some(package) = &library.npmname {
        return (npm, package.clone());
    }
    if let Some(package) = library
        .base_purl
        .as_deref()
        .and_then(|purl| purl.strip_prefix("pkg:npm/"))
    {
        return (npm, package.replace("%40", "@"));
    }
    let may_be =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"@/-._~".contains(&byte);
    // The library called ember here is published under another name.
    match name {
        "ember" => (npm, "ember-source".to_owned()),
        _ if library.base_purl.is_none() && name.bytes().all(may_be) => (npm, name.to_owned()),
        _ => (Scope::ecosystem("generic"), name.to_lowercase()),
    }
}

fn collect(
    collected: &mut Collected,
    library: &str,
    (scope, package): (&Scope, &str),
    found: &Vulnerability,
) -> Result<(), String> {
    let mut ranges = Vec::new();
    for span in found.ranges.as_deref().unwrap_or_default() {
        ranges.extend(span_ranges(span)?);
    }
    if found.ranges.is_none() {
        ranges = span_ranges(&Span {
            at_or_above: found.at_or_above.clone(),
            below: found.below.clone(),
            excludes: found.excludes.clone(),
        })?;
    }
    let unnamed = Identifiers::default();
    let identifiers = found.identifiers.as_ref().unwrap_or(&unnamed);
    let end = ranges
        .last()
        .and_then(|range| range.fixed.clone())
        .unwrap_or_default();
    let (id, aliases, upstream) = ids_of(library, identifiers, &end)?;
    let record = collected.record(&id);
    record.aliases.extend(aliases);
    record.upstream.extend(upstream);
    ids::dedup(&mut record.aliases);
    ids::dedup(&mut record.upstream);
    record.vendor_severity = found.severity.clone().filter(|word| is_name(word));
    record.severity = record.vendor_severity.as_deref().and_then(words::severity);
    record
        .weaknesses
        .extend(ids::weaknesses(found.cwe.as_deref().unwrap_or_default()));
    record.weaknesses.sort();
    record.weaknesses.dedup();
    record.summary = identifiers
        .summary
        .as_deref()
        .or(found.summary.as_deref())
        .and_then(words::one_line);
    let known = record
        .affected
        .iter_mut()
        .find(|affected| affected.scope == *scope && affected.package == package);
    if let Some(known) = known {
        known.ranges.extend(ranges);
    } else {
        let mut affected = Affected::new(scope.clone(), package, Status::Affected);
        affected.ranges = ranges;
        record.affected.push(affected);
    }
    Ok(())
}

fn span_ranges(span: &Span) -> Result<Vec<Range>, String> {
    let proper = |version: Option<&String>| match version {
        Some(version) if !is_name(version) => Err("a range without a proper version".to_owned()),
        version => Ok(version.cloned()),
    };
    let mut ranges = vec![Range {
        introduced: proper(span.at_or_above.as_ref())?.filter(|version| version != "0"),
        fixed: Some(proper(span.below.as_ref())?.ok_or("a range without an end")?),
        ..Range::default()
    }];
    let scheme = scheme("npm").ok_or("its version scheme is missing")?;
    for version in span.excludes.iter().flatten() {
        let alone = [Range {
            introduced: Some(version.clone()),
            last_affected: Some(version.clone()),
            ..Range::default()
        }];
        ranges = complement(scheme, &alone)
            .and_then(|others| intersection(scheme, &ranges, &others))
            .map_err(|error| error.to_string())?;
    }
    Ok(ranges)
}

/// The id of a vulnerability, its aliases, and the ids of several vulnerabilities where it stands
/// for those. What has no public id is called by the library and whatever tells it from others.
fn ids_of(
    library: &str,
    identifiers: &Identifiers,
    end: &str,
) -> Result<(String, Vec<String>, Vec<String>), String> {
    let cves = ids::cves(&identifiers.cve.as_deref().unwrap_or_default().join(" "));
    let github = identifiers
        .github_id
        .as_deref()
        .filter(|id| id.starts_with("GHSA-") && is_name(id));
    if let [cve] = cves.as_slice() {
        let aliases = github.map(str::to_owned).into_iter().collect();
        return Ok((cve.clone(), aliases, Vec::new()));
    }
    if let Some(github) = github {
        return Ok((github.to_owned(), Vec::new(), cves));
    }
    let own = if let Some(retid) = &identifiers.retid {
        format!("RETIREJS-{retid}")
    } else {
        let told_by = [&identifiers.issue, &identifiers.bug, &identifiers.pr];
        let told_by = told_by
            .into_iter()
            .flatten()
            .next()
            .map_or(end, String::as_str);
        format!("RETIREJS-{library}-{told_by}")
    };
    if !is_name(&own) {
        return Err("no proper id".to_owned());
    }
    Ok((own, Vec::new(), cves))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    /// Libraries in the form of the repository, prose left out.
    const JSON: &str = r#"{
      "retire-example": {"vulnerabilities": [{"below": "0.0.2"}]},
      "jquery": {"npmname": "jquery", "vulnerabilities": [
        {"below": "1.12.0", "atOrAbove": "1.4.0", "severity": "medium", "cwe": ["CWE-79"],
         "identifiers": {"CVE": ["CVE-2015-9251"], "githubID": "GHSA-rmxg-73gg-4p98"}},
        {"below": "3.0.0-beta1", "atOrAbove": "1.12.3", "excludes": ["1.12.4-aem"],
         "severity": "medium", "identifiers": {"CVE": ["CVE-2015-9251"]}},
        {"below": "2.0", "identifiers": {"issue": "11290"}},
        {"severity": "low"}]},
      "moment.js": {"basePurl": "pkg:npm/moment", "vulnerabilities": [
        {"below": "2.29.2", "identifiers": {"CVE": ["CVE-2022-24785", "CVE-2022-1"],
         "retid": "7"}}]},
      "ExtJS": {"vulnerabilities": [{"below": "6.0", "identifiers": {"retid": "50"}}]},
      "react": {"vulnerabilities": [{"below": "0.14.0", "identifiers": {}}]},
      "odd": 7}"#;

    #[test]
    fn libraries_become_packages() {
        let mut items = Vec::new();
        Retirejs
            .read(&mut Files::one("jsrepository.json", JSON), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r#"
        skipped jsrepository.json#jquery: a range without an end
        CVE-2015-9251 aliases=GHSA-rmxg-73gg-4p98 cwe=CWE-79 severity=medium vendor="medium"
          npm jquery: Affected [1.4.0,1.12.0) [1.12.3,1.12.4-aem) (1.12.4-aem,3.0.0-beta1)
        CVE-2022-24785
          npm moment: Affected [,2.29.2)
        RETIREJS-50
          generic extjs: Affected [,6.0)
        RETIREJS-jquery-11290
          npm jquery: Affected [,2.0)
        RETIREJS-react-0.14.0
          npm react: Affected [,0.14.0)
        snapshot 2022-01-01
        "#);
    }
}
