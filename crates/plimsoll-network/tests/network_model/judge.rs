//! Whether one packet passes: sentence by sentence, no sets.

use std::net::IpAddr;

use plimsoll_network::connection::Protocol;

use crate::model::{
    Action, AdminPolicy, Cidr, Labels, Model, NetworkPolicy, Peer, Port, Rule, Selector, Term,
};

/// At and beside every port that the generator uses.
pub const PORTS: [u16; 14] = [
    1, 2, 79, 80, 81, 82, 442, 443, 444, 8079, 8080, 8081, 65534, 65535,
];

#[derive(Debug, Clone, Copy)]
pub enum Party {
    Pod(usize),
    Address(IpAddr),
}

struct Packet<'a> {
    model: &'a Model,
    source: Party,
    destination: Party,
    protocol: &'static str,
    port: u16,
}

pub fn reaches(
    model: &Model,
    source: Party,
    destination: Party,
    protocol: Protocol,
    port: u16,
) -> bool {
    // Two pods whose addresses are known meet only in one family. What is between a pod and the
    // outside may translate.
    if let (Party::Pod(_), Party::Pod(_), Some(a), Some(b)) = (
        source,
        destination,
        address(model, source),
        address(model, destination),
    ) && a.is_ipv4() != b.is_ipv4()
    {
        return false;
    }
    let packet = Packet {
        model,
        source,
        destination,
        protocol: protocol.as_str(),
        port,
    };
    packet.leaves() && packet.enters()
}

impl Packet<'_> {
    fn leaves(&self) -> bool {
        match self.source {
            Party::Pod(pod) => self.passes(pod, self.destination, false),
            Party::Address(_) => true,
        }
    }

    fn enters(&self) -> bool {
        match self.destination {
            Party::Pod(pod) => self.passes(pod, self.source, true),
            Party::Address(_) => true,
        }
    }

    /// Whether the policies for a pod let it through; `other` is the other end.
    fn passes(&self, pod: usize, other: Party, ingress: bool) -> bool {
        if self.model.pods[pod].host_network {
            return true;
        }
        match self.tier(pod, other, ingress, false) {
            Some(Action::Allow) => return true,
            Some(Action::Deny) => return false,
            Some(Action::Pass) | None => {}
        }
        let own = |policy: &&NetworkPolicy| {
            policy.namespace == self.model.pods[pod].namespace
                && selects(&policy.pods, &self.model.pods[pod].labels)
                && is_about(policy, ingress)
        };
        let mut selected = self.model.policies.iter().filter(own).peekable();
        if selected.peek().is_some() {
            return selected.any(|policy| {
                let rules = if ingress {
                    &policy.ingress
                } else {
                    &policy.egress
                };
                let mut rules = rules.iter().flatten();
                rules.any(|rule| self.is_met(rule, other, policy.namespace))
            });
        }
        !matches!(self.tier(pod, other, ingress, true), Some(Action::Deny))
    }

    /// The first rule of a tier that is met.
    fn tier(&self, pod: usize, other: Party, ingress: bool, baseline: bool) -> Option<Action> {
        let mut policies: Vec<&AdminPolicy> = self
            .model
            .admin
            .iter()
            .filter(|policy| policy.is_baseline == baseline)
            .collect();
        policies.sort_by_key(|policy| policy.priority);
        let pod = &self.model.pods[pod];
        for policy in policies {
            let is_subject = self.is_in(pod.namespace, &policy.namespaces)
                && policy
                    .pods
                    .as_ref()
                    .is_none_or(|pods| selects(pods, &pod.labels));
            if !is_subject {
                continue;
            }
            for rule in if ingress {
                &policy.ingress
            } else {
                &policy.egress
            } {
                if self.is_met(rule, other, usize::MAX) {
                    return Some(rule.action);
                }
            }
        }
        None
    }

    fn is_met(&self, rule: &Rule, other: Party, own: usize) -> bool {
        let is_peer = rule.peers.is_empty()
            || rule
                .peers
                .iter()
                .any(|peer| self.is_peer(peer, other, own, rule.action));
        is_peer && (rule.ports.is_empty() || rule.ports.iter().any(|port| self.is_port(port)))
    }

    fn is_peer(&self, peer: &Peer, other: Party, own: usize, action: Action) -> bool {
        match (peer, other) {
            (Peer::Own(pods), Party::Pod(other)) => {
                let other = &self.model.pods[other];
                !other.host_network && other.namespace == own && selects(pods, &other.labels)
            }
            (Peer::Pods(namespaces, pods), Party::Pod(other)) => {
                let other = &self.model.pods[other];
                !other.host_network
                    && self.is_in(other.namespace, namespaces)
                    && selects(pods, &other.labels)
            }
            (Peer::Namespaces(namespaces), Party::Pod(other)) => {
                let other = &self.model.pods[other];
                !other.host_network && self.is_in(other.namespace, namespaces)
            }
            (Peer::Own(_) | Peer::Pods(..) | Peer::Namespaces(_), Party::Address(_)) => false,
            (Peer::Block(cidr, except), other) => {
                address(self.model, other).is_some_and(|address| {
                    within(cidr, address) && !except.iter().any(|cidr| within(cidr, address))
                })
            }
            (Peer::Networks(cidrs), other) => match address(self.model, other) {
                Some(address) => cidrs.iter().any(|cidr| within(cidr, address)),
                None => cidrs.iter().any(|cidr| cidr.length == 0),
            },
            (Peer::Nodes(selector), Party::Address(address)) => self
                .model
                .nodes
                .iter()
                .any(|node| selects(selector, &node.labels) && node.address == address),
            (Peer::Nodes(selector), Party::Pod(other)) => {
                let other = &self.model.pods[other];
                let node = other.node.map(|node| &self.model.nodes[node]);
                other.host_network
                    && node.map_or(selector.is_empty() || action != Action::Allow, |node| {
                        selects(selector, &node.labels)
                    })
            }
        }
    }

    fn is_port(&self, port: &Port) -> bool {
        match *port {
            Port::Protocol(protocol) => protocol == self.protocol,
            Port::Number(protocol, number) => protocol == self.protocol && number == self.port,
            Port::Range(protocol, from, to) => {
                protocol == self.protocol && from <= self.port && self.port <= to
            }
            Port::Named(name, protocol) => match self.destination {
                Party::Address(_) => false,
                Party::Pod(pod) => self.model.pods[pod].ports.iter().any(|(is, of, number)| {
                    *is == name
                        && *of == self.protocol
                        && *number == self.port
                        && protocol.is_none_or(|protocol| protocol == self.protocol)
                }),
            },
        }
    }

    fn is_in(&self, namespace: usize, selector: &Selector) -> bool {
        let namespace = &self.model.namespaces[namespace];
        let mut labels = namespace.labels.clone();
        labels.insert("kubernetes.io/metadata.name", namespace.name);
        selects(selector, &labels)
    }
}

/// `policyTypes`, or what stands for it where it is not there.
fn is_about(policy: &NetworkPolicy, ingress: bool) -> bool {
    let word = if ingress { "Ingress" } else { "Egress" };
    match &policy.types {
        Some(types) if !types.is_empty() => types.contains(&word),
        _ => {
            ingress
                || policy
                    .egress
                    .as_ref()
                    .is_some_and(|rules| !rules.is_empty())
        }
    }
}

fn selects(selector: &Selector, labels: &Labels) -> bool {
    selector.iter().all(|term| match term {
        Term::Equals(key, value) => labels.get(key) == Some(value),
        Term::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
        Term::NotIn(key, values) => !labels.get(key).is_some_and(|value| values.contains(value)),
        Term::Exists(key) => labels.contains_key(key),
        Term::DoesNotExist(key) => !labels.contains_key(key),
    })
}

fn address(model: &Model, party: Party) -> Option<IpAddr> {
    match party {
        Party::Pod(pod) => model.pods[pod].address,
        Party::Address(address) => Some(address),
    }
}

/// The bits of the prefix are the same.
fn within(cidr: &Cidr, address: IpAddr) -> bool {
    match (cidr.base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            let differs = base.to_bits() ^ address.to_bits();
            differs.checked_shr(32 - cidr.length).unwrap_or(0) == 0
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            let differs = base.to_bits() ^ address.to_bits();
            differs.checked_shr(128 - cidr.length).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Addresses at and beside both ends of every range that the generator uses, nodes, and far away.
pub fn addresses(model: &Model) -> Vec<IpAddr> {
    let mut out: Vec<IpAddr> = [
        "0.0.0.0",
        "255.255.255.255",
        "::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ]
    .map(|text| text.parse().unwrap())
    .to_vec();
    out.extend(model.nodes.iter().map(|node| node.address));
    let rules = model
        .policies
        .iter()
        .flat_map(|policy| policy.ingress.iter().chain(&policy.egress).flatten());
    let admin = model
        .admin
        .iter()
        .flat_map(|policy| policy.ingress.iter().chain(&policy.egress));
    for peer in rules.chain(admin).flat_map(|rule| &rule.peers) {
        match peer {
            Peer::Block(cidr, except) => {
                ends(cidr, &mut out);
                for cidr in except {
                    ends(cidr, &mut out);
                }
            }
            Peer::Networks(cidrs) => {
                for cidr in cidrs {
                    ends(cidr, &mut out);
                }
            }
            _ => {}
        }
    }
    out.sort();
    out.dedup();
    out
}

fn ends(cidr: &Cidr, out: &mut Vec<IpAddr>) {
    let length = cidr.length;
    match cidr.base {
        IpAddr::V4(base) => {
            let host = u32::MAX.checked_shr(length).unwrap_or(0);
            let (first, last) = (base.to_bits() & !host, base.to_bits() | host);
            for number in [
                first.checked_sub(1),
                Some(first),
                Some(last),
                last.checked_add(1),
            ] {
                out.extend(number.map(|number| IpAddr::V4(std::net::Ipv4Addr::from_bits(number))));
            }
        }
        IpAddr::V6(base) => {
            let host = u128::MAX.checked_shr(length).unwrap_or(0);
            let (first, last) = (base.to_bits() & !host, base.to_bits() | host);
            for number in [
                first.checked_sub(1),
                Some(first),
                Some(last),
                last.checked_add(1),
            ] {
                out.extend(number.map(|number| IpAddr::V6(std::net::Ipv6Addr::from_bits(number))));
            }
        }
    }
}
