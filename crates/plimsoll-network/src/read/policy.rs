//! NetworkPolicy, `networking.k8s.io/v1`.
//!
//! A rule allows what it can be understood to allow. A policy of which something is not understood
//! still closes its pods; one whose pods are not understood closes all of its namespace.

use super::{Reader, list, namespace_of, only, port_number};
use crate::address::IpSet;
use crate::cluster::{
    Action, InNamespaces, Misread, PodSet, Policy, Rule, RulePeer, RulePort, Tier,
};
use crate::connection::{Connections, Ports, Protocol};
use crate::labels::Selector;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Value};

impl Reader {
    pub(super) fn network_policy(&mut self, object: &Object<'_>) {
        let namespace = namespace_of(object);
        let empty = Node {
            at: object.node.at,
            value: Value::Null,
        };
        let spec = object.node.at_path(&["spec"]).unwrap_or(&empty);
        let mut policy = Policy {
            origin: self.origin(object.node.at),
            kind: "NetworkPolicy",
            namespace: namespace.into(),
            name: object.name.into(),
            tier: Tier::Namespace,
            priority: 0,
            subject: PodSet {
                namespaces: InNamespaces::Named(namespace.into()),
                pods: Selector::everything(),
            },
            ingress: Some(Vec::new()),
            egress: Some(Vec::new()),
        };
        match parts(spec) {
            Ok((pods, ingress, egress)) => {
                policy.subject.pods = pods;
                policy.ingress = ingress.map(|rules| self.rules(object, rules, "from"));
                policy.egress = egress.map(|rules| self.rules(object, rules, "to"));
            }
            Err(misread) => {
                let taken = "it is taken to close every pod of its namespace";
                self.misread(object, &misread, taken);
            }
        }
        self.cluster.policies.push(policy);
    }

    fn rules(&mut self, object: &Object<'_>, rules: &[Node], peers: &str) -> Vec<Rule> {
        let taken = "this part allows nothing";
        let mut out = Vec::new();
        for node in rules {
            let mut rule = Rule {
                origin: self.origin(node.at),
                name: "".into(),
                action: Action::Allow,
                peers: Vec::new(),
                ports: None,
            };
            if let Err(misread) = rule_parts(node, peers) {
                self.misread(object, &misread, taken);
                out.push(rule);
                continue;
            }
            let listed = list(node, peers).unwrap_or_default();
            if listed.is_empty() {
                rule.peers.push(RulePeer::Anyone);
            }
            for item in listed {
                match peer(item, namespace_of(object)) {
                    Ok(peer) => rule.peers.push(peer),
                    Err(misread) => self.misread(object, &misread, taken),
                }
            }
            let listed = list(node, "ports").unwrap_or_default();
            if !listed.is_empty() {
                let mut ports = Vec::new();
                for item in listed {
                    match port(item) {
                        Ok(port) => ports.push(port),
                        Err(misread) => self.misread(object, &misread, taken),
                    }
                }
                rule.ports = Some(ports);
            }
            out.push(rule);
        }
        out
    }
}

fn rule_parts(node: &Node, peers: &str) -> Result<(), Misread> {
    if !matches!(node.value, Value::Map(_) | Value::Null) {
        return Err(Misread::at(node.at, "the rule is no map"));
    }
    only(node, &[peers, "ports"])?;
    list(node, peers)?;
    list(node, "ports")?;
    Ok(())
}

type Parts<'a> = (Selector, Option<&'a [Node]>, Option<&'a [Node]>);

/// Whom it is for, and the rules of the directions that it is about.
fn parts(spec: &Node) -> Result<Parts<'_>, Misread> {
    if !matches!(spec.value, Value::Map(_) | Value::Null) {
        return Err(Misread::at(spec.at, "`spec` is no map"));
    }
    only(spec, &["podSelector", "policyTypes", "ingress", "egress"])?;
    let pods = match spec.at_path(&["podSelector"]) {
        Some(selector) => Selector::read(selector)?,
        None => Selector::everything(),
    };
    let (ingress, egress) = (list(spec, "ingress")?, list(spec, "egress")?);
    let types = list(spec, "policyTypes")?;
    // Without types it is about what comes in, and about what goes out only where a rule says so.
    let mut about = (types.is_empty(), types.is_empty() && !egress.is_empty());
    for word in types {
        match word.as_str() {
            Some("Ingress") => about.0 = true,
            Some("Egress") => about.1 = true,
            _ => return Err(Misread::at(word.at, "a policy type is Ingress or Egress")),
        }
    }
    Ok((pods, about.0.then_some(ingress), about.1.then_some(egress)))
}

fn peer(node: &Node, namespace: &str) -> Result<RulePeer, Misread> {
    only(node, &["podSelector", "namespaceSelector", "ipBlock"])?;
    let pods = node
        .at_path(&["podSelector"])
        .map(Selector::read)
        .transpose()?;
    let namespaces = node.at_path(&["namespaceSelector"]);
    let namespaces = namespaces.map(Selector::read).transpose()?;
    match (node.at_path(&["ipBlock"]), namespaces, pods) {
        (Some(block), None, None) => ip_block(block).map(RulePeer::Block),
        (Some(block), _, _) => Err(Misread::at(
            block.at,
            "`ipBlock` does not go with selectors: make it a peer of its own",
        )),
        (None, None, None) => Err(Misread::at(
            node.at,
            "the peer has neither a selector nor `ipBlock`",
        )),
        (None, namespaces, pods) => Ok(RulePeer::Pods(PodSet {
            namespaces: namespaces.map_or_else(
                || InNamespaces::Named(namespace.into()),
                InNamespaces::Selected,
            ),
            pods: pods.unwrap_or_default(),
        })),
    }
}

fn ip_block(node: &Node) -> Result<IpSet, Misread> {
    only(node, &["cidr", "except"])?;
    let read = |node: &Node| {
        let text = node
            .as_str()
            .ok_or_else(|| Misread::at(node.at, "a CIDR is text"))?;
        IpSet::cidr(text).map_err(|reason| Misread::at(node.at, reason))
    };
    let Some(cidr) = node.at_path(&["cidr"]) else {
        return Err(Misread::at(node.at, "`ipBlock` has no `cidr`"));
    };
    let whole = read(cidr)?;
    let mut out = whole.clone();
    for item in list(node, "except")? {
        let except = read(item)?;
        if !whole.covers(&except) || whole == except {
            let reason = "`except` must lie within `cidr` and be smaller";
            return Err(Misread::at(item.at, reason));
        }
        out = out.minus(&except);
    }
    Ok(out)
}

fn port(node: &Node) -> Result<RulePort, Misread> {
    if !matches!(node.value, Value::Map(_) | Value::Null) {
        return Err(Misread::at(node.at, "the port is no map"));
    }
    only(node, &["port", "protocol", "endPort"])?;
    let protocol = protocol(node)?;
    let end = node.at_path(&["endPort"]);
    match (node.at_path(&["port"]), end) {
        (None, None) => Ok(RulePort::Numbers(Connections::of(protocol, Ports::full()))),
        (None, Some(end)) => Err(Misread::at(end.at, "`endPort` without `port`")),
        (Some(port), None) if port.as_str().is_some() => {
            Ok(RulePort::Named(port_name(port)?, Some(protocol)))
        }
        (Some(port), end) => {
            if let (Some(end), Some(_)) = (end, port.as_str()) {
                return Err(Misread::at(end.at, "`endPort` with a port that has a name"));
            }
            let from = port_number(port)?;
            let to = end.map_or(Ok(from), port_number)?;
            if to < from {
                let at = end.map_or(port.at, |end| end.at);
                return Err(Misread::at(at, "`endPort` is smaller than `port`"));
            }
            let ports = Ports::range(from, to);
            Ok(RulePort::Numbers(Connections::of(protocol, ports)))
        }
    }
}

/// TCP where none is said.
pub(super) fn protocol(node: &Node) -> Result<Protocol, Misread> {
    let Some(word) = node.at_path(&["protocol"]) else {
        return Ok(Protocol::Tcp);
    };
    word.as_str()
        .and_then(Protocol::parse)
        .ok_or_else(|| Misread::at(word.at, "the protocol is none of TCP, UDP, SCTP"))
}

/// A name of at most 15 letters, digits and dashes, one of them a letter.
pub(super) fn port_name(node: &Node) -> Result<Box<str>, Misread> {
    let text = node.as_str().unwrap_or_default();
    let fits = text.len() <= 15
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits {
        return Ok(text.into());
    }
    let text = text.escape_debug();
    let reason = format!("`{text}` is neither the number nor the name of a port");
    Err(Misread::at(node.at, reason))
}
