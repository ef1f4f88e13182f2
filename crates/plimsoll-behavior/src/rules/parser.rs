//! The grammar of conditions, as libsinsp's filter parser has it, macros still being names.
//!
//! Its oddities are kept, for rules are written against them: `a or(b) and c` is wrong where
//! `a and(b) or c` is right, and a macro may be called `not`.

use std::sync::Arc;

use super::condition::{Call, FieldRef, Operand, Operator, Right, Transformer};
use super::cursor::{Cursor, SyntaxError};

/// Deepest nesting of brackets and transformers.
pub const DEPTH_MAX: usize = 100;
/// Longest condition, lists and exceptions put in, in bytes.
pub const CONDITION_BYTES_MAX: usize = 1 << 20;

/// A condition whose macros are names.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Check {
        left: Operand,
        operator: Operator,
        right: Right,
        /// Bytes of the condition before it.
        offset: usize,
        /// Bytes of the condition before its right side.
        right_offset: usize,
    },
    Macro {
        name: Arc<str>,
        offset: usize,
    },
}

/// Reads a condition.
pub fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        depth: 0,
    };
    if text.is_empty() {
        return Err(parser.cursor.error("the condition is empty"));
    }
    let parsed = parser.or()?;
    if parser.cursor.is_at_end() {
        return Ok(parsed);
    }
    let last = parser.cursor.last();
    let message = format!("unexpected token after '{last}', expecting 'or', 'and'");
    let mut error = parser.cursor.error(message);
    error.hint = match parser.cursor.peek() {
        Some(b',') => Some("several values are compared with `in (…)`"),
        Some(b')') => Some("a bracket is closed that was not opened"),
        _ => Some("values with blanks, brackets, commas or `=` in them have to be quoted"),
    };
    Err(error)
}

/// Reads a field or a transformer at the beginning of a text, as in outputs; how long it is.
pub fn parse_operand(text: &str) -> Result<(Operand, usize), SyntaxError> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        depth: 0,
    };
    let Some(operand) = parser.left()? else {
        return Err(parser.cursor.error("expected a field or a transformer"));
    };
    Ok((operand, parser.cursor.offset()))
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    depth: usize,
}

type Read<T> = Result<T, SyntaxError>;

impl Parser<'_> {
    fn or(&mut self) -> Read<Parsed> {
        self.cursor.blank();
        let mut parts = vec![self.and()?];
        self.cursor.blank();
        while self.cursor.word("or") {
            parts.push(self.behind("or", Self::and)?);
            self.cursor.blank();
        }
        Ok(joined(parts, Parsed::Or))
    }

    fn and(&mut self) -> Read<Parsed> {
        self.cursor.blank();
        let mut parts = vec![self.not()?];
        self.cursor.blank();
        while self.cursor.word("and") {
            parts.push(self.behind("and", Self::not)?);
            self.cursor.blank();
        }
        Ok(joined(parts, Parsed::And))
    }

    /// What follows `and` and `or`: a blank and a part, or a bracket at once.
    fn behind(&mut self, word: &str, part: fn(&mut Self) -> Read<Parsed>) -> Read<Parsed> {
        if self.cursor.blank() {
            return part(self);
        }
        if self.cursor.word("(") {
            return self.bracket();
        }
        let message = format!("expected blank or '(' after '{word}'");
        Err(self.cursor.error(message))
    }

    fn not(&mut self) -> Read<Parsed> {
        self.cursor.blank();
        let mut is_not = false;
        while self.cursor.not() {
            is_not = !is_not;
        }
        let part = if self.cursor.word("not(") {
            is_not = !is_not;
            self.bracket()?
        } else {
            self.check()?
        };
        Ok(if is_not {
            Parsed::Not(Box::new(part))
        } else {
            part
        })
    }

    /// A condition behind an open bracket.
    fn bracket(&mut self) -> Read<Parsed> {
        self.deeper()?;
        self.cursor.blank();
        let inner = self.or()?;
        self.cursor.blank();
        self.close("expected a ')' token")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("exceeded max depth limit of {DEPTH_MAX}");
            return Err(self.cursor.error(message));
        }
        Ok(())
    }

    fn close(&mut self, message: &str) -> Read<()> {
        if self.cursor.word(")") {
            return Ok(());
        }
        Err(self.cursor.error(message))
    }

    fn check(&mut self) -> Read<Parsed> {
        self.cursor.blank();
        if self.cursor.word("(") {
            return self.bracket();
        }
        let offset = self.cursor.offset();
        if let Some(left) = self.left()? {
            return self.comparison(left, offset);
        }
        let Some(name) = self.cursor.identifier() else {
            let message = "expected a '(' token, a field check, or an identifier";
            return Err(self.cursor.error(message));
        };
        let name = name.into();
        Ok(Parsed::Macro { name, offset })
    }

    /// A field or a transformer, if there is one.
    fn left(&mut self) -> Read<Option<Operand>> {
        if let Some(name) = self.cursor.field_name() {
            return self.field(name).map(Some);
        }
        match self.cursor.transformer(false) {
            Some(transformer) => self.call(transformer).map(Some),
            None => Ok(None),
        }
    }

    fn field(&mut self, name: &str) -> Read<Operand> {
        let arg = self.arg()?;
        // These two take their argument behind a dot as well.
        for with_arg in ["evt.arg", "evt.rawarg"] {
            let behind = name
                .strip_prefix(with_arg)
                .and_then(|rest| rest.strip_prefix('.'));
            if let (Some(behind), None) = (behind, &arg) {
                return Ok(Operand::Field(FieldRef {
                    name: with_arg.into(),
                    arg: Some(behind.into()),
                }));
            }
        }
        let name = name.into();
        Ok(Operand::Field(FieldRef { name, arg }))
    }

    /// What stands in square brackets, if there are any.
    fn arg(&mut self) -> Read<Option<Arc<str>>> {
        if !self.cursor.word("[") {
            return Ok(None);
        }
        let quoted = self.cursor.quoted()?;
        let arg = quoted.or_else(|| self.cursor.bare_arg().map(Into::into));
        let Some(arg) = arg else {
            let message = "expected a valid field argument: a quoted string or a bare string";
            return Err(self.cursor.error(message));
        };
        if self.cursor.word("]") {
            return Ok(Some(arg.as_ref().into()));
        }
        Err(self.cursor.error("expected a ']' token"))
    }

    /// A transformer behind its bracket.
    fn call(&mut self, transformer: Transformer) -> Read<Operand> {
        self.deeper()?;
        let mut operands = Vec::new();
        loop {
            operands.push(self.operand(transformer)?);
            self.cursor.blank();
            if !self.cursor.word(",") {
                break;
            }
        }
        self.close("expected a ')' token closing the transformer")?;
        self.depth -= 1;
        let before = self.cursor.clone();
        let arg = self.arg()?;
        if arg.is_some() && transformer != Transformer::GetOpt {
            let name = super::cursor::transformer_name(transformer);
            let message = format!("transformer '{name}' does not support field arguments");
            return Err(before.error(message));
        }
        Ok(Operand::Call(Call {
            transformer,
            operands,
            arg,
        }))
    }

    fn operand(&mut self, transformer: Transformer) -> Read<Operand> {
        self.cursor.blank();
        if transformer == Transformer::Val {
            return match self.cursor.field_name() {
                Some(name) => self.field(name),
                None => Err(self
                    .cursor
                    .error("expected a field within 'val' transformer")),
            };
        }
        if let Some(value) = self.value()? {
            return Ok(value);
        }
        if self.cursor.word("(") {
            return self.list();
        }
        if let Some(operand) = self.left()? {
            return Ok(operand);
        }
        let message = "expected field transformer argument: field, transformer, quoted string, \
                       number, or transformer list";
        let mut error = self.cursor.error(message);
        error.hint = Some("`val` stands on the right side of a comparison, and around a field");
        Err(error)
    }

    /// A list behind its bracket, inside a transformer.
    fn list(&mut self) -> Read<Operand> {
        let mut items = Vec::new();
        self.cursor.blank();
        if self.cursor.word(")") {
            return Ok(Operand::List(items));
        }
        loop {
            self.cursor.blank();
            let item = match self.value()? {
                Some(value) => Some(value),
                None => self.left()?,
            };
            let Some(item) = item else {
                let message = "expected transformer list argument: field, transformer, quoted \
                               string, or number";
                return Err(self.cursor.error(message));
            };
            items.push(item);
            self.cursor.blank();
            if !self.cursor.word(",") {
                break;
            }
        }
        self.close("expected ')'")?;
        Ok(Operand::List(items))
    }

    /// A number or quoted text, if there is one.
    fn value(&mut self) -> Read<Option<Operand>> {
        if let Some(number) = self.cursor.number() {
            return Ok(Some(Operand::Value(number.into())));
        }
        let quoted = self.cursor.quoted()?;
        Ok(quoted.map(|text| Operand::Value(text.as_ref().into())))
    }

    fn comparison(&mut self, left: Operand, offset: usize) -> Read<Parsed> {
        self.cursor.blank();
        let Some(operator) = self.cursor.operator() else {
            let message = "expected a valid check operator: one of 'exists', '<=', '<', '>=', '>', \
                           '==', '=', '!=', 'glob', 'iglob', 'contains', 'icontains', 'bcontains', \
                           'startswith', 'bstartswith', 'endswith', 'regex', 'intersects', 'in', \
                           'pmatch'";
            return Err(self.cursor.error(message));
        };
        if operator != Operator::Exists {
            self.cursor.blank();
        }
        let right_offset = self.cursor.offset();
        let right = match operator {
            Operator::Exists => Right::Nothing,
            Operator::Compare(compare, None) => self.single(super::cursor::is_numeric(compare))?,
            _ => self.several()?,
        };
        Ok(Parsed::Check {
            left,
            operator,
            right,
            offset,
            right_offset,
        })
    }

    /// A transformer on the right side, if there is one.
    fn right(&mut self) -> Read<Option<Right>> {
        match self.cursor.transformer(true) {
            Some(transformer) => Ok(Some(Right::Operand(self.call(transformer)?))),
            None => Ok(None),
        }
    }

    fn single(&mut self, is_number: bool) -> Read<Right> {
        if let Some(right) = self.right()? {
            return Ok(right);
        }
        let value = if is_number {
            self.cursor.number().map(Into::into)
        } else {
            self.text()?
        };
        let Some(value) = value else {
            let wanted = if is_number { "number" } else { "string" };
            let message = format!("expected a {wanted} value or a field with a valid transformer");
            return Err(self.cursor.error(message));
        };
        Ok(Right::Value(value))
    }

    fn text(&mut self) -> Read<Option<Arc<str>>> {
        if let Some(quoted) = self.cursor.quoted()? {
            return Ok(Some(quoted.as_ref().into()));
        }
        Ok(self.cursor.bare().map(Into::into))
    }

    fn several(&mut self) -> Read<Right> {
        if self.cursor.word("(") {
            return self.values();
        }
        if let Some(right) = self.right()? {
            return Ok(right);
        }
        let Some(name) = self.cursor.identifier() else {
            let message = "expected a list, an identifier, or a field with a valid transformer";
            return Err(self.cursor.error(message));
        };
        Ok(Right::Values(Arc::from([Arc::from(name)])))
    }

    /// A list of values behind its bracket.
    fn values(&mut self) -> Read<Right> {
        let mut values = Vec::new();
        self.cursor.blank();
        if let Some(first) = self.text()? {
            values.push(first);
            self.cursor.blank();
            while self.cursor.word(",") {
                self.cursor.blank();
                match self.text()? {
                    Some(value) => values.push(value),
                    None => return Err(self.cursor.error("expected a string value")),
                }
                self.cursor.blank();
            }
        }
        if !self.cursor.word(")") {
            let mut error = self.cursor.error("expected a ')' token");
            error.hint = Some("values of a list are parted by commas; a list cannot hold fields");
            return Err(error);
        }
        Ok(Right::Values(values.into()))
    }
}

/// One part as it is, several under a node.
fn joined(mut parts: Vec<Parsed>, node: fn(Vec<Parsed>) -> Parsed) -> Parsed {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            node(parts)
        }
        None => node(parts),
    }
}
