//! The text of an alert and its fields, filled in.

use plimsoll_model::text::clean;

use super::source::{Pool, Source, SourceError};
use crate::alert::FieldValue;
use crate::fields::Value;
use crate::rules::{Part, Template};
use crate::state::Moment;

/// What stands where an event has no value.
pub const ABSENT: &str = "<NA>";

/// A template made ready.
#[derive(Debug)]
pub struct Output {
    parts: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Field {
        source: Source,
        key: String,
        width: Option<usize>,
    },
}

impl Output {
    pub fn new(template: &Template) -> Result<Self, SourceError> {
        let parts = template.parts.iter().map(|part| {
            Ok::<_, SourceError>(match part {
                Part::Text(text) => Piece::Text(text.clone()),
                Part::Field {
                    operand,
                    key,
                    width,
                } => Piece::Field {
                    source: Source::new(operand)?,
                    key: key.clone(),
                    width: width.map(usize::from),
                },
            })
        });
        Ok(Self {
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    /// The text, with `<NA>` where there is no value; nothing in it can drive a terminal.
    pub fn text(&self, moment: &Moment<'_>) -> String {
        let (mut pool, mut buffer, mut bytes) = (Pool::default(), Vec::new(), Vec::new());
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Field { source, width, .. } => {
                    bytes.clear();
                    let value = source.read(moment, &mut pool, &mut buffer);
                    let absent = value.is_absent();
                    value.write(&mut bytes);
                    let shown = String::from_utf8_lossy(&bytes);
                    let shown = if absent { ABSENT.into() } else { clean(&shown) };
                    match width {
                        None => text.push_str(&shown),
                        Some(width) => {
                            let cut: String = shown.chars().take(*width).collect();
                            let filled = width.saturating_sub(cut.chars().count());
                            text.push_str(&cut);
                            text.extend(std::iter::repeat_n(' ', filled));
                        }
                    }
                }
            }
        }
        text
    }

    /// Each field once by its name, with its type, sorted by name.
    pub fn fields(&self, moment: &Moment<'_>) -> Vec<(String, FieldValue)> {
        let (mut pool, mut buffer) = (Pool::default(), Vec::new());
        let mut fields: Vec<(String, FieldValue)> = Vec::new();
        for part in &self.parts {
            let Piece::Field { source, key, .. } = part else {
                continue;
            };
            if fields.iter().any(|(held, _)| held == key) {
                continue;
            }
            let value = if wall_clock(source) {
                FieldValue::Unsigned(moment.wall_ns())
            } else {
                typed(&source.read(moment, &mut pool, &mut buffer))
            };
            fields.push((key.clone(), value));
        }
        fields.sort_by(|(left, _), (right, _)| left.cmp(right));
        fields
    }
}

fn wall_clock(source: &Source) -> bool {
    match source {
        Source::Field { field, .. } => {
            field.name.starts_with("evt.time")
                || field.name.starts_with("evt.datetime")
                || field.name == "evt.outputtime"
        }
        _ => false,
    }
}

fn typed(value: &Value<'_>) -> FieldValue {
    let text = |bytes: &[u8]| FieldValue::Text(clean(&String::from_utf8_lossy(bytes)).into_owned());
    match *value {
        Value::Absent => FieldValue::Absent,
        Value::Text(bytes) | Value::Bytes(bytes) => text(bytes),
        Value::Signed(number) => FieldValue::Signed(number),
        Value::Unsigned(number) => FieldValue::Unsigned(number),
        Value::Bool(flag) => FieldValue::Bool(flag),
        Value::Address(address) => FieldValue::Text(address.to_string()),
        Value::List(_) => FieldValue::List(value.items().map(text).collect()),
    }
}
