//! Debian's security tracker as JSON: <https://security-tracker.debian.org/tracker/data/json>,
//! one object: source package, vulnerability, release.
//!
//! The only feed that says what Debian has not fixed, and whether it will. A vulnerability that
//! the security team ignores (`no-dsa` with that reason) counts as one that will not be fixed; one
//! that waits for a point release, or got no advisory for being minor, as affected. `TEMP-…` ids
//! are kept.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::feed::batch::{Coverage, Seen};
use crate::feed::{file_name, has_extension, is_name, releases, skipped};
use crate::{AdvisorySource, Affected, Input, Item, Range, Record, Sink, SourceError, Status};

/// The source `debian`.
pub(super) struct Debian;

#[derive(Deserialize)]
struct Issue {
    releases: Option<BTreeMap<String, Release>>,
}

#[derive(Deserialize)]
struct Release {
    status: String,
    fixed_version: Option<String>,
    urgency: Option<String>,
    nodsa_reason: Option<String>,
}

/// A statement in little room: the feed has some 200,000.
struct Statement {
    package: u32,
    release: &'static str,
    status: Status,
    fixed: Option<Box<str>>,
    urgency: Option<Box<str>>,
}

/// What was read so far.
#[derive(Default)]
struct Tracker {
    path: String,
    packages: Vec<String>,
    statements: BTreeMap<String, Vec<Statement>>,
    skipped: Vec<Item>,
}

impl AdvisorySource for Debian {
    fn id(&self) -> &'static str {
        "debian"
    }

    fn describe(&self) -> &'static str {
        "Debian's security tracker, with what is not fixed (JSON)"
    }

    fn wants(&self, path: &str) -> bool {
        has_extension(path, &["json"]) || file_name(path) == "json"
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        let mut tracker = Tracker::default();
        let mut seen = Seen::default();
        while let Some(file) = seen.next_file(input, out)? {
            tracker.path = file.path;
            let mut json = serde_json::Deserializer::from_slice(&file.bytes);
            if let Err(error) = json.deserialize_map(Packages(&mut tracker)) {
                let item = skipped(&tracker.path, format!("{error}; read as far as there"));
                tracker.skipped.push(item);
            }
        }
        for item in std::mem::take(&mut tracker.skipped) {
            seen.pass(item, out);
        }
        for (id, statements) in std::mem::take(&mut tracker.statements) {
            let mut record = Record::new(id);
            record.affected = statements
                .into_iter()
                .filter_map(|statement| tracker.affected(statement))
                .collect();
            seen.pass(Item::Advisory(Box::new(record)), out);
        }
        seen.finish(Coverage::Seen, out)
    }
}

impl Tracker {
    fn skip(&mut self, place: &str, reason: impl fmt::Display) {
        let path = format!("{}#{place}", self.path);
        self.skipped.push(skipped(path, reason));
    }

    fn add(&mut self, package: u32, name: &str, id: &str, issue: Issue) {
        for (codename, release) in issue.releases.unwrap_or_default() {
            let place = format!("{name} {id} {codename}");
            let Some(version) = releases::debian(&codename) else {
                self.skip(&place, "a release without a known number");
                continue;
            };
            match statement(package, version, release) {
                Ok(statement) => {
                    let known = self.statements.entry(id.to_owned()).or_default();
                    known.push(statement);
                }
                Err(reason) => self.skip(&place, reason),
            }
        }
    }

    fn affected(&self, statement: Statement) -> Option<Affected> {
        let package = self.packages.get(statement.package as usize)?;
        let scope = releases::debian_scope(statement.release);
        let mut affected = Affected::new(scope, package.as_str(), statement.status);
        affected.vendor_severity = statement.urgency.map(String::from);
        if statement.status != Status::NotAffected {
            affected.ranges.push(Range {
                fixed: statement.fixed.map(String::from),
                ..Range::default()
            });
        }
        Some(affected)
    }
}

fn statement(package: u32, version: &'static str, release: Release) -> Result<Statement, String> {
    let is_over = release.urgency.as_deref() == Some("end-of-life");
    let urgency = release
        .urgency
        .map(|word| word.trim_end_matches('*').to_owned())
        .filter(|word| word != "not yet assigned" && !is_over && is_name(word));
    let fixed = release.fixed_version.filter(|version| is_name(version));
    let (status, fixed) = match (release.status.as_str(), fixed.as_deref()) {
        ("resolved", Some("0")) => (Status::NotAffected, None),
        ("resolved", Some(_)) => (Status::Affected, fixed),
        ("resolved", None) => return Err("resolved, but in no version".to_owned()),
        ("open", _) if is_over => (Status::EndOfLife, None),
        ("open", _) if release.nodsa_reason.as_deref() == Some("ignored") => {
            (Status::WontFix, None)
        }
        ("open", _) => (Status::Affected, None),
        ("undetermined", _) => (Status::UnderInvestigation, None),
        (other, _) => return Err(format!("status `{}`", other.escape_debug())),
    };
    Ok(Statement {
        package,
        release: version,
        status,
        fixed: fixed.map(String::into_boxed_str),
        urgency: urgency.map(String::into_boxed_str),
    })
}

/// Reads the outer object package by package, so that it never is in memory as a whole.
struct Packages<'a>(&'a mut Tracker);

impl<'de> Visitor<'de> for Packages<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of source packages")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if !is_name(&name) {
                map.next_value::<IgnoredAny>()?;
                self.0.skip("?", "a package without a proper name");
                continue;
            }
            let issues: BTreeMap<String, serde_json::Value> = map.next_value()?;
            let package = self.0.packages.len() as u32;
            self.0.packages.push(name.clone());
            for (id, issue) in issues {
                if !is_name(&id) {
                    self.0.skip(&name, "an issue without a proper id");
                    continue;
                }
                match Issue::deserialize(issue) {
                    Ok(issue) => self.0.add(package, &name, &id, issue),
                    Err(error) => self.0.skip(&format!("{name} {id}"), error),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    /// In the form of the public feed; descriptions and Debian bug numbers left out.
    const JSON: &str = r#"{
      "openssl": {
        "CVE-2023-5363": {"scope": "remote", "description": "", "releases": {
          "bookworm": {"status": "resolved", "urgency": "not yet assigned",
            "repositories": {"bookworm": "3.0.15-1~deb12u1"}, "fixed_version": "3.0.11-1~deb12u2"},
          "bullseye": {"status": "resolved", "urgency": "not yet assigned",
            "repositories": {"bullseye": "1.1.1w-0+deb11u1"}, "fixed_version": "0"},
          "sid": {"status": "resolved", "urgency": "not yet assigned",
            "repositories": {"sid": "3.3.2-2"}, "fixed_version": "3.0.12-1"}}},
        "CVE-2010-0928": {"scope": "local", "releases": {
          "bookworm": {"status": "open", "urgency": "unimportant",
            "repositories": {"bookworm": "3.0.15-1~deb12u1"}}}},
        "TEMP-0000000-A1B2C3": {"releases": {
          "trixie": {"status": "undetermined", "urgency": "low", "repositories": {}}}}},
      "nodejs": {
        "CVE-2024-27982": {"scope": "remote", "releases": {
          "bookworm": {"status": "open", "urgency": "not yet assigned", "repositories": {},
            "nodsa": "", "nodsa_reason": "ignored"},
          "trixie": {"status": "open", "urgency": "not yet assigned", "repositories": {},
            "nodsa": "", "nodsa_reason": "postponed"},
          "buster": {"status": "open", "urgency": "end-of-life", "repositories": {}},
          "zurg": {"status": "open"}, "stretch": {"status": "maybe"}}},
        "CVE-2024-0001": {"releases": [1]}}}"#;

    #[test]
    fn states_of_the_tracker() {
        let mut items = Vec::new();
        Debian
            .read(&mut Files::one("debian.json", JSON), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r#"
        skipped debian.json#nodejs CVE-2024-0001: invalid type: sequence, expected a map
        skipped debian.json#nodejs CVE-2024-27982 stretch: status `maybe`
        skipped debian.json#nodejs CVE-2024-27982 zurg: a release without a known number
        CVE-2010-0928
          deb:debian:12 openssl: Affected [,) vendor="unimportant"
        CVE-2023-5363
          deb:debian:12 openssl: Affected [,3.0.11-1~deb12u2)
          deb:debian:11 openssl: NotAffected
          deb:debian:sid openssl: Affected [,3.0.12-1)
        CVE-2024-27982
          deb:debian:12 nodejs: WontFix [,)
          deb:debian:10 nodejs: EndOfLife [,)
          deb:debian:13 nodejs: Affected [,)
        TEMP-0000000-A1B2C3
          deb:debian:13 openssl: UnderInvestigation [,) vendor="low"
        snapshot 2024-01-01
        covers deb:debian:10
        covers deb:debian:11
        covers deb:debian:12
        covers deb:debian:13
        covers deb:debian:sid
        "#);
    }

    #[test]
    fn a_cut_feed_says_so() {
        let mut items = Vec::new();
        let cut = JSON.get(..JSON.len() - 3).unwrap();
        Debian
            .read(&mut Files::one("debian.json", cut), &mut items)
            .unwrap();
        assert!(matches!(items.first(), Some(Item::Skipped { .. })));
    }
}
