//! Exceptions inside a file: `# plimsoll: allow host-path-volume until 2027-01-31, node logs`.
//!
//! A comment of its own speaks for the block that follows it, one behind a value for its line. Above
//! the first line of a document it speaks for the whole of it. An allowance without a reason or with
//! a day that is none does not hold: it lets nothing through, and that is said, as it is of one that
//! is expired, names no check, or has nothing to let through.

use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_model::{Date, Excepted, Finding};

const MARK: &str = "plimsoll:";
/// Longest comment that is read, in bytes.
const COMMENT_BYTES_MAX: usize = 1024;
/// How it is written, for those who wrote it otherwise.
const FORM: &str = "it is written `# plimsoll: allow ID until YYYY-MM-DD, REASON`";

/// The allowances of a file, or a part of it.
#[derive(Debug, Default)]
pub struct Allowances {
    list: Vec<Allowance>,
    /// Comments that are none: line and why.
    wrong: Vec<(u32, String)>,
}

/// What an id in an allowance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'n> {
    /// Something that was looked for.
    LookedFor,
    /// Something that was left out this time.
    NotLookedFor,
    /// Something that another command looks for.
    Elsewhere,
    /// Nothing; perhaps the nearest is meant.
    Nowhere { nearest: Option<&'n str> },
}

/// One id, let through in a range of lines.
#[derive(Debug)]
struct Allowance {
    id: String,
    reason: String,
    until: Option<Date>,
    /// Where the comment stands, 1-based.
    line: u32,
    /// First and last line that it speaks for.
    from: u32,
    to: u32,
    /// Whether there was something for it to speak of.
    is_used: AtomicBool,
}

impl Allowances {
    /// Reads the comments of a part of a file that begins at a line.
    pub fn read(bytes: &[u8], first_line: u32) -> Self {
        let mut out = Self::default();
        // Most files have none, and pay nothing for it.
        if memchr::memmem::find(bytes, MARK.as_bytes()).is_none() {
            return out;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return out;
        };
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let Some((before, rest)) = comment(line) else {
                continue;
            };
            let (from, to) = if before.trim().is_empty() {
                block_after(&lines, index)
            } else {
                (index, index)
            };
            let place =
                |index: usize| first_line.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
            match allowance(rest) {
                Ok((id, until, reason)) => out.list.push(Allowance {
                    id,
                    reason,
                    until,
                    line: place(index),
                    from: place(from),
                    to: place(to),
                    is_used: AtomicBool::new(false),
                }),
                Err(reason) => out.wrong.push((place(index), reason)),
            }
        }
        out
    }

    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.wrong.extend(other.wrong);
    }

    /// What lets a finding with such ids at a line through.
    pub fn excepted(
        &self,
        is_called: impl Fn(&str) -> bool,
        line: u32,
        file: &str,
        today: Date,
    ) -> Option<Excepted> {
        let mut excepted = None;
        for allowance in &self.list {
            let covers = allowance.from <= line && line <= allowance.to;
            if !covers || !is_called(&allowance.id) {
                continue;
            }
            allowance.is_used.store(true, Ordering::Relaxed);
            if excepted.is_none() && !allowance.is_expired(today) {
                excepted = Some(Excepted {
                    by: format!("{file}:{}", allowance.line),
                    owner: None,
                    reason: Some(allowance.reason.clone()),
                    expires: allowance.until,
                    vex: None,
                });
            }
        }
        excepted
    }

    /// What is to be said of allowances that let nothing through, once everything was looked at.
    /// `known` says of each id what it is.
    pub fn notes<'n>(
        &self,
        file: &str,
        today: Date,
        known: impl Fn(&str) -> Known<'n>,
    ) -> Vec<String> {
        let wrong = self.wrong.iter();
        let mut out: Vec<String> = wrong
            .map(|(line, reason)| format!("{file}:{line}: this lets nothing through: {reason}"))
            .collect();
        for allowance in &self.list {
            let note = allowance.note(today, known(&allowance.id));
            out.extend(note.map(|note| format!("{file}:{}: {note}", allowance.line)));
        }
        out
    }
}

impl Allowance {
    fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| today > until)
    }

    fn note(&self, today: Date, known: Known<'_>) -> Option<String> {
        let id = &self.id;
        let is_looked_for = match known {
            Known::LookedFor => true,
            Known::NotLookedFor => false,
            Known::Elsewhere => return None,
            Known::Nowhere { nearest } => {
                let meant = nearest.map(|nearest| format!(": `{nearest}` is meant?"));
                return Some(format!(
                    "this lets nothing through: no check is called `{id}`{}",
                    meant.unwrap_or_default()
                ));
            }
        };
        if let Some(until) = self.until.filter(|_| self.is_expired(today)) {
            return Some(format!("the allowance for {id} expired on {until}"));
        }
        // What was not looked for would perhaps have been found.
        let is_idle = is_looked_for && !self.is_used.load(Ordering::Relaxed);
        is_idle.then(|| format!("the allowance for {id} applies to nothing here"))
    }
}

/// The allowance of a file under which a finding at one of its lines is let through.
pub fn allowed(
    finding: &Finding,
    file: &str,
    bytes: &[u8],
    line: u32,
    today: Date,
) -> Option<Excepted> {
    Allowances::read(bytes, 1).excepted(|id| finding.is_called(id), line, file, today)
}

/// What stands before a comment of ours, and what it says.
fn comment(line: &str) -> Option<(&str, &str)> {
    let at = line.find(MARK)?;
    let (before, rest) = (line.get(..at)?, line.get(at + MARK.len()..)?);
    let before = before.trim_end().strip_suffix('#')?;
    let is_comment = before.is_empty() || before.ends_with([' ', '\t']);
    is_comment.then_some((before, rest))
}

/// Id, last day and reason.
fn allowance(text: &str) -> Result<(String, Option<Date>, String), String> {
    if text.len() > COMMENT_BYTES_MAX {
        return Err(format!("it is longer than {COMMENT_BYTES_MAX} bytes"));
    }
    let Some(rest) = text.trim().strip_prefix("allow ") else {
        return Err(FORM.to_owned());
    };
    let (head, reason) = rest.split_once(',').unwrap_or((rest, ""));
    let mut words = head.split_whitespace();
    let id = words.next().ok_or(FORM)?.to_owned();
    let until = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("until"), Some(day), None) => {
            let day = day
                .parse()
                .map_err(|_| format!("`{}` is no day; {FORM}", shown(day)));
            Some(day?)
        }
        _ => return Err(FORM.to_owned()),
    };
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(format!("it gives no reason; {FORM}"));
    }
    Ok((shown(&id), until, shown(reason)))
}

fn shown(text: &str) -> String {
    plimsoll_model::text::clean(text).into_owned()
}

/// The lines of the block that begins below a comment: those that are indented further than its
/// first line.
fn block_after(lines: &[&str], comment: usize) -> (usize, usize) {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let counts = |line: &str| {
        let text = line.trim_start();
        !text.is_empty() && !text.starts_with('#')
    };
    let after = lines.iter().enumerate().skip(comment + 1);
    let mut after = after.filter(|(_, line)| counts(line));
    let mut head = after.next();
    // At the end of a document there is nothing that it speaks for; above the first `---` of a file
    // there is the document.
    if head.is_some_and(|(_, line)| line.starts_with("---")) {
        head = after.next().filter(|_| is_first(lines, comment));
    }
    let Some((first, head)) = head else {
        return (comment, comment);
    };
    let is_document = indent(head) == 0 && !head.starts_with('-') && is_first(lines, comment);
    let mut last = first;
    for (index, line) in after {
        let ends = if is_document {
            line.starts_with("---")
        } else {
            indent(line) <= indent(head)
        };
        if ends {
            break;
        }
        last = index;
    }
    (first, last)
}

/// Whether nothing of the document stands above a comment.
fn is_first(lines: &[&str], comment: usize) -> bool {
    let before = lines.get(..comment).unwrap_or_default();
    before
        .iter()
        .rev()
        .take_while(|line| !line.starts_with("---"))
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}
