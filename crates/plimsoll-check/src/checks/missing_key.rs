//! `missing-key`: key is not in the ConfigMap or Secret.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::refs::refs;
use crate::world::World;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-key",
    title: "key is not in the ConfigMap or Secret",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The object is here, and lacks what the pod asks for: the container does not start.",
    mend: "Add the key, mend its name, or set `optional: true`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mod}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {mode: fast}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {mode: fast}
",
    test: Test::World(test),
};

/// The keys of a ConfigMap or a Secret.
fn keys<'a>(object: &Object<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let node = object.node;
    ["data", "binaryData", "stringData"]
        .into_iter()
        .flat_map(move |key| {
            let map = node.get(key).map_or(&[][..], Node::entries);
            map.iter().map(|entry| &*entry.key)
        })
}

fn test(world: &World<'_>, said: &mut Said) {
    for made in world.pods().iter() {
        for reference in refs(&made.pod) {
            let optional = reference.optional || reference.keys.is_empty();
            if optional || !matches!(reference.kind, "ConfigMap" | "Secret") {
                continue;
            }
            let found: Vec<_> = world
                .meant(reference.kind, made.object.namespace, reference.name)
                .map(|(_, object)| object)
                .collect();
            // An empty one is filled by something else.
            if found.is_empty() || found.iter().any(|object| keys(object).next().is_none()) {
                continue;
            }
            for (key, at) in &reference.keys {
                if !found
                    .iter()
                    .any(|object| keys(object).any(|own| own == *key))
                {
                    let field = format!("{}.{}.{key}", reference.field, reference.name);
                    let detail = format!("{key} of {} {}", reference.kind, reference.name);
                    said.object(made.index, *at, field, detail);
                }
            }
        }
    }
}
