//! A cluster as plain data, in the words of the specifications.

use std::collections::BTreeMap;
use std::net::IpAddr;

pub type Labels = BTreeMap<&'static str, &'static str>;

#[derive(Debug, Clone)]
pub enum Term {
    Equals(&'static str, &'static str),
    In(&'static str, Vec<&'static str>),
    NotIn(&'static str, Vec<&'static str>),
    Exists(&'static str),
    DoesNotExist(&'static str),
}

pub type Selector = Vec<Term>;

#[derive(Debug)]
pub struct Namespace {
    pub name: &'static str,
    pub labels: Labels,
}

#[derive(Debug)]
pub struct Pod {
    pub namespace: usize,
    pub name: String,
    pub labels: Labels,
    /// Name, protocol, port.
    pub ports: Vec<(&'static str, &'static str, u16)>,
    pub host_network: bool,
    pub address: Option<IpAddr>,
    pub node: Option<usize>,
}

#[derive(Debug)]
pub struct Node {
    pub labels: Labels,
    pub address: IpAddr,
}

/// A range of addresses, as written and as numbers.
#[derive(Debug, Clone, Copy)]
pub struct Cidr {
    pub text: &'static str,
    pub base: IpAddr,
    pub length: u32,
}

impl Cidr {
    pub fn new(text: &'static str) -> Self {
        let (base, length) = text.split_once('/').unwrap();
        Self {
            text,
            base: base.parse().unwrap(),
            length: length.parse().unwrap(),
        }
    }
}

#[derive(Debug)]
pub enum Port {
    /// Every port of the protocol.
    Protocol(&'static str),
    Number(&'static str, u16),
    Range(&'static str, u16, u16),
    /// Name, and protocol where the rule says one.
    Named(&'static str, Option<&'static str>),
}

#[derive(Debug)]
pub enum Peer {
    /// Pods of the policy's own namespace.
    Own(Selector),
    Pods(Selector, Selector),
    Namespaces(Selector),
    Block(Cidr, Vec<Cidr>),
    Networks(Vec<Cidr>),
    Nodes(Selector),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Allow,
    Deny,
    Pass,
}

#[derive(Debug)]
pub struct Rule {
    pub action: Action,
    /// Empty: whoever it is.
    pub peers: Vec<Peer>,
    /// Empty: all.
    pub ports: Vec<Port>,
}

#[derive(Debug)]
pub struct NetworkPolicy {
    pub namespace: usize,
    pub pods: Selector,
    /// As written: none leaves it to the default.
    pub types: Option<Vec<&'static str>>,
    pub ingress: Option<Vec<Rule>>,
    pub egress: Option<Vec<Rule>>,
}

#[derive(Debug)]
pub struct AdminPolicy {
    /// `AdminNetworkPolicy`, `BaselineAdminNetworkPolicy` or `ClusterNetworkPolicy`.
    pub kind: &'static str,
    pub is_baseline: bool,
    pub priority: u16,
    pub namespaces: Selector,
    /// None: every pod of the namespaces, written as `namespaces`.
    pub pods: Option<Selector>,
    pub ingress: Vec<Rule>,
    pub egress: Vec<Rule>,
}

#[derive(Debug)]
pub struct Model {
    pub namespaces: Vec<Namespace>,
    pub pods: Vec<Pod>,
    pub nodes: Vec<Node>,
    pub policies: Vec<NetworkPolicy>,
    pub admin: Vec<AdminPolicy>,
}

impl Model {
    pub fn display(&self, pod: usize) -> String {
        let pod = &self.pods[pod];
        format!("{}/{}[Pod]", self.namespaces[pod.namespace].name, pod.name)
    }
}
