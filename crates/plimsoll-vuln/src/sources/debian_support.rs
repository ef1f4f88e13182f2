//! The lists of Debian's package `debian-security-support`: which source packages lost security
//! support before their release did, or have it for some uses only.
//!
//! `security-support-ended.deb12` names its release. `security-support-limited` does not; it
//! belongs to the release that the package was made for, the highest that the other lists name.
//! The version in the lists says where the package stood when support ended; as in Debian's own
//! `check-support-status` it bounds nothing.

use std::collections::BTreeMap;

use crate::feed::batch::{Coverage, Seen};
use crate::feed::{dates, file_name, is_name, releases, skipped};
use crate::{AdvisorySource, Input, Item, Sink, SourceError, Support, SupportState};

/// The source `debian-support`.
pub(super) struct DebianSupport;

impl AdvisorySource for DebianSupport {
    fn id(&self) -> &'static str {
        "debian-support"
    }

    fn describe(&self) -> &'static str {
        "Debian's lists of packages with ended or limited security support"
    }

    fn wants(&self, path: &str) -> bool {
        file_name(path).starts_with("security-support-")
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        let mut files = Vec::new();
        let mut seen = Seen::default();
        while let Some(file) = seen.next_file(input, out)? {
            files.push(file);
        }
        let newest = files.iter().filter_map(|file| release_of(&file.path)).max();
        // A list without a release may repeat the one with it.
        let mut supports: BTreeMap<(String, String), Support> = BTreeMap::new();
        for file in &files {
            let Some(release) = release_of(&file.path).or(newest) else {
                let reason = "no release: no list beside it has one in its name";
                seen.pass(skipped(&file.path, reason), out);
                continue;
            };
            let is_limited = file.path.contains("security-support-limited");
            let text = String::from_utf8_lossy(&file.bytes);
            for (index, line) in text.lines().enumerate() {
                if line.trim().is_empty() || line.starts_with('#') {
                    continue;
                }
                match read_line(line, release, is_limited) {
                    Ok(support) => {
                        let package = support.package.clone().unwrap_or_default();
                        let key = (support.scope.to_string(), package);
                        supports.entry(key).or_insert(support);
                    }
                    Err(reason) => {
                        let path = format!("{}:{}", file.path, index + 1);
                        seen.pass(skipped(path, reason), out);
                    }
                }
            }
        }
        // The lists bear no date; the newest end of support is the nearest to it.
        if let Some(newest) = supports.values().filter_map(|support| support.until).max() {
            seen.pass(Item::Snapshot(newest), out);
        }
        for support in supports.into_values() {
            seen.pass(Item::Support(support), out);
        }
        seen.finish(Coverage::Nothing, out)
    }
}

/// `…/security-support-ended.deb12` is 12.
fn release_of(path: &str) -> Option<u16> {
    path.rsplit_once(".deb")?.1.parse().ok()
}

fn read_line(line: &str, release: u16, is_limited: bool) -> Result<Support, &'static str> {
    let mut words = line.split_whitespace();
    let pattern = words.next().unwrap_or_default();
    let package = name_pattern(pattern).ok_or("a pattern that is more than the start of a name")?;
    let (state, until) = if is_limited {
        (SupportState::Limited, None)
    } else {
        let day = words.nth(1).and_then(dates::day);
        (SupportState::Ended, Some(day.ok_or("no date of the end")?))
    };
    Ok(Support {
        scope: releases::debian_scope(&release.to_string()),
        package: Some(package),
        state,
        until,
        version: None,
    })
}

/// The lists hold regular expressions; in use are names and beginnings of names (`golang.*`).
fn name_pattern(pattern: &str) -> Option<String> {
    let (name, is_prefix) = match pattern.strip_suffix(".*") {
        Some(start) => (start, true),
        None => (pattern, false),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    (is_name(name) && name.bytes().all(is_plain))
        .then(|| format!("{name}{}", if is_prefix { "*" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{Files, InputFile};

    #[test]
    fn ended_and_limited() {
        let file = |path: &str, text: &str| InputFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let ended = "# comment\n\nphp-horde.*\t0\t\t2025-03-22\tx\n\
            pdns 4.7.3-2 2025-10-01 x\nodd[ab] 0 2025-01-01\nnodate 1.0 x\n";
        let mut items = Vec::new();
        let files = vec![
            file("x/security-support-ended", ended),
            file(
                "x/security-support-ended.deb10",
                "xen 4.11.4 2021-08-28 x\n",
            ),
            file("x/security-support-ended.deb12", ended),
            file(
                "x/security-support-limited",
                "golang.* see\nlibsoup2.4 only\n",
            ),
        ];
        DebianSupport
            .read(&mut Files::new(files), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r"
        skipped x/security-support-ended:5: a pattern that is more than the start of a name
        skipped x/security-support-ended:6: no date of the end
        skipped x/security-support-ended.deb12:5: a pattern that is more than the start of a name
        skipped x/security-support-ended.deb12:6: no date of the end
        snapshot 2025-10-01
        support deb:debian:10 xen: Ended until 2021-08-28
        support deb:debian:12 golang*: Limited
        support deb:debian:12 libsoup2.4: Limited
        support deb:debian:12 pdns: Ended until 2025-10-01
        support deb:debian:12 php-horde*: Ended until 2025-03-22
        ");
    }

    #[test]
    fn a_list_of_no_release_is_told() {
        let mut items = Vec::new();
        let mut feed = Files::one("security-support-limited", "binutils x\n");
        assert!(DebianSupport.read(&mut feed, &mut items).is_err());
        assert!(matches!(items.as_slice(), [Item::Skipped { .. }]));
    }
}
