//! RubySec's advisory database: <https://github.com/rubysec/ruby-advisory-db>, YAML, for gems and
//! for Ruby's own implementations.
//!
//! It says what is patched and what never was affected; the rest is affected. Scores come without
//! vectors and give the severity only. Ruby itself is `pkg:generic/ruby`, likewise `jruby`,
//! `mruby` and others.

use serde::Deserialize;

use plimsoll_model::Severity;

use crate::constraints;
use crate::feed::batch::{Coverage, each_file};
use crate::feed::bounds::outside;
use crate::feed::{dates, file_name, has_extension, ids, is_name, skipped, words, yaml};
use crate::{
    AdvisorySource, Affected, Input, InputFile, Item, Record, Scope, Sink, SourceError, Status,
};

/// The source `rubysec`.
pub(super) struct Rubysec;

#[derive(Deserialize)]
struct Advisory {
    gem: Option<String>,
    engine: Option<String>,
    library: Option<String>,
    cve: Option<String>,
    ghsa: Option<String>,
    osvdb: Option<String>,
    date: Option<String>,
    title: Option<String>,
    cvss_v2: Option<f64>,
    cvss_v3: Option<f64>,
    cvss_v4: Option<f64>,
    unaffected_versions: Option<Vec<String>>,
    patched_versions: Option<Vec<String>>,
}

impl AdvisorySource for Rubysec {
    fn id(&self) -> &'static str {
        "rubysec"
    }

    fn describe(&self) -> &'static str {
        "RubySec's advisory database for gems and Ruby itself (YAML)"
    }

    fn wants(&self, path: &str) -> bool {
        has_extension(path, &["yml", "yaml"]) && !file_name(path).starts_with('.')
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| {
            vec![read_file(file).unwrap_or_else(|reason| skipped(&file.path, reason))]
        })?
        .finish(Coverage::Seen, out)
    }
}

fn read_file(file: &InputFile) -> Result<Item, String> {
    let advisory: Advisory = yaml::parse(&file.bytes)?;
    let (scope, package) = match (
        &advisory.gem,
        advisory.engine.as_ref().or(advisory.library.as_ref()),
    ) {
        (Some(gem), _) => (Scope::ecosystem("gem"), gem),
        (None, Some(engine)) => (Scope::ecosystem("generic"), engine),
        (None, None) => return Err("neither gem nor engine nor library".to_owned()),
    };
    if !is_name(package) {
        return Err("no proper name of a package".to_owned());
    }
    let named = |start: &str, id: &Option<String>| {
        let id = id.as_deref()?.trim();
        let id = format!("{start}{}", id.strip_prefix(start).unwrap_or(id));
        (is_name(&id) && (start != "CVE-" || ids::is_cve(&id))).then_some(id)
    };
    let ids = [
        named("CVE-", &advisory.cve),
        named("GHSA-", &advisory.ghsa),
        named("OSVDB-", &advisory.osvdb),
    ];
    let mut ids = ids.into_iter().flatten();
    let mut record = Record::new(ids.next().ok_or("no id")?);
    record.aliases = ids.filter(|id| !id.starts_with("OSVDB-")).collect();
    record.published = advisory.date.as_deref().and_then(dates::timestamp);
    record.summary = advisory.title.as_deref().and_then(words::one_line);
    record.severity = advisory
        .cvss_v4
        .or(advisory.cvss_v3)
        .or(advisory.cvss_v2)
        .filter(|score| (0.0..=10.0).contains(score))
        .map(Severity::from_cvss_score);
    let fine = advisory
        .patched_versions
        .iter()
        .chain(&advisory.unaffected_versions);
    let mut affected = Affected::new(scope, package.as_str(), Status::Affected);
    affected.ranges = outside("gem", constraints::gem, fine.flatten().map(String::as_str))?;
    record.affected.push(affected);
    Ok(Item::Advisory(Box::new(record)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{Files, InputFile};

    /// Records in the form of the database, prose left out.
    const FILES: [(&str, &str); 5] = [
        (
            "gems/actionpack/CVE-2026-33167.yml",
            "---\ngem: actionpack\nframework: rails\ncve: 2026-33167\nghsa: pgm4-439c-5jp6\n\
             title: T\ndate: 2026-03-23\ncvss_v4: 1.3\nunaffected_versions:\n  - \"< 8.1.0\"\n\
             patched_versions:\n  - \">= 8.1.2.1\"\nrelated:\n  url:\n    - x\n",
        ),
        (
            "gems/rack/CVE-2013-0263.yml",
            "---\ngem: rack\ncve: 2013-0263\nosvdb: 89939\ndate: 2013-02-07\ncvss_v2: 5.1\n\
             patched_versions:\n  - ~> 1.1.6\n  - ~> 1.2.8\n  - \"~> 1.3.0, >= 1.3.10\"\n\
             \x20 - \">= 1.5.2\"\n",
        ),
        (
            "rubies/ruby/CVE-2026-46727.yml",
            "---\nengine: ruby\ncve: 2026-46727\ndate: 2026-05-20\ncvss_v3: 8.1\n\
             unaffected_versions:\n  - \"< 4.0\"\npatched_versions:\n  - \">= 4.0.5\"\n",
        ),
        (
            "gems/x/OSVDB-1.yml",
            "---\ngem: x\nosvdb: 1\ndate: 2013-02-07\n",
        ),
        (
            "gems/y/CVE-1.yml",
            "---\ngem: y\ncve: 2013-1\npatched_versions:\n - \">>> 1\"\n",
        ),
    ];

    #[test]
    fn gems_and_engines() {
        let files = FILES.map(|(path, text)| InputFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
        let mut items = Vec::new();
        Rubysec
            .read(&mut Files::new(files.to_vec()), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r"
        CVE-2026-33167 aliases=GHSA-pgm4-439c-5jp6 published=2026-03-23T00:00:00Z severity=low
          gem actionpack: Affected [8.1.0,8.1.2.1)
        CVE-2013-0263 published=2013-02-07T00:00:00Z severity=medium
          gem rack: Affected [,1.1.6) [1.2.A,1.2.8) [1.3.A,1.3.10) [1.4.A,1.5.2)
        CVE-2026-46727 published=2026-05-20T00:00:00Z severity=high
          generic ruby: Affected [4.0,4.0.5)
        OSVDB-1 published=2013-02-07T00:00:00Z
          gem x: Affected [,)
        skipped gems/y/CVE-1.yml: no id
        covers gem
        ");
    }
}
