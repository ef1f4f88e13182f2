//! Exceptions inside a file: `# plimsoll: allow host-path-volume until 2027-01-31, node logs`.
//!
//! A comment of its own speaks for the block that follows it, one behind a value for its line. Above
//! the first line of a document it speaks for the whole of it. An allowance without a reason or with
//! a day that is none does not hold: it lets nothing through.

use plimsoll_model::{Date, Excepted, Finding};

const MARK: &str = "plimsoll: allow ";
/// Longest comment that is read, in bytes.
const COMMENT_BYTES_MAX: usize = 1024;

/// One id, let through in a range of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    pub id: String,
    pub reason: String,
    pub until: Option<Date>,
    /// Where the comment stands, 1-based.
    pub line: u32,
    /// First and last line that it speaks for.
    from: u32,
    to: u32,
}

impl Allowance {
    pub const fn covers(&self, line: u32) -> bool {
        self.from <= line && line <= self.to
    }

    pub fn excepted(&self, file: &str) -> Excepted {
        Excepted {
            by: format!("{file}:{}", self.line),
            owner: None,
            reason: Some(self.reason.clone()),
            expires: self.until,
            vex: None,
        }
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
    let holds = |allowance: &Allowance| {
        allowance.covers(line)
            && finding.is_called(&allowance.id)
            && allowance.until.is_none_or(|until| today <= until)
    };
    let list = read(bytes, 1);
    let found = list.into_iter().find(holds)?;
    Some(found.excepted(file))
}

/// The allowances of a part of a file that begins at a line.
pub fn read(bytes: &[u8], first_line: u32) -> Vec<Allowance> {
    let mut out = Vec::new();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return out;
    };
    // Most files have none, and pay nothing for it.
    if !text.contains(MARK) {
        return out;
    }
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some((before, comment)) = line.split_once('#') else {
            continue;
        };
        let Some(rest) = comment.trim_start().strip_prefix(MARK) else {
            continue;
        };
        let (from, to) = if before.trim().is_empty() {
            block_after(&lines, index)
        } else {
            (index, index)
        };
        if rest.len() <= COMMENT_BYTES_MAX {
            out.extend(allowance(rest, first_line, index, from, to));
        }
    }
    out
}

fn allowance(
    text: &str,
    first_line: u32,
    index: usize,
    from: usize,
    to: usize,
) -> Option<Allowance> {
    let (head, reason) = text.split_once(',')?;
    let mut words = head.split_whitespace();
    let id = words.next()?.to_owned();
    let until = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("until"), Some(day), None) => Some(day.parse().ok()?),
        _ => return None,
    };
    let reason = reason.trim();
    let line = |index: usize| first_line.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
    (!reason.is_empty()).then(|| Allowance {
        id,
        reason: plimsoll_model::text::clean(reason).into_owned(),
        until,
        line: line(index),
        from: line(from),
        to: line(to),
    })
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
    let Some((first, head)) = after.next() else {
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
