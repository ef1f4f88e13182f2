//! What bears on who may reach whom: namespaces, pods, policies, and the ways in from outside.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use plimsoll_model::Unknown;

use super::address::IpSet;
use super::connection::{Connections, Protocol};
use super::labels::{Labels, Selector};
use plimsoll_object::allow::Allowances;
use plimsoll_object::yaml::Place;

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Origin {
    /// Position in [`Cluster::files`].
    pub file: usize,
    pub at: Place,
}

/// What could not be understood, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    pub at: Place,
    pub reason: String,
}

impl Misread {
    pub fn at(at: Place, reason: impl Into<String>) -> Self {
        Self {
            at,
            reason: reason.into(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    pub name: Box<str>,
    /// With `kubernetes.io/metadata.name`, which each has.
    pub labels: Labels,
    /// None where only what lies in it is known.
    pub origin: Option<Origin>,
}

/// What makes pods, or a pod that nothing makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Position in [`Cluster::namespaces`].
    pub namespace: usize,
    pub name: Box<str>,
    pub kind: Box<str>,
    pub origin: Origin,
}

/// A port that a container names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerPort {
    /// Empty where it has none.
    pub name: Box<str>,
    pub protocol: Protocol,
    pub port: u16,
}

/// The pods of a workload that are alike: same labels, ports and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Position in [`Cluster::workloads`].
    pub workload: usize,
    pub namespace: usize,
    pub labels: Labels,
    pub ports: Vec<ContainerPort>,
    /// Shares the network of its node: policies do not hold for it.
    pub host_network: bool,
    /// Of a pod that runs. A pod with two addresses is two endpoints.
    pub address: Option<IpAddr>,
    pub node: Option<Box<str>>,
    /// Names of Services that its containers speak of, as written.
    pub mentions: Vec<Box<str>>,
}

/// A node of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterNode {
    pub name: Box<str>,
    pub labels: Labels,
    pub addresses: IpSet,
}

/// In this order policies are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    Admin,
    /// NetworkPolicy.
    Namespace,
    Baseline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Allow,
    Deny,
    Pass,
}

/// Which namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InNamespaces {
    /// The one of this name.
    Named(Box<str>),
    Selected(Selector),
}

/// Pods by the labels of their namespace and their own. Never those on the network of their node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodSet {
    pub namespaces: InNamespaces,
    pub pods: Selector,
}

/// The other end of a connection, as a rule says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulePeer {
    /// Whoever it is.
    Anyone,
    Pods(PodSet),
    /// `ipBlock`: outside addresses, and pods whose address is known.
    Block(IpSet),
    /// `networks` of an admin policy: where it is all of a family, every pod as well.
    Networks(IpSet),
    Nodes(Selector),
}

/// Ports as a rule says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulePort {
    Numbers(Connections),
    /// Of the destination's containers; any protocol where none is said.
    Named(Box<str>, Option<Protocol>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub origin: Origin,
    /// Empty where it has none.
    pub name: Box<str>,
    pub action: Action,
    pub peers: Vec<RulePeer>,
    /// None narrows: every port of every protocol.
    pub ports: Option<Vec<RulePort>>,
}

/// NetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub origin: Origin,
    pub kind: &'static str,
    /// Empty where it is for the cluster.
    pub namespace: Box<str>,
    pub name: Box<str>,
    pub tier: Tier,
    /// Lower is asked earlier; 0 for NetworkPolicy.
    pub priority: i64,
    pub subject: PodSet,
    /// None where it says nothing about what comes in.
    pub ingress: Option<Vec<Rule>>,
    /// None where it says nothing about what goes out.
    pub egress: Option<Vec<Rule>>,
}

impl Policy {
    /// `NetworkPolicy shop/default-deny`.
    pub fn display(&self) -> String {
        if self.namespace.is_empty() {
            format!("{} {}", self.kind, self.name)
        } else {
            format!("{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// How something outside comes to pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A port of every node, a load balancer, an external address.
    Direct,
    /// An Ingress or a route of a Gateway: through the pods of a controller.
    Controller,
}

/// A way in from outside the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `Ingress shop/web`, `Service shop/web (NodePort 30080)`.
    pub by: String,
    pub kind: EntryKind,
    pub origin: Origin,
    /// Endpoints behind it with the ports that it leads to.
    pub targets: Vec<(usize, Connections)>,
}

/// A Service that selects pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub namespace: usize,
    pub name: Box<str>,
    pub origin: Origin,
    /// None: whoever made it says where it leads.
    pub selector: Option<Labels>,
    pub ports: Vec<ServicePort>,
    pub kind: Box<str>,
    pub external_ips: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    pub name: Box<str>,
    pub protocol: Protocol,
    pub port: u16,
    pub target: TargetPort,
    pub node_port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetPort {
    Number(u16),
    Named(Box<str>),
}

/// Everything, in order: namespaces by name, workloads by namespace, name and kind, endpoints by
/// workload, policies in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    pub files: Vec<String>,
    pub namespaces: Vec<Namespace>,
    pub workloads: Vec<Workload>,
    pub endpoints: Vec<Endpoint>,
    pub policies: Vec<Policy>,
    pub nodes: Vec<ClusterNode>,
    pub services: Vec<Service>,
    pub entries: Vec<Entry>,
    /// Endpoints that are controllers of Ingress or Gateway.
    pub controllers: Vec<usize>,
    /// Addresses and ports of the API server, where something says them.
    pub api_server: Option<(IpSet, Connections)>,
    /// What comments in each file let through.
    pub(crate) allowances: Arc<[Allowances]>,
    /// What could not be read or understood: the answer is partial.
    pub unknowns: Vec<Unknown>,
    /// Objects that were looked at.
    pub objects: usize,
    /// Files are objects of a live cluster, which have no lines.
    pub is_live: bool,
}

impl Cluster {
    /// `file:line:column`.
    pub fn place(&self, origin: Origin) -> String {
        let file = self.files.get(origin.file).map_or("", String::as_str);
        if self.is_live {
            return file.to_owned();
        }
        format!("{file}:{}:{}", origin.at.line, origin.at.column)
    }

    pub fn namespace_of(&self, workload: usize) -> &str {
        let workload = self.workloads.get(workload);
        workload
            .and_then(|workload| self.namespaces.get(workload.namespace))
            .map_or("", |namespace| &namespace.name)
    }

    /// `shop/cart[Deployment]`.
    pub fn display(&self, workload: usize) -> String {
        self.workloads.get(workload).map_or_else(String::new, |it| {
            format!("{}/{}[{}]", self.namespace_of(workload), it.name, it.kind)
        })
    }

    /// The endpoints of each workload: where they begin and end.
    pub fn endpoints_of(&self, workload: usize) -> std::ops::Range<usize> {
        let from = self
            .endpoints
            .partition_point(|endpoint| endpoint.workload < workload);
        let to = self
            .endpoints
            .partition_point(|endpoint| endpoint.workload <= workload);
        from..to
    }

    /// Positions of workloads by what [`Self::display`] says of them.
    pub fn by_display(&self) -> BTreeMap<String, usize> {
        (0..self.workloads.len())
            .map(|workload| (self.display(workload), workload))
            .collect()
    }
}
