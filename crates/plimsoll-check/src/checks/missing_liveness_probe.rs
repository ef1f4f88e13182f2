//! `missing-liveness-probe`: nobody notices when the program hangs.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "missing-liveness-probe",
    title: "nobody notices when the program hangs",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &["CKV_K8S_8", "C-0056"],
    why: "A program that hangs but does not end is never started again.",
    mend: "Add a `livenessProbe` that fails only when a restart helps.",
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
      containers: [{name: cart, image: "registry.example/cart:1.0", livenessProbe: {tcpSocket: {port: 80}}}]
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if container.serves(pod) && container.field(&["livenessProbe"]).is_none() {
        said.container(container, None, "livenessProbe", "");
    }
}
