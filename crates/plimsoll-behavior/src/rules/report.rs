//! What loading found, for people and for programs.
//!
//! The text is built like Falco's: how one comes to the place, the line with a mark below it, the
//! code and what is wrong; places count from 1, and a hint follows. The JSON is that of Falco's
//! `--validate` with `json_output`: there places count from 0, as Falco's do; `line`, `column` (from 1)
//! and `hint` stand beside.

use std::fmt::Write as _;

use plimsoll_model::text::clean;
use serde_json::{Value, json};

use super::diagnostic::{Diagnostic, Location};
use super::load::Loaded;
use super::source::Source;

/// How much of a line is shown, in characters.
const SHOWN: usize = 160;

/// Everything that was found, file by file.
pub fn text(loaded: &Loaded) -> String {
    let mut text = String::new();
    for source in &loaded.sources {
        let errors = found(loaded, source, true);
        let warnings = found(loaded, source, false);
        let verdict = match (errors.is_empty(), warnings.is_empty()) {
            (false, _) => "Invalid",
            (true, false) => "Ok, with warnings",
            (true, true) => "Ok",
        };
        let _ = writeln!(text, "{}: {verdict}", clean(&source.file));
        for (found, what) in [(errors, "Errors"), (warnings, "Warnings")] {
            if found.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{} {what}:", found.len());
            for diagnostic in found {
                one(&mut text, diagnostic, &loaded.sources);
            }
        }
    }
    text
}

fn one(text: &mut String, diagnostic: &Diagnostic, sources: &[Source]) {
    for (index, location) in diagnostic.context.iter().enumerate() {
        text.push_str(if index == 0 { "In " } else { "    " });
        text.push_str(location.item.name());
        if !location.name.is_empty() {
            let _ = write!(text, " '{}'", clean(&location.name));
        }
        let site = &location.site;
        let (line, column) = (site.place.line, site.place.column);
        let _ = writeln!(text, ": ({}:{line}:{column})", clean(&site.file));
    }
    if let Some(snippet) = file_snippet(diagnostic, sources) {
        let _ = write!(text, "------\n{snippet}------\n");
    }
    let code = diagnostic.code;
    let message = clean(&diagnostic.message);
    let _ = writeln!(text, "{code} ({}): {message}", code.about());
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(text, "hint: {}", clean(hint));
    }
}

/// Everything that was found, as Falco tells it to programs.
pub fn json(loaded: &Loaded) -> Value {
    let results = loaded.sources.iter().map(|source| {
        let of = |errors| {
            let found = found(loaded, source, errors);
            let found = found.into_iter();
            found
                .map(|diagnostic| json_of(diagnostic, &loaded.sources))
                .collect::<Vec<_>>()
        };
        let errors = of(true);
        json!({
            "name": &*source.file,
            "successful": errors.is_empty(),
            "errors": errors,
            "warnings": of(false),
        })
    });
    json!({"falco_load_results": results.collect::<Vec<_>>()})
}

fn json_of(diagnostic: &Diagnostic, sources: &[Source]) -> Value {
    let locations: Vec<_> = diagnostic.context.iter().map(json_location).collect();
    let snippet = match diagnostic
        .context
        .last()
        .and_then(|last| last.expression.as_ref())
    {
        Some((text, offset)) => Some(expression_snippet(text, *offset)),
        None => file_snippet(diagnostic, sources),
    };
    let mut value = json!({
        "code": diagnostic.code.name(),
        "codedesc": diagnostic.code.about(),
        "message": diagnostic.message,
        "context": {
            "locations": locations,
            "snippet": snippet.unwrap_or_else(|| "<No context available>\n".to_owned()),
        },
    });
    if let (Some(site), Some(map)) = (diagnostic.site(), value.as_object_mut()) {
        map.insert("line".to_owned(), site.place.line.into());
        map.insert("column".to_owned(), site.place.column.into());
        if let Some(hint) = &diagnostic.hint {
            map.insert("hint".to_owned(), hint.as_str().into());
        }
    }
    value
}

fn json_location(location: &Location) -> Value {
    let site = &location.site;
    let name = match &location.expression {
        None => (*site.file).to_owned(),
        // A condition is named by its beginning.
        Some((text, _)) => {
            let line: String = text.replace(['\n', '\r'], " ");
            match line.char_indices().nth(20) {
                Some(_) => format!("\"{}...\"", line.chars().take(17).collect::<String>()),
                None => format!("\"{line}\""),
            }
        }
    };
    json!({
        "item_type": location.item.name(),
        "item_name": location.name,
        "position": {
            "name": name,
            "line": site.place.line.saturating_sub(1),
            "column": site.place.column.saturating_sub(1),
            "offset": location.expression.as_ref().map_or(0, |(_, offset)| *offset),
        },
    })
}

fn found<'l>(loaded: &'l Loaded, source: &Source, errors: bool) -> Vec<&'l Diagnostic> {
    let is_here = |diagnostic: &&Diagnostic| {
        let file = diagnostic.context.first().map(|first| &first.site.file);
        diagnostic.code.is_error() == errors && file == Some(&source.file)
    };
    loaded.diagnostics.iter().filter(is_here).collect()
}

/// The line of the file, and a mark below the place.
fn file_snippet(diagnostic: &Diagnostic, sources: &[Source]) -> Option<String> {
    let site = diagnostic.site()?;
    let source = sources.iter().find(|source| source.file == site.file)?;
    let line = source.line(site.place.line);
    if line.is_empty() {
        return None;
    }
    Some(marked(line, site.place.column.saturating_sub(1) as usize))
}

/// The line of a condition, and a mark below the place.
fn expression_snippet(text: &str, offset: usize) -> String {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let (before, behind) = text.split_at(offset);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let before = before.get(start..).unwrap_or_default();
    let rest = behind.lines().next().unwrap_or_default();
    marked(&format!("{before}{rest}"), before.chars().count())
}

/// A line, cut about a column (from 0), and a mark below it.
fn marked(line: &str, column: usize) -> String {
    let length = line.chars().count();
    let column = column.min(length);
    let from = column.saturating_sub(SHOWN / 2);
    let to = (column + SHOWN / 2).min(length);
    let mut shown = String::new();
    if from > 0 {
        shown.push_str("...");
    }
    let column = column - from + shown.len();
    let chars = line.chars().skip(from).take(to - from);
    shown.extend(chars.map(|c| if c == '\t' { ' ' } else { c }));
    if to < length {
        shown.push_str("...");
    }
    format!("{}\n{}^\n", clean(&shown), " ".repeat(column))
}
