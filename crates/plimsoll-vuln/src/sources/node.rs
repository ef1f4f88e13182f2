//! The advisories of Node's security working group:
//! <https://github.com/nodejs/security-wg/tree/main/vuln>, JSON: npm packages (until 2020) and the
//! runtime, `pkg:generic/node`.
//!
//! The files about the runtime name whole branches as vulnerable and tell the fixes apart; what is
//! affected is the one without the other. Those about the libraries that the runtime bundles say
//! why it is not affected. The index files repeat the others and are not read.

use serde::Deserialize;

use crate::constraints::{self, complement, intersection};
use crate::feed::batch::{Coverage, each_file};
use crate::feed::bounds::plain_ends;
use crate::feed::{dates, file_name, has_extension, ids, is_name, skipped, words};
use crate::schemes::scheme;
use crate::{
    AdvisorySource, Affected, CvssVector, Input, InputFile, Item, Range, Record, Scope, Sink,
    SourceError, Status, VersionScheme,
};

/// The source `node`.
pub(super) struct Node;

/// Of the three kinds of files, all fields that are read.
#[derive(Deserialize)]
struct Advisory {
    module_name: Option<String>,
    title: Option<String>,
    description: Option<String>,
    #[serde(alias = "cve")]
    cves: Option<Vec<String>>,
    publish_date: Option<String>,
    updated_at: Option<String>,
    vulnerable_versions: Option<String>,
    patched_versions: Option<String>,
    vulnerable: Option<String>,
    patched: Option<String>,
    severity: Option<String>,
    cvss_vector: Option<String>,
    reason: Option<String>,
}

/// What a file is about, by its folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Npm,
    Runtime,
    Bundled,
}

impl AdvisorySource for Node {
    fn id(&self) -> &'static str {
        "node"
    }

    fn describe(&self) -> &'static str {
        "Advisories of Node's security working group: old npm packages, and the runtime (JSON)"
    }

    fn wants(&self, path: &str) -> bool {
        kind_of(path).is_some() && has_extension(path, &["json"]) && number_of(path).is_some()
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| {
            vec![read_file(file).unwrap_or_else(|reason| skipped(&file.path, reason))]
        })?
        .finish(Coverage::Nothing, out)
    }
}

fn kind_of(path: &str) -> Option<Kind> {
    match path.rsplit('/').nth(1)? {
        "npm" => Some(Kind::Npm),
        "core" => Some(Kind::Runtime),
        "deps" => Some(Kind::Bundled),
        _ => None,
    }
}

/// `100.json` is 100.
fn number_of(path: &str) -> Option<u32> {
    file_name(path).split('.').next()?.parse().ok()
}

fn read_file(file: &InputFile) -> Result<Item, String> {
    let (Some(kind), Some(number)) = (kind_of(&file.path), number_of(&file.path)) else {
        return Err("neither of npm nor core nor deps".to_owned());
    };
    let advisory: Advisory =
        serde_json::from_slice(&file.bytes).map_err(|error| error.to_string())?;
    let mut record = Record::new(match kind {
        Kind::Npm => format!("NSWG-ECO-{number}"),
        Kind::Runtime => format!("NSWG-COR-{number}"),
        Kind::Bundled => format!("NSWG-DEP-{number}"),
    });
    let cves = ids::cves(&advisory.cves.as_deref().unwrap_or_default().join(" "));
    if cves.len() > 1 {
        record.upstream = cves;
    } else {
        record.aliases = cves;
    }
    record.published = advisory.publish_date.as_deref().and_then(dates::timestamp);
    record.modified = advisory.updated_at.as_deref().and_then(dates::timestamp);
    record.vendor_severity = advisory
        .severity
        .as_deref()
        .filter(|word| is_name(word) && *word != "unknown")
        .map(str::to_owned);
    record.severity = record.vendor_severity.as_deref().and_then(words::severity);
    let title = advisory
        .title
        .as_deref()
        .or(advisory.description.as_deref());
    record.summary = title.and_then(words::one_line);
    let vector = advisory.cvss_vector.as_deref().map(str::trim);
    if let Some(vector) = vector.filter(|vector| vector.contains("AV:") && is_name(vector)) {
        record.cvss.push(CvssVector {
            vector: vector.to_owned(),
            rated_by: Some("nodejs".to_owned()),
        });
    }
    record.affected.push(statement(kind, &advisory)?);
    Ok(Item::Advisory(Box::new(record)))
}

fn statement(kind: Kind, advisory: &Advisory) -> Result<Affected, String> {
    if kind == Kind::Bundled {
        advisory
            .reason
            .as_deref()
            .ok_or("no reason why the runtime is not affected")?;
        return Ok(runtime(Status::NotAffected));
    }
    let (mut affected, vulnerable, patched) = if kind == Kind::Npm {
        let name = advisory.module_name.as_deref().filter(|name| is_name(name));
        let name = name.ok_or("no proper name of a module")?;
        (
            Affected::new(Scope::ecosystem("npm"), name, Status::Affected),
            &advisory.vulnerable_versions,
            &advisory.patched_versions,
        )
    } else {
        (
            runtime(Status::Affected),
            &advisory.vulnerable,
            &advisory.patched,
        )
    };
    let vulnerable = vulnerable.as_deref().ok_or("no vulnerable versions")?;
    affected.ranges = without(vulnerable, patched.as_deref().unwrap_or_default())?;
    Ok(affected)
}

fn runtime(status: Status) -> Affected {
    Affected::new(Scope::ecosystem("generic"), "node", status)
}

/// The vulnerable versions that are not patched, with the next patched version as the end where
/// the last affected one is named instead.
fn without(vulnerable: &str, patched: &str) -> Result<Vec<Range>, String> {
    let scheme: &dyn VersionScheme = scheme("npm").ok_or("its version scheme is missing")?;
    let read = |text: &str| constraints::npm(text).map_err(|error| error.to_string());
    let vulnerable = read(vulnerable)?;
    // `<0.0.0` is how the files say that no version is patched.
    let mut fixes = match patched.trim() {
        "" | "<0.0.0" => Vec::new(),
        patched => read(patched)?,
    };
    fixes.retain(|range| range.introduced.is_some() || range.after.is_some());
    let open = complement(scheme, &fixes).map_err(|error| error.to_string())?;
    let mut ranges = intersection(scheme, &vulnerable, &open).map_err(|error| error.to_string())?;
    for range in &mut ranges {
        let Some(last) = range.last_affected.clone() else {
            continue;
        };
        let next = fixes
            .iter()
            .filter_map(|fix| fix.introduced.as_deref())
            .filter(|fix| {
                scheme
                    .compare(fix, &last)
                    .is_ok_and(std::cmp::Ordering::is_gt)
            })
            .min_by(|a, b| scheme.compare(a, b).unwrap_or(std::cmp::Ordering::Equal));
        if let Some(next) = next {
            range.fixed = Some(next.to_owned());
            range.last_affected = None;
        }
    }
    plain_ends(&mut ranges);
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{Files, InputFile};

    /// Records in the form of the database, prose left out.
    const FILES: [(&str, &str); 5] = [
        (
            "vuln/npm/100.json",
            r#"{"id": 100, "module_name": "uri-js", "publish_date": "2017-04-14", "cves": [],
            "vulnerable_versions": "<=2.1.1", "patched_versions": ">=3.0.0",
            "cvss_vector": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "cvss_score": 7.5}"#,
        ),
        (
            "vuln/npm/517.json",
            r#"{"id": 517, "module_name": "x", "publish_date": "2018-04-14", "cves": null,
            "vulnerable_versions": "*", "patched_versions": "<0.0.0", "cvss_vector": null}"#,
        ),
        (
            "vuln/core/100.json",
            r#"{"cve": ["CVE-2022-35256"], "vulnerable": "14.x || 16.x || 18.x",
            "patched": "^14.20.1 || ^16.17.1 || ^18.9.1", "severity": "medium",
            "affectedEnvironments": ["all"]}"#,
        ),
        (
            "vuln/deps/1.json",
            r#"{"cve": ["CVE-2023-45853"], "reason": "vulnerable_code_not_present"}"#,
        ),
        (
            "vuln/core/7.json",
            r#"{"cve": ["CVE-2016-1", "CVE-2016-1000", "CVE-2016-1001"]}"#,
        ),
    ];

    #[test]
    fn packages_and_the_runtime() {
        let files = FILES.map(|(path, text)| InputFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
        let mut items = Vec::new();
        Node.read(&mut Files::new(files.to_vec()), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r#"
        NSWG-ECO-100 published=2017-04-14T00:00:00Z
          CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H by nodejs
          npm uri-js: Affected [,3.0.0)
        NSWG-ECO-517 published=2018-04-14T00:00:00Z
          npm x: Affected [,)
        NSWG-COR-100 aliases=CVE-2022-35256 severity=medium vendor="medium"
          generic node: Affected [14.0.0-0,14.20.1) [16.0.0-0,16.17.1) [18.0.0-0,18.9.1)
        NSWG-DEP-1 aliases=CVE-2023-45853
          generic node: NotAffected
        skipped vuln/core/7.json: no vulnerable versions
        snapshot 2023-01-01
        "#);
    }

    #[test]
    fn an_index_is_not_read() {
        assert!(Node.wants("x/vuln/core/1.json"));
        assert!(!Node.wants("x/vuln/core/index.json"));
        assert!(!Node.wants("x/vuln/other/1.json"));
    }
}
