//! Policies as YAML: every text in quotes, so that none is taken for something else.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Wanted;
use crate::address::IpSet;
use crate::cluster::Cluster;
use crate::connection::{Connections, Protocol};
use crate::labels::{Requirement, Selector};
use crate::reach::Outside;
use crate::read::NAMESPACE_NAME;

type Selectors = BTreeMap<usize, Selector>;

pub fn policy(
    cluster: &Cluster,
    workload: usize,
    wanted: &Wanted,
    selectors: &Selectors,
    dns: bool,
    out: &mut String,
) {
    let (Some(it), Some(selector)) = (cluster.workloads.get(workload), selectors.get(&workload))
    else {
        return;
    };
    let name = format!("{}-{}", it.name, it.kind.to_ascii_lowercase());
    let namespace = cluster.namespace_of(workload);
    let _ = write!(
        out,
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  namespace: {}\n  name: {}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n",
        quoted(namespace),
        quoted(&name),
        written(selector),
    );
    let ingress = rules(
        cluster,
        workload,
        &wanted.from,
        &wanted.from_outside,
        selectors,
    );
    direction("ingress", "from", &ingress, out);
    let mut egress = rules(cluster, workload, &wanted.to, &wanted.to_outside, selectors);
    if dns {
        let both = |protocol| Connections::of(protocol, crate::connection::Ports::one(53));
        let ports = both(Protocol::Udp).union(&both(Protocol::Tcp));
        let peer = format!(
            "{{namespaceSelector: {{matchLabels: {{{}: \"kube-system\"}}}}, podSelector: {{matchLabels: {{\"k8s-app\": \"kube-dns\"}}}}}}",
            quoted(NAMESPACE_NAME)
        );
        egress.entry(ports).or_default().push(peer);
    }
    direction("egress", "to", &egress, out);
}

/// Peers by the ports that they share.
fn rules(
    cluster: &Cluster,
    workload: usize,
    peers: &BTreeMap<usize, Connections>,
    outside: &Outside,
    selectors: &Selectors,
) -> BTreeMap<Connections, Vec<String>> {
    let mut out: BTreeMap<Connections, Vec<String>> = BTreeMap::new();
    let own = cluster.namespace_of(workload);
    for (other, ports) in peers {
        let Some(selector) = selectors.get(other) else {
            continue;
        };
        let namespace = cluster.namespace_of(*other);
        let pods = written(selector);
        let peer = if namespace == own {
            format!("{{podSelector: {pods}}}")
        } else {
            format!(
                "{{namespaceSelector: {{matchLabels: {{{}: {}}}}}, podSelector: {pods}}}",
                quoted(NAMESPACE_NAME),
                quoted(namespace)
            )
        };
        out.entry(ports.clone()).or_default().push(peer);
    }
    for (ports, set) in outside {
        let list = out.entry(ports.clone()).or_default();
        list.extend(set.cidrs().iter().filter_map(|cidr| block(cluster, cidr)));
    }
    out.retain(|_, list| !list.is_empty());
    out
}

/// Addresses outside: pods whose addresses are among them are not meant.
fn block(cluster: &Cluster, cidr: &str) -> Option<String> {
    let set = IpSet::cidr(cidr).ok()?;
    let pods = cluster.endpoints.iter().filter_map(|it| it.address);
    let pods = pods.filter(|address| set.contains(*address));
    let pods = pods.fold(IpSet::default(), |all, address| {
        all.union(&IpSet::one(address))
    });
    if pods == set {
        return None;
    }
    let except: Vec<String> = pods.cidrs().iter().map(|cidr| quoted(cidr)).collect();
    if except.is_empty() {
        return Some(format!("{{ipBlock: {{cidr: {}}}}}", quoted(cidr)));
    }
    let except = except.join(", ");
    let cidr = quoted(cidr);
    Some(format!("{{ipBlock: {{cidr: {cidr}, except: [{except}]}}}}"))
}

fn direction(key: &str, peers: &str, rules: &BTreeMap<Connections, Vec<String>>, out: &mut String) {
    if rules.is_empty() {
        let _ = writeln!(out, "  {key}: []");
        return;
    }
    let _ = writeln!(out, "  {key}:");
    for (ports, list) in rules {
        let _ = writeln!(out, "    - {peers}:");
        for peer in list {
            let _ = writeln!(out, "        - {peer}");
        }
        if ports.is_all() {
            continue;
        }
        let _ = writeln!(out, "      ports:");
        for protocol in Protocol::ALL {
            for (from, to) in ports.ports(protocol).ranges() {
                let protocol = protocol.as_str();
                let _ = if from == to {
                    writeln!(out, "        - {{protocol: {protocol}, port: {from}}}")
                } else {
                    writeln!(
                        out,
                        "        - {{protocol: {protocol}, port: {from}, endPort: {to}}}"
                    )
                };
            }
        }
    }
}

fn written(selector: &Selector) -> String {
    let mut labels = Vec::new();
    let mut expressions = Vec::new();
    for requirement in &selector.requirements {
        let list = |values: &[Box<str>]| {
            values
                .iter()
                .map(|it| quoted(it))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match requirement {
            Requirement::In(key, values) if values.len() == 1 => {
                labels.push(format!("{}: {}", quoted(key), list(values)));
            }
            Requirement::In(key, values) => {
                expressions.push(format!(
                    "{{key: {}, operator: In, values: [{}]}}",
                    quoted(key),
                    list(values)
                ));
            }
            Requirement::NotIn(key, values) => {
                expressions.push(format!(
                    "{{key: {}, operator: NotIn, values: [{}]}}",
                    quoted(key),
                    list(values)
                ));
            }
            Requirement::Exists(key) => {
                expressions.push(format!("{{key: {}, operator: Exists}}", quoted(key)));
            }
            Requirement::DoesNotExist(key) => {
                expressions.push(format!("{{key: {}, operator: DoesNotExist}}", quoted(key)));
            }
        }
    }
    expressions.dedup();
    let mut parts = Vec::new();
    if !labels.is_empty() {
        parts.push(format!("matchLabels: {{{}}}", labels.join(", ")));
    }
    if !expressions.is_empty() {
        parts.push(format!("matchExpressions: [{}]", expressions.join(", ")));
    }
    format!("{{{}}}", parts.join(", "))
}

/// In double quotes, as JSON and YAML both read it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
