//! Where connections begin or end: classes of pods that nothing tells apart, and addresses outside.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::address::IpSet;
use super::bits::Bits;
use super::cluster::{
    Action, Cluster, ContainerPort, Endpoint, InNamespaces, PodSet, RulePeer, RulePort,
};
use super::connection::{Connections, Ports, Protocol};
use super::labels::{Labels, Requirement, Selector};

/// Classes of pods and addresses outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    pub pods: Bits,
    pub outside: IpSet,
}

impl Space {
    pub const fn is_empty(&self, pods_are_empty: bool) -> bool {
        pods_are_empty && self.outside.is_empty()
    }
}

/// Pods that no policy can tell apart are one class.
pub struct Classes<'a> {
    cluster: &'a Cluster,
    /// An endpoint of each class; the class beyond the last is a controller that nobody has named.
    pub samples: Vec<usize>,
    /// The class of each endpoint.
    pub of_endpoint: Vec<usize>,
    /// Classes of each namespace: where they begin.
    begins: Vec<usize>,
    selected: std::cell::RefCell<BTreeMap<(Selector, Selector), Bits>>,
}

impl<'a> Classes<'a> {
    pub fn new(cluster: &'a Cluster) -> Self {
        let traits = Traits::of(cluster);
        let mut by_key = BTreeMap::new();
        let mut samples = Vec::new();
        let mut of_endpoint = Vec::with_capacity(cluster.endpoints.len());
        let mut begins = Vec::with_capacity(cluster.namespaces.len() + 1);
        for (at, endpoint) in cluster.endpoints.iter().enumerate() {
            while begins.len() <= endpoint.namespace {
                begins.push(samples.len());
            }
            let class = *by_key.entry(traits.key(endpoint)).or_insert_with(|| {
                samples.push(at);
                samples.len() - 1
            });
            of_endpoint.push(class);
        }
        while begins.len() <= cluster.namespaces.len() {
            begins.push(samples.len());
        }
        Self {
            cluster,
            samples,
            of_endpoint,
            begins,
            selected: std::cell::RefCell::default(),
        }
    }

    /// How many, the unnamed controller included.
    pub const fn len(&self) -> usize {
        self.samples.len() + 1
    }

    /// The class of a controller that is not among the pods.
    pub const fn controller(&self) -> usize {
        self.samples.len()
    }

    pub fn everywhere(&self) -> Space {
        Space {
            pods: Bits::all(self.len()),
            outside: IpSet::full(),
        }
    }

    fn none(&self) -> Space {
        Space {
            pods: Bits::none(self.len()),
            outside: IpSet::default(),
        }
    }

    /// An endpoint of a class; none of the unnamed controller's.
    pub fn sample(&self, class: usize) -> Option<&'a Endpoint> {
        self.cluster.endpoints.get(*self.samples.get(class)?)
    }

    /// The pods that a policy is for.
    pub fn subject(&self, pods: &PodSet) -> Bits {
        let mut out = self.pods(pods);
        let mut only = Bits::all(self.len());
        only.remove(&Bits::of(self.len(), |class| class == self.controller()));
        out.keep(&only);
        out
    }

    fn pods(&self, pods: &PodSet) -> Bits {
        match &pods.namespaces {
            InNamespaces::Named(name) => {
                let mut out = Bits::none(self.len());
                let namespaces = &self.cluster.namespaces;
                if let Ok(at) = namespaces.binary_search_by(|it| it.name.cmp(name)) {
                    self.within(at, &pods.pods, &mut out);
                }
                out
            }
            InNamespaces::Selected(selector) => {
                let key = (selector.clone(), pods.pods.clone());
                let mut selected = self.selected.borrow_mut();
                let found = selected.entry(key).or_insert_with(|| {
                    let mut out = Bits::none(self.len());
                    for (at, namespace) in self.cluster.namespaces.iter().enumerate() {
                        if selector.matches(&namespace.labels) {
                            self.within(at, &pods.pods, &mut out);
                        }
                    }
                    let none = Labels::new();
                    if selector.matches(&none) && pods.pods.matches(&none) {
                        out.insert(self.controller());
                    }
                    out
                });
                found.clone()
            }
        }
    }

    fn within(&self, namespace: usize, selector: &Selector, out: &mut Bits) {
        let begin = |at: usize| self.begins.get(at).copied().unwrap_or(self.samples.len());
        for class in begin(namespace)..begin(namespace + 1) {
            let is_in = |it: &Endpoint| !it.host_network && selector.matches(&it.labels);
            if self.sample(class).is_some_and(is_in) {
                out.insert(class);
            }
        }
    }

    /// Whom the peers of a rule mean. What is not known is meant where the rule denies.
    pub fn peers(&self, peers: &[RulePeer], action: Action) -> Space {
        let mut out = self.none();
        for peer in peers {
            match peer {
                RulePeer::Anyone => return self.everywhere(),
                RulePeer::Pods(pods) => out.pods.add(&self.pods(pods)),
                RulePeer::Block(set) => self.addresses(set, false, &mut out),
                RulePeer::Networks(set) => self.addresses(set, true, &mut out),
                RulePeer::Nodes(selector) => self.nodes(selector, action, &mut out),
            }
        }
        out
    }

    fn addresses(&self, set: &IpSet, whole_family_is_all: bool, out: &mut Space) {
        let is_all = whole_family_is_all && (set.v4.is_full() || set.v6.is_full());
        out.outside = out.outside.union(set);
        out.pods.add(&Bits::of(self.len(), |class| {
            let address = self.sample(class).and_then(|it| it.address);
            address.map_or(is_all, |address| set.contains(address))
        }));
    }

    fn nodes(&self, selector: &Selector, action: Action, out: &mut Space) {
        let nodes = &self.cluster.nodes;
        let mut chosen = BTreeSet::new();
        for node in nodes.iter().filter(|node| selector.matches(&node.labels)) {
            out.outside = out.outside.union(&node.addresses);
            chosen.insert(&node.name);
        }
        let known: BTreeSet<_> = nodes.iter().map(|node| &node.name).collect();
        out.pods.add(&Bits::of(self.len(), |class| {
            let Some(pod) = self.sample(class).filter(|it| it.host_network) else {
                return false;
            };
            match pod.node.as_ref().filter(|node| known.contains(node)) {
                Some(node) => chosen.contains(node),
                None => selector.requirements.is_empty() || action != Action::Allow,
            }
        }));
    }

    /// What a name of a port means: the ports, and the classes for which it means them.
    pub fn named(&self, name: &str, protocol: Option<Protocol>) -> Vec<(Connections, Bits)> {
        let mut out: BTreeMap<Connections, Bits> = BTreeMap::new();
        for class in 0..self.samples.len() {
            let Some(endpoint) = self.sample(class) else {
                continue;
            };
            let ports = resolve(&endpoint.ports, name, protocol);
            if !ports.is_empty() {
                let bits = out.entry(ports);
                bits.or_insert_with(|| Bits::none(self.len())).insert(class);
            }
        }
        out.into_iter().collect()
    }
}

/// The ports of a pod that bear a name.
pub fn resolve(ports: &[ContainerPort], name: &str, protocol: Option<Protocol>) -> Connections {
    let meant = ports.iter().filter(|port| {
        *port.name == *name && protocol.is_none_or(|protocol| protocol == port.protocol)
    });
    meant.fold(Connections::none(), |all, port| {
        all.union(&Connections::of(port.protocol, Ports::one(port.port)))
    })
}

/// What policies look at.
#[derive(Default)]
struct Traits<'a> {
    keys: BTreeSet<&'a str>,
    ports: BTreeSet<&'a str>,
    sets: Vec<&'a IpSet>,
}

/// What tells the pods of two classes apart.
type Key<'a> = (
    usize,
    Vec<(&'a str, &'a str)>,
    Vec<&'a ContainerPort>,
    Option<Option<&'a str>>,
    Option<bool>,
    Vec<bool>,
);

impl<'a> Traits<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let mut out = Self::default();
        let mut sets = BTreeSet::new();
        for policy in &cluster.policies {
            out.selector(&policy.subject.pods);
            for rule in policy.ingress.iter().chain(&policy.egress).flatten() {
                for peer in &rule.peers {
                    match peer {
                        RulePeer::Pods(pods) => out.selector(&pods.pods),
                        RulePeer::Block(set) | RulePeer::Networks(set) => {
                            sets.insert(set);
                        }
                        RulePeer::Anyone | RulePeer::Nodes(_) => {}
                    }
                }
                for port in rule.ports.iter().flatten() {
                    if let RulePort::Named(name, _) = port {
                        out.ports.insert(name);
                    }
                }
            }
        }
        out.sets = sets.into_iter().collect();
        out
    }

    fn selector(&mut self, selector: &'a Selector) {
        for requirement in &selector.requirements {
            let (Requirement::In(key, _)
            | Requirement::NotIn(key, _)
            | Requirement::Exists(key)
            | Requirement::DoesNotExist(key)) = requirement;
            self.keys.insert(key);
        }
    }

    fn key<'e>(&self, endpoint: &'e Endpoint) -> Key<'e> {
        let labels = endpoint
            .labels
            .iter()
            .map(|(key, value)| (&**key, &**value));
        let ports = endpoint.ports.iter();
        let within = |address: IpAddr| self.sets.iter().map(|set| set.contains(address)).collect();
        (
            endpoint.namespace,
            labels.filter(|(key, _)| self.keys.contains(key)).collect(),
            ports
                .filter(|port| self.ports.contains(&*port.name))
                .collect(),
            endpoint.host_network.then_some(endpoint.node.as_deref()),
            endpoint.address.map(|address| address.is_ipv4()),
            endpoint.address.map_or_else(Vec::new, within),
        )
    }
}
