//! What a check asks of a value, as data: comparable, so that equal checks become one.

use std::collections::BTreeSet;

use super::net::{self, Net};
use crate::rules::{Compare, FieldKind, Operator, Quantifier, Right};

/// Bytes that a value is held against.
pub type Bytes = Box<[u8]>;

/// A question to a value that is there; of an absent value each answer is no.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Spec {
    Exists,
    Bool(bool),
    Number(Order, i128),
    /// Equal to one of them.
    Numbers(BTreeSet<i128>),
    Texts(BTreeSet<Bytes>),
    TextOrder(Order, Bytes),
    Contains(BTreeSet<Bytes>),
    ContainsAnyCase(BTreeSet<Bytes>),
    StartsWith(BTreeSet<Bytes>),
    EndsWith(BTreeSet<Bytes>),
    Glob(Bytes, bool),
    Regex(Box<str>),
    /// One of them is the path or a folder above it.
    Paths(BTreeSet<Bytes>),
    Networks(BTreeSet<Net>),
    /// A list of which all values are among these.
    ListIn(BTreeSet<Bytes>),
    /// A list of which one value at least is among these.
    ListMeets(BTreeSet<Bytes>),
    /// The value is there, and the answer to this is no.
    Not(Box<Self>),
    /// Exactly one answer is yes.
    OneOf(Vec<Self>),
    AnyOf(Vec<Self>),
    AllOf(Vec<Self>),
    Never,
}

/// Comparisons by order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub fn holds<T: PartialOrd + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// Why a check makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    #[error("`{0}` is not a number")]
    Number(Box<str>),
    #[error("`{0}` is neither `true` nor `false`")]
    Bool(Box<str>),
    #[error("`{0}` is not an address or network")]
    Network(Box<str>),
    #[error("`{0}` is not an even number of hexadecimal digits")]
    Hex(Box<str>),
    #[error("`{0}` is not a regular expression: {1}")]
    Regex(Box<str>, Box<str>),
    #[error("the operator is not made for fields of this type")]
    Operator,
    #[error("the operator needs another kind of right side")]
    Right,
}

/// Values on the right side, in their order.
fn rights(right: &Right) -> Result<Vec<&str>, SpecError> {
    match right {
        Right::Value(value) => Ok(vec![value]),
        Right::Values(values) => Ok(values.iter().map(|value| &**value).collect()),
        Right::Nothing | Right::Operand(_) => Err(SpecError::Right),
    }
}

/// The question that an operator and its right side put to a field's values.
pub fn spec(
    kind: FieldKind,
    is_list: bool,
    operator: Operator,
    right: &Right,
) -> Result<Spec, SpecError> {
    if operator == Operator::Exists {
        return Ok(Spec::Exists);
    }
    let values = rights(right)?;
    if is_list {
        let texts = values.iter().map(|value| value.as_bytes().into()).collect();
        return match operator {
            Operator::In => Ok(Spec::ListIn(texts)),
            Operator::Intersects => Ok(Spec::ListMeets(texts)),
            _ => Err(SpecError::Operator),
        };
    }
    match operator {
        Operator::Exists => Ok(Spec::Exists),
        Operator::In | Operator::Intersects => any(kind, Compare::Equal, &values),
        Operator::PathMatch if matches!(kind, FieldKind::Text | FieldKind::Dynamic) => {
            let paths = values.iter().map(|value| value.as_bytes().into());
            Ok(Spec::Paths(paths.collect()))
        }
        Operator::PathMatch => Err(SpecError::Operator),
        Operator::Compare(compare, None) => match values.as_slice() {
            [value] => one(kind, compare, value),
            _ => Err(SpecError::Right),
        },
        Operator::Compare(_, Some(_)) if values.is_empty() => Ok(Spec::Never),
        Operator::Compare(compare, Some(Quantifier::AnyOf)) => any(kind, compare, &values),
        Operator::Compare(compare, Some(quantifier)) => {
            let specs = values.iter().map(|value| one(kind, compare, value));
            let specs = specs.collect::<Result<Vec<_>, _>>()?;
            Ok(match quantifier {
                Quantifier::OneOf => Spec::OneOf(specs),
                Quantifier::AllOf | Quantifier::AnyOf => Spec::AllOf(specs),
            })
        }
    }
}

/// One of many.
fn any(kind: FieldKind, compare: Compare, values: &[&str]) -> Result<Spec, SpecError> {
    let specs = values.iter().map(|value| one(kind, compare, value));
    Ok(merge(specs.collect::<Result<Vec<_>, _>>()?))
}

/// One question out of several of which one has to be answered with yes.
pub fn merge(specs: Vec<Spec>) -> Spec {
    let mut merged: Vec<Spec> = Vec::new();
    for spec in specs {
        let joined = merged.iter_mut().any(|held| match (held, &spec) {
            (Spec::Numbers(held), Spec::Numbers(more)) => extend(held, more),
            (Spec::Texts(held), Spec::Texts(more))
            | (Spec::Contains(held), Spec::Contains(more))
            | (Spec::ContainsAnyCase(held), Spec::ContainsAnyCase(more))
            | (Spec::StartsWith(held), Spec::StartsWith(more))
            | (Spec::EndsWith(held), Spec::EndsWith(more))
            | (Spec::Paths(held), Spec::Paths(more))
            | (Spec::ListMeets(held), Spec::ListMeets(more)) => extend(held, more),
            (Spec::Networks(held), Spec::Networks(more)) => extend(held, more),
            (held, spec) => held == spec,
        });
        if !joined {
            merged.push(spec);
        }
    }
    match merged.len() {
        0 => Spec::Never,
        1 => merged.swap_remove(0),
        _ => Spec::AnyOf(merged),
    }
}

fn extend<T: Ord + Clone>(held: &mut BTreeSet<T>, more: &BTreeSet<T>) -> bool {
    held.extend(more.iter().cloned());
    true
}

fn one(kind: FieldKind, compare: Compare, value: &str) -> Result<Spec, SpecError> {
    if compare == Compare::NotEqual {
        return Ok(Spec::Not(Box::new(one(kind, Compare::Equal, value)?)));
    }
    match kind {
        FieldKind::Text => text(compare, value),
        FieldKind::Bytes => bytes(compare, value),
        FieldKind::Bool => match (compare, value) {
            (Compare::Equal, "true") => Ok(Spec::Bool(true)),
            (Compare::Equal, "false") => Ok(Spec::Bool(false)),
            (Compare::Equal, _) => Err(SpecError::Bool(value.into())),
            _ => Err(SpecError::Operator),
        },
        FieldKind::Address | FieldKind::Network => match compare {
            Compare::Equal => Net::parse(value)
                .map(|net| Spec::Networks([net].into()))
                .ok_or_else(|| SpecError::Network(value.into())),
            _ => Err(SpecError::Operator),
        },
        FieldKind::Port => {
            let port = net::service(value).map(i128::from);
            numeric(compare, port.or_else(|| number(value)), value)
        }
        FieldKind::Signed | FieldKind::Unsigned | FieldKind::Time => {
            numeric(compare, number(value), value)
        }
        // Whichever the value turns out to be: a number answers as one, all else as text.
        FieldKind::Dynamic => match numeric(compare, number(value), value) {
            Ok(as_number) => Ok(Spec::AnyOf(vec![as_number, text(compare, value)?])),
            Err(_) => text(compare, value).or_else(|_| bytes(compare, value)),
        },
    }
}

/// Decimal or, behind `0x`, hexadecimal.
fn number(text: &str) -> Option<i128> {
    match text.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn numeric(compare: Compare, number: Option<i128>, value: &str) -> Result<Spec, SpecError> {
    let number = number.ok_or_else(|| SpecError::Number(value.into()))?;
    match order(compare) {
        Some(order) => Ok(Spec::Number(order, number)),
        None if compare == Compare::Equal => Ok(Spec::Numbers([number].into())),
        None => Err(SpecError::Operator),
    }
}

const fn order(compare: Compare) -> Option<Order> {
    match compare {
        Compare::Less => Some(Order::Less),
        Compare::LessOrEqual => Some(Order::LessOrEqual),
        Compare::Greater => Some(Order::Greater),
        Compare::GreaterOrEqual => Some(Order::GreaterOrEqual),
        _ => None,
    }
}

fn text(compare: Compare, value: &str) -> Result<Spec, SpecError> {
    let bytes: Bytes = value.as_bytes().into();
    if let Some(order) = order(compare) {
        return Ok(Spec::TextOrder(order, bytes));
    }
    match compare {
        Compare::Equal => Ok(Spec::Texts([bytes].into())),
        Compare::Contains => Ok(Spec::Contains([bytes].into())),
        Compare::ContainsAnyCase => Ok(Spec::ContainsAnyCase([bytes].into())),
        Compare::StartsWith => Ok(Spec::StartsWith([bytes].into())),
        Compare::EndsWith => Ok(Spec::EndsWith([bytes].into())),
        Compare::Glob => Ok(Spec::Glob(bytes, false)),
        Compare::GlobAnyCase => Ok(Spec::Glob(bytes, true)),
        Compare::Regex => match super::test::regex(value) {
            Ok(_) => Ok(Spec::Regex(value.into())),
            Err(error) => Err(SpecError::Regex(value.into(), error.to_string().into())),
        },
        _ => Err(SpecError::Operator),
    }
}

fn bytes(compare: Compare, value: &str) -> Result<Spec, SpecError> {
    let plain = || [Bytes::from(value.as_bytes())].into();
    match compare {
        Compare::Equal => Ok(Spec::Texts(plain())),
        Compare::Contains => Ok(Spec::Contains(plain())),
        Compare::ContainsAnyCase => Ok(Spec::ContainsAnyCase(plain())),
        Compare::StartsWith => Ok(Spec::StartsWith(plain())),
        Compare::EndsWith => Ok(Spec::EndsWith(plain())),
        Compare::ContainsBytes => Ok(Spec::Contains([hex(value)?].into())),
        Compare::StartsWithBytes => Ok(Spec::StartsWith([hex(value)?].into())),
        _ => Err(SpecError::Operator),
    }
}

fn hex(text: &str) -> Result<Bytes, SpecError> {
    let wrong = || SpecError::Hex(text.into());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    let byte = |[high, low]: &[u8; 2]| {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        Some((digit(*high)? * 16 + digit(*low)?) as u8)
    };
    pairs
        .iter()
        .map(byte)
        .collect::<Option<_>>()
        .ok_or_else(wrong)
}
