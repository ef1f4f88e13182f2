//! Comparing one source with another, as `proc.name = val(proc.pname)`.

use std::collections::BTreeSet;

use super::spec::{self, Bytes};
use super::test::Test;
use crate::fields::Value;
use crate::rules::{Compare, FieldKind, Operator, Right};

/// Compares. An absent side makes it false.
pub fn compare(operator: Operator, kind: FieldKind, left: &Value<'_>, right: &Value<'_>) -> bool {
    if left.is_absent() || right.is_absent() {
        return false;
    }
    match (left, right) {
        (Value::List(_), _) | (_, Value::List(_)) => lists(operator, left, right),
        (Value::Text(one) | Value::Bytes(one), Value::Text(other) | Value::Bytes(other)) => {
            texts(operator, one, other)
        }
        _ => general(operator, kind, left, right),
    }
}

fn lists(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    let wanted: BTreeSet<&[u8]> = right.items().collect();
    match operator {
        Operator::In => left.items().all(|item| wanted.contains(item)),
        Operator::Intersects => left.items().any(|item| wanted.contains(item)),
        Operator::Exists => true,
        Operator::PathMatch | Operator::Compare(..) => false,
    }
}

fn texts(operator: Operator, left: &[u8], right: &[u8]) -> bool {
    let Operator::Compare(compare, _) = operator else {
        return match operator {
            Operator::In | Operator::Intersects => left == right,
            Operator::PathMatch => super::paths::PathSet::new([right]).matches(left),
            Operator::Exists | Operator::Compare(..) => true,
        };
    };
    let text: Bytes = right.into();
    match compare {
        Compare::Equal => left == right,
        Compare::NotEqual => left != right,
        Compare::Less => left < right,
        Compare::LessOrEqual => left <= right,
        Compare::Greater => left > right,
        Compare::GreaterOrEqual => left >= right,
        Compare::StartsWith | Compare::StartsWithBytes => left.starts_with(right),
        Compare::EndsWith => left.ends_with(right),
        Compare::Contains | Compare::ContainsBytes => {
            Test::new(&spec::Spec::Contains([text].into())).matches(&Value::Text(left))
        }
        Compare::ContainsAnyCase => {
            Test::new(&spec::Spec::ContainsAnyCase([text].into())).matches(&Value::Text(left))
        }
        Compare::Glob | Compare::GlobAnyCase => {
            super::glob::Glob::new(right, compare == Compare::GlobAnyCase).matches(left)
        }
        // Rules cannot say this: an expression is compiled when rules are loaded.
        Compare::Regex => false,
    }
}

/// Numbers, flags and addresses: the right side is written out and read as a rule's value is.
fn general(operator: Operator, kind: FieldKind, left: &Value<'_>, right: &Value<'_>) -> bool {
    if let (Some(one), Some(other), Operator::Compare(compare, _)) =
        (left.number(), right.number(), operator)
    {
        return match compare {
            Compare::Equal => one == other,
            Compare::NotEqual => one != other,
            Compare::Less => one < other,
            Compare::LessOrEqual => one <= other,
            Compare::Greater => one > other,
            Compare::GreaterOrEqual => one >= other,
            _ => false,
        };
    }
    let mut text = Vec::new();
    right.write(&mut text);
    let text = String::from_utf8_lossy(&text);
    let right = if operator.takes_list() {
        Right::Values([std::sync::Arc::from(&*text)].into())
    } else {
        Right::Value((&*text).into())
    };
    spec::spec(kind, false, operator, &right).is_ok_and(|spec| Test::new(&spec).matches(left))
}
