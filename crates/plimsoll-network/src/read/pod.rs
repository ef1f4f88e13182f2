//! Pods, and what makes them.

use std::net::IpAddr;

use super::{Reader, namespace_of};
use crate::cluster::{ContainerPort, Origin};
use crate::connection::Protocol;
use crate::labels::Labels;
use plimsoll_object::object::{Container, Object, Pod};
use plimsoll_object::yaml::Node;

/// Most names of hosts that are kept of a pod.
const MENTIONS_MAX: usize = 256;
/// Longest name of a host, in bytes.
const HOST_BYTES_MAX: usize = 253;

/// A pod or a template, before it is known to whom it belongs.
pub struct RawPod {
    pub namespace: Box<str>,
    pub name: Box<str>,
    pub kind: Box<str>,
    pub origin: Origin,
    /// Whether it runs, or would be made.
    pub is_pod: bool,
    pub labels: Labels,
    pub ports: Vec<ContainerPort>,
    pub host_network: bool,
    pub addresses: Vec<IpAddr>,
    pub node: Option<Box<str>>,
    pub mentions: Vec<Box<str>>,
}

impl Reader {
    pub(super) fn workload(&mut self, object: &Object<'_>) {
        let Some(pod) = object.pod() else {
            return;
        };
        let text = |path: &[&str]| object.node.at_path(path).and_then(Node::as_str);
        let is_pod = object.kind == "Pod";
        if object.kind == "PodTemplate"
            || matches!(text(&["status", "phase"]), Some("Succeeded" | "Failed")) && is_pod
        {
            return;
        }
        let owner = owner(object.node);
        let replicas = object.node.at_path(&["spec", "replicas"]);
        if owner.is_some() && replicas.and_then(Node::as_int) == Some(0) {
            return; // A revision of the past.
        }
        let namespace = namespace_of(object);
        let labels = self.labels(pod.metadata);
        if let Some((kind, name)) = owner {
            let (kind, name) = unhashed(kind, name, &labels);
            let from = [namespace, object.kind, object.name].map(Into::into);
            self.owners.insert(from, [kind, name].map(Into::into));
        }
        let raw = RawPod {
            namespace: namespace.into(),
            name: object.name.into(),
            kind: object.kind.into(),
            origin: self.origin(object.node.at),
            is_pod,
            ports: self.container_ports(object, &pod),
            host_network: pod.field(&["hostNetwork"]).and_then(Node::as_bool) == Some(true),
            addresses: if is_pod {
                addresses(object.node)
            } else {
                Vec::new()
            },
            node: pod
                .field(&["nodeName"])
                .and_then(Node::as_str)
                .map(Into::into),
            mentions: mentions(&pod),
            labels,
        };
        self.pods.push(raw);
    }

    fn container_ports(&mut self, object: &Object<'_>, pod: &Pod<'_>) -> Vec<ContainerPort> {
        let mut out = Vec::new();
        for container in pod.containers() {
            let Ok(ports) = super::list(container.node, "ports") else {
                continue;
            };
            for item in ports {
                let text = |key: &str| item.at_path(&[key]).and_then(Node::as_str);
                let protocol = text("protocol").map_or(Some(Protocol::Tcp), Protocol::parse);
                let number = item.get("containerPort").map(super::port_number);
                if let (Some(protocol), Some(Ok(port))) = (protocol, number) {
                    out.push(ContainerPort {
                        name: text("name").unwrap_or_default().into(),
                        protocol,
                        port,
                    });
                } else {
                    let reason = format!("{}: not a port of a container", object.display());
                    self.unknown(item.at, reason);
                }
            }
        }
        out.sort();
        out.dedup();
        out
    }
}

/// Kind and name of the controller that made an object, or of the first owner.
fn owner(node: &Node) -> Option<(&str, &str)> {
    let owners = node.at_path(&["metadata", "ownerReferences"])?.items();
    let controls = |owner: &&Node| owner.get("controller").and_then(Node::as_bool) == Some(true);
    let owner = owners.iter().find(controls).or_else(|| owners.first())?;
    let text = |key: &str| owner.get(key).and_then(Node::as_str);
    let (kind, name) = (text("kind")?, text("name")?);
    // A static pod is its node's: it stands for itself.
    (kind != "Node" && !name.is_empty()).then_some((kind, name))
}

/// A ReplicaSet that bears the hash of a template is a Deployment's.
fn unhashed<'a>(kind: &'a str, name: &'a str, labels: &Labels) -> (&'a str, &'a str) {
    let hash = labels.get("pod-template-hash").map(|hash| &**hash);
    match hash.and_then(|hash| name.strip_suffix(hash)?.strip_suffix('-')) {
        Some(stem) if kind == "ReplicaSet" && !stem.is_empty() => ("Deployment", stem),
        _ => (kind, name),
    }
}

fn addresses(node: &Node) -> Vec<IpAddr> {
    let mut out: Vec<IpAddr> = Vec::new();
    let listed = node.at_path(&["status", "podIPs"]);
    let listed = listed.map_or(&[][..], Node::items).iter();
    let listed = listed.filter_map(|item| item.get("ip").and_then(Node::as_str));
    let first = node.at_path(&["status", "podIP"]).and_then(Node::as_str);
    for text in listed.chain(first) {
        if let Ok(address) = text.parse::<IpAddr>()
            && !out.contains(&address)
        {
            out.push(address);
        }
    }
    out
}

/// Words of arguments and environment that may be names of Services.
fn mentions(pod: &Pod<'_>) -> Vec<Box<str>> {
    let mut out = Vec::new();
    for container in pod.containers() {
        for text in spoken(&container) {
            for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.')) {
                let is_host = word.len() <= HOST_BYTES_MAX
                    && word.bytes().any(|byte| byte.is_ascii_lowercase())
                    && !word.starts_with(['-', '.']);
                if is_host && out.len() < MENTIONS_MAX {
                    out.push(word.trim_end_matches('.').into());
                }
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

fn spoken<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let node = container.node;
    let items = |key: &str| node.get(key).map_or(&[][..], Node::items);
    let environment = items("env")
        .iter()
        .filter_map(|item| item.get("value")?.as_str());
    let arguments = items("command").iter().chain(items("args"));
    environment.chain(arguments.filter_map(Node::as_str))
}
