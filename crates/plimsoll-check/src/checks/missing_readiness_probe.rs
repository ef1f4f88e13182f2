//! `missing-readiness-probe`: traffic comes before the program is ready.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "missing-readiness-probe",
    title: "traffic comes before the program is ready",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["CKV_K8S_9", "C-0018"],
    why: "Without it a pod gets traffic from the moment its process runs, and during each roll-out some of it fails.",
    mend: "Add a `readinessProbe` that says when requests can be served.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
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
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0", readinessProbe: {tcpSocket: {port: 80}}}]
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if container.serves(pod) && container.field(&["readinessProbe"]).is_none() {
        said.container(container, None, "readinessProbe", "");
    }
}
