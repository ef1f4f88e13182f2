//! `unknown-field`: field that Kubernetes does not know.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::fields::{Wrong, wrong_fields};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "unknown-field",
    title: "field that Kubernetes does not know",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server drops a field that it does not know, and says so only to those who read warnings: what was meant by it does not hold.",
    mend: "Correct its name, or move it to the level where it belongs.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsNonroot: true}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsNonRoot: true}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for field in wrong_fields(object) {
        if let Wrong::Unknown(nearest) = field.wrong {
            let meant = nearest.map(|nearest| format!(": `{nearest}` is meant?"));
            let detail = format!("`{}`{}", field.path, meant.unwrap_or_default());
            said.at(field.at, field.path, detail);
        }
    }
}
