//! Holds a comparison against what its fields are: do they exist, may they be compared so, is the
//! value one of theirs.

use super::catalog::{ArgKind, FieldCatalog, FieldInfo, FieldKind};
use super::condition::{Call, Compare, FieldRef, Operand, Operator, Right, Transformer};
use super::cursor::transformer_name;
use super::parser::parse_operand;

mod values;

pub use values::value_problem;

/// What is wrong or doubtful in a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub weight: Weight,
    pub message: String,
    pub hint: Option<String>,
    /// Whether it is the right side.
    pub is_right: bool,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The condition cannot be compiled.
    Wrong,
    /// A field or event type is unknown: rules may say that they are left out then.
    Unknown,
    /// It may not mean what it says.
    Doubtful,
    /// A field that has gone.
    Deprecated,
}

impl Problem {
    fn new(weight: Weight, message: impl Into<String>) -> Self {
        Self {
            weight,
            message: message.into(),
            hint: None,
            is_right: false,
        }
    }

    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self::new(Weight::Wrong, message)
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What a side of a comparison gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed {
    pub kind: FieldKind,
    pub is_list: bool,
}

impl Typed {
    const fn one(kind: FieldKind) -> Self {
        let is_list = false;
        Self { kind, is_list }
    }
}

/// Fields that say nothing any more since Falco 0.42, for there are no enter events.
pub const DEPRECATED: &[&str] = &[
    "evt.dir",
    "evt.latency",
    "evt.latency.s",
    "evt.latency.ns",
    "evt.latency.human",
    "evt.wait_latency",
];

/// Whether a text is a field, or a transformer over fields, that is known.
pub fn is_field(text: &str, catalog: &dyn FieldCatalog) -> bool {
    match parse_operand(text) {
        Ok((parsed, length)) => length == text.len() && operand(&parsed, catalog).is_ok(),
        Err(_) => false,
    }
}

/// Everything that is wrong or doubtful in a comparison.
pub fn problems(
    left: &Operand,
    operator: Operator,
    right: &Right,
    catalog: &dyn FieldCatalog,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    deprecated(left, &mut problems);
    let typed = match operand(left, catalog) {
        Ok(typed) => typed,
        Err(problem) => {
            problems.push(problem);
            return problems;
        }
    };
    if let Err(problem) = fits(typed, operator) {
        problems.push(problem);
        return problems;
    }
    let before = problems.len();
    match right {
        Right::Nothing => {}
        Right::Value(value) => {
            one_value(left, typed, operator, value, catalog, &mut problems);
        }
        Right::Values(values) => {
            for value in values.iter() {
                one_value(left, typed, operator, value, catalog, &mut problems);
            }
        }
        Right::Operand(other) => {
            deprecated(other, &mut problems);
            problems.extend(right_side(typed, operator, other, catalog).err());
        }
    }
    for problem in problems.iter_mut().skip(before) {
        problem.is_right = true;
    }
    problems
}

fn deprecated(operand: &Operand, problems: &mut Vec<Problem>) {
    match operand {
        Operand::Field(field) if DEPRECATED.contains(&&*field.name) => {
            let name = &field.name;
            let message =
                format!("usage of deprecated field '{name}' has been detected in the condition");
            let hint = if &**name == "evt.dir" {
                "every event is an exit event: `evt.dir = <` always holds and can be left out"
            } else {
                "there are no enter events to measure from"
            };
            problems.push(Problem::new(Weight::Deprecated, message).hint(hint));
        }
        Operand::Field(_) | Operand::Value(_) => {}
        Operand::Call(Call { operands, .. }) | Operand::List(operands) => {
            for operand in operands {
                deprecated(operand, problems);
            }
        }
    }
}

/// What an operand gives.
pub fn operand(operand: &Operand, catalog: &dyn FieldCatalog) -> Result<Typed, Problem> {
    match operand {
        Operand::Field(field) => {
            let info = field_info(field, catalog)?;
            let FieldInfo { kind, is_list, .. } = info;
            Ok(Typed { kind, is_list })
        }
        Operand::Value(_) => Ok(Typed::one(FieldKind::Text)),
        Operand::List(operands) => {
            for inner in operands {
                self::operand(inner, catalog)?;
            }
            Ok(Typed {
                kind: FieldKind::Text,
                is_list: true,
            })
        }
        Operand::Call(call) => called(call, catalog),
    }
}

fn field_info(field: &FieldRef, catalog: &dyn FieldCatalog) -> Result<FieldInfo, Problem> {
    let name = &field.name;
    let Some(info) = catalog.field(name) else {
        let message = format!("filter_check called with nonexistent field {name}");
        return Err(Problem::new(Weight::Unknown, message));
    };
    let is_number = |arg: &str| !arg.is_empty() && arg.bytes().all(|byte| byte.is_ascii_digit());
    match (info.arg, field.arg.as_deref()) {
        (ArgKind::None, Some(_)) => {
            let message = format!("the field '{name}' does not take an argument");
            Err(Problem::wrong(message))
        }
        (ArgKind::IndexRequired | ArgKind::KeyRequired | ArgKind::AnyRequired, None) => {
            let message = format!("the field '{name}' requires an argument");
            Err(Problem::wrong(message).hint(format!("write `{name}[…]`")))
        }
        (ArgKind::Index | ArgKind::IndexRequired, Some(arg)) if !is_number(arg) => {
            let message = format!("the field '{name}' takes a number as argument, not '{arg}'");
            Err(Problem::wrong(message))
        }
        _ => Ok(info),
    }
}

fn called(call: &Call, catalog: &dyn FieldCatalog) -> Result<Typed, Problem> {
    let name = transformer_name(call.transformer);
    let mut typed = Vec::with_capacity(call.operands.len());
    for inner in &call.operands {
        transformable(inner, call.transformer, catalog)?;
        typed.push(operand(inner, catalog)?);
    }
    let wrong = |what: &str| Problem::wrong(format!("{name}() {what}"));
    if let Transformer::Join | Transformer::Concat | Transformer::GetOpt = call.transformer {
        return several(call, &typed).map_err(wrong);
    }
    let [Typed { kind, is_list }] = *typed.as_slice() else {
        return Err(wrong("takes one argument"));
    };
    let is_text = matches!(kind, FieldKind::Text | FieldKind::Dynamic);
    let is_bytes = matches!(kind, FieldKind::Bytes);
    match call.transformer {
        Transformer::Val => Ok(Typed { kind, is_list }),
        Transformer::ToLower | Transformer::ToUpper | Transformer::BaseName if is_text => {
            Ok(Typed { kind, is_list })
        }
        Transformer::FromBase64 if is_text || is_bytes => Ok(Typed { kind, is_list }),
        Transformer::Len if is_list || is_text || is_bytes => Ok(Typed::one(FieldKind::Unsigned)),
        _ => Err(wrong("is not for fields of this type")),
    }
}

/// Transformers over several operands.
fn several(call: &Call, typed: &[Typed]) -> Result<Typed, &'static str> {
    let is_text = |typed: &Typed| matches!(typed.kind, FieldKind::Text | FieldKind::Dynamic);
    match (call.transformer, typed) {
        (Transformer::Join, [separator, list]) => {
            if separator.is_list {
                return Err("first argument (separator) must be a single value, not a list");
            }
            if !list.is_list {
                return Err("second argument must be a list");
            }
            Ok(Typed::one(FieldKind::Text))
        }
        (Transformer::Join, _) => Err("requires exactly 2 arguments: separator and list"),
        (Transformer::Concat, [_, _, ..]) => {
            if typed.iter().all(|typed| is_text(typed) && !typed.is_list) {
                return Ok(Typed::one(FieldKind::Text));
            }
            Err("arguments must be strings")
        }
        (Transformer::Concat, _) => Err("requires at least 2 arguments"),
        (_, [args, letters]) => {
            if !args.is_list {
                return Err("first argument must be a list");
            }
            if letters.is_list {
                return Err("second argument (optstring) must be a single value");
            }
            if !is_text(args) || !is_text(letters) {
                return Err("arguments must be strings");
            }
            match &call.arg {
                None => Ok(Typed {
                    kind: FieldKind::Text,
                    is_list: true,
                }),
                Some(arg) if arg.len() == 1 => Ok(Typed::one(FieldKind::Text)),
                Some(_) => Err("field argument must be a single option character"),
            }
        }
        _ => Err("requires exactly 2 arguments: args list and optstring"),
    }
}

fn transformable(
    operand: &Operand,
    transformer: Transformer,
    catalog: &dyn FieldCatalog,
) -> Result<(), Problem> {
    let Operand::Field(field) = operand else {
        return Ok(());
    };
    let info = field_info(field, catalog)?;
    let name = &field.name;
    if transformer == Transformer::Val {
        if info.on_right {
            return Ok(());
        }
        let message = format!("the field '{name}' can't be used as a right-hand side");
        return Err(Problem::wrong(message));
    }
    if info.transformable {
        return Ok(());
    }
    let message = format!("the field '{name}' can't be used with transformers");
    Err(Problem::wrong(message))
}

/// Whether an operator is for values of this type.
fn fits(typed: Typed, operator: Operator) -> Result<(), Problem> {
    let is_fit = match (operator, typed.kind) {
        (Operator::Exists | Operator::In | Operator::Intersects, _) | (_, FieldKind::Dynamic) => {
            true
        }
        (Operator::Compare(_, _), _) if typed.is_list => false,
        (Operator::PathMatch, kind) => matches!(kind, FieldKind::Text | FieldKind::Bytes),
        (Operator::Compare(compare, _), kind) => compares(compare, kind),
    };
    if is_fit {
        return Ok(());
    }
    let what = if typed.is_list {
        "list"
    } else {
        match typed.kind {
            FieldKind::Text | FieldKind::Dynamic => "string",
            FieldKind::Bytes => "buffer",
            FieldKind::Signed | FieldKind::Unsigned | FieldKind::Port | FieldKind::Time => {
                "numeric"
            }
            FieldKind::Bool => "bool",
            FieldKind::Address | FieldKind::Network => "ip address",
        }
    };
    let message = format!("this comparison is not supported for {what} filters");
    let hint = match (typed.is_list, typed.kind) {
        (true, _) => "lists are compared with `in` and `intersects`",
        (_, FieldKind::Text) => "bytes are compared in fields as `evt.buffer`",
        (_, FieldKind::Bytes) => "bytes are compared with `=`, `contains` and `bcontains`",
        (_, FieldKind::Bool) => "compare with `= true` or `= false`",
        (_, FieldKind::Address | FieldKind::Network) => "addresses are compared with `=` and `in`",
        _ => "numbers are compared with `=`, `!=`, `<`, `<=`, `>`, `>=` and `in`",
    };
    Err(Problem::wrong(message).hint(hint))
}

const fn compares(compare: Compare, kind: FieldKind) -> bool {
    use Compare as C;
    match kind {
        FieldKind::Text => !matches!(compare, C::ContainsBytes | C::StartsWithBytes),
        FieldKind::Bytes => matches!(
            compare,
            C::Equal
                | C::NotEqual
                | C::Contains
                | C::ContainsBytes
                | C::StartsWith
                | C::StartsWithBytes
                | C::EndsWith
        ),
        FieldKind::Signed | FieldKind::Unsigned | FieldKind::Port | FieldKind::Time => matches!(
            compare,
            C::Equal | C::NotEqual | C::Less | C::LessOrEqual | C::Greater | C::GreaterOrEqual
        ),
        FieldKind::Bool | FieldKind::Address | FieldKind::Network => {
            matches!(compare, C::Equal | C::NotEqual)
        }
        FieldKind::Dynamic => true,
    }
}

/// A field or transformer on the right side has to give what the left side gives.
fn right_side(
    left: Typed,
    operator: Operator,
    right: &Operand,
    catalog: &dyn FieldCatalog,
) -> Result<(), Problem> {
    let right = operand(right, catalog)?;
    let takes_list = operator.takes_list();
    if left.kind == FieldKind::Dynamic || right.kind == FieldKind::Dynamic {
        return Ok(());
    }
    if left.kind != right.kind {
        let message = "the two sides of the comparison are of different types";
        return Err(Problem::wrong(message));
    }
    if right.is_list && !takes_list {
        let message = "a list stands on the right side of a comparison with one value";
        return Err(Problem::wrong(message).hint("use `in` or `intersects`"));
    }
    Ok(())
}

fn one_value(
    left: &Operand,
    typed: Typed,
    operator: Operator,
    value: &str,
    catalog: &dyn FieldCatalog,
    problems: &mut Vec<Problem>,
) {
    let is_type = matches!(left, Operand::Field(field) if &*field.name == "evt.type");
    let is_named = match operator {
        Operator::In => true,
        Operator::Compare(compare, _) => matches!(compare, Compare::Equal | Compare::NotEqual),
        _ => false,
    };
    if is_type && is_named && !catalog.is_event_type(value) {
        let message = format!("unknown event type {value}");
        problems.push(Problem::new(Weight::Unknown, message));
        return;
    }
    problems.extend(value_problem(typed.kind, operator, value));
    if value.contains('.') && catalog.field(value).is_some() {
        let message = format!("'{value}' may be a valid field misused as a const string value");
        let hint = format!("compare with the field itself by `val({value})`");
        problems.push(Problem::new(Weight::Doubtful, message).hint(hint));
    }
}
