//! `missing-gateway`: route hangs on a Gateway or listener that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-gateway",
    title: "route hangs on a Gateway or listener that is not here",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "A route without a parent is reached by nobody.",
    mend: "Mend name, namespace and `sectionName` of `parentRefs`.",
    bad: "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {gatewayClassName: nginx, listeners: [{name: https, port: 443, protocol: HTTPS}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: public, sectionName: http}]
  rules: [{backendRefs: [{name: cart, port: 80}]}]
",
    good: "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {gatewayClassName: nginx, listeners: [{name: https, port: 443, protocol: HTTPS}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: public, sectionName: https}]
  rules: [{backendRefs: [{name: cart, port: 80}]}]
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    let routes = world.iter().filter(|(_, object)| {
        object.group() == "gateway.networking.k8s.io" && object.kind.ends_with("Route")
    });
    for (index, route) in routes {
        let parents = route.node.at_path(&["spec", "parentRefs"]);
        for parent in parents.map_or(&[][..], Node::items) {
            let of = |key: &str| parent.at_path(&[key]).and_then(Node::as_str);
            let namespace = of("namespace").unwrap_or(route.namespace);
            let Some(name) = of("name").filter(|_| of("kind").unwrap_or("Gateway") == "Gateway")
            else {
                continue;
            };
            let found: Vec<_> = world.meant("Gateway", namespace, name).collect();
            if found.is_empty() {
                if world.knows("Gateway", namespace) {
                    said.object(index, parent.at, format!("spec.parentRefs.{name}"), name);
                }
                continue;
            }
            let Some(section) = of("sectionName") else {
                continue;
            };
            let has = found.iter().any(|(_, gateway)| {
                let listeners = gateway.node.at_path(&["spec", "listeners"]);
                let mut names = listeners.map_or(&[][..], Node::items).iter();
                names.any(|listener| listener.get("name").and_then(Node::as_str) == Some(section))
            });
            if !has {
                let detail = format!("{section} of {name}");
                said.object(
                    index,
                    parent.at,
                    format!("spec.parentRefs.{name}.{section}"),
                    detail,
                );
            }
        }
    }
}
