//! Security advisories for PHP packages: <https://github.com/FriendsOfPHP/security-advisories>,
//! YAML, one file for each advisory in the folder of its package.
//!
//! The affected versions of each branch are joined, so that branches that lie side by side without
//! a fix end where the next fix is. Where no CVE id is given, the file is the id, as nothing else
//! names the advisory.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::constraints;
use crate::feed::batch::{Coverage, each_file};
use crate::feed::bounds::plain_ends;
use crate::feed::ecosystems::package_name;
use crate::feed::{dates, has_extension, ids, is_name, skipped, words, yaml};
use crate::schemes::scheme_of;
use crate::{
    AdvisorySource, Affected, Input, InputFile, Item, Record, Scope, Sink, SourceError, Status,
};

/// The source `packagist`.
pub(super) struct Packagist;

#[derive(Deserialize)]
struct Advisory {
    title: Option<String>,
    cve: Option<String>,
    reference: String,
    branches: BTreeMap<String, Branch>,
}

#[derive(Deserialize)]
struct Branch {
    time: Option<String>,
    versions: Vec<String>,
}

impl AdvisorySource for Packagist {
    fn id(&self) -> &'static str {
        "packagist"
    }

    fn describe(&self) -> &'static str {
        "FriendsOfPHP's security advisories for Composer packages (YAML)"
    }

    fn wants(&self, path: &str) -> bool {
        has_extension(path, &["yaml", "yml"]) && !path.split('/').any(|part| part.starts_with('.'))
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
    let name = advisory
        .reference
        .trim()
        .strip_prefix("composer://")
        .filter(|name| name.contains('/') && is_name(name))
        .ok_or("no reference to a package")?;
    let cve = advisory
        .cve
        .as_deref()
        .and_then(|text| ids::cves(text).into_iter().next());
    let mut record = Record::new(cve.unwrap_or_else(|| id_of(&file.path)));
    record.summary = advisory.title.as_deref().and_then(words::one_line);
    let mut ranges = Vec::new();
    let mut fixed_on = None;
    for branch in advisory.branches.values() {
        if branch.versions.is_empty() {
            return Err("a branch without versions".to_owned());
        }
        let constraint = branch.versions.join(",");
        ranges.extend(constraints::composer(&constraint).map_err(|error| error.to_string())?);
        let day = branch.time.as_deref().and_then(dates::timestamp);
        fixed_on = [fixed_on, day].into_iter().flatten().min();
    }
    record.published = fixed_on;
    let scheme = scheme_of("composer").ok_or("its version scheme is missing")?;
    let package = package_name("composer", name);
    let mut affected = Affected::new(Scope::ecosystem("composer"), package, Status::Affected);
    affected.ranges = constraints::union(scheme, &ranges).map_err(|error| error.to_string())?;
    plain_ends(&mut affected.ranges);
    affected.fix_available = fixed_on.map(dates::day_of);
    record.affected.push(affected);
    Ok(Item::Advisory(Box::new(record)))
}

/// `FOP:symfony/symfony/2013-01-17-1` of the last three parts of the path.
fn id_of(path: &str) -> String {
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    let mut parts: Vec<&str> = path.rsplit('/').take(3).collect();
    parts.reverse();
    format!("FOP:{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{Files, InputFile};

    /// Records in the form of the database, prose left out.
    const FILES: [(&str, &str); 5] = [
        (
            "symfony/symfony/CVE-2026-48784.yaml",
            "title: \"CVE-2026-48784: T\"\nlink: x\ncve:       CVE-2026-48784\nbranches:\n\
             \x20   5.2.x:\n        time:     ~\n        versions: ['>=5.2.0', '<5.3.0']\n\
             \x20   5.3.x:\n        time:     ~\n        versions: ['>=5.3.0', '<5.4.0']\n\
             \x20   5.4.x:\n        time:     2026-05-26 08:00:00\n\
             \x20       versions: ['>=5.4.0', '<5.4.53']\n\
             \x20   8.0.x:\n        time: 2026-05-27 08:00:00\n\
             \x20       versions: ['>=8.0.0', '<8.0.13']\nreference: composer://symfony/symfony\n",
        ),
        (
            "typo3/cms/2013-01-17-1.yaml",
            "title: T\ncve: ~\nbranches:\n  master:\n    time: null\n    versions: ['<=6.0.1']\n\
             reference: composer://Typo3/CMS\n",
        ),
        ("a/b/1.yaml", "title: T\nbranches: {}\nreference: b\n"),
        (
            "a/b/2.yaml",
            "title: T\nbranches:\n  x:\n    versions: ['>=dev']\nreference: composer://a/b\n",
        ),
        (
            "a/b/3.yaml",
            "title: T\nbranches:\n  x:\n    versions: []\nreference: composer://a/b\n",
        ),
    ];

    #[test]
    fn branches_are_joined() {
        let files = FILES.map(|(path, text)| InputFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
        let mut items = Vec::new();
        Packagist
            .read(&mut Files::new(files.to_vec()), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r"
        CVE-2026-48784 published=2026-05-26T08:00:00Z
          composer symfony/symfony: Affected [5.2.0-dev,5.4.53) [8.0.0-dev,8.0.13) fixed on 2026-05-26
        FOP:typo3/cms/2013-01-17-1
          composer typo3/cms: Affected [,6.0.1]
        skipped a/b/1.yaml: no reference to a package
        skipped a/b/2.yaml: parse composer version constraint `>=dev`: `dev` is no version
        skipped a/b/3.yaml: a branch without versions
        covers composer
        ");
    }
}
