//! The text of an alert, cut into text and fields.
//!
//! The syntax is that of libsinsp's formatter: `%field`, `%field[arg]`, `%tolower(field)`, `%20field`
//! for a fixed width, and a `*` at the start for "print even where a value is missing".

use super::catalog::FieldCatalog;
use super::condition::{FieldRef, Operand};
use super::cursor::Cursor;
use super::parser::parse_operand;
use super::types;

/// Most parts of an output.
pub const PARTS_MAX: usize = 10_000;

/// Longest name of a field, in bytes.
pub const NAME_BYTES_MAX: usize = 256;

/// The text of an alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    pub parts: Vec<Part>,
    /// Whether it begins with `*`. The outputs of rules are given out in any case; where a field has
    /// no value, `<NA>` stands.
    pub lenient: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Text(String),
    /// A field's value.
    Field {
        /// A field, or transformers over one.
        operand: Operand,
        /// As written behind the `%`, for the keys of `output_fields`.
        key: String,
        /// Cut or filled up with spaces to this many bytes.
        width: Option<u16>,
    },
}

/// What is wrong with an output, and how many bytes of it stand before that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    pub offset: usize,
    pub message: String,
    /// A field that nobody knows: rules may say that they are left out then.
    pub is_unknown: bool,
}

impl TemplateError {
    fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
            is_unknown: false,
        }
    }
}

impl Template {
    /// Cuts an output. The name of a field ends where no longer one is known: `%proc.name.` is the
    /// field and a full stop.
    pub fn parse(text: &str, catalog: &dyn FieldCatalog) -> Result<Self, TemplateError> {
        if text.is_empty() {
            return Err(TemplateError::new(0, "empty formatting token"));
        }
        let format = text.strip_prefix('*');
        let mut template = Self {
            parts: Vec::new(),
            lenient: format.is_some(),
        };
        let mut rest = format.unwrap_or(text);
        while let Some((before, behind)) = rest.split_once('%') {
            if !before.is_empty() {
                template.parts.push(Part::Text(before.to_owned()));
            }
            let offset = text.len() - behind.len();
            let (part, length) = field(behind, catalog).map_err(|error| error.at(offset))?;
            template.parts.push(part);
            if template.parts.len() > PARTS_MAX {
                let message = format!("the output has more than {PARTS_MAX} parts");
                return Err(TemplateError::new(offset, message));
            }
            rest = behind.get(length..).unwrap_or_default();
        }
        if !rest.is_empty() {
            template.parts.push(Part::Text(rest.to_owned()));
        }
        Ok(template)
    }

    /// Fields in it, transformers and all.
    pub fn operands(&self) -> impl Iterator<Item = &Operand> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field { operand, .. } => Some(operand),
            Part::Text(_) => None,
        })
    }
}

impl TemplateError {
    fn at(mut self, offset: usize) -> Self {
        self.offset = offset.saturating_add(self.offset);
        self
    }
}

/// What stands behind a `%`, and how long it is.
fn field(text: &str, catalog: &dyn FieldCatalog) -> Result<(Part, usize), TemplateError> {
    if text.is_empty() {
        let message = "invalid formatting syntax: formatting cannot end with a %";
        return Err(TemplateError::new(0, message));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let token = text.get(digits..).unwrap_or_default();
    if token.is_empty() {
        let message = "invalid formatting syntax: formatting cannot end with a number";
        return Err(TemplateError::new(0, message));
    }
    let width = match text.get(..digits).filter(|digits| !digits.is_empty()) {
        None => None,
        Some(digits) => {
            let width = digits.parse().ok();
            let message = "invalid formatting syntax: the width is too large";
            Some(width.ok_or_else(|| TemplateError::new(0, message))?)
        }
    };
    let (operand, length) = operand(token, catalog)?;
    let key = token.get(..length).unwrap_or_default().to_owned();
    let part = Part::Field {
        operand,
        key,
        // A width of nothing is none.
        width: width.filter(|width| *width > 0),
    };
    Ok((part, digits + length))
}

/// A transformer, or the longest field that is known.
fn operand(token: &str, catalog: &dyn FieldCatalog) -> Result<(Operand, usize), TemplateError> {
    let shown = || -> String { token.chars().take(40).collect() };
    let mut cursor = Cursor::new(token);
    if cursor.transformer(false).is_some() {
        let parsed = parse_operand(token);
        let (operand, length) = parsed.map_err(|error| {
            let message = format!("invalid formatting token {}: {}", shown(), error.message);
            TemplateError::new(error.offset, message)
        })?;
        return match types::operand(&operand, catalog) {
            Ok(_) => Ok((operand, length)),
            Err(problem) => Err(TemplateError {
                offset: 0,
                message: format!("invalid formatting token {}: {}", shown(), problem.message),
                is_unknown: problem.weight == types::Weight::Unknown,
            }),
        };
    }
    let written = Cursor::new(token).field_name().unwrap_or_default();
    let known = longest_known(written, catalog);
    let Some(name) = known else {
        return Err(TemplateError {
            offset: 0,
            message: format!("invalid formatting token {}", shown()),
            is_unknown: true,
        });
    };
    // The argument belongs to it only where the name ends before the bracket.
    let mut length = name.len();
    let mut operand = parsed_field(name);
    if let Ok((parsed, parsed_length)) = parse_operand(token)
        && name.len() == written.len()
    {
        (operand, length) = (parsed, parsed_length);
    }
    match types::operand(&operand, catalog) {
        Ok(_) => Ok((operand, length)),
        Err(problem) => {
            let message = format!("invalid formatting token {}: {}", shown(), problem.message);
            Err(TemplateError::new(0, message))
        }
    }
}

fn parsed_field(name: &str) -> Operand {
    match parse_operand(name) {
        Ok((operand, _)) => operand,
        Err(_) => Operand::Field(FieldRef {
            name: name.into(),
            arg: None,
        }),
    }
}

/// The longest beginning of a name that is a field's.
fn longest_known<'t>(written: &'t str, catalog: &dyn FieldCatalog) -> Option<&'t str> {
    let mut ends = (1..=written.len().min(NAME_BYTES_MAX)).rev();
    let end = ends.find(|end| {
        let name = written.get(..*end).unwrap_or_default();
        let Operand::Field(field) = parsed_field(name) else {
            return false;
        };
        name.contains('.') && catalog.field(&field.name).is_some()
    })?;
    written.get(..end)
}
