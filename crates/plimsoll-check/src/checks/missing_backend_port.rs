//! `missing-backend-port`: requests are sent to a port that the Service has not.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::routes::backends;
use crate::world::World;
use plimsoll_object::object::Object;
use plimsoll_object::quantity::shown;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-backend-port",
    title: "requests are sent to a port that the Service has not",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The controller refuses the route, or answers each request with an error.",
    mend: "Name a port of the Service: its own, not that of the container.",
    bad: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart, namespace: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: cart, port: {number: 8080}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
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
",
    good: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart, namespace: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: cart, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
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
",
    test: Test::World(test),
};

fn has_port(service: &Object<'_>, port: &Node) -> bool {
    let ports = service
        .node
        .at_path(&["spec", "ports"])
        .map_or(&[][..], Node::items);
    let is_external = service
        .node
        .at_path(&["spec", "type"])
        .and_then(Node::as_str);
    // An alias of another name has any port.
    is_external == Some("ExternalName")
        || ports.iter().any(|own| match port.as_int() {
            Some(number) => own.get("port").and_then(Node::as_int) == Some(number),
            None => own.get("name").and_then(Node::as_str) == port.as_str(),
        })
}

fn test(world: &World<'_>, said: &mut Said) {
    for (index, object) in world.iter() {
        for backend in backends(object) {
            let Some(port) = backend.port else {
                continue;
            };
            let found: Vec<_> = world
                .meant("Service", backend.namespace, backend.name)
                .filter(|(_, service)| service.group().is_empty())
                .collect();
            if !found.is_empty() && !found.iter().any(|(_, service)| has_port(service, port)) {
                let detail = format!("{} of {}", shown(port), backend.name);
                said.object(index, port.at, format!("backend.{detail}"), detail);
            }
        }
    }
}
