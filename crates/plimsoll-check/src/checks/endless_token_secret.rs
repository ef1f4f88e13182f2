//! `endless-token-secret`: token of a service account never ends.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "endless-token-secret",
    title: "token of a service account never ends",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "cis-1.12 5.1.13",
        "nsa service-account-tokens",
        "mitre T1528",
    ],
    aliases: &[],
    why: "Kubernetes has made such tokens by itself no longer since 1.24: a stolen one serves until the Secret is deleted.",
    mend: "Mount a projected token, or ask for one with `kubectl create token`.",
    bad: "apiVersion: v1
kind: Secret
metadata:
  name: cart-token
  namespace: shop
  annotations: {kubernetes.io/service-account.name: cart}
type: kubernetes.io/service-account-token
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes:
    - name: token
      projected: {sources: [{serviceAccountToken: {path: token}}]}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "Secret"
        && object.group().is_empty()
        && let Some(node) = object.node.at_path(&["type"])
        && node.as_str() == Some("kubernetes.io/service-account-token")
    {
        said.at(node.at, "type", "");
    }
}
