//! The text of an alert, cut into text and fields.
//!
//! The syntax is that of libsinsp's formatter: `%field`, `%field[arg]`, `%tolower(field)`, `%20field`
//! for a fixed width, and a `*` at the start for "print even where a value is missing".

use super::condition::Operand;

/// The text of an alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    pub parts: Vec<Part>,
    /// Whether the alert is given out even where a field has no value (`<NA>` stands there); the
    /// rules' outputs always are.
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
