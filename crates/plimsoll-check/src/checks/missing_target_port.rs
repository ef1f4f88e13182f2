//! `missing-target-port`: Service sends requests to a port that its pods have not.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::pods::of_service;
use crate::world::World;
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-target-port",
    title: "Service sends requests to a port that its pods have not",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "No pod has a port of that name: requests to the Service are refused.",
    mend: "Name a port of the container, or write its number.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: apps/v1
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
          ports: [{name: web, containerPort: 8080}]
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80, targetPort: web}]}
---
apiVersion: apps/v1
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
          ports: [{name: web, containerPort: 8080}]
",
    test: Test::World(test),
};

fn has_port(pod: &Pod<'_>, name: &str) -> bool {
    pod.containers().any(|container| {
        let ports = container.field(&["ports"]).map_or(&[][..], Node::items);
        ports
            .iter()
            .any(|port| port.get("name").and_then(Node::as_str) == Some(name))
    })
}

fn test(world: &World<'_>, said: &mut Said) {
    for (index, service) in world
        .of_kind("Service")
        .filter(|(_, service)| service.group().is_empty())
    {
        let ports = service.node.at_path(&["spec", "ports"]);
        for port in ports.map_or(&[][..], Node::items) {
            let Some(node) = port.at_path(&["targetPort"]) else {
                continue;
            };
            let Some(name) = node.as_str().filter(|name| name.parse::<u16>().is_err()) else {
                continue;
            };
            let pods = of_service(world, service);
            if !pods.is_empty() && !pods.iter().any(|made| has_port(&made.pod, name)) {
                said.object(index, node.at, format!("spec.ports.{name}"), name);
            }
        }
    }
}
