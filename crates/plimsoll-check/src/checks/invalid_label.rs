//! `invalid-label`: label is refused.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::names;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Value};

pub const CHECK: Check = Check {
    id: "invalid-label",
    title: "label is refused",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["label-values"],
    why: "The API server takes 63 letters, digits, `-`, `_` and `.` for a label.",
    mend: "Shorten it, or replace what is not allowed.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: "1.0 beta"}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
"#,
    good: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: "1.0"}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let mut maps = vec![("metadata", object.node.at_path(&["metadata"]))];
    if let Some(pod) = object.pod().filter(|pod| pod.kind != "Pod") {
        maps.push(("spec.template.metadata", pod.metadata));
    }
    for (field, metadata) in maps {
        let labels = metadata.and_then(|metadata| metadata.get("labels"));
        for entry in labels.map_or(&[][..], Node::entries) {
            let field = format!("{field}.labels.{}", entry.key);
            let is_placeholder = |text: &str| text.contains(['$', '{', '%', '<']);
            if !names::is_label_key(&entry.key) && !is_placeholder(&entry.key) {
                said.at(entry.at, field, format!("the key `{}`", entry.key));
                continue;
            }
            let error = match &entry.value.value {
                Value::Text(text) if is_placeholder(text) || names::is_label_value(text) => {
                    continue;
                }
                Value::Text(text) => format!("`{}: {}`", entry.key, &**text),
                // Another type is told by another check.
                _ => continue,
            };
            said.at(entry.value.at, field, error);
        }
    }
}
