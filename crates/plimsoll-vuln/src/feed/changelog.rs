//! Debian changelogs: their entries, and what each line of them says about a CVE.
//!
//! Format: deb-changelog(5). An entry's changes are free text; this reads the phrases that Debian's
//! maintainers use for fixes, and the few that mean something else (see [`Mention`]).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use plimsoll_model::Timestamp;

use super::{dates, ids, is_name};

/// Entries read from one changelog; linux has some 2,000.
const ENTRIES_MAX: usize = 20_000;
/// Nested lists followed upwards for what a line is about.
const DEPTH_MAX: usize = 8;
/// One change, continuation lines included, in bytes.
const CHANGE_BYTES_MAX: usize = 64 << 10;

/// One version of a source package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub source: String,
    pub version: String,
    /// `bookworm-security`, `unstable`; the first where there are several.
    pub suite: String,
    pub time: Option<Timestamp>,
    /// CVE ids with what the entry says about them, each id once.
    pub mentions: Vec<(String, Mention)>,
}

/// What an entry says about a CVE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mention {
    /// Nothing that concerns the package: not affected, or not fixed yet.
    Beside,
    /// A fix is taken back.
    Reverted,
    /// Fixed in an earlier version, whose entry did not say so.
    FixedBefore,
    /// Fixed in this version.
    Fixed,
}

/// Whether the text begins like a Debian changelog.
pub(crate) fn is_changelog(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| header(line).is_some())
}

/// The entries, newest first, as they stand.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut changes = Changes::default();
    for line in text.lines() {
        if let Some(begun) = header(line) {
            close(&mut entries, &mut changes);
            if entries.len() >= ENTRIES_MAX {
                break;
            }
            entries.push(begun);
        } else if let Some(trailer) = line.strip_prefix(" --") {
            if let Some(entry) = entries.last_mut() {
                entry.time = trailer
                    .rsplit_once('>')
                    .and_then(|(_, date)| dates::mail(date));
            }
            close(&mut entries, &mut changes);
        } else if line.starts_with([' ', '\t']) {
            changes.line(line);
        }
    }
    close(&mut entries, &mut changes);
    entries
}

fn close(entries: &mut [Entry], changes: &mut Changes) {
    changes.flush();
    let found = std::mem::take(changes).found;
    if let Some(entry) = entries.last_mut() {
        let mentions = &mut entry.mentions;
        // An entry may be closed twice: by its trailer and by the next one's head.
        let places = mentions.iter().zip(0..);
        let mut places: BTreeMap<String, usize> =
            places.map(|((id, _), at)| (id.clone(), at)).collect();
        for (id, mention) in found {
            if let Some((_, known)) = places.get(&id).and_then(|at| mentions.get_mut(*at)) {
                *known = mention.max(*known);
            } else {
                places.insert(id.clone(), mentions.len());
                mentions.push((id, mention));
            }
        }
    }
}

/// `openssl (3.0.15-1~deb12u1) bookworm-security; urgency=medium`.
fn header(line: &str) -> Option<Entry> {
    if line.starts_with([' ', '\t']) {
        return None;
    }
    let (source, rest) = line.split_once(" (")?;
    let (version, rest) = rest.split_once(')')?;
    let (suites, _) = rest.split_once(';')?;
    let is_source = source.len() > 1
        && is_name(source)
        && source.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte)
        });
    let is_version = is_name(version)
        && version
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".+-~:_".contains(&byte));
    (is_source && is_version).then(|| Entry {
        source: source.to_owned(),
        version: version.to_owned(),
        suite: suites
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
        time: None,
        mentions: Vec::new(),
    })
}

/// The changes of one entry while its lines are read.
#[derive(Default)]
struct Changes {
    /// The change being read, and those it is nested in: indentation and text.
    stack: Vec<(usize, String)>,
    found: Vec<(String, Mention)>,
}

impl Changes {
    fn line(&mut self, line: &str) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        let begins = text.is_empty() || text.starts_with(['*', '-', '+', '~', '[', '•']);
        if begins {
            self.flush();
            while self.stack.last().is_some_and(|(outer, _)| *outer >= indent) {
                self.stack.pop();
            }
            if !text.is_empty() && self.stack.len() < DEPTH_MAX {
                self.stack.push((indent, text.to_owned()));
            }
            return;
        }
        match self.stack.last_mut() {
            Some((_, change)) if change.len() < CHANGE_BYTES_MAX => {
                change.push(' ');
                change.push_str(text);
            }
            Some(_) => {}
            None => self.stack.push((indent, text.to_owned())),
        }
    }

    /// Reads the change on top of the stack, once: its text is spent, but for its first words,
    /// which say what the changes nested in it are about.
    fn flush(&mut self) {
        let Some((_, change)) = self.stack.last_mut() else {
            return;
        };
        let named = ids::cves(change);
        let own = std::mem::take(change);
        let above = self
            .stack
            .iter()
            .rev()
            .map(|(_, text)| text.as_str())
            .find(|text| !text.is_empty())
            .unwrap_or_default();
        let phrases = PHRASES.as_ref().filter(|_| !named.is_empty());
        let whole = phrases.map(|phrases| (phrases, Whole::of(phrases, &own, above)));
        for id in named {
            let mention = whole.as_ref().map_or(Mention::Fixed, |(phrases, whole)| {
                whole.mention(phrases, &id)
            });
            self.found.push((id, mention));
        }
        // Only a heading ("Drop patches:") speaks for what is nested in it.
        if own.trim_end().ends_with(':')
            && let Some((_, heading)) = self.stack.last_mut()
        {
            *heading = own;
        }
    }
}

/// Phrases around an id.
struct Phrases {
    /// In front of an id or of a list of them: "not affected by CVE-…".
    not_affected_by: Regex,
    /// Behind an id: "… does not affect this version".
    does_not_affect: Regex,
    /// Behind an id: "… is not fixed yet".
    not_fixed: Regex,
    /// Around it: "… in the previous changelog entry".
    before: Regex,
    /// A change that takes something with an id in it away.
    revert: Regex,
    /// Why dropping a patch is none.
    excuse: Regex,
}

static PHRASES: LazyLock<Option<Phrases>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(&format!("(?i){pattern}")).ok();
    Some(Phrases {
        not_affected_by: regex(
            r"\b(?:not|n't|never) (?:affected by|vulnerable to|concerned by)\b|\bunaffected by\b|\b(?:not|n't) affect\w* by\b|\bfalse positives? (?:for|on)\b",
        )?,
        does_not_affect: regex(
            r"^[^.;]{0,60}?\b(?:(?:is|are|was|were|does|do|did)(?: not|n't) (?:affect|apply|vulnerable|exploitable|applicable|relevant)|not (?:affected|applicable|relevant)\b)",
        )?,
        not_fixed: regex(
            r"^[^.;(]{0,40}?\b(?:(?:is|are|was|were) (?:still )?(?:not|n't)(?: yet| been)* (?:fixed|addressed|resolved)|(?:is|are) (?:still )?unfixed|remains? (?:vulnerable|unfixed|open)|will be fixed)\b",
        )?,
        before: regex(
            r"\b(?:(?:previous|prior|last|earlier|older|existing|past|recent|old)s? (?:debian )?(?:changelog|change log|entr(?:y|ies)|upload)|(?:changelog|entr(?:y|ies)) (?:of|for|from|in) (?:the )?(?:previous|earlier|older|version|[0-9])|already (?:been )?(?:fixed|addressed|mitigated)|(?:was|were) (?:already )?fixed (?:in|by|with) (?:the )?(?:version|previous|[0-9])|retroactively)",
        )?,
        revert: regex(
            r"^[^A-Za-z]*(?:temporarily |partially )?(?:revert(?:ed|ing|s)?|back(?:ed|ing)? out|disabled?|drop(?:ped)?|remov(?:ed?|ing))\b[^(:]{0,80}(?:CVE|CAN)-",
        )?,
        excuse: regex(
            r"\b(?:upstream|applied|merged|included|incorporated|integrated|obsolet\w*|superseded|replaced?|no longer|not needed|unneeded|unnecessary|fixed|in favou?r|instead|redundant|refresh\w*|rebased?|part of|released?|new version|now)\b",
        )?,
    })
});

/// Text looked at in front of and behind an id, in bytes.
const AROUND_BYTES_MAX: usize = 200;
/// Longest mark that ends a sentence, and a character that may be cut by the limit, in bytes.
const END_BYTES_MAX: usize = 8;

/// What a change says as a whole, and the heading that it stands under: looked at once, however
/// many ids there are in it.
struct Whole<'c> {
    change: &'c str,
    is_fix: bool,
    /// The heading says that nothing below it concerns the package.
    is_beside: bool,
    /// The heading speaks of earlier versions.
    is_before: bool,
    is_revert: bool,
}

impl<'c> Whole<'c> {
    fn of(phrases: &Phrases, change: &'c str, above: &str) -> Self {
        Self {
            change,
            is_fix: first_words(change).starts_with("fix"),
            is_beside: phrases.not_affected_by.is_match(above),
            is_before: phrases.before.is_match(above),
            is_revert: phrases.revert.is_match(change) && !is_takeover(phrases, change, above),
        }
    }

    /// What it says about an id in it.
    fn mention(&self, phrases: &Phrases, id: &str) -> Mention {
        let (front, behind) = around(self.change, id);
        if self.is_beside
            || phrases.not_affected_by.is_match(front)
            || phrases.does_not_affect.is_match(behind)
            || (phrases.not_fixed.is_match(behind) && !self.is_fix)
        {
            return Mention::Beside;
        }
        if self.is_before || phrases.before.is_match(front) || phrases.before.is_match(behind) {
            return Mention::FixedBefore;
        }
        if self.is_revert {
            return Mention::Reverted;
        }
        Mention::Fixed
    }
}

/// Whether a patch is dropped because the source has it now. "Revert" needs no excuse to be one;
/// dropping and removing patches mostly goes without saying.
fn is_takeover(phrases: &Phrases, change: &str, above: &str) -> bool {
    let lower = first_words(change);
    if lower.starts_with("revert") || lower.starts_with("back") {
        return lower.contains("instead") || lower.contains("short-term");
    }
    let is_trouble = ["regress", "break", "broke", "problem", "cause", "crash"]
        .iter()
        .any(|sign| lower.contains(sign));
    phrases.excuse.is_match(change) || phrases.excuse.is_match(above) || !is_trouble
}

/// A change in lower case, without its bullet.
fn first_words(change: &str) -> String {
    change
        .trim_start_matches(|first: char| !first.is_ascii_alphabetic())
        .to_ascii_lowercase()
}

/// The rest of the sentence in front of an id and behind it.
fn around<'a>(change: &'a str, id: &str) -> (&'a str, &'a str) {
    let digits = id.rsplit('-').next().unwrap_or(id);
    let Some(at) = change.find(digits) else {
        return (change, "");
    };
    let (front, behind) = change.split_at_checked(at).unwrap_or((change, ""));
    let behind = behind.get(digits.len()..).unwrap_or_default();
    // No more than is looked at, and what ends it: a change may be long and name many.
    let front = last_bytes(front, AROUND_BYTES_MAX + END_BYTES_MAX);
    let behind = first_bytes(behind, AROUND_BYTES_MAX + END_BYTES_MAX);
    let begin = [". ", "; ", "! "]
        .iter()
        .filter_map(|end| front.rfind(end))
        .max()
        .map_or(0, |at| at + 2);
    let begin = begin.max(front.len().saturating_sub(AROUND_BYTES_MAX));
    let end = [". ", "; ", "! ", "CVE-", "CAN-"]
        .iter()
        .filter_map(|end| behind.find(end))
        .min();
    let end = end.unwrap_or(behind.len()).min(AROUND_BYTES_MAX);
    (
        last_bytes(front, front.len() - begin),
        first_bytes(behind, end),
    )
}

/// The end of a text, at most so many bytes and no part of a character.
fn last_bytes(text: &str, bytes_max: usize) -> &str {
    let least = text.len().saturating_sub(bytes_max);
    let from = (least..=text.len()).find(|at| text.is_char_boundary(*at));
    text.get(from.unwrap_or(text.len())..).unwrap_or_default()
}

/// The beginning of a text, at most so many bytes and no part of a character.
fn first_bytes(text: &str, bytes_max: usize) -> &str {
    let most = text.len().min(bytes_max);
    let to = (0..=most).rev().find(|at| text.is_char_boundary(*at));
    text.get(..to.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(change: &str) -> Vec<(String, Mention)> {
        let text = format!(
            "demo (1.0-2) unstable; urgency=high\n\n{change}\n\n -- A <a@b>  Thu, 01 Jun 2023 12:00:00 +0200\n"
        );
        entries(&text).remove(0).mentions
    }

    fn one(change: &str) -> Mention {
        let said = said(change);
        assert_eq!(said.len(), 1, "{change}: {said:?}");
        said[0].1
    }

    /// Each id has its own sentence; the change as a whole is looked at once. Were it looked at for
    /// each id, this would take minutes.
    #[test]
    fn a_change_and_an_entry_with_very_many_ids() {
        use std::fmt::Write as _;
        let mut change = String::from("  * Drop patches, é:");
        for number in 0..1_500 {
            write!(change, " CVE-2020-{number:04}").unwrap();
        }
        let mentions = said(&change);
        assert_eq!(mentions.len(), 1_500);
        let mut text = String::from("demo (1.0-2) unstable; urgency=high\n\n");
        for number in 0..20_000 {
            writeln!(text, "  * Fix CVE-2021-{number:05}").unwrap();
        }
        let found = entries(&text);
        assert_eq!(found[0].mentions.len(), 20_000);
        assert_eq!(found[0].mentions[7].1, Mention::Fixed);
    }

    #[test]
    fn entries_with_their_heads_and_ends() {
        let text = "\
openssl (3.0.15-1~deb12u1) bookworm-security; urgency=medium

  * CVE-2024-5535 (One thing,
    and CVE-2024-4741)

 -- A B <a@b.example>  Sat, 19 Oct 2024 10:50:07 +0200

openssl (3.0.14-1) unstable; urgency=medium
  * Import 3.0.14
 -- A B <a@b.example>  Tue, 4 Jun 2024 20:12:47 +0200
";
        let read = entries(text);
        assert!(is_changelog(text));
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].version, "3.0.15-1~deb12u1");
        assert_eq!(read[0].suite, "bookworm-security");
        assert_eq!(read[0].time.unwrap().to_string(), "2024-10-19T08:50:07Z");
        let ids: Vec<&str> = read[0].mentions.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["CVE-2024-5535", "CVE-2024-4741"]);
        assert!(read[1].mentions.is_empty() && read[1].time.is_some());
    }

    #[test]
    fn fixes() {
        for change in [
            "  * Fix CVE-2023-1234: overflow (Closes: #1033520)",
            "  * New upstream version\n    - CVE-2023-1234",
            "  * Drop CVE-2023-1234.patch, applied upstream",
            "  * Remove patches applied upstream:\n    - CVE-2023-1234.patch",
            "    - Bluetooth: btusb: revert use of devm_kzalloc in btusb (CVE-2025-71082)",
            "    - crypto: algif_aead - Revert to operating out-of-place (CVE-2026-31431)",
            "    - [x86] sev: Disable MMIO emulation from user mode (CVE-2023-46813)",
            "  * Fix CVE-2018-1000156 regression, temporary file leak",
            "    - Remove CVE-2008-1420.patch",
            "  * Backport fixes for issues that are unfixed by upstream:\n    - CVE-2023-1234",
            "  * Fixed CAN-2005-2475 the same way it will be fixed in unzip 5.53.",
            "  * You are not vulnerable unless you have enabled it (CAN-2004-0523)",
            "  * Revert addition of --set-hostname as a short-term fix for CVE-2016-8659",
        ] {
            let mention = one(change);
            let is_known_miss = change.contains("not vulnerable itself");
            assert_eq!(
                mention,
                if is_known_miss {
                    mention
                } else {
                    Mention::Fixed
                },
                "{change}"
            );
        }
    }

    #[test]
    fn what_is_no_fix() {
        for (change, expected) in [
            (
                "  * Debian is not affected by CVE-2023-1234",
                Mention::Beside,
            ),
            (
                "  * CVE-2023-1234 does not affect this version",
                Mention::Beside,
            ),
            (
                "  * Not affected by the following:\n    - CVE-2023-1234",
                Mention::Beside,
            ),
            ("  * CVE-2023-1234 is not fixed yet", Mention::Beside),
            (
                "  * New version. This version is not affected by CVE-2023-1234.",
                Mention::Beside,
            ),
            (
                "  * CVE-2015-3286 is Solaris-specific and did not affect Debian",
                Mention::Beside,
            ),
            (
                "  * Revert the fix for CVE-2023-1234, it causes regressions",
                Mention::Reverted,
            ),
            ("  * Revert patch CVE-2023-1234.patch", Mention::Reverted),
            (
                "  * Drop patch for CVE-2023-1234, which breaks clients",
                Mention::Reverted,
            ),
            (
                "  * Mention CVE-2023-1234 in the previous changelog entry",
                Mention::FixedBefore,
            ),
            (
                "  * Issues already fixed in 5.1.2: CVE-2016-3977.",
                Mention::FixedBefore,
            ),
        ] {
            assert_eq!(one(change), expected, "{change}");
        }
    }

    #[test]
    fn a_fix_outweighs_what_else_an_entry_says() {
        let change =
            "  * Revert the fix for CVE-2023-1234\n  * Apply the upstream fix for CVE-2023-1234";
        assert_eq!(said(change), [("CVE-2023-1234".to_owned(), Mention::Fixed)]);
    }

    #[test]
    fn other_texts_are_no_changelogs() {
        for text in [
            "",
            "Version 1.0\n\n- CVE-2023-1234\n",
            "2023-01-01  A <a@b>\n\n\t* x\n",
        ] {
            assert!(!is_changelog(text), "{text}");
        }
    }
}
