//! `unknown-api-version`: no release serves this version or kind.

use plimsoll_model::Severity;

use crate::api_versions::{Known, at, groups_with, look_up, served};
use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "unknown-api-version",
    title: "no release serves this version or kind",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses what it does not know; a slip of the pen in `kind` or `apiVersion` is enough.",
    mend: "Use the name and version that Kubernetes knows.",
    bad: "apiVersion: apps/v2
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
",
    test: Test::Release(test),
};

/// Kinds of the core that no server takes and clients read or are answered: a kubeconfig is a
/// `Config` of `v1`.
const OF_CLIENTS: [&str; 6] = [
    "APIGroup",
    "APIGroupList",
    "APIResourceList",
    "APIVersions",
    "Config",
    "Status",
];

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    if object.api_version == "v1" && OF_CLIENTS.contains(&object.kind) {
        return;
    }
    match look_up(object) {
        Known::NoSuchVersion => {
            let served: Vec<String> = served(object.group(), object.kind, minor).collect();
            let known = match served.as_slice() {
                [] => String::new(),
                served => format!(", but {}", served.join(", ")),
            };
            let detail = format!("no {} of {}{known}", object.kind, object.api_version);
            said.at(at(object), "apiVersion", detail);
        }
        Known::NoSuchKind => {
            let kind = object
                .node
                .get("kind")
                .map_or(object.node.at, |node| node.at);
            let elsewhere =
                groups_with(object.kind).find_map(|group| served(group, object.kind, minor).next());
            let known = match elsewhere {
                Some(version) => format!(", but in {version}"),
                None => String::new(),
            };
            let detail = format!("no {} in {}{known}", object.kind, object.api_version);
            said.at(kind, "kind", detail);
        }
        Known::Foreign | Known::Api(_) => {}
    }
}
