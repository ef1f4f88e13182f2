//! `duplicate-object`: object stands twice in one file.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::twice::twice;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "duplicate-object",
    title: "object stands twice in one file",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The second overwrites the first when they are applied: half of what was written is not there.",
    mend: "Remove one of them, or give it another name.",
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
        twice(world).filter(|(index, other)| world.sources.get(*index) == world.sources.get(*other))
    {
        if let (Some(object), Some(first)) = (world.objects.get(index), world.objects.get(other)) {
            let detail = format!("first in line {}", first.node.at.line);
            said.object(index, object.node.at, "metadata.name", detail);
        }
    }
}
