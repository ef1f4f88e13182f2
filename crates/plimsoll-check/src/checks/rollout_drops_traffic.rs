//! `rollout-drops-traffic`: every pod may be away during a roll-out.

use plimsoll_model::Severity;

use crate::amount::Amount;
use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "rollout-drops-traffic",
    title: "every pod may be away during a roll-out",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "With nothing left running while the new version starts, each roll-out is an outage, and a version that does not start is one that lasts.",
    mend: "Lower `maxUnavailable`, and let `maxSurge` add pods.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 100%}}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    good: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%}}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Deployment" || object.group() != "apps" {
        return;
    }
    let replicas = object
        .node
        .at_path(&["spec", "replicas"])
        .and_then(Node::as_int);
    let replicas = replicas.unwrap_or(1);
    let path = ["spec", "strategy", "rollingUpdate", "maxUnavailable"];
    if let Some(node) = object.node.at_path(&path) {
        let all = Amount::of(node).is_some_and(|amount| amount.is_all(replicas));
        if all && replicas > 0 {
            said.at(node.at, "spec.strategy.rollingUpdate.maxUnavailable", "");
        }
    }
}
