//! `service-account-token-mounted`: token for the API is mounted unasked.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "service-account-token-mounted",
    title: "token for the API is mounted unasked",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[
        "cis-1.12 5.1.6",
        "nsa service-account-tokens",
        "mitre T1528",
    ],
    aliases: &["CKV_K8S_38", "KSV036", "C-0034"],
    why: "Few programs speak to the Kubernetes API. In the others the token is only there to be stolen.",
    mend: "Set `automountServiceAccountToken: false` on the pod.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  automountServiceAccountToken: false
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    let node = pod.field(&["automountServiceAccountToken"]);
    if node.and_then(Node::as_bool) != Some(false) {
        let at = node.map_or(pod.at, |node| node.at);
        said.at(at, "automountServiceAccountToken", "");
    }
}
