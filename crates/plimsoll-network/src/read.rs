//! From objects to what bears on who may reach whom.
//!
//! Takes objects one by one and keeps no tree. What cannot be understood is told with its place,
//! and allows nothing.

use std::collections::BTreeMap;
use std::net::IpAddr;

use plimsoll_model::Unknown;

use super::address::IpSet;
use super::cluster::{Cluster, ClusterNode, Misread, Namespace, Origin, Service};
use super::labels::{Labels, read_map};
use plimsoll_object::File;
use plimsoll_object::allow::Allowances;
use plimsoll_object::object::{Object, objects, strays};
use plimsoll_object::split::parts;
use plimsoll_object::yaml::{Document, Node, Place, Value, YamlError};

mod admin;
mod finish;
mod gateway;
mod ingress;
mod pod;
mod policy;
mod service;

pub use finish::targets;

/// The label that every namespace has.
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// Reads files that belong together, one after the other.
pub fn read(files: impl IntoIterator<Item = File>) -> Cluster {
    let mut reader = Reader::default();
    for (index, file) in files.into_iter().enumerate() {
        reader.begin(&file.name);
        for part in parts(index, file.name, file.bytes) {
            if let Some(list) = reader.allowances.last_mut() {
                list.extend(Allowances::read(part.bytes(), part.line));
            }
            for (documents, error) in part.read() {
                reader.documents(&documents, error);
            }
        }
    }
    reader.finish()
}

/// Takes objects, file by file.
#[derive(Default)]
pub struct Reader {
    cluster: Cluster,
    allowances: Vec<Allowances>,
    namespaces: BTreeMap<Box<str>, Namespace>,
    pods: Vec<pod::RawPod>,
    /// Who made what makes pods: kind and name of the owner by namespace, kind and name.
    owners: BTreeMap<[Box<str>; 3], [Box<str>; 2]>,
    services: Vec<(Box<str>, Service)>,
    ingresses: Vec<ingress::RawIngress>,
    gateways: gateway::Gateways,
}

impl Reader {
    /// A file of this name follows.
    pub fn begin(&mut self, name: &str) {
        self.cluster.files.push(name.to_owned());
        self.allowances.push(Allowances::default());
    }

    /// Documents of the file, and what hindered reading on.
    fn documents(&mut self, documents: &[Document], error: Option<YamlError>) {
        for document in documents {
            let mut all = Vec::new();
            objects(&document.root, &mut all);
            for object in &all {
                self.object(object);
            }
            for (at, reason) in strays(&document.root) {
                self.unknown(at, reason);
            }
            for (at, key) in &document.duplicates {
                let reason = format!("the key `{key}` stands twice: the last one counts");
                self.unknown(*at, reason);
            }
        }
        if let Some(error) = error {
            let hint = error.hint.map(|hint| format!(" ({hint})"));
            let reason = format!("{error}{}", hint.unwrap_or_default());
            self.unknown(error.at, reason);
        }
    }

    /// An object of the file.
    pub fn object(&mut self, object: &Object<'_>) {
        self.cluster.objects += 1;
        match (object.group(), object.kind) {
            ("", "Namespace") => self.namespace(object),
            ("", "Node") => self.node(object),
            ("", "Service") => self.service(object),
            ("", "Endpoints") | ("discovery.k8s.io", "EndpointSlice") => self.api_server(object),
            ("networking.k8s.io" | "extensions", "NetworkPolicy") => self.network_policy(object),
            (
                "policy.networking.k8s.io",
                "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy",
            ) => self.admin_policy(object),
            ("networking.k8s.io" | "extensions", "Ingress") => self.ingress(object),
            (
                "gateway.networking.k8s.io",
                "Gateway" | "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute"
                | "ReferenceGrant",
            ) => self.gateway(object),
            (
                "cilium.io" | "crd.projectcalico.org" | "projectcalico.org" | "crd.antrea.io",
                kind,
            ) if kind.ends_with("Policy") => {
                let name = object.display();
                let reason = format!("{name}: policies of this plugin are not understood");
                self.unknown(object.node.at, reason);
            }
            _ => self.workload(object),
        }
    }

    fn origin(&self, at: Place) -> Origin {
        Origin {
            file: self.cluster.files.len().saturating_sub(1),
            at,
        }
    }

    /// Something that could not be understood in the file at hand.
    pub fn unknown(&mut self, at: Place, reason: impl Into<String>) {
        let place = self.cluster.place(self.origin(at));
        self.cluster.unknowns.push(Unknown::at(place, reason));
    }

    fn misread(&mut self, object: &Object<'_>, misread: &Misread, taken: &str) {
        let reason = format!("{}: {}; {taken}", object.display(), misread.reason);
        self.unknown(misread.at, reason);
    }

    /// The labels below `metadata`; those that are none are told and left out.
    fn labels(&mut self, metadata: Option<&Node>) -> Labels {
        let Some(labels) = metadata.and_then(|metadata| metadata.get("labels")) else {
            return Labels::new();
        };
        match read_map(labels) {
            Ok(labels) => labels,
            Err(misread) => {
                let reason = format!("{}; the labels are taken for none", misread.reason);
                self.unknown(misread.at, reason);
                Labels::new()
            }
        }
    }

    fn namespace(&mut self, object: &Object<'_>) {
        let labels = self.labels(object.node.get("metadata"));
        let origin = self.origin(object.node.at);
        if object.name.is_empty() {
            self.unknown(object.node.at, "a namespace without a name");
            return;
        }
        let namespace = Namespace {
            name: object.name.into(),
            labels,
            origin: Some(origin),
        };
        self.namespaces.insert(object.name.into(), namespace);
    }

    fn node(&mut self, object: &Object<'_>) {
        let labels = self.labels(object.node.get("metadata"));
        let mut addresses = IpSet::default();
        let listed = object.node.at_path(&["status", "addresses"]);
        for item in listed.map_or(&[][..], Node::items) {
            let text = item.get("address").and_then(Node::as_str);
            if let Some(Ok(address)) = text.map(str::parse::<IpAddr>) {
                addresses = addresses.union(&IpSet::one(address));
            }
        }
        self.cluster.nodes.push(ClusterNode {
            name: object.name.into(),
            labels,
            addresses,
        });
    }
}

/// The namespace of an object, `default` where it says none.
fn namespace_of<'a>(object: &Object<'a>) -> &'a str {
    if object.namespace.is_empty() {
        "default"
    } else {
        object.namespace
    }
}

/// Fields that are not defined: a word misspelt would else say less, and so more.
fn only(node: &Node, fields: &[&str]) -> Result<(), Misread> {
    match node
        .entries()
        .iter()
        .find(|entry| !fields.contains(&&*entry.key))
    {
        Some(entry) => {
            let key = entry.key.escape_debug();
            Err(Misread::at(entry.at, format!("there is no field `{key}`")))
        }
        None => Ok(()),
    }
}

/// A list, absent and `null` being empty ones.
fn list<'a>(node: &'a Node, key: &str) -> Result<&'a [Node], Misread> {
    match node.at_path(&[key]) {
        None => Ok(&[]),
        Some(list) if matches!(list.value, Value::List(_)) => Ok(list.items()),
        Some(other) => Err(Misread::at(other.at, format!("`{key}` is no list"))),
    }
}

/// A number of a port.
fn port_number(node: &Node) -> Result<u16, Misread> {
    node.as_int()
        .and_then(|port| u16::try_from(port).ok())
        .filter(|port| *port > 0)
        .ok_or_else(|| Misread::at(node.at, "a port is a number from 1 to 65535"))
}
