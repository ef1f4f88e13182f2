//! Gets the changelogs of a suite's changed packages into a folder, one a source package.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use plimsoll_image::feed::{Feed, FeedLimits};
use plimsoll_image::hash;

use super::inputs::SuiteFacts;
use super::mirror::{Download, Suite};
use super::packages::{self, Changed, Place};

/// Largest file that is looked into, in bytes.
const PACKAGE_BYTES_MAX: u64 = 72 << 20;
/// Files tried for one changelog.
const ROUNDS_MAX: usize = 6;
/// Share of changelogs that a mirror may lack, in percent; more is a broken mirror.
const MISSING_PERCENT_MAX: usize = 10;

/// Where the changelogs of all suites lie: `debian-12/openssl/changelog`.
pub fn folder(work: &Path) -> PathBuf {
    work.join("changelogs")
}

fn facts_path(work: &Path, codename: &str) -> PathBuf {
    work.join(format!("{codename}.json"))
}

/// What an earlier run got.
pub fn kept(work: &Path, codename: &str, version: &str) -> Result<SuiteFacts> {
    let path = facts_path(work, codename);
    let bytes = plimsoll_image::read_file_capped(&path, PACKAGE_BYTES_MAX).with_context(|| {
        format!(
            "failed to read {}; run once without --offline",
            path.display()
        )
    })?;
    let facts = serde_json::from_slice(&bytes)?;
    if !folder(work).join(format!("debian-{version}")).is_dir() {
        bail!("no changelogs of Debian {version} in {}", work.display());
    }
    Ok(facts)
}

/// Fetches what is not there yet.
pub fn fetch(work: &Path, mirror: &str, codename: &str, version: &str) -> Result<SuiteFacts> {
    let suite = Suite::update(&work.join("apt"), mirror, codename)?;
    let changed = packages::changed(&suite.indexes()?, version);
    let downloads = work.join("packages").join(codename);
    fs::create_dir_all(&downloads)?;
    let logs = folder(work).join(format!("debian-{version}"));
    // Changelogs of packages that are not listed any more would stay.
    let _ = fs::remove_dir_all(&logs);
    let mut left: Vec<Pending<'_>> = changed.iter().map(Pending::new).collect();
    for round in 1..=ROUNDS_MAX {
        let wanted: Vec<Download> = left
            .iter()
            .filter_map(|pending| pending.queue.front())
            .map(|place| Download {
                uri: place.uri.clone(),
                sha256: place.sha256.clone(),
                to: downloads.join(&place.name),
            })
            .filter(|download| !is_there(&download.to, &download.sha256))
            .collect();
        eprintln!("{codename}: round {round}, {} files to fetch", wanted.len());
        suite.download(&wanted)?;
        let mut still = Vec::new();
        for mut pending in left {
            let Some(place) = pending.queue.pop_front() else {
                still.push(pending);
                continue;
            };
            let path = downloads.join(&place.name);
            if !is_there(&path, &place.sha256) {
                still.push(pending);
                continue;
            }
            if let Some(text) = changelog(&path, &place, pending.changed) {
                let folder = logs.join(&pending.changed.source);
                fs::create_dir_all(&folder)?;
                fs::write(folder.join("changelog"), text)?;
            } else {
                pending.follow(&path, &place)?;
                still.push(pending);
            }
        }
        left = still;
    }
    let missing: Vec<String> = left
        .iter()
        .map(|pending| pending.changed.source.clone())
        .collect();
    if missing.len() * 100 > changed.len() * MISSING_PERCENT_MAX {
        bail!(
            "{} of {} changelogs are not on the mirror",
            missing.len(),
            changed.len()
        );
    }
    let facts = SuiteFacts {
        codename: codename.to_owned(),
        release_dates: suite.dates()?,
        changed: changed.len(),
        changelogs: changed.len() - missing.len(),
        missing,
    };
    fs::write(
        facts_path(work, codename),
        serde_json::to_vec_pretty(&facts)?,
    )?;
    Ok(facts)
}

/// A source package whose changelog was not found yet, and the files left to try.
struct Pending<'a> {
    changed: &'a Changed,
    queue: VecDeque<Place>,
}

impl<'a> Pending<'a> {
    fn new(changed: &'a Changed) -> Self {
        Self {
            changed,
            queue: changed.files.iter().cloned().collect(),
        }
    }

    /// Documentation folders are links to another package's where several come from one source:
    /// that package is tried next.
    fn follow(&mut self, path: &Path, place: &Place) -> Result<()> {
        let Some(package) = &place.package else {
            return Ok(());
        };
        let output = Command::new("dpkg-deb")
            .arg("--contents")
            .arg(path)
            .output()
            .context("failed to run dpkg-deb")?;
        let listed = String::from_utf8_lossy(&output.stdout);
        let link = format!(" ./usr/share/doc/{package} -> ");
        let target = listed
            .lines()
            .find_map(|line| Some(line.split_once(&link)?.1));
        let at = self
            .queue
            .iter()
            .position(|next| next.package.as_deref() == target && target.is_some());
        if let Some(next) = at.and_then(|at| self.queue.remove(at)) {
            self.queue.push_front(next);
        }
        Ok(())
    }
}

fn is_there(path: &Path, sha256: &str) -> bool {
    plimsoll_image::read_file_capped(path, PACKAGE_BYTES_MAX)
        .is_ok_and(|bytes| hash::sha256(&bytes).hex() == sha256)
}

/// The changelog in a source archive, a diff or a binary package; `None` where there is none.
fn changelog(path: &Path, place: &Place, changed: &Changed) -> Option<String> {
    let head = format!("{} ({})", changed.source, changed.version);
    let mut feed = Feed::open(path, FeedLimits::default()).ok()?;
    let is_diff = place.name.ends_with(".diff.gz");
    let wants = |name: &str| {
        let is_source = name == "debian/changelog"
            || (name.ends_with("/debian/changelog") && name.matches('/').count() == 2);
        let is_binary = name.starts_with("usr/share/doc/")
            && (name.ends_with("/changelog.Debian") || name.ends_with("/changelog"));
        is_diff || is_source || is_binary
    };
    while let Some(file) = feed.next_file(&wants) {
        let Ok(file) = file else { continue };
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let text = if is_diff { from_diff(&text) } else { text };
        if text.trim_start().starts_with(&head) {
            return Some(text);
        }
    }
    None
}

/// The changelog that a diff of the old source format adds.
fn from_diff(diff: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in diff.lines() {
        if let Some(name) = line.strip_prefix("+++ ") {
            let name = name.split('\t').next().unwrap_or(name);
            inside = name.ends_with("/debian/changelog");
        } else if line.starts_with("--- ") {
            inside = false;
        } else if inside && let Some(added) = line.strip_prefix('+') {
            text.push_str(added);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changelog_in_a_diff() {
        let diff = "--- demo-1.0.orig/debian/changelog\n+++ demo-1.0/debian/changelog\n\
            @@ -0,0 +1,3 @@\n+demo (1.0-1) unstable; urgency=low\n+\n+  * One\n\
            --- demo-1.0.orig/debian/control\n+++ demo-1.0/debian/control\n@@ -0,0 +1 @@\n+Source: demo\n";
        assert_eq!(
            from_diff(diff),
            "demo (1.0-1) unstable; urgency=low\n\n  * One\n"
        );
    }
}
