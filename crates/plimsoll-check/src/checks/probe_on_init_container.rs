//! `probe-on-init-container`: container that runs to its end has a probe.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod, Role};

pub const CHECK: Check = Check {
    id: "probe-on-init-container",
    title: "container that runs to its end has a probe",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses probes and hooks on init containers that do not run on beside the others.",
    mend: "Remove it, or make the container a sidecar with `restartPolicy: Always`.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      initContainers: [{name: migrate, image: "registry.example/migrate:1.0", readinessProbe: {tcpSocket: {port: 80}}}]
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
    metadata: {labels: {app: cart}}
    spec:
      initContainers: [{name: proxy, image: "registry.example/proxy:1.0", restartPolicy: Always, readinessProbe: {tcpSocket: {port: 80}}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    if container.role != Role::Init {
        return;
    }
    for key in [
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle",
    ] {
        if let Some(node) = container.field(&[key]) {
            said.container(container, Some(node.at), key, key);
        }
    }
}
