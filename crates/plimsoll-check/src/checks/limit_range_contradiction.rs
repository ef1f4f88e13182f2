//! `limit-range-contradiction`: limits of the namespace contradict each other.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::quantity::Quantity;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "limit-range-contradiction",
    title: "limits of the namespace contradict each other",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "A least above the most, or a default outside of both, is refused by the API server.",
    mend: "Order them: `min`, `defaultRequest`, `default`, `max`.",
    bad: "apiVersion: v1
kind: LimitRange
metadata: {name: shop, namespace: shop}
spec: {limits: [{type: Container, default: {memory: 2Gi}, max: {memory: 1Gi}}]}
",
    good: "apiVersion: v1
kind: LimitRange
metadata: {name: shop, namespace: shop}
spec: {limits: [{type: Container, default: {memory: 1Gi}, max: {memory: 2Gi}}]}
",
    test: Test::Object(test),
};

/// What may not be more than what.
const ORDER: [(&str, &str); 6] = [
    ("min", "max"),
    ("min", "defaultRequest"),
    ("min", "default"),
    ("defaultRequest", "default"),
    ("defaultRequest", "max"),
    ("default", "max"),
];

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "LimitRange" || !object.group().is_empty() {
        return;
    }
    let limits = object.node.at_path(&["spec", "limits"]);
    for limit in limits.map_or(&[][..], Node::items) {
        for (less, more) in ORDER {
            for entry in limit.get(less).map_or(&[][..], Node::entries) {
                let most = limit.at_path(&[more, &entry.key]).and_then(Quantity::of);
                let (Some(amount), Some(most)) = (Quantity::of(&entry.value), most) else {
                    continue;
                };
                if amount > most {
                    let detail = format!("`{less}` of {} is above `{more}`", entry.key);
                    said.at(
                        entry.value.at,
                        format!("spec.limits.{less}.{}", entry.key),
                        detail,
                    );
                }
            }
        }
    }
}
