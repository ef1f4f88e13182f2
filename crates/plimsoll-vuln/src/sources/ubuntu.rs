//! Ubuntu's CVE tracker: <https://git.launchpad.net/ubuntu-cve-tracker>, one text file for each
//! CVE, with a state for each release and source package.
//!
//! Ubuntu gives fixes in two ways: to everybody during standard support, and to subscribers
//! (`esm-infra/…`, `esm-apps/…`, `…/esm`) for universe and afterwards. Both are told as one
//! release, since both install on the same one: a package with the fix of either is not affected,
//! whatever was paid for. The archive's own statement counts where it is a fix or says that the
//! package is not affected; else the subscription's does, whose versions say so by their name
//! (`+esm1`). Builds apart are left out, as their versions do not compare with the archive's:
//! FIPS, ROS, Ubuntu Core and Touch, snaps; so are `upstream`, which is no release of Ubuntu, and
//! `devel`, which is a different one over time.
//!
//! A version that is `pending` bounds the range although it may not be out yet; `deferred` and
//! `needed` are affected without a fix; `ignored` is the end of life where the note says so, else
//! will not be fixed.

use std::collections::BTreeMap;

use crate::feed::batch::{Coverage, each_file};
use crate::feed::{dates, file_name, is_name, releases, skipped, words};
use crate::{
    AdvisorySource, Affected, CvssVector, Input, InputFile, Item, Range, Record, Sink, SourceError,
    Status,
};

/// The source `ubuntu`.
pub(super) struct Ubuntu;

impl AdvisorySource for Ubuntu {
    fn id(&self) -> &'static str {
        "ubuntu"
    }

    fn describe(&self) -> &'static str {
        "Ubuntu's CVE tracker, all releases and states (text)"
    }

    fn wants(&self, path: &str) -> bool {
        let mut parts = path.rsplit('/');
        parts.next().is_some_and(|name| name.starts_with("CVE-"))
            && parts.next() != Some("boilerplates")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, read_file)?.finish(Coverage::Seen, out)
    }
}

/// What a line says about a package in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    status: Status,
    fixed: Option<String>,
}

/// Which of Ubuntu's two ways a statement belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Archive,
    Subscription,
}

fn read_file(file: &InputFile) -> Vec<Item> {
    let text = String::from_utf8_lossy(&file.bytes);
    let mut items = Vec::new();
    let mut record = Record::new(file_name(&file.path));
    let mut states: BTreeMap<(&str, &str), BTreeMap<Way, State>> = BTreeMap::new();
    let mut priorities: BTreeMap<&str, &str> = BTreeMap::new();
    let mut section = "";
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if section == "CVSS" {
                record.cvss.extend(cvss(line));
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            items.push(skipped(
                format!("{}:{}", file.path, index + 1),
                format!("line `{}`", line.escape_debug()),
            ));
            continue;
        };
        let value = value.trim();
        section = key;
        match key {
            "Candidate" if is_name(value) => value.clone_into(&mut record.id),
            "PublicDate" => record.published = dates::timestamp(value),
            "Priority" => {
                let word = value.split_whitespace().next();
                record.vendor_severity = word.filter(|word| is_name(word)).map(str::to_owned);
            }
            _ => {
                if let Some(place) = key.strip_prefix("Priority_") {
                    priorities.insert(place, value.split_whitespace().next().unwrap_or_default());
                } else if let Some((release, package)) = key.split_once('_') {
                    let Some((version, way)) = release_of(release) else {
                        if !is_left_out(release) {
                            items.push(skipped(
                                format!("{}:{}", file.path, index + 1),
                                format!("release `{}`", release.escape_debug()),
                            ));
                        }
                        continue;
                    };
                    match state(value) {
                        Ok(Some(state)) if is_name(package) => {
                            let ways = states.entry((version, package)).or_default();
                            ways.insert(way, state);
                        }
                        Ok(_) => {}
                        Err(reason) => {
                            items.push(skipped(format!("{}:{}", file.path, index + 1), reason));
                        }
                    }
                }
            }
        }
    }
    record.cvss.sort();
    record.cvss.dedup();
    record.vendor_severity = record.vendor_severity.filter(|word| word != "untriaged");
    record.severity = record.vendor_severity.as_deref().and_then(words::severity);
    let by_release = priorities_by_release(&priorities);
    for ((version, package), ways) in states {
        let Some(state) = settle(ways) else { continue };
        let mut affected = Affected::new(releases::ubuntu_scope(version), package, state.status);
        affected.vendor_severity = by_release
            .get(&(package, version))
            .or_else(|| priorities.get(package))
            .filter(|word| is_name(word) && **word != "untriaged")
            .map(|word| (*word).to_owned());
        if state.status != Status::NotAffected {
            affected.ranges.push(Range {
                fixed: state.fixed,
                ..Range::default()
            });
        }
        record.affected.push(affected);
    }
    items.push(Item::Advisory(Box::new(record)));
    items
}

/// The priorities that are about a package in a release: `Priority_linux_precise/esm`.
fn priorities_by_release<'a>(
    given: &BTreeMap<&'a str, &'a str>,
) -> BTreeMap<(&'a str, &'static str), &'a str> {
    let mut found = BTreeMap::new();
    for (place, word) in given {
        if let Some((package, release)) = place.rsplit_once('_')
            && let Some((version, _)) = release_of(release)
        {
            found.entry((package, version)).or_insert(*word);
        }
    }
    found
}

/// ` nvd: CVSS:3.1/AV:N/… [7.5 HIGH]`.
fn cvss(line: &str) -> Option<CvssVector> {
    let (rater, rest) = line.trim().split_once(':')?;
    let vector = rest.split_whitespace().next()?;
    let is_vector = vector.starts_with("CVSS:") || vector.starts_with("AV:");
    (is_vector && is_name(vector) && is_name(rater)).then(|| CvssVector {
        vector: vector.to_owned(),
        rated_by: Some(rater.to_ascii_lowercase()),
    })
}

/// `jammy`, `esm-apps/jammy` and `jammy/esm` are 22.04.
fn release_of(release: &str) -> Option<(&'static str, Way)> {
    if let Some(version) = releases::ubuntu(release) {
        return Some((version, Way::Archive));
    }
    let (codename, way) = match release.split_once('/')? {
        ("esm-infra" | "esm-apps" | "esm-infra-legacy" | "esm-apps-legacy", codename)
        | (codename, "esm") => (codename, Way::Subscription),
        _ => return None,
    };
    Some((releases::ubuntu(codename)?, way))
}

/// Places that are no release of the archive; see the module's text.
fn is_left_out(release: &str) -> bool {
    const PLACES: [&str; 10] = [
        "upstream",
        "devel",
        "snap",
        "Patches",
        "PPatches",
        "Tags",
        "Assigned-to",
        "product",
        "Discovered-by",
        "sid",
    ];
    const BUILDS: [&str; 8] = [
        "fips",
        "fips-updates",
        "fips-preview",
        "ros-esm",
        "bluefield",
        "realtime",
        "nvidia",
        "ubuntu-core",
    ];
    PLACES.contains(&release.trim_start_matches("-- "))
        || release.split_once('/').is_some_and(|(build, kind)| {
            BUILDS.contains(&build) || kind == "ubuntu-core" || kind == "stable-phone-overlay"
        })
}

/// `released (1.2-3ubuntu4)`; `None` for a package that the release does not have.
fn state(text: &str) -> Result<Option<State>, String> {
    let text = text.split('#').next().unwrap_or(text).trim();
    let (word, note) = match text.split_once([' ', '(']) {
        Some((word, note)) => (word, note.trim().trim_matches(['(', ')']).trim()),
        None => (text, ""),
    };
    let version = || {
        let version = note.split([' ', ',', ')']).next().unwrap_or_default();
        let is_version = version.contains(|character: char| character.is_ascii_digit())
            && is_name(version)
            && !is_date(version);
        is_version.then(|| version.to_owned())
    };
    let plain = |status| {
        Ok(Some(State {
            status,
            fixed: None,
        }))
    };
    match word {
        "DNE" | "" => Ok(None),
        "released" => match version() {
            None => Err("released, but in no version".to_owned()),
            fixed => Ok(Some(State {
                status: Status::Affected,
                fixed,
            })),
        },
        "pending" => Ok(Some(State {
            status: Status::Affected,
            fixed: version(),
        })),
        "needed" | "active" | "deferred" | "in-progress" => plain(Status::Affected),
        "needs-triage" => plain(Status::UnderInvestigation),
        "not-affected" => plain(Status::NotAffected),
        "ignored" if note.contains("was not-affected") => plain(Status::NotAffected),
        "ignored" if is_end(note) => plain(Status::EndOfLife),
        "ignored" => plain(Status::WontFix),
        "end-of-life" => plain(Status::EndOfLife),
        _ => Err(format!("state `{}`", text.escape_debug())),
    }
}

/// `end of life`, `end of standard support`, `reached end-of-life`.
fn is_end(note: &str) -> bool {
    let note = note.to_ascii_lowercase().replace('-', " ");
    [
        "end of life",
        "end of standard support",
        "end of support",
        "end of kernel support",
        "eol",
    ]
    .iter()
    .any(|phrase| note.contains(phrase))
}

/// `2024-01-08`, when something was deferred.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<plimsoll_model::Date>().is_ok()
}

/// What the two ways come to together.
fn settle(mut ways: BTreeMap<Way, State>) -> Option<State> {
    let archive = ways.remove(&Way::Archive);
    let subscription = ways.remove(&Way::Subscription);
    match (archive, subscription) {
        (Some(archive), Some(subscription)) => {
            let is_settled = archive.status == Status::NotAffected || archive.fixed.is_some();
            let says_more = subscription.fixed.is_some()
                || matches!(archive.status, Status::EndOfLife | Status::WontFix);
            Some(if is_settled || !says_more {
                archive
            } else {
                subscription
            })
        }
        (archive, subscription) => archive.or(subscription),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    /// In the form of the tracker, with prose left out and one state of each kind.
    const TEXT: &str = "\
Candidate: CVE-2023-21999
PublicDate: 2023-04-18 20:15:00 UTC
References:
 https://example.invalid/
Description:
 Text with release_names: inside
Notes:
Priority: medium
 Reason text
Priority_thunderbird: low
Priority_linux_trusty/esm: negligible
CVSS:
 nvd: CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:L/A:N [3.6 LOW]

Patches_virtualbox:
 upstream: https://example.invalid/
upstream_virtualbox: released (7.0.8-dfsg-1)
trusty_virtualbox: ignored (end of standard support)
trusty/esm_virtualbox: DNE
xenial_virtualbox: ignored (end of standard support)
esm-apps/xenial_virtualbox: needs-triage
bionic_virtualbox: ignored (end of standard support, was needs-triage)
esm-apps/bionic_virtualbox: released (5.2.42-dfsg-0~ubuntu1.18.04.1+esm1)
focal_virtualbox: needed
esm-apps/focal_virtualbox: released (6.1.48-dfsg-1~ubuntu1.20.04.1+esm1)
jammy_virtualbox: released (6.1.38-dfsg-3~ubuntu1.22.04.1)
esm-apps/jammy_virtualbox: needed
lunar_virtualbox: pending (7.0.6-1ubuntu1)
mantic_virtualbox: not-affected (7.0.10-1)
kinetic_virtualbox: deferred (2024-01-08)
hirsute_virtualbox: ignored (no update available)
groovy_virtualbox: ignored (end of life, was not-affected)
devel_virtualbox: needs-triage
fips/focal_virtualbox: needed
snap_virtualbox: needed
Tags_linux: not-ue
focal_thunderbird: active
focal_linux: released
trusty/esm_linux: needed # a comment
zurg_linux: needed
focal_odd: maybe (1)
";

    #[test]
    fn states_of_the_tracker() {
        let mut items = Vec::new();
        Ubuntu
            .read(&mut Files::one("active/CVE-2023-21999", TEXT), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r#"
        skipped active/CVE-2023-21999:38: released, but in no version
        skipped active/CVE-2023-21999:40: release `zurg`
        skipped active/CVE-2023-21999:41: state `maybe (1)`
        CVE-2023-21999 published=2023-04-18T20:15:00Z severity=medium vendor="medium"
          CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:L/A:N by nvd
          deb:ubuntu:14.04 linux: Affected [,) vendor="negligible"
          deb:ubuntu:14.04 virtualbox: EndOfLife [,)
          deb:ubuntu:16.04 virtualbox: UnderInvestigation [,)
          deb:ubuntu:18.04 virtualbox: Affected [,5.2.42-dfsg-0~ubuntu1.18.04.1+esm1)
          deb:ubuntu:20.04 thunderbird: Affected [,) vendor="low"
          deb:ubuntu:20.04 virtualbox: Affected [,6.1.48-dfsg-1~ubuntu1.20.04.1+esm1)
          deb:ubuntu:20.10 virtualbox: NotAffected
          deb:ubuntu:21.04 virtualbox: WontFix [,)
          deb:ubuntu:22.04 virtualbox: Affected [,6.1.38-dfsg-3~ubuntu1.22.04.1)
          deb:ubuntu:22.10 virtualbox: Affected [,)
          deb:ubuntu:23.04 virtualbox: Affected [,7.0.6-1ubuntu1)
          deb:ubuntu:23.10 virtualbox: NotAffected
        covers deb:ubuntu:14.04
        covers deb:ubuntu:16.04
        covers deb:ubuntu:18.04
        covers deb:ubuntu:20.04
        covers deb:ubuntu:20.10
        covers deb:ubuntu:21.04
        covers deb:ubuntu:22.04
        covers deb:ubuntu:22.10
        covers deb:ubuntu:23.04
        covers deb:ubuntu:23.10
        "#);
    }
}
