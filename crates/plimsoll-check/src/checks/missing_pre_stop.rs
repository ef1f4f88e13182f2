//! `missing-pre-stop`: program may end while requests still arrive.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::pods::{Made, of_service};
use crate::routes::backends;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-pre-stop",
    title: "program may end while requests still arrive",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "Load balancers hear of a pod's end a moment after it was told to stop: what they send in that moment fails, at each roll-out.",
    mend: "Add a `preStop` hook that sleeps a few seconds, or let the program go on serving for as long.",
    bad: "apiVersion: networking.k8s.io/v1
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
          ports: [{containerPort: 80}]
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
          ports: [{containerPort: 80}]
          lifecycle: {preStop: {sleep: {seconds: 5}}}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    let mut told = BTreeSet::new();
    for (_, object) in world.iter() {
        for backend in backends(object) {
            for (_, service) in world.meant("Service", backend.namespace, backend.name) {
                for made in of_service(world, service) {
                    if told.insert(made.index) {
                        say(made, said);
                    }
                }
            }
        }
    }
}

/// Says the first container of a pod that has ports and no hook.
fn say(made: &Made<'_>, said: &mut Said) {
    let mut containers = made.pod.containers();
    let serving = containers
        .find(|container| container.field(&["ports"]).is_some() && container.serves(&made.pod));
    if let Some(container) = serving
        && container.field(&["lifecycle", "preStop"]).is_none()
    {
        said.object(
            made.index,
            container.node.at,
            "lifecycle.preStop",
            container.name,
        );
    }
}
