//! `daemon-rollout-everywhere`: every node loses its pod at the same time.

use plimsoll_model::Severity;

use crate::amount::Amount;
use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "daemon-rollout-everywhere",
    title: "every node loses its pod at the same time",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "A version that does not start takes logs, network or storage from the whole cluster at once.",
    mend: "Lower `maxUnavailable` to a few nodes, or `10%`.",
    bad: "apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cart, namespace: shop}
spec:
  updateStrategy: {rollingUpdate: {maxUnavailable: 100%}}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cart, namespace: shop}
spec:
  updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}
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
    if !workload::is(object, &["DaemonSet"]) {
        return;
    }
    let path = ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"];
    if let Some(node) = object.node.at_path(&path)
        && let Some(Amount::Percent(100..)) = Amount::of(node)
    {
        said.at(
            node.at,
            "spec.updateStrategy.rollingUpdate.maxUnavailable",
            "",
        );
    }
}
