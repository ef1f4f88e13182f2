//! `priority-for-everybody`: every pod gets a priority that it did not ask for.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "priority-for-everybody",
    title: "every pod gets a priority that it did not ask for",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["mitre T1499"],
    aliases: &[],
    why: "With `globalDefault` on a high class all that names no class pushes others aside, and nothing is important any more.",
    mend: "Give the default a value of 0 or less, and name the class where it is meant.",
    bad: "apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000000
globalDefault: true
",
    good: "apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000000
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let value = object.node.get("value").and_then(Node::as_int);
    if object.kind == "PriorityClass"
        && object.group() == "scheduling.k8s.io"
        && value.is_some_and(|value| value > 0)
        && let Some(node) = object.node.at_path(&["globalDefault"])
        && node.as_bool() == Some(true)
    {
        said.at(node.at, "globalDefault", "");
    }
}
