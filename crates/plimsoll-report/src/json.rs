//! How documents in JSON are written: indented, and without a character that would drive a terminal
//! or reorder its text. JSON itself escapes control characters up to U+001F only; those beyond are
//! escaped here, which changes no value.

use std::io::{self, Write};

use plimsoll_model::text::is_unsafe;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

/// Writes indented JSON.
pub(crate) fn serializer<W: Write>(out: W) -> Serializer<W, Plain> {
    Serializer::with_formatter(out, Plain(PrettyFormatter::new()))
}

/// See the module.
pub(crate) struct Plain(PrettyFormatter<'static>);

/// Hands on to the formatter that indents.
macro_rules! indented {
    ($($name:ident($($argument:ident: $kind:ty)?);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$name(out $(, $argument)?)
        })*
    };
}

impl Formatter for Plain {
    indented! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((position, character)) = rest
            .char_indices()
            .find(|(_, character)| is_unsafe(*character))
        {
            let (before, after) = rest.split_at(position);
            out.write_all(before.as_bytes())?;
            write!(out, "\\u{:04x}", u32::from(character))?;
            rest = after.get(character.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[test]
    fn what_drives_a_terminal_is_escaped_and_means_the_same() {
        let text = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}größe\u{feff}🚢\"\\";
        let value = serde_json::json!({ text: [text, {}, []] });
        let mut out = Vec::new();
        value.serialize(&mut serializer(&mut out)).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert!(
            !written.chars().any(|c| is_unsafe(c) && c != '\n'),
            "{written}"
        );
        assert!(written.contains("größe"));
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read, value);
        assert_eq!(
            serde_json::to_string_pretty(&serde_json::json!({"a": [1, {"b": []}]})).unwrap(),
            {
                let mut out = Vec::new();
                let value = serde_json::json!({"a": [1, {"b": []}]});
                value.serialize(&mut serializer(&mut out)).unwrap();
                String::from_utf8(out).unwrap()
            }
        );
    }
}
