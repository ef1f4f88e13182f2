//! Edits of YAML as text: a field put into a map, a scalar put in another's place.

use saphyr_parser::{Event, Parser};

use plimsoll_object::yaml::{Entry, Node, Place, Value};

/// One change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Text put in before a column of a line, over so many characters of it.
    Inside {
        line: u32,
        column: u32,
        over: usize,
        text: String,
    },
    /// Whole lines put in below a line.
    Below { line: u32, lines: Vec<String> },
}

impl Edit {
    pub const fn line(&self) -> u32 {
        match self {
            Self::Inside { line, .. } | Self::Below { line, .. } => *line,
        }
    }

    const fn order(&self) -> (u32, u32) {
        match self {
            // What goes below a line is put in before the line itself is changed.
            Self::Below { line, .. } => (*line, u32::MAX),
            Self::Inside { line, column, .. } => (*line, *column),
        }
    }
}

/// A file by its lines, each with its end.
pub struct Lines<'a> {
    mark: &'a [u8],
    lines: Vec<&'a str>,
}

/// Why what has an anchor is left alone.
pub const SHARED: &str = "it stands in an anchor, which other places share";

const BOM: &[u8] = b"\xef\xbb\xbf";

impl<'a> Lines<'a> {
    /// `None` for what is no UTF-8, has line ends of old, or is JSON.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (mark, rest) = match bytes.strip_prefix(BOM) {
            Some(rest) => (BOM, rest),
            None => (&[][..], bytes),
        };
        let text = std::str::from_utf8(rest).ok()?;
        let is_old = text
            .replace("\r\n", "\n")
            .contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']);
        let is_json = text.trim_start().starts_with(['{', '[']);
        (!is_old && !is_json).then(|| Self {
            mark,
            lines: text.split_inclusive('\n').collect(),
        })
    }

    fn line(&self, line: u32) -> Option<&'a str> {
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        let line = self.lines.get(index)?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// What stands on a line from a place on.
    fn rest(&self, at: Place) -> Option<&'a str> {
        let line = self.line(at.line)?;
        let skip = usize::try_from(at.column).ok()?.checked_sub(1)?;
        let byte = line
            .char_indices()
            .map(|(byte, _)| byte)
            .chain([line.len()])
            .nth(skip)?;
        line.get(byte..)
    }

    /// A scalar in the place of another, which is written plain or in quotes on one line.
    pub fn replaced(&self, old: &Node, new: &str) -> Option<Edit> {
        let text = old.as_str()?;
        let rest = self.rest(old.at)?;
        let skip = usize::from(rest.starts_with(['"', '\'']));
        let after = rest.get(skip..)?.strip_prefix(text)?;
        let is_whole = match skip {
            0 => is_end(after) || after.starts_with([',', '}']),
            _ => after.starts_with(rest.chars().next()?),
        };
        is_whole.then(|| Edit::Inside {
            line: old.at.line,
            column: old
                .at
                .column
                .saturating_add(u32::try_from(skip).unwrap_or(0)),
            over: text.chars().count(),
            text: new.to_owned(),
        })
    }

    /// A key in the place of another, which is written plain or in quotes.
    pub fn renamed(&self, at: Place, old: &str, new: &str) -> Option<Edit> {
        let rest = self.rest(at)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let skip = usize::from(quote.is_some());
        let after = rest.get(skip..)?.strip_prefix(old)?;
        let after = match quote {
            Some(quote) => after.strip_prefix(quote)?,
            None => after,
        };
        after.trim_start().starts_with(':').then(|| Edit::Inside {
            line: at.line,
            column: at.column.saturating_add(u32::try_from(skip).unwrap_or(0)),
            over: old.chars().count(),
            text: new.to_owned(),
        })
    }

    /// `holder: {key: value}` in a map, where `holder` may be there already.
    pub fn field(
        &self,
        map: &Node,
        holder: &str,
        key: &str,
        value: &str,
    ) -> Result<Edit, &'static str> {
        match map.entry(holder) {
            None => self.into(
                map,
                &[(0, format!("{holder}:")), (2, format!("{key}: {value}"))],
                &format!("{holder}: {{{key}: {value}}}"),
            ),
            Some(entry) => match &entry.value.value {
                Value::Map(_) => {
                    let one = format!("{key}: {value}");
                    self.into(&entry.value, &[(0, one.clone())], &one)
                }
                _ => Err("what holds it is no map"),
            },
        }
    }

    /// Lines, or text in flow style, put into a map.
    fn into(
        &self,
        map: &Node,
        block: &[(usize, String)],
        flow: &str,
    ) -> Result<Edit, &'static str> {
        const UNCERTAIN: &str = "it is written in a way that is not certain";
        let rest = self.rest(map.at).ok_or(UNCERTAIN)?;
        if rest.starts_with('&') {
            return Err(SHARED);
        }
        if let Some(inside) = rest.strip_prefix('{') {
            let is_empty = map.entries().is_empty();
            let text = match (is_empty, inside.starts_with(' ')) {
                (true, _) => flow.to_owned(),
                (false, true) => format!(" {flow},"),
                (false, false) => format!("{flow}, "),
            };
            return Ok(Edit::Inside {
                line: map.at.line,
                column: map.at.column.saturating_add(1),
                over: 0,
                text,
            });
        }
        let entries = map.entries();
        let first = entries.first().ok_or(UNCERTAIN)?;
        let is_straight = first.at == map.at
            && entries
                .iter()
                .all(|entry| entry.at.column == first.at.column)
            && entries.is_sorted_by(|a, b| a.at.line < b.at.line);
        if !is_straight {
            return Err("it stands in a map that is merged of others");
        }
        let below = entries
            .iter()
            .find(|entry| self.is_one_line(entry))
            .ok_or(UNCERTAIN)?;
        let indent = usize::try_from(first.at.column.saturating_sub(1)).unwrap_or(0);
        let lines = block
            .iter()
            .map(|(more, text)| format!("{}{text}", " ".repeat(indent + more)));
        Ok(Edit::Below {
            line: below.at.line,
            lines: lines.collect(),
        })
    }

    /// Whether key and value stand on one line, and nothing of the value below it.
    fn is_one_line(&self, entry: &Entry) -> bool {
        let value = &entry.value;
        let (Some(rest), true) = (self.rest(value.at), value.at.line == entry.at.line) else {
            return false;
        };
        let text = match &value.value {
            Value::Text(text) => text.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Null | Value::Float(_) | Value::List(_) | Value::Map(_) => return false,
        };
        if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            let after = rest
                .get(1..)
                .and_then(|rest| rest.strip_prefix(text.as_str()));
            return after
                .and_then(|after| after.strip_prefix(quote))
                .is_some_and(is_end);
        }
        rest.strip_prefix(text.as_str()).is_some_and(is_end)
    }

    /// The file with its edits made.
    pub fn edited(&self, edits: &[Edit]) -> Vec<u8> {
        let mut lines: Vec<String> = self.lines.iter().map(|line| (*line).to_owned()).collect();
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.order()));
        for edit in edits {
            let Some(index) = usize::try_from(edit.line())
                .ok()
                .and_then(|line| line.checked_sub(1))
            else {
                continue;
            };
            let Some(line) = lines.get_mut(index) else {
                continue;
            };
            match edit {
                Edit::Inside {
                    column, over, text, ..
                } => {
                    let skip = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
                    let before: String = line.chars().take(skip).collect();
                    let after: String = line.chars().skip(skip + over).collect();
                    *line = format!("{before}{text}{after}");
                }
                Edit::Below { lines: new, .. } => {
                    let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
                    let has_end = line.ends_with('\n');
                    if !has_end {
                        line.push_str(end);
                    }
                    let mut new: Vec<String> =
                        new.iter().map(|text| format!("{text}{end}")).collect();
                    if let Some(last) = new.last_mut().filter(|_| !has_end) {
                        last.truncate(last.trim_end().len());
                    }
                    let rest = lines.split_off(index + 1);
                    lines.extend(new);
                    lines.extend(rest);
                }
            }
        }
        let mut out = self.mark.to_vec();
        out.extend(lines.concat().into_bytes());
        out
    }
}

/// Whether nothing follows on a line but a comment.
fn is_end(rest: &str) -> bool {
    let text = rest.trim_start();
    text.is_empty() || (text.starts_with('#') && rest.starts_with([' ', '\t']))
}

/// First and last lines of what has an anchor.
pub fn shared_lines(bytes: &[u8]) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return out;
    };
    if !text.contains('&') {
        return out;
    }
    let mut open: Vec<(usize, u32)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        match event {
            Event::Scalar(_, _, anchor, _) if anchor != 0 => {
                out.push((line(span.start.line()), line(span.end.line())));
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                open.push((anchor, line(span.start.line())));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((anchor, from)) = open.pop()
                    && anchor != 0
                {
                    out.push((from, line(span.end.line())));
                }
            }
            _ => {}
        }
    }
    out
}
