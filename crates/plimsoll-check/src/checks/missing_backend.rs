//! `missing-backend`: requests are sent to a Service that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::routes::backends;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-backend",
    title: "requests are sent to a Service that is not here",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["dangling-ingress", "ingress-targets-service"],
    why: "Whoever comes this way is answered with an error.",
    mend: "Add the Service, or mend its name and namespace.",
    bad: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart, namespace: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: basket, port: {number: 80}}}
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

fn test(world: &World<'_>, said: &mut Said) {
    for (index, object) in world.iter() {
        for backend in backends(object) {
            let is_known = world.knows("Service", backend.namespace);
            let mut found = world.meant("Service", backend.namespace, backend.name);
            if is_known && found.next().is_none() {
                said.object(
                    index,
                    backend.at,
                    format!("backend.{}", backend.name),
                    backend.name,
                );
            }
        }
    }
}
