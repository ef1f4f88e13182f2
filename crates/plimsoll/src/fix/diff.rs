//! The difference of two texts as `diff -u` shows it. Correct for any two; short for those that
//! differ by a few lines put in or changed.

use std::fmt::Write;

/// Lines around a change.
const AROUND: usize = 3;
/// How far is looked for where two texts come together again, in lines.
const AHEAD_MAX: usize = 64;

enum Line<'a> {
    Same(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// A unified diff with both names the same.
pub fn unified(name: &str, before: &[u8], after: &[u8]) -> String {
    let (before, after) = (
        String::from_utf8_lossy(before),
        String::from_utf8_lossy(after),
    );
    let lines = compared(&before, &after);
    let mut out = format!("--- a/{name}\n+++ b/{name}\n");
    let changes: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, Line::Same(_)))
        .map(|(index, _)| index)
        .collect();
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for change in changes {
        let (from, to) = (
            change.saturating_sub(AROUND),
            (change + AROUND + 1).min(lines.len()),
        );
        match hunks.last_mut() {
            Some(last) if from <= last.1 => last.1 = to,
            _ => hunks.push((from, to)),
        }
    }
    for (from, to) in hunks {
        let count = |list: &[Line<'_>], is_old: bool| {
            let counts = |line: &&Line<'_>| match line {
                Line::Same(_) => true,
                Line::Old(_) => is_old,
                Line::New(_) => !is_old,
            };
            list.iter().filter(counts).count()
        };
        let (head, body) = (
            lines.get(..from).unwrap_or_default(),
            lines.get(from..to).unwrap_or_default(),
        );
        let _ = writeln!(
            out,
            "@@ -{},{} +{},{} @@",
            count(head, true) + 1,
            count(body, true),
            count(head, false) + 1,
            count(body, false)
        );
        for line in body {
            let (sign, text) = match line {
                Line::Same(text) => (' ', text),
                Line::Old(text) => ('-', text),
                Line::New(text) => ('+', text),
            };
            out.push(sign);
            out.push_str(text);
            if !text.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

fn compared<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let mut out = Vec::with_capacity(new.len());
    let (mut at, mut to) = (0, 0);
    loop {
        match (old.get(at), new.get(to)) {
            (None, None) => return out,
            (Some(line), None) => {
                out.push(Line::Old(line));
                at += 1;
            }
            (None, Some(line)) => {
                out.push(Line::New(line));
                to += 1;
            }
            (Some(line), Some(other)) if line == other => {
                out.push(Line::Same(line));
                at += 1;
                to += 1;
            }
            (Some(line), Some(other)) => {
                let ahead = new
                    .iter()
                    .skip(to)
                    .take(AHEAD_MAX)
                    .position(|one| one == line);
                if ahead.is_none() {
                    out.push(Line::Old(line));
                    at += 1;
                }
                // Put in, or changed: the old one stands before the new one.
                out.push(Line::New(other));
                to += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_diff_does() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk";
        let after = "a\nb\nnew\nc\nd\ne\nf\ng\nh\ni\nj\nchanged";
        let shown = unified("x.yaml", before.as_bytes(), after.as_bytes());
        let expected = "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,5 +1,6 @@\n a\n b\n+new\n c\n d\n e\n@@ -8,4 +9,4 @@\n h\n i\n j\n-k\n\\ No newline at end of file\n+changed\n\\ No newline at end of file\n";
        assert_eq!(shown, expected);
    }
}
