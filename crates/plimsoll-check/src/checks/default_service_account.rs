//! `default-service-account`: pod runs under the service account of everybody.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "default-service-account",
    title: "pod runs under the service account of everybody",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.5"],
    aliases: &["C-0189"],
    why: "Rights given to `default` are given to every pod of the namespace that names no account of its own.",
    mend: "Make a service account for the workload and name it in `serviceAccountName`.",
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
  serviceAccountName: cart
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    let names = [["serviceAccountName"], ["serviceAccount"]];
    let node = names.iter().find_map(|path| pod.field(path));
    if matches!(node.and_then(Node::as_str), None | Some("" | "default")) {
        said.at(
            node.map_or(pod.at, |node| node.at),
            "serviceAccountName",
            "",
        );
    }
}
