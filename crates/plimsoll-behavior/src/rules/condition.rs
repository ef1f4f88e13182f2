//! What a condition is once it is read: a tree of checks, macros and lists already put in.
//!
//! Says nothing of what a field holds or how a check is judged; the engine does that. Parts that come
//! from the same macro are the same node, so that what was judged once need not be judged again.

use std::sync::Arc;

pub use plimsoll_yaml::Place;

/// A place in one of several rule files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    pub file: Arc<str>,
    pub place: Place,
}

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// At least two parts, in the order written.
    And(Vec<Arc<Self>>),
    /// At least two parts, in the order written.
    Or(Vec<Arc<Self>>),
    Not(Arc<Self>),
    Check(Check),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// A field, or a transformer over fields.
    pub left: Operand,
    pub operator: Operator,
    pub right: Right,
    /// Where it stands.
    pub at: Site,
}

/// What stands on one side of a comparison, or inside a transformer's brackets.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Field(FieldRef),
    Call(Call),
    /// Quoted text or a number; inside a transformer only.
    Value(Arc<str>),
    /// A list in brackets; inside a transformer only.
    List(Vec<Self>),
}

/// A field by name, as `proc.aname[2]` or `evt.arg[flags]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldRef {
    pub name: Arc<str>,
    /// What stands in the square brackets, without quotes.
    pub arg: Option<Arc<str>>,
}

/// A transformer over its operands, as `tolower(proc.name)` or `join("-", (fd.name, proc.name))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub transformer: Transformer,
    pub operands: Vec<Operand>,
    /// As in `getopt(proc.args, "nt:")[t]`.
    pub arg: Option<Arc<str>>,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Right {
    /// With nothing: the operator is [`Operator::Exists`].
    Nothing,
    /// A string or number, without quotes, escapes undone.
    Value(Arc<str>),
    /// A list; lists named in it are put in. Shared between checks that name the same list. May be
    /// empty.
    Values(Arc<[Arc<str>]>),
    /// Another field: `val(fd.name)`, or a transformer.
    Operand(Operand),
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    Exists,
    In,
    Intersects,
    /// A value of the list is the path itself or a folder above it.
    PathMatch,
    /// With one value; or with a list, where a quantifier stands.
    Compare(Compare, Option<Quantifier>),
}

/// A comparison with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    ContainsAnyCase,
    /// The right side is bytes in hexadecimal digits.
    ContainsBytes,
    StartsWith,
    /// The right side is bytes in hexadecimal digits.
    StartsWithBytes,
    EndsWith,
    Glob,
    GlobAnyCase,
    Regex,
}

/// How many of a list's values have to match. Of an empty list none does, whatever is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// Exactly one.
    OneOf,
    /// At least one.
    AnyOf,
    /// Each of them.
    AllOf,
}

/// What changes values before they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transformer {
    /// The field as it is; on the right side only.
    Val,
    ToLower,
    ToUpper,
    /// Base64, decoded.
    FromBase64,
    /// What follows the last slash.
    BaseName,
    /// Bytes of a text, or values of a list.
    Len,
    /// A list's values with a separator between them: the separator, then the list.
    Join,
    /// Two or more texts, one behind the other.
    Concat,
    /// Options of a command line: the arguments, then the letters as getopt(3) takes them.
    GetOpt,
}

impl Operator {
    /// Whether a list stands on the right side.
    pub const fn takes_list(self) -> bool {
        !matches!(self, Self::Exists | Self::Compare(_, None))
    }
}
