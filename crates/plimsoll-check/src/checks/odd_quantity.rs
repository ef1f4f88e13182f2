//! `odd-quantity`: amount is hardly what was meant.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::quantity::{Quantity, shown};

pub const CHECK: Check = Check {
    id: "odd-quantity",
    title: "amount is hardly what was meant",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "A suffix makes the difference: `128m` of memory is an eighth of a byte, and `1Gi` of CPU more than a billion cores. Such a container is never placed, or ended at once.",
    mend: "Write memory as `128Mi`, and CPU as `500m` or `2`.",
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
          resources: {limits: {memory: 128m}}
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
          resources: {limits: {memory: 128Mi}}
",
    test: Test::Container(test),
};

/// Less memory than any container starts with, in bytes.
const MEMORY_LEAST: Quantity = Quantity::units(1 << 20);
/// More cores than any machine has.
const CPU_MOST: Quantity = Quantity::units(4096);

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for kind in ["requests", "limits"] {
        for resource in ["cpu", "memory", "ephemeral-storage"] {
            let Some(node) = container.field(&["resources", kind, resource]) else {
                continue;
            };
            let Some(amount) = Quantity::of(node).filter(|amount| !amount.is_zero()) else {
                continue;
            };
            let odd = match resource {
                "cpu" => amount > CPU_MOST,
                // Little is requested by some on purpose; parts of a byte are nobody's purpose.
                "memory" if kind == "limits" => amount < MEMORY_LEAST,
                _ => !amount.is_whole(),
            };
            if odd {
                let field = format!("resources.{kind}.{resource}");
                let detail = format!("{} of {resource}", shown(node));
                said.container(container, Some(node.at), field, detail);
            }
        }
    }
}
