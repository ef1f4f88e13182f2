//! `duplicate-object-across-files`: object stands in two files.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::twice::twice;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "duplicate-object-across-files",
    title: "object stands in two files",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Which of them is in force depends on which is applied last. For variants of one set that is meant: check each by itself.",
    mend: "Remove one of them, or check each variant by itself.",
    bad: "apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: b}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {c: d}
",
    good: "apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: b}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: more, namespace: shop}
data: {c: d}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for (index, other) in
        twice(world).filter(|(index, other)| world.sources.get(*index) != world.sources.get(*other))
    {
        if let (Some(object), Some(first)) = (world.objects.get(index), world.objects.get(other)) {
            let detail = format!("also in line {} of another file", first.node.at.line);
            said.object(index, object.node.at, "metadata.name", detail);
        }
    }
}
