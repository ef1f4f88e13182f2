//! Ingress, of every version that was.

use super::{Reader, namespace_of};
use crate::cluster::Origin;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Value};

/// An Ingress or a route, before it is known where its services lead.
pub struct RawIngress {
    /// `Ingress shop/web`.
    pub by: String,
    pub origin: Origin,
    pub backends: Vec<Backend>,
}

/// A port of a Service.
pub struct Backend {
    pub namespace: Box<str>,
    pub service: Box<str>,
    /// Number or name; none for all of them.
    pub port: Option<BackendPort>,
}

pub enum BackendPort {
    Number(u16),
    Named(Box<str>),
}

impl Reader {
    pub(super) fn ingress(&mut self, object: &Object<'_>) {
        let Some(spec) = object.node.at_path(&["spec"]) else {
            return;
        };
        let namespace = namespace_of(object);
        let mut backends = Vec::new();
        let default = spec
            .at_path(&["defaultBackend"])
            .or_else(|| spec.at_path(&["backend"]));
        let rules = spec.get("rules").map_or(&[][..], Node::items).iter();
        let paths = rules.flat_map(|rule| {
            rule.at_path(&["http", "paths"])
                .map_or(&[][..], Node::items)
        });
        let of_paths = paths.filter_map(|path| path.at_path(&["backend"]));
        for node in default.into_iter().chain(of_paths) {
            if let Some(backend) = backend(node, namespace) {
                backends.push(backend);
            } else {
                let reason = format!("{}: the backend is no Service", object.display());
                self.unknown(node.at, reason);
            }
        }
        self.ingresses.push(RawIngress {
            by: format!("Ingress {namespace}/{}", object.name),
            origin: self.origin(object.node.at),
            backends,
        });
    }
}

fn backend(node: &Node, namespace: &str) -> Option<Backend> {
    let port = |node: &Node| match &node.value {
        Value::Text(name) => Some(BackendPort::Named((&**name).into())),
        _ => super::port_number(node).ok().map(BackendPort::Number),
    };
    let (name, port) = match node.at_path(&["service"]) {
        Some(service) => {
            let number = service.at_path(&["port", "number"]);
            let named = service.at_path(&["port", "name"]);
            (service.get("name")?.as_str()?, port(number.or(named)?)?)
        }
        None => (
            node.get("serviceName")?.as_str()?,
            port(node.get("servicePort")?)?,
        ),
    };
    Some(Backend {
        namespace: namespace.into(),
        service: name.into(),
        port: Some(port),
    })
}
