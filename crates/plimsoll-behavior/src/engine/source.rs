//! Where a check's value comes from: a field, or transformers over fields.

use crate::fields::{Argument, Field, FieldError, Value, find};
use crate::rules::{Call, FieldKind, FieldRef, Operand, Transformer};
use crate::state::Moment;

use super::transform;

/// A source's place in the engine's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A source, made ready.
#[derive(Debug)]
pub enum Source {
    Field {
        field: &'static Field,
        argument: Argument,
    },
    Map(Map, Box<Self>),
    Join {
        separator: Box<Self>,
        list: Box<Self>,
    },
    Concat(Vec<Self>),
    GetOpt {
        args: Box<Self>,
        letters: Box<Self>,
        /// Only the value of this option.
        pick: Option<u8>,
    },
    Value(Box<[u8]>),
    List(Vec<Self>),
}

/// What is done to each text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    Lower,
    Upper,
    FromBase64,
    BaseName,
    Len,
}

/// Why there is no such source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error(transparent)]
    Field(#[from] FieldError),
    #[error("the transformer does not take these operands")]
    Operands,
}

/// Buffers that are used again.
#[derive(Debug, Default)]
pub struct Pool(Vec<Vec<u8>>);

impl Pool {
    fn take(&mut self) -> Vec<u8> {
        self.0.pop().unwrap_or_default()
    }

    fn give(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.0.push(buffer);
    }
}

impl Source {
    pub fn new(operand: &Operand) -> Result<Self, SourceError> {
        match operand {
            Operand::Field(FieldRef { name, arg }) => {
                let (field, argument) = find(name, arg.as_deref())?;
                Ok(Self::Field { field, argument })
            }
            Operand::Value(value) => Ok(Self::Value(value.as_bytes().into())),
            Operand::List(items) => {
                let items = items.iter().map(Self::new);
                Ok(Self::List(items.collect::<Result<_, _>>()?))
            }
            Operand::Call(call) => Self::call(call),
        }
    }

    fn call(call: &Call) -> Result<Self, SourceError> {
        let mut operands = call
            .operands
            .iter()
            .map(Self::new)
            .collect::<Result<Vec<_>, _>>()?;
        let map = match call.transformer {
            Transformer::Val => match operands.pop() {
                Some(only) if operands.is_empty() => return Ok(only),
                _ => return Err(SourceError::Operands),
            },
            Transformer::ToLower => Map::Lower,
            Transformer::ToUpper => Map::Upper,
            Transformer::FromBase64 => Map::FromBase64,
            Transformer::BaseName => Map::BaseName,
            Transformer::Len => Map::Len,
            Transformer::Concat => return Ok(Self::Concat(operands)),
            Transformer::Join | Transformer::GetOpt => {
                let (Some(second), Some(first), None) =
                    (operands.pop(), operands.pop(), operands.pop())
                else {
                    return Err(SourceError::Operands);
                };
                let (first, second) = (Box::new(first), Box::new(second));
                return Ok(if call.transformer == Transformer::Join {
                    Self::Join {
                        separator: first,
                        list: second,
                    }
                } else {
                    let pick = call.arg.as_deref().and_then(|arg| arg.bytes().next());
                    Self::GetOpt {
                        args: first,
                        letters: second,
                        pick,
                    }
                });
            }
        };
        match operands.pop() {
            Some(only) if operands.is_empty() => Ok(Self::Map(map, Box::new(only))),
            _ => Err(SourceError::Operands),
        }
    }

    /// What its values are, and whether there are several at once.
    pub fn kind(&self) -> (FieldKind, bool) {
        match self {
            Self::Field { field, argument } => (field.info.kind, field.is_list(argument)),
            Self::Map(Map::Len, _) => (FieldKind::Unsigned, false),
            Self::Map(_, of) => of.kind(),
            Self::Join { .. } | Self::Concat(_) | Self::Value(_) => (FieldKind::Text, false),
            Self::GetOpt { pick, .. } => (FieldKind::Text, pick.is_none()),
            Self::List(_) => (FieldKind::Text, true),
        }
    }

    /// What reading it costs, in about nanoseconds.
    pub fn cost(&self) -> f32 {
        match self {
            Self::Field { field, .. } => field.cost(),
            Self::Map(_, of) => 30.0 + of.cost(),
            Self::Join { list, .. } => 60.0 + list.cost(),
            Self::Concat(parts) | Self::List(parts) => {
                30.0 + parts.iter().map(Self::cost).sum::<f32>()
            }
            Self::GetOpt { args, .. } => 150.0 + args.cost(),
            Self::Value(_) => 1.0,
        }
    }

    /// Its value at an event. What has to be put together is put into `out`.
    pub fn read<'v>(
        &'v self,
        moment: &'v Moment<'v>,
        pool: &mut Pool,
        out: &'v mut Vec<u8>,
    ) -> Value<'v> {
        out.clear();
        match self {
            Self::Field { field, argument } => field.read(moment, argument, out),
            Self::Value(value) => Value::Text(value),
            Self::Map(map, of) => {
                let mut buffer = pool.take();
                let mapped = transform::map(*map, &of.read(moment, pool, &mut buffer), out);
                pool.give(buffer);
                mapped.value(out)
            }
            Self::Concat(parts) => {
                let mut buffer = pool.take();
                let whole = parts.iter().all(|part| {
                    let value = part.read(moment, pool, &mut buffer);
                    value.write(out);
                    !value.is_absent()
                });
                pool.give(buffer);
                if whole {
                    Value::Text(out)
                } else {
                    Value::Absent
                }
            }
            Self::List(parts) => {
                let mut buffer = pool.take();
                for part in parts {
                    let value = part.read(moment, pool, &mut buffer);
                    if !value.is_absent() {
                        value.write(out);
                        out.push(0);
                    }
                }
                pool.give(buffer);
                Value::List(out)
            }
            Self::Join { separator, list } => {
                let (mut first, mut second) = (pool.take(), pool.take());
                let joined = {
                    let separator = separator.read(moment, pool, &mut first);
                    let list = list.read(moment, pool, &mut second);
                    transform::join(&separator, &list, out)
                };
                pool.give(first);
                pool.give(second);
                if joined {
                    Value::Text(out)
                } else {
                    Value::Absent
                }
            }
            Self::GetOpt {
                args,
                letters,
                pick,
            } => {
                let (mut first, mut second) = (pool.take(), pool.take());
                let found = {
                    let args = args.read(moment, pool, &mut first);
                    let letters = letters.read(moment, pool, &mut second);
                    transform::getopt(&args, &letters, *pick, out)
                };
                pool.give(first);
                pool.give(second);
                match (found, pick) {
                    (false, _) => Value::Absent,
                    (true, Some(_)) => Value::Text(out),
                    (true, None) => Value::List(out),
                }
            }
        }
    }

    /// Whether `test` holds of its value; of one of several where the field is such.
    pub fn ask(
        &self,
        moment: &Moment<'_>,
        pool: &mut Pool,
        out: &mut Vec<u8>,
        test: &mut dyn FnMut(&Value<'_>) -> bool,
    ) -> bool {
        let Self::Field { field, argument } = self else {
            return test(&self.read(moment, pool, out));
        };
        out.clear();
        if let Some(each) = field.each(argument) {
            return each(moment, argument, out, test);
        }
        if test(&field.read(moment, argument, out)) {
            return true;
        }
        let Some(other) = field.other() else {
            return false;
        };
        out.clear();
        test(&other(moment, argument, out))
    }
}
