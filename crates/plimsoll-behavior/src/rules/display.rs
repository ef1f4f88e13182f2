//! Conditions and outputs written as Falco writes compiled ones: every bracket shown, everything put
//! in.

use std::fmt::{self, Display, Formatter};

use super::condition::{
    Call, Check, Compare, Condition, FieldRef, Operand, Operator, Quantifier, Right,
};
use super::cursor::{self, transformer_name};
use super::output::{Part, Template};

impl Display for Condition {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(formatter, parts, " and "),
            Self::Or(parts) => joined(formatter, parts, " or "),
            // Two in a row would be read as none.
            Self::Not(part) if matches!(**part, Self::Not(_)) => write!(formatter, "not ({part})"),
            Self::Not(part) => write!(formatter, "not {part}"),
            Self::Check(check) => check.fmt(formatter),
        }
    }
}

fn joined<T: Display>(formatter: &mut Formatter<'_>, parts: &[T], between: &str) -> fmt::Result {
    formatter.write_str("(")?;
    for (index, part) in parts.iter().enumerate() {
        formatter.write_str(if index == 0 { "" } else { between })?;
        part.fmt(formatter)?;
    }
    formatter.write_str(")")
}

impl Display for Check {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.left, self.operator)?;
        match &self.right {
            Right::Nothing => Ok(()),
            Right::Value(value) => write!(formatter, " {}", Shown(value)),
            Right::Values(values) => {
                let values: Vec<_> = values.iter().map(|value| Shown(value)).collect();
                formatter.write_str(" ")?;
                joined(formatter, &values, ", ")
            }
            Right::Operand(operand) => write!(formatter, " {operand}"),
        }
    }
}

impl Display for Operand {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(formatter),
            Self::Call(call) => call.fmt(formatter),
            // Without quotes only numbers may stand there.
            Self::Value(value) if cursor::is_number(value) => formatter.write_str(value),
            Self::Value(value) => Shown(value).quoted(formatter),
            Self::List(operands) => joined(formatter, operands, ", "),
        }
    }
}

impl Display for FieldRef {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        bracketed(formatter, self.arg.as_deref())
    }
}

impl Display for Call {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(transformer_name(self.transformer))?;
        joined(formatter, &self.operands, ", ")?;
        bracketed(formatter, self.arg.as_deref())
    }
}

fn bracketed(formatter: &mut Formatter<'_>, arg: Option<&str>) -> fmt::Result {
    match arg {
        Some(arg) => write!(formatter, "[{}]", Shown(arg)),
        None => Ok(()),
    }
}

impl Display for Operator {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exists => "exists",
            Self::In => "in",
            Self::Intersects => "intersects",
            Self::PathMatch => "pmatch",
            Self::Compare(compare, None) => return compare.fmt(formatter),
            Self::Compare(compare, Some(quantifier)) => {
                return write!(formatter, "{compare} {quantifier}");
            }
        })
    }
}

impl Display for Compare {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(cursor::compare_name(*self))
    }
}

impl Display for Quantifier {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OneOf => "oneof",
            Self::AnyOf => "anyof",
            Self::AllOf => "allof",
        })
    }
}

impl Display for Template {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.lenient { "*" } else { "" })?;
        for part in &self.parts {
            match part {
                Part::Text(text) => formatter.write_str(text)?,
                Part::Field { operand, width, .. } => {
                    formatter.write_str("%")?;
                    if let Some(width) = width {
                        write!(formatter, "{width}")?;
                    }
                    operand.fmt(formatter)?;
                }
            }
        }
        Ok(())
    }
}

/// A value, quoted where it could not be read back without. One that ends with a backslash and needs
/// quotes cannot be written at all: for the language the quote behind it is escaped.
struct Shown<'v>(&'v str);

impl Display for Shown<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let is_bare = |c: char| !c.is_whitespace() && !c.is_control() && !"()\"'=,[]".contains(c);
        if !self.0.is_empty() && self.0.chars().all(is_bare) {
            return formatter.write_str(self.0);
        }
        self.quoted(formatter)
    }
}

impl Shown<'_> {
    fn quoted(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '\u{8}' => formatter.write_str("\\b")?,
                '\u{c}' => formatter.write_str("\\f")?,
                '\n' => formatter.write_str("\\n")?,
                '\r' => formatter.write_str("\\r")?,
                '\t' => formatter.write_str("\\t")?,
                '\\' => formatter.write_str("\\\\")?,
                '"' => formatter.write_str("\\\"")?,
                c => write!(formatter, "{c}")?,
            }
        }
        formatter.write_str("\"")
    }
}
