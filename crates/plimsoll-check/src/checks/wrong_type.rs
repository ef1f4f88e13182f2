//! `wrong-type`: field has a value of another type.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::fields::{Wrong, wrong_fields};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "wrong-type",
    title: "field has a value of another type",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses the object, and no check can judge the field: a text `\"true\"` is neither on nor off.",
    mend: "Write numbers and `true` or `false` without quotes where they are wanted, and in quotes where text is.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {privileged: \"true\"}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {privileged: false}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for field in wrong_fields(object) {
        if let Wrong::Type { is, takes } = field.wrong {
            let detail = format!("`{}` is {is}, but takes {takes}", field.path);
            said.at(field.at, field.path, detail);
        }
    }
}
