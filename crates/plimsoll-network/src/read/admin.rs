//! AdminNetworkPolicy and BaselineAdminNetworkPolicy (`policy.networking.k8s.io/v1alpha1`) and
//! their successor ClusterNetworkPolicy (`v1alpha2`, `v1beta1`).
//!
//! Fails closed, as the specification asks for: what is not understood of a rule that allows allows
//! nothing; of a rule that denies or passes on, the rule denies everything.

use super::policy::{port_name, protocol};
use super::{Reader, list, only, port_number};
use crate::address::IpSet;
use crate::cluster::{
    Action, InNamespaces, Misread, PodSet, Policy, Rule, RulePeer, RulePort, Tier,
};
use crate::connection::{Connections, Ports, Protocol};
use crate::labels::Selector;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Value};

/// Largest number for a priority.
const PRIORITY_MAX: i64 = 1000;

/// What the versions call things.
#[derive(Clone, Copy)]
struct Words {
    kind: &'static str,
    allow: &'static str,
    ports: &'static str,
    may_pass: bool,
}

const fn words(kind: &str) -> Words {
    match kind.as_bytes() {
        b"AdminNetworkPolicy" => Words {
            kind: "AdminNetworkPolicy",
            allow: "Allow",
            ports: "ports",
            may_pass: true,
        },
        b"BaselineAdminNetworkPolicy" => Words {
            kind: "BaselineAdminNetworkPolicy",
            allow: "Allow",
            ports: "ports",
            may_pass: false,
        },
        _ => Words {
            kind: "ClusterNetworkPolicy",
            allow: "Accept",
            ports: "protocols",
            may_pass: true,
        },
    }
}

impl Reader {
    pub(super) fn admin_policy(&mut self, object: &Object<'_>) {
        let words = words(object.kind);
        let (head, misread) = match head(object, words) {
            Ok(head) => (head, None),
            Err(misread) => {
                let everyone = PodSet {
                    namespaces: InNamespaces::Selected(Selector::everything()),
                    pods: Selector::everything(),
                };
                ((Tier::Admin, -1, everyone), Some(misread))
            }
        };
        let (tier, priority, subject) = head;
        let spec = object.node.get("spec");
        let is_whole = misread.is_none();
        if let Some(misread) = misread {
            let taken = "what it allows is left out, what it denies is taken to hold for every pod";
            self.misread(object, &misread, taken);
        }
        let mut direction = |key: &str, peers: &str| {
            let node = spec.and_then(|spec| spec.at_path(&[key]))?;
            let items = if matches!(node.value, Value::List(_)) {
                node.items()
            } else {
                // One rule that is none.
                std::slice::from_ref(node)
            };
            let rules = items
                .iter()
                .map(|item| self.rule(object, item, peers, words));
            let rules = rules.filter(|rule| is_whole || rule.action != Action::Allow);
            Some(rules.collect::<Vec<_>>()).filter(|rules| !rules.is_empty())
        };
        let (ingress, egress) = (direction("ingress", "from"), direction("egress", "to"));
        self.cluster.policies.push(Policy {
            origin: self.origin(object.node.at),
            kind: words.kind,
            namespace: "".into(),
            name: object.name.into(),
            tier,
            priority,
            subject,
            ingress,
            egress,
        });
    }

    fn rule(&mut self, object: &Object<'_>, node: &Node, peers: &str, words: Words) -> Rule {
        let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
        let mut rule = Rule {
            origin: self.origin(node.at),
            name: name.into(),
            action: Action::Deny,
            peers: Vec::new(),
            ports: None,
        };
        let mut misreads = Vec::new();
        match action(node, words) {
            Ok(action) => rule.action = action,
            Err(misread) => misreads.push(misread),
        }
        if let Err(misread) = only(node, &["name", "action", peers, words.ports]) {
            misreads.push(misread);
        }
        match list(node, peers) {
            Ok([]) => misreads.push(Misread::at(node.at, format!("the rule has no `{peers}`"))),
            Ok(items) => {
                for item in items {
                    match peer(item, peers == "to") {
                        Ok(Some(read)) => rule.peers.extend(read),
                        Ok(None) => {
                            let reason = "what names of domains stand for is not known here";
                            misreads.push(Misread::at(item.at, reason));
                        }
                        Err(misread) => misreads.push(misread),
                    }
                }
            }
            Err(misread) => misreads.push(misread),
        }
        if node.at_path(&[words.ports]).is_some() {
            match ports(node, words) {
                Ok(ports) => rule.ports = Some(ports),
                Err(misread) => {
                    rule.ports = Some(Vec::new());
                    misreads.push(misread);
                }
            }
        }
        if !misreads.is_empty() && rule.action != Action::Allow {
            rule.action = Action::Deny;
            rule.peers = vec![RulePeer::Anyone];
            rule.ports = None;
        }
        for misread in misreads {
            let taken = match rule.action {
                Action::Allow => "this part allows nothing",
                _ => "this rule is taken to deny everything",
            };
            self.misread(object, &misread, taken);
        }
        rule
    }
}

fn head(object: &Object<'_>, words: Words) -> Result<(Tier, i64, PodSet), Misread> {
    let at = object.node.at;
    let Some(spec) = object.node.at_path(&["spec"]) else {
        return Err(Misread::at(at, "it has no `spec`"));
    };
    let is_baseline = words.kind == "BaselineAdminNetworkPolicy";
    let fields = match words.kind {
        "AdminNetworkPolicy" => &["priority", "subject", "ingress", "egress"][..],
        "BaselineAdminNetworkPolicy" => &["subject", "ingress", "egress"],
        _ => &["tier", "priority", "subject", "ingress", "egress"],
    };
    only(spec, fields)?;
    if is_baseline && object.name != "default" {
        let reason = "there is one baseline, and its name is `default`";
        return Err(Misread::at(at, reason));
    }
    let tier = match (words.kind, spec.get("tier").and_then(Node::as_str)) {
        ("AdminNetworkPolicy", _) | (_, Some("Admin")) => Tier::Admin,
        ("BaselineAdminNetworkPolicy", _) | (_, Some("Baseline")) => Tier::Baseline,
        _ => return Err(Misread::at(spec.at, "`tier` is Admin or Baseline")),
    };
    let priority = match spec.at_path(&["priority"]).and_then(Node::as_int) {
        _ if is_baseline => 0,
        Some(priority) if (0..=PRIORITY_MAX).contains(&priority) => priority,
        _ => {
            return Err(Misread::at(
                spec.at,
                "`priority` is a number from 0 to 1000",
            ));
        }
    };
    let Some(subject) = spec.at_path(&["subject"]) else {
        return Err(Misread::at(spec.at, "it has no `subject`"));
    };
    only(subject, &["namespaces", "pods"])?;
    let subject = pods(subject)?
        .ok_or_else(|| Misread::at(subject.at, "the subject is either `namespaces` or `pods`"))?;
    Ok((tier, priority, subject))
}

fn action(node: &Node, words: Words) -> Result<Action, Misread> {
    match node.get("action").and_then(Node::as_str) {
        Some(word) if word == words.allow => Ok(Action::Allow),
        Some("Deny") => Ok(Action::Deny),
        Some("Pass") if words.may_pass => Ok(Action::Pass),
        _ => {
            let pass = if words.may_pass { ", Pass" } else { "" };
            let reason = format!("the action is none of {}, Deny{pass}", words.allow);
            Err(Misread::at(node.at, reason))
        }
    }
}

/// `namespaces` or `pods`; none where it is not exactly one of them.
fn pods(node: &Node) -> Result<Option<PodSet>, Misread> {
    match (node.at_path(&["namespaces"]), node.at_path(&["pods"])) {
        (Some(namespaces), None) => Ok(Some(PodSet {
            namespaces: InNamespaces::Selected(Selector::read(namespaces)?),
            pods: Selector::everything(),
        })),
        (None, Some(pods)) => {
            only(pods, &["namespaceSelector", "podSelector"])?;
            let selector = |key: &str| {
                let selector = pods.at_path(&[key]).map(Selector::read).transpose()?;
                Ok::<_, Misread>(selector.unwrap_or_default())
            };
            Ok(Some(PodSet {
                namespaces: InNamespaces::Selected(selector("namespaceSelector")?),
                pods: selector("podSelector")?,
            }))
        }
        _ => Ok(None),
    }
}

/// The peers of an item; none where they are names of domains.
fn peer(node: &Node, is_egress: bool) -> Result<Option<Vec<RulePeer>>, Misread> {
    let fields = ["namespaces", "pods", "nodes", "networks", "domainNames"];
    only(node, if is_egress { &fields } else { &fields[..2] })?;
    let set = fields.iter().filter(|key| node.at_path(&[key]).is_some());
    if set.count() != 1 {
        let reason = format!("a peer has exactly one of {}", fields.join(", "));
        return Err(Misread::at(node.at, reason));
    }
    if let Some(pods) = pods(node)? {
        return Ok(Some(vec![RulePeer::Pods(pods)]));
    }
    if let Some(nodes) = node.at_path(&["nodes"]) {
        return Ok(Some(vec![RulePeer::Nodes(Selector::read(nodes)?)]));
    }
    if node.at_path(&["domainNames"]).is_some() {
        return Ok(None);
    }
    let mut out = Vec::new();
    for item in list(node, "networks")? {
        let text = item.as_str().unwrap_or_default();
        let set = IpSet::cidr(text).map_err(|reason| Misread::at(item.at, reason))?;
        out.push(RulePeer::Networks(set));
    }
    if out.is_empty() {
        return Err(Misread::at(node.at, "`networks` is empty"));
    }
    Ok(Some(out))
}

fn ports(node: &Node, words: Words) -> Result<Vec<RulePort>, Misread> {
    let items = list(node, words.ports)?;
    if items.is_empty() {
        let reason = format!("`{}` is empty", words.ports);
        return Err(Misread::at(node.at, reason));
    }
    let read = if words.ports == "ports" {
        port
    } else {
        by_protocol
    };
    items.iter().map(read).collect()
}

/// `portNumber`, `portRange` or `namedPort`.
fn port(node: &Node) -> Result<RulePort, Misread> {
    only(node, &["portNumber", "portRange", "namedPort"])?;
    let [number, range, name] =
        ["portNumber", "portRange", "namedPort"].map(|key| node.at_path(&[key]));
    match (number, range, name) {
        (Some(number), None, None) => {
            only(number, &["protocol", "port"])?;
            let port = number.get("port").map_or_else(
                || Err(Misread::at(number.at, "`port` is missing")),
                port_number,
            )?;
            let ports = Connections::of(protocol(number)?, Ports::one(port));
            Ok(RulePort::Numbers(ports))
        }
        (None, Some(between), None) => {
            only(between, &["protocol", "start", "end"])?;
            let ports = Connections::of(protocol(between)?, range_of(between)?);
            Ok(RulePort::Numbers(ports))
        }
        (None, None, Some(name)) => Ok(RulePort::Named(port_name(name)?, None)),
        _ => {
            let reason = "a port has exactly one of portNumber, portRange, namedPort";
            Err(Misread::at(node.at, reason))
        }
    }
}

/// `tcp`, `udp`, `sctp` with `destinationPort`, or `destinationNamedPort`.
fn by_protocol(node: &Node) -> Result<RulePort, Misread> {
    let fields = ["tcp", "udp", "sctp", "destinationNamedPort"];
    only(node, &fields)?;
    let mut set = fields.iter().filter_map(|key| node.entry(key));
    let (Some(entry), None) = (set.next(), set.next()) else {
        let reason = format!("a protocol has exactly one of {}", fields.join(", "));
        return Err(Misread::at(node.at, reason));
    };
    let protocol = match &*entry.key {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => return Ok(RulePort::Named(port_name(&entry.value)?, None)),
    };
    only(&entry.value, &["destinationPort"])?;
    let Some(port) = entry.value.at_path(&["destinationPort"]) else {
        return Err(Misread::at(entry.at, "`destinationPort` is missing"));
    };
    only(port, &["number", "range"])?;
    let ports = match (port.at_path(&["number"]), port.at_path(&["range"])) {
        (Some(number), None) => Ports::one(port_number(number)?),
        (None, Some(range)) => range_of(range)?,
        _ => return Err(Misread::at(port.at, "a port is either `number` or `range`")),
    };
    Ok(RulePort::Numbers(Connections::of(protocol, ports)))
}

fn range_of(node: &Node) -> Result<Ports, Misread> {
    let (Some(start), Some(end)) = (node.get("start"), node.get("end")) else {
        return Err(Misread::at(node.at, "a range has `start` and `end`"));
    };
    let (from, to) = (port_number(start)?, port_number(end)?);
    if from > to {
        return Err(Misread::at(end.at, "`end` is smaller than `start`"));
    }
    Ok(Ports::range(from, to))
}
