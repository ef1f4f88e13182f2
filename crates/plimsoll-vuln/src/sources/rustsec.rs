//! RustSec's advisory database: <https://github.com/RustSec/advisory-db>, Markdown with a TOML
//! front matter, or TOML alone as it was before.
//!
//! What it calls informational is told apart: `unmaintained` is a lack of support of the crate and
//! no vulnerability; `unsound` and `notice` are advisories under that word. What is wrong with the
//! standard library, rustdoc and cargo concerns the toolchain, `pkg:generic/rust`, and not the
//! crates of these names.

use serde::Deserialize;

use plimsoll_model::Severity;

use crate::constraints;
use crate::feed::batch::{Coverage, each_file};
use crate::feed::bounds::outside;
use crate::feed::{dates, file_name, has_extension, is_name, skipped, words};
use crate::{
    AdvisorySource, Affected, CvssVector, Input, InputFile, Item, Record, Scope, Sink, SourceError,
    Status, Support, SupportState,
};

/// The source `rustsec`.
pub(super) struct Rustsec;

#[derive(Deserialize)]
struct Document {
    advisory: Advisory,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    package: String,
    date: toml::Value,
    title: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    cvss: Option<String>,
    informational: Option<String>,
    withdrawn: Option<toml::Value>,
}

#[derive(Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

impl AdvisorySource for Rustsec {
    fn id(&self) -> &'static str {
        "rustsec"
    }

    fn describe(&self) -> &'static str {
        "RustSec's advisory database (Markdown or TOML)"
    }

    fn wants(&self, path: &str) -> bool {
        let is_advisory = ["RUSTSEC-", "CVE-"]
            .iter()
            .any(|start| file_name(path).starts_with(start));
        is_advisory && has_extension(path, &["md", "toml"])
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| {
            read_file(file).unwrap_or_else(|reason| vec![skipped(&file.path, reason)])
        })?
        .finish(Coverage::Seen, out)
    }
}

fn read_file(file: &InputFile) -> Result<Vec<Item>, String> {
    let text = std::str::from_utf8(&file.bytes).map_err(|error| error.to_string())?;
    let (front, body) = front_matter(text)?;
    let document: Document = toml::from_str(front).map_err(|error| {
        // The message comes with a piece of the document; the first line says enough.
        error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    })?;
    let advisory = document.advisory;
    if !is_name(&advisory.id) || !is_name(&advisory.package) {
        return Err("no proper id and package".to_owned());
    }
    let (scope, package) = if file.path.starts_with("rust/") || file.path.contains("/rust/") {
        (Scope::ecosystem("generic"), "rust".to_owned())
    } else {
        (Scope::ecosystem("cargo"), advisory.package)
    };
    let withdrawn = advisory.withdrawn.as_ref().and_then(time_of);
    let published = time_of(&advisory.date);
    if advisory.informational.as_deref() == Some("unmaintained") && withdrawn.is_none() {
        return Ok(vec![Item::Support(Support {
            scope,
            package: Some(package),
            state: SupportState::Ended,
            until: published.map(dates::day_of),
            version: None,
        })]);
    }

    let mut record = Record::new(advisory.id);
    record.aliases = advisory.aliases;
    record.aliases.retain(|alias| is_name(alias));
    record.published = published;
    record.withdrawn = withdrawn;
    record.summary = advisory
        .title
        .as_deref()
        .or_else(|| body.lines().find_map(|line| line.strip_prefix("# ")))
        .and_then(words::one_line);
    record.cvss = advisory
        .cvss
        .filter(|vector| is_name(vector))
        .map(|vector| CvssVector {
            vector,
            rated_by: Some("rustsec".to_owned()),
        })
        .into_iter()
        .collect();
    record.vendor_severity = advisory.informational.filter(|word| is_name(word));
    if record.vendor_severity.as_deref() == Some("notice") {
        record.severity = Some(Severity::Negligible);
    }
    let fine = document
        .versions
        .patched
        .iter()
        .chain(&document.versions.unaffected);
    let mut affected = Affected::new(scope, package, Status::Affected);
    affected.ranges = outside("semver", constraints::cargo, fine.map(String::as_str))?;
    record.affected.push(affected);
    Ok(vec![Item::Advisory(Box::new(record))])
}

/// The TOML between the fences at the beginning, and what follows; a file without fences is TOML.
fn front_matter(text: &str) -> Result<(&str, &str), String> {
    let Some(rest) = text.trim_start().strip_prefix("```toml") else {
        return Ok((text, ""));
    };
    rest.split_once("\n```")
        .ok_or_else(|| "the front matter does not end".to_owned())
}

/// A date as text or as TOML's own kind.
fn time_of(value: &toml::Value) -> Option<plimsoll_model::Timestamp> {
    match value {
        toml::Value::String(text) => dates::timestamp(text),
        toml::Value::Datetime(moment) => dates::timestamp(&moment.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{Files, InputFile};

    /// Records in the form of the database, prose left out.
    const FILES: [(&str, &str); 6] = [
        (
            "crates/smallvec/RUSTSEC-2019-0009.md",
            "```toml\n[advisory]\nid = \"RUSTSEC-2019-0009\"\npackage = \"smallvec\"\n\
             date = \"2019-06-06\"\naliases = [\"CVE-2019-15551\", \"GHSA-mm7v-vpv8-xfc3\"]\n\
             cvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"\n\n[versions]\n\
             patched = [\">= 0.6.10\"]\nunaffected = [\"< 0.6.5\"]\n```\n\n# Title\n",
        ),
        (
            "crates/hyper/RUSTSEC-2021-0078.md",
            "```toml\n[advisory]\nid = \"RUSTSEC-2021-0078\"\npackage = \"hyper\"\n\
             date = 2021-07-07\n[versions]\npatched = [\">= 0.14.10\", \"^0.13.9\"]\n```\n",
        ),
        (
            "crates/yaml-rust/RUSTSEC-2024-0320.md",
            "```toml\n[advisory]\nid = \"RUSTSEC-2024-0320\"\npackage = \"yaml-rust\"\n\
             date = \"2024-03-20\"\ninformational = \"unmaintained\"\n[versions]\npatched = []\n\
             ```\n",
        ),
        (
            "crates/x/RUSTSEC-2020-0001.md",
            "```toml\n[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"x\"\n\
             date = \"2020-01-02\"\nwithdrawn = \"2020-10-22\"\ninformational = \"unsound\"\n\
             [versions]\npatched = []\n```\n",
        ),
        (
            "rust/std/CVE-2022-21658.md",
            "```toml\n[advisory]\nid = \"CVE-2022-21658\"\npackage = \"std\"\n\
             date = \"2022-01-16\"\n[versions]\npatched = [\">= 1.58.1\"]\n```\n",
        ),
        (
            "crates/y/RUSTSEC-2020-0002.md",
            "```toml\n[advisory]\nid = 7\n```\n",
        ),
    ];

    #[test]
    fn advisories_and_information() {
        let files = FILES.map(|(path, text)| InputFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
        let mut items = Vec::new();
        Rustsec
            .read(&mut Files::new(files.to_vec()), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r#"
        RUSTSEC-2019-0009 aliases=CVE-2019-15551,GHSA-mm7v-vpv8-xfc3 published=2019-06-06T00:00:00Z
          CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H by rustsec
          cargo smallvec: Affected [0.6.5-0,0.6.10)
        RUSTSEC-2021-0078 published=2021-07-07T00:00:00Z
          cargo hyper: Affected [,0.13.9) [0.14.0-0,0.14.10)
        support cargo yaml-rust: Ended until 2024-03-20
        RUSTSEC-2020-0001 published=2020-01-02T00:00:00Z withdrawn=2020-10-22T00:00:00Z vendor="unsound"
          cargo x: Affected [,)
        CVE-2022-21658 published=2022-01-16T00:00:00Z
          generic rust: Affected [,1.58.1)
        skipped crates/y/RUSTSEC-2020-0002.md: invalid type: integer `7`, expected a string
        covers cargo
        "#);
    }
}
