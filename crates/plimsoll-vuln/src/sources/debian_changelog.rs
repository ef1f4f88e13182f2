//! Facts from the changelogs of Debian's and Ubuntu's packages: which CVE a source package has
//! fixed, and from which version on. For a site that has nothing but a package mirror, or machines
//! with `/usr/share/doc`.
//!
//! Files are changelogs as packages carry them (`usr/share/doc/*/changelog.Debian.gz`, and
//! `changelog.gz` of packages made for Debian), packages themselves (`.deb`, whose files the feed
//! then holds), or `NAME_VERSION_changelog`. Their release is told by, in this order: a folder
//! `debian-12` or `ubuntu-22.04` in the path; an `etc/os-release` in the feed in front of them; the
//! suite or the version (`+deb12u1`) of the newest entry. Of several changelogs of one source
//! package in one release the newest counts.
//!
//! The earliest entry that names a fix of a CVE says from which version on; a fix that is taken
//! back opens the range again. What the maintainers did not write down is not known: above all,
//! which CVEs are not fixed. Therefore this source does not claim to cover a release.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use plimsoll_model::{Date, Timestamp};

use crate::feed::batch::{Coverage, Seen};
use crate::feed::changelog::{self, Entry, Mention};
use crate::feed::collect::Collected;
use crate::feed::{dates, file_name, has_extension, is_name, releases, skipped};
use crate::schemes::scheme_of;
use crate::{
    AdvisorySource, Affected, Input, InputFile, Item, Range, Scope, Sink, SourceError, Status,
};

/// The source `debian-changelog`.
pub(super) struct DebianChangelog;

/// A release and a source package in it.
type Place = (Scope, String);

/// What the newest changelog of a source package says.
struct Known {
    top_version: String,
    newest: Option<Timestamp>,
    /// By CVE id.
    fixes: BTreeMap<String, History>,
}

/// When a CVE was fixed, and perhaps no more.
#[derive(Default)]
struct History {
    ranges: Vec<Range>,
    /// When the last fix came out.
    fixed_on: Option<Date>,
}

impl AdvisorySource for DebianChangelog {
    fn id(&self) -> &'static str {
        "debian-changelog"
    }

    fn describe(&self) -> &'static str {
        "Changelogs of Debian and Ubuntu packages: which CVE is fixed from which version on"
    }

    fn wants(&self, path: &str) -> bool {
        let name = file_name(path);
        let name = name.strip_suffix(".gz").unwrap_or(name);
        // The changelog of a rebuild ends in an architecture and says nothing.
        let is_changelog = name.contains("changelog") && !name.contains("changelog.Debian.");
        is_changelog || is_os_release(path) || has_extension(path, &["deb"])
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        let mut seen = Seen::default();
        let mut machine: Option<Scope> = None;
        let mut known: BTreeMap<Place, Known> = BTreeMap::new();
        while let Some(file) = seen.next_file(input, out)? {
            if is_os_release(&file.path) {
                machine = machine.or_else(|| release_of_machine(&file));
                continue;
            }
            match read_changelog(&file, machine.as_ref()) {
                Ok(Some((key, read))) => match known.get_mut(&key) {
                    Some(older) if is_newer(&read, older) => *older = read,
                    Some(_) => {}
                    None => {
                        known.insert(key, read);
                    }
                },
                Ok(None) => {}
                Err(reason) => seen.pass(skipped(&file.path, reason), out),
            }
        }
        let newest = known.values().filter_map(|known| known.newest).max();
        if let Some(newest) = newest {
            seen.pass(Item::Snapshot(dates::day_of(newest)), out);
        }
        let mut collected = Collected::default();
        for ((scope, source), known) in known {
            for (id, history) in known.fixes {
                let mut affected = Affected::new(scope.clone(), &source, Status::Affected);
                affected.ranges = history.ranges;
                affected.fix_available = history.fixed_on;
                collected.record(&id).affected.push(affected);
            }
        }
        for item in collected.into_items() {
            seen.pass(item, out);
        }
        seen.finish(Coverage::Nothing, out)
    }
}

fn is_os_release(path: &str) -> bool {
    path.ends_with("etc/os-release") || path.ends_with("usr/lib/os-release")
}

/// `ID` and `VERSION_ID` of an os-release file.
fn release_of_machine(file: &InputFile) -> Option<Scope> {
    let text = String::from_utf8_lossy(&file.bytes);
    let value = |key: &str| {
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
        let value = line.trim_matches(['"', '\'']);
        is_name(value).then(|| value.to_owned())
    };
    let (id, version) = (value("ID")?, value("VERSION_ID")?);
    matches!(id.as_str(), "debian" | "ubuntu").then(|| Scope::release("deb", &id, &version))
}

/// `None` for other texts that are called changelog, as upstream's often are.
fn read_changelog(
    file: &InputFile,
    machine: Option<&Scope>,
) -> Result<Option<(Place, Known)>, String> {
    let text = String::from_utf8_lossy(&file.bytes);
    if !changelog::is_changelog(&text) {
        let name = file_name(&file.path);
        let is_debian = name.contains("Debian") || name.ends_with("_changelog");
        return if is_debian {
            Err("not in the form of a Debian changelog".to_owned())
        } else {
            Ok(None)
        };
    }
    let mut entries = changelog::entries(&text);
    let Some(top) = entries.first() else {
        return Ok(None);
    };
    let scope = release_of_path(&file.path)
        .or_else(|| machine.cloned())
        .or_else(|| release_of_entry(top))
        .ok_or("of which release is not said: put it into a folder such as debian-12")?;
    count_from_above(&mut entries);
    count_rebuilds(&mut entries, &scope);
    let Some(top) = entries.first() else {
        return Ok(None);
    };
    let known = Known {
        top_version: top.version.clone(),
        newest: entries.iter().filter_map(|entry| entry.time).max(),
        fixes: histories(&entries, &top.source),
    };
    Ok(Some(((scope, top.source.clone()), known)))
}

/// A folder `debian-12` or `ubuntu-22.04`.
fn release_of_path(path: &str) -> Option<Scope> {
    path.split('/').rev().skip(1).find_map(|folder| {
        let (id, version) = folder.split_once('-')?;
        let is_version = version.starts_with(|first: char| first.is_ascii_digit())
            && version
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        (is_version && matches!(id, "debian" | "ubuntu"))
            .then(|| Scope::release("deb", id, version))
    })
}

/// By the suite (`bookworm-security`), or what stable updates have in their versions
/// (`+deb12u1`). Backports belong to no release: they are newer than what it has.
fn release_of_entry(top: &Entry) -> Option<Scope> {
    if top.suite.contains("backports") || top.version.contains("~bpo") {
        return None;
    }
    let codename = top.suite.split('-').next().unwrap_or_default();
    if let Some(version) = releases::debian(codename) {
        return Some(releases::debian_scope(version));
    }
    if let Some(version) = releases::ubuntu(codename) {
        return Some(releases::ubuntu_scope(version));
    }
    let after = top.version.rsplit_once("deb").map(|(_, after)| after)?;
    let (release, update) = after.split_once('u')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let update: String = update.chars().take_while(char::is_ascii_digit).collect();
    (is_number(release) && is_number(&update)).then(|| releases::debian_scope(release))
}

/// What was made from a newer version (`1.2-3~deb12u1`, with `1.2-3` and all before it below) has
/// the fixes of that version: an entry counts from the lowest version at or above it.
fn count_from_above(entries: &mut [Entry]) {
    let Some(scheme) = scheme_of("deb") else {
        return;
    };
    let mut lowest: Option<(String, String, Option<Timestamp>)> = None;
    for entry in entries {
        match &lowest {
            Some((source, version, time))
                if *source == entry.source
                    && scheme
                        .compare(&entry.version, version)
                        .is_ok_and(Ordering::is_gt) =>
            {
                entry.version.clone_from(version);
                entry.time = *time;
            }
            _ => lowest = Some((entry.source.clone(), entry.version.clone(), entry.time)),
        }
    }
}

/// A source package of which one version was rebuilt for this release (`1.2-3~deb12u1`) has others
/// rebuilt as well, though the newest changelog may hold the last of the rebuilds only: an entry
/// then counts from its own rebuild, which orders below it.
fn count_rebuilds(entries: &mut [Entry], scope: &Scope) {
    let Some(release) = scope.as_str().strip_prefix("deb:debian:") else {
        return;
    };
    let mark = format!("~deb{release}u");
    let Some(source) = entries.first().map(|top| top.source.clone()) else {
        return;
    };
    let is_own = |entry: &&mut Entry| entry.source == source;
    if !entries
        .iter()
        .any(|entry| entry.source == source && entry.version.contains(&mark))
    {
        return;
    }
    for entry in entries.iter_mut().filter(is_own) {
        // Without a revision `~` stands for a pre-release too.
        let has_revision = entry.version.contains('-');
        if has_revision && !entry.version.contains("~deb") && !entry.version.contains("+deb") {
            entry.version = format!("{}{mark}1", entry.version);
        }
    }
}

/// Walks the entries from the oldest to the newest.
fn histories(entries: &[Entry], source: &str) -> BTreeMap<String, History> {
    let mut histories: BTreeMap<String, History> = BTreeMap::new();
    // Vulnerable from which version on; absent for "not vulnerable any more".
    let mut open: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut before: Option<&Entry> = None;
    for entry in entries.iter().rev().filter(|entry| entry.source == source) {
        for (id, mention) in &entry.mentions {
            let fixed_in = match mention {
                Mention::Fixed => entry,
                // Where the entry before is the oldest there is, the fix may be older still.
                Mention::FixedBefore => before.unwrap_or(entry),
                Mention::Reverted => {
                    if histories.contains_key(id) {
                        open.entry(id.clone())
                            .or_insert_with(|| Some(entry.version.clone()));
                    }
                    continue;
                }
                Mention::Beside => continue,
            };
            let history = histories.entry(id.clone()).or_default();
            let introduced = if history.ranges.is_empty() {
                None
            } else {
                match open.remove(id) {
                    Some(reopened) => reopened,
                    None => continue,
                }
            };
            history.ranges.push(Range {
                introduced,
                fixed: Some(fixed_in.version.clone()),
                ..Range::default()
            });
            history.fixed_on = fixed_in.time.map(dates::day_of);
        }
        before = Some(entry);
    }
    for (id, introduced) in open {
        if let Some(history) = histories.get_mut(&id) {
            history.fixed_on = None;
            history.ranges.push(Range {
                introduced,
                ..Range::default()
            });
        }
    }
    histories
}

fn is_newer(read: &Known, older: &Known) -> bool {
    let Some(scheme) = scheme_of("deb") else {
        return false;
    };
    scheme
        .compare(&read.top_version, &older.top_version)
        .is_ok_and(Ordering::is_gt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    const NEWER: &str = "\
demo (1.2-3+deb12u2) bookworm-security; urgency=high

  * CVE-2024-1001: overflow
  * Revert the fix for CVE-2023-1002, it causes a regression

 -- A <a@b.example>  Thu, 01 Aug 2024 12:00:00 +0000

demo (1.2-3+deb12u1) bookworm; urgency=medium

  * CVE-2023-1002, CVE-2023-1003
  * Name CVE-2023-1004 in the previous changelog entry
  * Not affected by CVE-2023-1005

 -- A <a@b.example>  Sat, 02 Sep 2023 12:00:00 +0000

demo (1.2-3) unstable; urgency=medium

  * Fix CVE-2022-1006, again CVE-2022-1007

 -- A <a@b.example>  Sun, 01 Jan 2023 12:00:00 +0000

demo (1.2-1) unstable; urgency=medium

  * CVE-2022-1007

 -- A <a@b.example>  Sun, 02 Jan 2022 12:00:00 +0000
";

    fn file(path: &str, text: &str) -> InputFile {
        InputFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn read(files: Vec<InputFile>) -> String {
        let mut items = Vec::new();
        let outcome = DebianChangelog.read(&mut Files::new(files), &mut items);
        let mut text = crate::feed::show::items(&items);
        if let Err(error) = outcome {
            text.push_str(&error.to_string());
        }
        text
    }

    #[test]
    fn fixes_reverts_and_what_was_named_late() {
        insta::assert_snapshot!(read(vec![file("x/demo_changelog", NEWER)]), @r"
        snapshot 2024-08-01
        CVE-2022-1006
          deb:debian:12 demo: Affected [,1.2-3) fixed on 2023-01-01
        CVE-2022-1007
          deb:debian:12 demo: Affected [,1.2-1) fixed on 2022-01-02
        CVE-2023-1002
          deb:debian:12 demo: Affected [,1.2-3+deb12u1) [1.2-3+deb12u2,)
        CVE-2023-1003
          deb:debian:12 demo: Affected [,1.2-3+deb12u1) fixed on 2023-09-02
        CVE-2023-1004
          deb:debian:12 demo: Affected [,1.2-3) fixed on 2023-01-01
        CVE-2024-1001
          deb:debian:12 demo: Affected [,1.2-3+deb12u2) fixed on 2024-08-01
        ");
    }

    /// As openjdk-17's: each version is rebuilt for stable, and only the last rebuild is told.
    #[test]
    fn rebuilds_that_the_newest_changelog_leaves_out() {
        let entry = |version: &str, suite: &str, text: &str| {
            format!(
                "demo ({version}) {suite}; urgency=medium\n\n  * {text}\n\n \
                 -- A <a@b.example>  Sun, 01 Jan 2023 12:00:00 +0000\n\n"
            )
        };
        let log = [
            entry("17.2-1~deb12u1", "bookworm-security", "Rebuild"),
            entry("17.2-1", "unstable", "CVE-2024-1003"),
            entry("17.1-1", "unstable", "CVE-2024-1002"),
            entry("17.0-2+deb12u1", "bookworm", "CVE-2024-1001"),
        ];
        let shown = read(vec![file("debian-12/demo/changelog", &log.concat())]);
        for (id, fixed) in [
            ("CVE-2024-1001", "17.0-2+deb12u1"),
            ("CVE-2024-1002", "17.1-1~deb12u1"),
            ("CVE-2024-1003", "17.2-1~deb12u1"),
        ] {
            let told = shown.split(id).nth(1).unwrap_or_default();
            let range = told.split(')').next().unwrap_or_default();
            assert!(range.ends_with(fixed), "{id}: {range}");
        }
        // Elsewhere an unstable version is what it says.
        let log = [
            entry("17.2-1", "unstable", "CVE-2024-1003"),
            entry("17.1-1", "unstable", "CVE-2024-1002"),
        ];
        let shown = read(vec![file("debian-12/demo/changelog", &log.concat())]);
        assert!(!shown.contains("~deb12u1"), "{shown}");
    }

    #[test]
    fn a_rebuild_for_an_older_release_has_the_fixes_below_it() {
        let entry = |version: &str, text: &str| {
            format!(
                "demo ({version}) bookworm; urgency=low\n\n  * {text}\n\n -- A <a@b>  Fri, 02 Jun 2023 12:00:00 +0000\n\n"
            )
        };
        let text = entry("1.2-4~deb12u1", "Rebuild")
            + &entry("1.2-4", "CVE-2023-1004")
            + &entry("1.2-3", "CVE-2022-1006");
        insta::assert_snapshot!(read(vec![file("x/demo_changelog", &text)]), @r"
        snapshot 2023-06-02
        CVE-2022-1006
          deb:debian:12 demo: Affected [,1.2-3~deb12u1) fixed on 2023-06-02
        CVE-2023-1004
          deb:debian:12 demo: Affected [,1.2-4~deb12u1) fixed on 2023-06-02
        ");
    }

    #[test]
    fn of_several_changelogs_the_newest_counts() {
        let (_, older) = NEWER.split_once("12:00:00 +0000\n\n").unwrap();
        for texts in [[NEWER, older], [older, NEWER]] {
            let files = texts
                .iter()
                .enumerate()
                .map(|(index, text)| file(&format!("debian-12/{index}/changelog.Debian"), text));
            assert!(read(files.collect()).contains("[,1.2-3+deb12u1) [1.2-3+deb12u2,)"));
        }
    }

    #[test]
    fn the_release_comes_from_folder_machine_or_entry() {
        let unstable = "aa (1-1) unstable; urgency=low\n\n  * CVE-2020-1000\n\n -- A <a@b>  x\n";
        let stable = unstable.replace("1-1", "1-1+deb13u2");
        let backport = unstable.replace("(1-1) unstable", "(1-1~bpo12+1) bookworm-backports");
        let scope = |files: Vec<InputFile>| {
            let text = read(files);
            let line = text.lines().find(|line| line.contains(" aa:"));
            let line = line.or(text.lines().last()).unwrap_or_default();
            line.split(" aa:")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        assert_eq!(
            scope(vec![file("ubuntu-22.04/a/changelog", unstable)]),
            "deb:ubuntu:22.04"
        );
        let os = file("etc/os-release", "NAME=x\nID=debian\nVERSION_ID=\"12\"\n");
        assert_eq!(
            scope(vec![os, file("usr/share/doc/a/changelog.gz", unstable)]),
            "deb:debian:12"
        );
        assert_eq!(scope(vec![file("a_changelog", &stable)]), "deb:debian:13");
        assert!(scope(vec![file("a_changelog", &backport)]).contains("no record"));
    }

    #[test]
    fn other_changelogs_are_passed_over_and_broken_ones_told() {
        let upstream = "Version 2\n - CVE-2020-1000\n";
        let text = read(vec![
            file("usr/share/doc/a/changelog.gz", upstream),
            file("usr/share/doc/a/changelog.Debian.gz", upstream),
        ]);
        assert!(text.starts_with("skipped usr/share/doc/a/changelog.Debian.gz: not in the form"));
        assert_eq!(text.matches("skipped").count(), 1);
        assert!(!DebianChangelog.wants("usr/share/doc/a/changelog.Debian.amd64.gz"));
    }
}
