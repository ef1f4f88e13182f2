//! `hair-trigger-liveness`: one late answer restarts the program.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "hair-trigger-liveness",
    title: "one late answer restarts the program",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "A pause of the garbage collector or a busy node is enough: the restart costs more than the pause did, and the other pods carry the load meanwhile.",
    mend: "Raise `failureThreshold` to 3 or more.",
    bad: "apiVersion: apps/v1
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
          livenessProbe: {httpGet: {port: 8080}, failureThreshold: 1}
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
          livenessProbe: {httpGet: {port: 8080}, failureThreshold: 3}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container).filter(|probe| probe.key == "livenessProbe") {
        if let Some(node) = probe.node.at_path(&["failureThreshold"])
            && node.as_int() == Some(1)
        {
            said.container(
                container,
                Some(node.at),
                "livenessProbe.failureThreshold",
                "",
            );
        }
    }
}
