//! Debian's lists of security advisories, `DSA/list` and `DLA/list` of the security tracker's
//! repository: <https://salsa.debian.org/security-tracker-team/security-tracker>.
//!
//! Each notice names the vulnerabilities it mends and the fixed version of each release; what is
//! not fixed is not in them. Notices that announce something (end of life, new keys), and updates
//! that only mend a regression, are no advisories and are left out.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::{dates, ids, is_name, releases, skipped, words};
use crate::{
    AdvisorySource, Affected, Input, InputFile, Item, Range, Record, Sink, SourceError, Status,
};

/// The source `debian-dsa`.
pub(super) struct DebianDsa;

impl AdvisorySource for DebianDsa {
    fn id(&self) -> &'static str {
        "debian-dsa"
    }

    fn describe(&self) -> &'static str {
        "Debian's lists of security advisories, DSA and DLA"
    }

    fn wants(&self, path: &str) -> bool {
        ["DSA/list", "DLA/list", "ELA/list"]
            .iter()
            .any(|end| path.ends_with(end))
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, read_list)?.finish(Coverage::Seen, out)
    }
}

/// A notice while its lines are read.
struct Notice {
    record: Record,
    day: Option<plimsoll_model::Date>,
    is_regression: bool,
}

fn read_list(file: &InputFile) -> Vec<Item> {
    let text = String::from_utf8_lossy(&file.bytes);
    let mut items = Vec::new();
    let mut notice: Option<Notice> = None;
    for (index, line) in text.lines().enumerate() {
        let mut skip = |reason: String| {
            items.push(skipped(format!("{}:{}", file.path, index + 1), reason));
        };
        let body = line.trim();
        if line.starts_with('[') {
            match begin(line) {
                Ok(begun) => {
                    let ended = notice.replace(begun);
                    items.extend(ended.and_then(finish));
                }
                Err(reason) => skip(reason),
            }
        } else if let Some(list) = body.strip_prefix('{') {
            if let Some(notice) = &mut notice {
                let words = list.trim_end_matches('}').split_whitespace();
                let named = words.map(|id| id.replacen("CAN-", "CVE-", 1));
                notice
                    .record
                    .upstream
                    .extend(named.filter(|id| is_name(id)));
            }
        } else if body.starts_with('[') {
            if let Some(notice) = &mut notice {
                match statement(body, notice.day) {
                    Ok(affected) => notice.record.affected.push(affected),
                    Err(reason) => skip(format!("{}: {reason}", notice.record.id)),
                }
            }
        } else if !body.is_empty() && !body.starts_with("NOTE:") && !body.starts_with("TODO:") {
            skip(format!("line `{}`", body.escape_debug()));
        }
    }
    items.extend(notice.and_then(finish));
    items
}

/// `[29 Mar 2023] DSA-5380-1 xorg-server - security update`.
fn begin(line: &str) -> Result<Notice, String> {
    let odd = || format!("line `{}`", line.escape_debug());
    let (date, rest) = line
        .trim_start_matches('[')
        .split_once(']')
        .ok_or_else(odd)?;
    let mut parts = rest.trim().splitn(2, char::is_whitespace);
    let id = parts
        .next()
        .filter(|id| id.contains("A-") && is_name(id))
        .ok_or_else(odd)?;
    let title = parts.next().unwrap_or_default();
    let day = dates::day_month_year(date);
    let mut record = Record::new(id);
    record.published = day.and_then(dates::midnight);
    record.summary = words::one_line(title);
    Ok(Notice {
        record,
        day,
        is_regression: title.contains("regression"),
    })
}

/// A notice that names packages; `None` for announcements, and for regressions mended.
fn finish(mut notice: Notice) -> Option<Item> {
    ids::dedup(&mut notice.record.upstream);
    let mends_nothing = notice.is_regression && notice.record.upstream.is_empty();
    (!notice.record.affected.is_empty() && !mends_nothing)
        .then(|| Item::Advisory(Box::new(notice.record)))
}

/// `[bullseye] - xorg-server 2:1.20.11-1+deb11u6 (medium)`, `[woody] - curl <not-affected>`.
fn statement(body: &str, day: Option<plimsoll_model::Date>) -> Result<Affected, String> {
    let odd = || format!("line `{}`", body.escape_debug());
    let (codename, rest) = body
        .trim_start_matches('[')
        .split_once(']')
        .ok_or_else(odd)?;
    let mut words = rest.trim_start().trim_start_matches('-').split_whitespace();
    let package = words.next().filter(|name| is_name(name)).ok_or_else(odd)?;
    let state = words.next().filter(|word| is_name(word)).ok_or_else(odd)?;
    let release = releases::debian(codename).ok_or_else(|| format!("release `{codename}`"))?;
    let status = match state {
        "<not-affected>" => Status::NotAffected,
        "<end-of-life>" => Status::EndOfLife,
        "<ignored>" => Status::WontFix,
        "<unfixed>" | "<no-dsa>" | "<postponed>" => Status::Affected,
        "<undetermined>" => Status::UnderInvestigation,
        version if !version.starts_with('<') => Status::Affected,
        other => return Err(format!("state `{other}`")),
    };
    let mut affected = Affected::new(releases::debian_scope(release), package, status);
    if !state.starts_with('<') {
        affected.fix_available = day;
    }
    if status != Status::NotAffected {
        affected.ranges.push(Range {
            fixed: (!state.starts_with('<')).then(|| state.to_owned()),
            ..Range::default()
        });
    }
    Ok(affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    /// Lines in the forms that the lists have.
    const LIST: &str = "\
[18 Apr 2018] DSA-4205-1 jessie end-of-life\n\
[29 Mar 2023] DSA-5380-1 xorg-server - security update\n\
\t{CVE-2023-1393}\n\
\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n\
[17 Mar 2023] DSA-5356-2 sox - regression update\n\
\t[bullseye] - sox 14.4.2+git20190427-2+deb11u2\n\
[08 Apr 2014] DSA-2896-1 openssl - security update\n\
\t{CVE-2014-0160 CAN-2014-0161}\n\
\tNOTE: heartbleed\n\
\t[squeeze] - openssl <not-affected> (Vulnerable code not present)\n\
\t[wheezy] - openssl  1.0.1e-2+deb7u5 (high)\n\
\x20       [lenny] - openssl <end-of-life>\n\
\t[zurg] - openssl 1\n\
\t[sid] openssl\n\
gibberish\n";

    #[test]
    fn notices() {
        let mut items = Vec::new();
        DebianDsa
            .read(&mut Files::one("data/DSA/list", LIST), &mut items)
            .unwrap();
        insta::assert_snapshot!(crate::feed::show::items(&items), @r"
        DSA-5380-1 upstream=CVE-2023-1393 published=2023-03-29T00:00:00Z
          deb:debian:11 xorg-server: Affected [,2:1.20.11-1+deb11u6) fixed on 2023-03-29
        skipped data/DSA/list:13: DSA-2896-1: release `zurg`
        skipped data/DSA/list:14: DSA-2896-1: line `[sid] openssl`
        skipped data/DSA/list:15: line `gibberish`
        DSA-2896-1 upstream=CVE-2014-0160,CVE-2014-0161 published=2014-04-08T00:00:00Z
          deb:debian:6 openssl: NotAffected
          deb:debian:7 openssl: Affected [,1.0.1e-2+deb7u5) fixed on 2014-04-08
          deb:debian:5 openssl: EndOfLife [,)
        covers deb:debian:11
        covers deb:debian:5
        covers deb:debian:6
        covers deb:debian:7
        ");
    }
}
