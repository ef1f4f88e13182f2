//! `variable-used-before-it-is-set`: variable refers to one that comes later.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "variable-used-before-it-is-set",
    title: "variable refers to one that comes later",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "References are filled in from top to bottom: one to a later variable stays as it is written, and the program gets `$(NAME)`.",
    mend: "Move the variable that is referred to above.",
    bad: r#"apiVersion: apps/v1
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
          env: [{name: URL, value: "http://$(HOST)/"}, {name: HOST, value: orders}]
"#,
    good: r#"apiVersion: apps/v1
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
          env: [{name: HOST, value: orders}, {name: URL, value: "http://$(HOST)/"}]
"#,
    test: Test::Container(test),
};

/// The names that a text refers to: `$(NAME)`, and not `$$(NAME)`, which stands for itself.
fn references(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = rest.get(at + 1..).unwrap_or_default();
        rest = match after.strip_prefix('(') {
            Some(inner) => match inner.split_once(')') {
                Some((name, tail)) => {
                    out.push(name);
                    tail
                }
                None => return out,
            },
            None => after.strip_prefix('$').unwrap_or(after),
        };
    }
    out
}

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let variables = container.field(&["env"]).map_or(&[][..], Node::items);
    let name = |variable: &'_ Node| {
        variable
            .get("name")
            .and_then(Node::as_str)
            .map(str::to_owned)
    };
    let mut later: BTreeMap<String, usize> = BTreeMap::new();
    for variable in variables {
        *later.entry(name(variable).unwrap_or_default()).or_default() += 1;
    }
    let mut set = BTreeSet::new();
    for variable in variables {
        let own = name(variable).unwrap_or_default();
        if let Some(value) = variable.get("value")
            && let Some(text) = value.as_str()
        {
            for used in references(text) {
                if !set.contains(used) && used != own && later.contains_key(used) {
                    said.container(container, Some(value.at), format!("env.{own}"), used);
                }
            }
        }
        set.insert(own);
    }
}
