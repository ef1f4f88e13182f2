//! Services, and the addresses of the API server.

use std::net::IpAddr;

use super::{Reader, list, namespace_of, port_number};
use crate::address::IpSet;
use crate::cluster::{Service, ServicePort, TargetPort};
use crate::connection::{Connections, Ports, Protocol};
use crate::labels::read_map;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

impl Reader {
    pub(super) fn service(&mut self, object: &Object<'_>) {
        let Some(spec) = object.node.at_path(&["spec"]) else {
            return;
        };
        let selector = match spec.at_path(&["selector"]).map(read_map).transpose() {
            Ok(selector) => selector.filter(|selector| !selector.is_empty()),
            Err(misread) => {
                self.misread(object, &misread, "it is taken to lead nowhere");
                None
            }
        };
        let kind = spec.get("type").and_then(Node::as_str);
        let mut service = Service {
            namespace: 0,
            name: object.name.into(),
            origin: self.origin(object.node.at),
            selector,
            ports: Vec::new(),
            kind: kind.unwrap_or("ClusterIP").into(),
            external_ips: spec
                .get("externalIPs")
                .is_some_and(|addresses| !addresses.items().is_empty()),
        };
        for item in list(spec, "ports").unwrap_or_default() {
            if let Some(port) = service_port(item) {
                service.ports.push(port);
            } else {
                let reason = format!("{}: not a port of a service", object.display());
                self.unknown(item.at, reason);
            }
        }
        self.services.push((namespace_of(object).into(), service));
    }

    /// Where the Service `default/kubernetes` leads.
    pub(super) fn api_server(&mut self, object: &Object<'_>) {
        let label = ["metadata", "labels", "kubernetes.io/service-name"];
        let service = object.node.at_path(&label).and_then(Node::as_str);
        let name = service.unwrap_or(object.name);
        if namespace_of(object) != "default" || name != "kubernetes" {
            return;
        }
        let node = object.node;
        let items = |node: &'_ Node, key: &str| {
            node.get(key)
                .map_or(Vec::new(), |list| list.items().to_vec())
        };
        let mut addresses = IpSet::default();
        let mut ports = Connections::none();
        let subsets = items(node, "subsets");
        for holder in std::iter::once(node).chain(&subsets) {
            for item in items(holder, "addresses")
                .iter()
                .chain(&items(holder, "endpoints"))
            {
                let listed = items(item, "addresses");
                let texts = listed.iter().filter_map(Node::as_str);
                for text in texts.chain(item.get("ip").and_then(Node::as_str)) {
                    if let Ok(address) = text.parse::<IpAddr>() {
                        addresses = addresses.union(&IpSet::one(address));
                    }
                }
            }
            for item in items(holder, "ports") {
                if let Some(Ok(port)) = item.get("port").map(port_number) {
                    ports = ports.union(&Connections::of(Protocol::Tcp, Ports::one(port)));
                }
            }
        }
        if !addresses.is_empty() && !ports.is_empty() {
            self.cluster.api_server = Some((addresses, ports));
        }
    }
}

fn service_port(node: &Node) -> Option<ServicePort> {
    let text = |key: &str| node.at_path(&[key]).and_then(Node::as_str);
    let port = port_number(node.get("port")?).ok()?;
    let target = match node.at_path(&["targetPort"]) {
        None => TargetPort::Number(port),
        Some(target) => match target.as_str() {
            Some(name) => TargetPort::Named(name.into()),
            None => TargetPort::Number(port_number(target).ok()?),
        },
    };
    Some(ServicePort {
        name: text("name").unwrap_or_default().into(),
        protocol: text("protocol").map_or(Some(Protocol::Tcp), Protocol::parse)?,
        port,
        target,
        node_port: node
            .at_path(&["nodePort"])
            .and_then(|port| port_number(port).ok()),
    })
}
