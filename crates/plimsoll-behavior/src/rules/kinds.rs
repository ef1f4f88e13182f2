//! Which event types a condition can hold for, to warn of rules that look at everything.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::condition::{Compare, Condition, Operand, Operator, Right};

/// Event types by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kinds {
    Only(BTreeSet<Arc<str>>),
    /// All but these: too many to be fast.
    AllBut(BTreeSet<Arc<str>>),
}

impl Kinds {
    const fn all() -> Self {
        Self::AllBut(BTreeSet::new())
    }

    fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(one), Self::Only(two)) => Self::Only(one & two),
            (Self::Only(one), Self::AllBut(two)) | (Self::AllBut(two), Self::Only(one)) => {
                Self::Only(one - two)
            }
            (Self::AllBut(one), Self::AllBut(two)) => Self::AllBut(one | two),
        }
    }

    fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(one), Self::Only(two)) => Self::Only(one | two),
            (Self::Only(one), Self::AllBut(two)) | (Self::AllBut(two), Self::Only(one)) => {
                Self::AllBut(two - one)
            }
            (Self::AllBut(one), Self::AllBut(two)) => Self::AllBut(one & two),
        }
    }
}

/// Remembers what was found of parts that several conditions share.
#[derive(Default)]
pub struct KindFinder {
    known: HashMap<(*const Condition, bool), Kinds>,
}

impl KindFinder {
    /// The kinds that a condition can hold for. Conditions must outlive the finder's use.
    pub fn find(&mut self, condition: &Arc<Condition>, negated: bool) -> Kinds {
        let key = (Arc::as_ptr(condition), negated);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let kinds = match &**condition {
            Condition::And(parts) => self.joined(parts, negated, !negated),
            Condition::Or(parts) => self.joined(parts, negated, negated),
            Condition::Not(part) => self.find(part, !negated),
            Condition::Check(check) => of_check(&check.left, check.operator, &check.right, negated),
        };
        self.known.insert(key, kinds.clone());
        kinds
    }

    fn joined(&mut self, parts: &[Arc<Condition>], negated: bool, is_and: bool) -> Kinds {
        let mut kinds = parts.iter().map(|part| self.find(part, negated));
        let first = kinds.next().unwrap_or(Kinds::all());
        kinds.fold(
            first,
            |one, two| if is_and { one.and(&two) } else { one.or(&two) },
        )
    }
}

fn of_check(left: &Operand, operator: Operator, right: &Right, negated: bool) -> Kinds {
    let is_type = matches!(left, Operand::Field(field) if &*field.name == "evt.type");
    let named: BTreeSet<Arc<str>> = match right {
        Right::Value(value) => [Arc::clone(value)].into(),
        Right::Values(values) => values.iter().cloned().collect(),
        Right::Nothing | Right::Operand(_) => return Kinds::all(),
    };
    let is_equal = match operator {
        Operator::In | Operator::Compare(Compare::Equal, _) => true,
        Operator::Compare(Compare::NotEqual, None) => false,
        _ => return Kinds::all(),
    };
    match (is_type, is_equal != negated) {
        (false, _) => Kinds::all(),
        (true, true) => Kinds::Only(named),
        (true, false) => Kinds::AllBut(named),
    }
}
