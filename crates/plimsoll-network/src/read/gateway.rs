//! Gateway API: gateways, their routes, and who lets others refer to it.

use std::collections::{BTreeMap, BTreeSet};

use super::ingress::{Backend, BackendPort, RawIngress};
use super::{Reader, namespace_of, port_number};
use crate::cluster::{Namespace, Origin};
use crate::labels::{Labels, Selector};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Place};

/// What was read of the Gateway API.
#[derive(Default)]
pub struct Gateways {
    /// By namespace and name: which namespaces' routes each listener takes.
    listeners: BTreeMap<[Box<str>; 2], Vec<Listener>>,
    routes: Vec<Route>,
    /// Kind of route, its namespace, the namespace and the Service (empty for all) referred to.
    grants: BTreeSet<[Box<str>; 4]>,
}

struct Listener {
    name: Box<str>,
    from: From,
}

enum From {
    All,
    Same,
    Selected(Selector),
    Nobody,
}

/// Namespace and name of a Gateway, and the listener where the route says one.
type Parent = ([Box<str>; 2], Option<Box<str>>);

struct Route {
    kind: Box<str>,
    namespace: Box<str>,
    name: Box<str>,
    origin: Origin,
    parents: Vec<Parent>,
    backends: Vec<(Place, Backend)>,
}

impl Reader {
    pub(super) fn gateway(&mut self, object: &Object<'_>) {
        let Some(spec) = object.node.at_path(&["spec"]) else {
            return;
        };
        match object.kind {
            "Gateway" => {
                let mut listeners = Vec::new();
                for item in items(spec, "listeners") {
                    let from = match listener_from(item) {
                        Ok(from) => from,
                        Err(misread) => {
                            self.misread(object, &misread, "it is taken to take no route");
                            From::Nobody
                        }
                    };
                    let name = text(item, "name").unwrap_or_default().into();
                    listeners.push(Listener { name, from });
                }
                let key = [namespace_of(object), object.name].map(Into::into);
                self.gateways.listeners.insert(key, listeners);
            }
            "ReferenceGrant" => self.grant(object, spec),
            _ => self.route(object, spec),
        }
    }

    fn grant(&mut self, object: &Object<'_>, spec: &Node) {
        for from in items(spec, "from") {
            for to in items(spec, "to") {
                let is_service = text(to, "kind") == Some("Service");
                if let (Some(kind), Some(namespace), true) =
                    (text(from, "kind"), text(from, "namespace"), is_service)
                {
                    let service = text(to, "name").unwrap_or_default();
                    let grant = [kind, namespace, namespace_of(object), service];
                    self.gateways.grants.insert(grant.map(Into::into));
                }
            }
        }
    }

    fn route(&mut self, object: &Object<'_>, spec: &Node) {
        let namespace = namespace_of(object);
        let parents = items(spec, "parentRefs").iter().filter_map(|parent| {
            let is_gateway = text(parent, "kind").is_none_or(|kind| kind == "Gateway");
            let within = text(parent, "namespace").unwrap_or(namespace);
            let key = [within, text(parent, "name")?].map(Into::into);
            is_gateway.then(|| (key, text(parent, "sectionName").map(Into::into)))
        });
        let parents = parents.collect();
        let mut backends = Vec::new();
        for rule in items(spec, "rules") {
            for item in items(rule, "backendRefs") {
                let is_service = text(item, "kind").is_none_or(|kind| kind == "Service");
                let (Some(name), true) = (text(item, "name"), is_service) else {
                    let reason = format!("{}: the backend is no Service", object.display());
                    self.unknown(item.at, reason);
                    continue;
                };
                let port = item.get("port").and_then(|port| port_number(port).ok());
                let backend = Backend {
                    namespace: text(item, "namespace").unwrap_or(namespace).into(),
                    service: name.into(),
                    port: port.map(BackendPort::Number),
                };
                backends.push((item.at, backend));
            }
        }
        let route = Route {
            kind: object.kind.into(),
            namespace: namespace.into(),
            name: object.name.into(),
            origin: self.origin(object.node.at),
            parents,
            backends,
        };
        self.gateways.routes.push(route);
    }
}

impl Gateways {
    /// The routes that a Gateway takes, with the services that they may refer to; and what is not
    /// as it was meant, with its origin.
    pub fn settle(
        self,
        namespaces: &BTreeMap<Box<str>, Namespace>,
    ) -> (Vec<RawIngress>, Vec<(Origin, String)>) {
        let mut out = Vec::new();
        let mut odd = Vec::new();
        for route in self.routes {
            let name = format!("{} {}/{}", route.kind, route.namespace, route.name);
            let none = Labels::new();
            let labels = namespaces
                .get(&route.namespace)
                .map_or(&none, |it| &it.labels);
            let takes = |listener: &Listener, gateway: &str| match &listener.from {
                From::All => true,
                From::Same => gateway == &*route.namespace,
                From::Selected(selector) => selector.matches(labels),
                From::Nobody => false,
            };
            let mut is_taken = false;
            for (parent, section) in &route.parents {
                let Some(listeners) = self.listeners.get(parent) else {
                    let [namespace, gateway] = parent;
                    let reason = format!(
                        "{name}: the Gateway {namespace}/{gateway} is not among what was read: it is taken to take the route"
                    );
                    odd.push((route.origin, reason));
                    is_taken = true;
                    continue;
                };
                is_taken |= listeners.iter().any(|listener| {
                    let is_meant = section.as_ref().is_none_or(|name| *name == listener.name);
                    is_meant && takes(listener, &parent[0])
                });
            }
            if !is_taken {
                continue;
            }
            let mut backends = Vec::new();
            for (at, backend) in route.backends {
                let grant = |service: &str| {
                    let key = [&route.kind, &route.namespace, &backend.namespace, service];
                    self.grants.contains(&key.map(Into::into))
                };
                if backend.namespace == route.namespace || grant("") || grant(&backend.service) {
                    backends.push(backend);
                } else {
                    let reason = format!(
                        "{name}: no ReferenceGrant lets it refer to the Service {}/{}: it does not lead there",
                        backend.namespace, backend.service
                    );
                    odd.push((Origin { at, ..route.origin }, reason));
                }
            }
            out.push(RawIngress {
                by: name,
                origin: route.origin,
                backends,
            });
        }
        (out, odd)
    }
}

fn listener_from(node: &Node) -> Result<From, crate::cluster::Misread> {
    let path = ["allowedRoutes", "namespaces"];
    let Some(namespaces) = node.at_path(&path) else {
        return Ok(From::Same);
    };
    Ok(match text(namespaces, "from") {
        None | Some("Same") => From::Same,
        Some("All") => From::All,
        Some("Selector") => match namespaces.at_path(&["selector"]) {
            Some(selector) => From::Selected(Selector::read(selector)?),
            None => From::Nobody,
        },
        Some(_) => From::Nobody,
    })
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map_or(&[][..], Node::items)
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.at_path(&[key]).and_then(Node::as_str)
}
