//! `stuck-rollout-setting`: roll-out may neither add a pod nor take one away.

use plimsoll_model::Severity;

use crate::amount::Amount;
use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "stuck-rollout-setting",
    title: "roll-out may neither add a pod nor take one away",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses it: with `maxSurge` and `maxUnavailable` both zero nothing can be replaced. A DaemonSet, which takes one away unless told otherwise, must have one of them zero.",
    mend: "Raise `maxSurge` or `maxUnavailable`; for a DaemonSet set the other to 0.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let (strategy, is_daemon) = match (object.group(), object.kind) {
        ("apps", "Deployment") => ("strategy", false),
        ("apps", "DaemonSet") => ("updateStrategy", true),
        _ => return,
    };
    let Some(rolling) = object.node.at_path(&["spec", strategy, "rollingUpdate"]) else {
        return;
    };
    let of = |key: &str| rolling.at_path(&[key]).and_then(Amount::of);
    let (surge, unavailable) = (of("maxSurge"), of("maxUnavailable"));
    let zero = |amount: Option<Amount>, default: bool| amount.map_or(default, Amount::is_zero);
    let (no_surge, none_away) = (zero(surge, is_daemon), zero(unavailable, false));
    let detail = match (no_surge, none_away) {
        (true, true) => "both are zero",
        (false, false) if is_daemon => "one of them must be zero",
        _ => return,
    };
    said.at(rolling.at, format!("spec.{strategy}.rollingUpdate"), detail);
}
