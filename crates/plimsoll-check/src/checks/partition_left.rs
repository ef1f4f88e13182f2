//! `partition-left`: part of the pods keeps the old version.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload::{self, replicas};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "partition-left",
    title: "part of the pods keeps the old version",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Pods with a number below the partition are not updated, not even when they start anew. What was meant for a trial is easily forgotten.",
    mend: "Set the partition to 0 when the trial is over.",
    bad: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  updateStrategy: {rollingUpdate: {partition: 2}}
  serviceName: cart
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  updateStrategy: {rollingUpdate: {partition: 0}}
  serviceName: cart
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
    if !workload::is(object, &["StatefulSet"]) {
        return;
    }
    let path = ["spec", "updateStrategy", "rollingUpdate", "partition"];
    if let Some(node) = object.node.at_path(&path)
        && let Some(partition) = node.as_int().filter(|partition| *partition > 0)
    {
        let detail = if partition >= replicas(object) {
            "nothing is ever updated".to_owned()
        } else {
            format!("those below {partition}")
        };
        said.at(
            node.at,
            "spec.updateStrategy.rollingUpdate.partition",
            detail,
        );
    }
}
