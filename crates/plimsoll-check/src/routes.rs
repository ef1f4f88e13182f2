//! Which Services an Ingress or a route sends requests to.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Place};

/// A Service that is sent requests.
#[derive(Debug, Clone, Copy)]
pub struct Backend<'a> {
    pub namespace: &'a str,
    pub name: &'a str,
    pub at: Place,
    /// Its port: a name or a number.
    pub port: Option<&'a Node>,
}

/// The Services that an Ingress or a route of the Gateway API sends requests to.
pub fn backends<'a>(object: &Object<'a>) -> Vec<Backend<'a>> {
    let mut out = Vec::new();
    match (object.group(), object.kind) {
        ("networking.k8s.io" | "extensions", "Ingress") => of_ingress(object, &mut out),
        (
            "gateway.networking.k8s.io",
            "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute",
        ) => of_route(object, &mut out),
        _ => {}
    }
    out
}

fn of_ingress<'a>(object: &Object<'a>, out: &mut Vec<Backend<'a>>) {
    let mut push = |backend: Option<&'a Node>| {
        let Some(backend) = backend else {
            return;
        };
        // Before networking.k8s.io/v1 name and port stood side by side.
        let old = backend.at_path(&["serviceName"]);
        let Some(node) = backend.at_path(&["service", "name"]).or(old) else {
            return;
        };
        let of = |path: &[&str]| backend.at_path(path);
        let port = of(&["service", "port", "name"])
            .or_else(|| of(&["service", "port", "number"]))
            .or_else(|| of(&["servicePort"]));
        if let Some(name) = node.as_str() {
            out.push(Backend {
                namespace: object.namespace,
                name,
                at: node.at,
                port,
            });
        }
    };
    for key in ["defaultBackend", "backend"] {
        push(object.node.at_path(&["spec", key]));
    }
    let rules = object.node.at_path(&["spec", "rules"]);
    for rule in rules.map_or(&[][..], Node::items) {
        let paths = rule.at_path(&["http", "paths"]);
        for path in paths.map_or(&[][..], Node::items) {
            push(path.at_path(&["backend"]));
        }
    }
}

fn of_route<'a>(object: &Object<'a>, out: &mut Vec<Backend<'a>>) {
    let rules = object.node.at_path(&["spec", "rules"]);
    for rule in rules.map_or(&[][..], Node::items) {
        for backend in rule.get("backendRefs").map_or(&[][..], Node::items) {
            let of = |key: &str| backend.at_path(&[key]);
            let text = |key: &str| of(key).and_then(Node::as_str).unwrap_or_default();
            let is_service = matches!(text("kind"), "" | "Service") && text("group").is_empty();
            if let Some(node) = of("name").filter(|_| is_service)
                && let Some(name) = node.as_str()
            {
                out.push(Backend {
                    namespace: match text("namespace") {
                        "" => object.namespace,
                        namespace => namespace,
                    },
                    name,
                    at: node.at,
                    port: of("port"),
                });
            }
        }
    }
}
