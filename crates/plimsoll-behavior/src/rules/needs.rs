//! What a rule needs to be told: which event types, and which fields.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::condition::{Condition, FieldRef, Operand, Right};
use super::kinds::{KindFinder, Kinds};
use super::model::Rule;

/// What a rule needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Event types that its condition can hold for; none where it can hold for any, or for all but
    /// some.
    pub event_types: Option<BTreeSet<Arc<str>>>,
    /// Names of the fields in its condition.
    pub fields: BTreeSet<Arc<str>>,
    /// Names of the fields in its output.
    pub output_fields: BTreeSet<Arc<str>>,
}

impl Rule {
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        let mut seen = HashSet::new();
        of_condition(&self.condition, &mut seen, &mut needs.fields);
        for operand in self.output.operands() {
            of_operand(operand, &mut needs.output_fields);
        }
        if let Kinds::Only(names) = KindFinder::default().find(&self.condition, false) {
            needs.event_types = Some(names);
        }
        needs
    }
}

/// Parts that several places share are looked at once.
fn of_condition(
    condition: &Arc<Condition>,
    seen: &mut HashSet<*const Condition>,
    fields: &mut BTreeSet<Arc<str>>,
) {
    if !seen.insert(Arc::as_ptr(condition)) {
        return;
    }
    match &**condition {
        Condition::And(parts) | Condition::Or(parts) => {
            for part in parts {
                of_condition(part, seen, fields);
            }
        }
        Condition::Not(part) => of_condition(part, seen, fields),
        Condition::Check(check) => {
            of_operand(&check.left, fields);
            if let Right::Operand(operand) = &check.right {
                of_operand(operand, fields);
            }
        }
    }
}

fn of_operand(operand: &Operand, fields: &mut BTreeSet<Arc<str>>) {
    match operand {
        Operand::Field(FieldRef { name, .. }) => {
            fields.insert(Arc::clone(name));
        }
        Operand::Call(call) => {
            for operand in &call.operands {
                of_operand(operand, fields);
            }
        }
        Operand::List(operands) => {
            for operand in operands {
                of_operand(operand, fields);
            }
        }
        Operand::Value(_) => {}
    }
}
