//! A cluster as manifests.

use std::fmt::Write;

use crate::model::{Action, Labels, Model, Peer, Port, Rule, Selector, Term};

pub fn manifests(model: &Model) -> String {
    let mut out = String::new();
    for namespace in &model.namespaces {
        let labels = labels(&namespace.labels);
        let name = namespace.name;
        writeln!(
            out,
            "---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {labels}}}}}"
        )
        .unwrap();
    }
    for (index, node) in model.nodes.iter().enumerate() {
        let (labels, address) = (labels(&node.labels), node.address);
        writeln!(out, "---\n{{apiVersion: v1, kind: Node, metadata: {{name: node-{index}, labels: {labels}}}, status: {{addresses: [{{type: InternalIP, address: {address}}}]}}}}").unwrap();
    }
    for pod in &model.pods {
        let ports = pod.ports.iter().map(|(name, protocol, port)| {
            format!("{{name: {name}, protocol: {protocol}, containerPort: {port}}}")
        });
        let node = pod.node.map(|node| format!(", nodeName: node-{node}"));
        let status = pod
            .address
            .map(|address| format!(", status: {{podIP: \"{address}\"}}"));
        writeln!(
            out,
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{namespace: {}, name: {}, labels: {}}}, spec: {{hostNetwork: {}{}, containers: [{{name: c, ports: [{}]}}]}}{}}}",
            model.namespaces[pod.namespace].name,
            pod.name,
            labels(&pod.labels),
            pod.host_network,
            node.unwrap_or_default(),
            ports.collect::<Vec<_>>().join(", "),
            status.unwrap_or_default(),
        )
        .unwrap();
    }
    for (index, policy) in model.policies.iter().enumerate() {
        let mut spec = format!("podSelector: {}", selector(&policy.pods));
        if let Some(types) = &policy.types {
            write!(spec, ", policyTypes: [{}]", types.join(", ")).unwrap();
        }
        for (key, peers, rules) in [
            ("ingress", "from", &policy.ingress),
            ("egress", "to", &policy.egress),
        ] {
            if let Some(rules) = rules {
                let rules: Vec<String> = rules.iter().map(|rule| own_rule(rule, peers)).collect();
                write!(spec, ", {key}: [{}]", rules.join(", ")).unwrap();
            }
        }
        let namespace = model.namespaces[policy.namespace].name;
        writeln!(out, "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{namespace: {namespace}, name: policy-{index}}}, spec: {{{spec}}}}}").unwrap();
    }
    for (index, policy) in model.admin.iter().enumerate() {
        let namespaces = selector(&policy.namespaces);
        let mut spec = match &policy.pods {
            None => format!("subject: {{namespaces: {namespaces}}}"),
            Some(pods) => format!(
                "subject: {{pods: {{namespaceSelector: {namespaces}, podSelector: {}}}}}",
                selector(pods)
            ),
        };
        let is_cluster = policy.kind == "ClusterNetworkPolicy";
        if policy.kind != "BaselineAdminNetworkPolicy" {
            write!(spec, ", priority: {}", policy.priority).unwrap();
        }
        if is_cluster {
            let tier = if policy.is_baseline {
                "Baseline"
            } else {
                "Admin"
            };
            write!(spec, ", tier: {tier}").unwrap();
        }
        for (key, peers, rules) in [
            ("ingress", "from", &policy.ingress),
            ("egress", "to", &policy.egress),
        ] {
            if !rules.is_empty() {
                let rules: Vec<String> = rules
                    .iter()
                    .map(|rule| admin_rule(rule, peers, is_cluster))
                    .collect();
                write!(spec, ", {key}: [{}]", rules.join(", ")).unwrap();
            }
        }
        let version = if is_cluster { "v1alpha2" } else { "v1alpha1" };
        let name = if policy.kind == "BaselineAdminNetworkPolicy" {
            "default".to_owned()
        } else {
            format!("admin-{index}")
        };
        writeln!(out, "---\n{{apiVersion: policy.networking.k8s.io/{version}, kind: {}, metadata: {{name: {name}}}, spec: {{{spec}}}}}", policy.kind).unwrap();
    }
    out
}

fn labels(labels: &Labels) -> String {
    let parts: Vec<String> = labels
        .iter()
        .map(|(key, value)| format!("{key}: \"{value}\""))
        .collect();
    format!("{{{}}}", parts.join(", "))
}

fn selector(selector: &Selector) -> String {
    let mut equal = Labels::new();
    let mut expressions = Vec::new();
    let quoted = |values: &[&str]| {
        values
            .iter()
            .map(|value| format!("\"{value}\""))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for term in selector {
        match term {
            Term::Equals(key, value) if !equal.contains_key(key) => {
                equal.insert(key, value);
            }
            Term::Equals(key, value) => expressions.push(format!(
                "{{key: {key}, operator: In, values: [\"{value}\"]}}"
            )),
            Term::In(key, values) => expressions.push(format!(
                "{{key: {key}, operator: In, values: [{}]}}",
                quoted(values)
            )),
            Term::NotIn(key, values) => expressions.push(format!(
                "{{key: {key}, operator: NotIn, values: [{}]}}",
                quoted(values)
            )),
            Term::Exists(key) => expressions.push(format!("{{key: {key}, operator: Exists}}")),
            Term::DoesNotExist(key) => {
                expressions.push(format!("{{key: {key}, operator: DoesNotExist}}"));
            }
        }
    }
    let mut parts = Vec::new();
    if !equal.is_empty() {
        parts.push(format!("matchLabels: {}", labels(&equal)));
    }
    if !expressions.is_empty() {
        parts.push(format!("matchExpressions: [{}]", expressions.join(", ")));
    }
    format!("{{{}}}", parts.join(", "))
}

fn own_rule(rule: &Rule, key: &str) -> String {
    let peers: Vec<String> = rule.peers.iter().map(peer).collect();
    let ports = rule.ports.iter().map(|port| match port {
        Port::Protocol(protocol) => format!("{{protocol: {protocol}}}"),
        Port::Number(protocol, number) => format!("{{protocol: {protocol}, port: {number}}}"),
        Port::Range(protocol, from, to) => {
            format!("{{protocol: {protocol}, port: {from}, endPort: {to}}}")
        }
        Port::Named(name, protocol) => {
            format!("{{protocol: {}, port: {name}}}", protocol.unwrap_or("TCP"))
        }
    });
    format!(
        "{{{key}: [{}], ports: [{}]}}",
        peers.join(", "),
        ports.collect::<Vec<_>>().join(", ")
    )
}

fn peer(peer: &Peer) -> String {
    match peer {
        Peer::Own(pods) => format!("{{podSelector: {}}}", selector(pods)),
        Peer::Pods(namespaces, pods) => format!(
            "{{namespaceSelector: {}, podSelector: {}}}",
            selector(namespaces),
            selector(pods)
        ),
        Peer::Namespaces(namespaces) => format!("{{namespaceSelector: {}}}", selector(namespaces)),
        Peer::Block(cidr, except) => {
            let except: Vec<String> = except
                .iter()
                .map(|cidr| format!("\"{}\"", cidr.text))
                .collect();
            format!(
                "{{ipBlock: {{cidr: \"{}\", except: [{}]}}}}",
                cidr.text,
                except.join(", ")
            )
        }
        Peer::Networks(_) | Peer::Nodes(_) => unreachable!("not a peer of a NetworkPolicy"),
    }
}

fn admin_rule(rule: &Rule, key: &str, is_cluster: bool) -> String {
    let action = match rule.action {
        Action::Allow if is_cluster => "Accept",
        Action::Allow => "Allow",
        Action::Deny => "Deny",
        Action::Pass => "Pass",
    };
    let peers = rule.peers.iter().map(|peer| match peer {
        Peer::Namespaces(namespaces) => format!("{{namespaces: {}}}", selector(namespaces)),
        Peer::Pods(namespaces, pods) => format!(
            "{{pods: {{namespaceSelector: {}, podSelector: {}}}}}",
            selector(namespaces),
            selector(pods)
        ),
        Peer::Nodes(nodes) => format!("{{nodes: {}}}", selector(nodes)),
        Peer::Networks(cidrs) => {
            let cidrs: Vec<String> = cidrs
                .iter()
                .map(|cidr| format!("\"{}\"", cidr.text))
                .collect();
            format!("{{networks: [{}]}}", cidrs.join(", "))
        }
        Peer::Own(_) | Peer::Block(..) => unreachable!("not a peer of an admin policy"),
    });
    let peers = peers.collect::<Vec<_>>().join(", ");
    let mut out = format!("{{action: {action}, {key}: [{peers}]");
    if !rule.ports.is_empty() {
        let ports: Vec<String> = rule
            .ports
            .iter()
            .map(|port| {
                if is_cluster {
                    by_protocol(port)
                } else {
                    admin_port(port)
                }
            })
            .collect();
        let key = if is_cluster { "protocols" } else { "ports" };
        write!(out, ", {key}: [{}]", ports.join(", ")).unwrap();
    }
    out.push('}');
    out
}

fn admin_port(port: &Port) -> String {
    match port {
        Port::Number(protocol, number) => {
            format!("{{portNumber: {{protocol: {protocol}, port: {number}}}}}")
        }
        Port::Range(protocol, from, to) => {
            format!("{{portRange: {{protocol: {protocol}, start: {from}, end: {to}}}}}")
        }
        Port::Named(name, _) => format!("{{namedPort: {name}}}"),
        Port::Protocol(_) => unreachable!("not a port of an admin policy"),
    }
}

fn by_protocol(port: &Port) -> String {
    let written = |protocol: &str, port: &str| {
        format!(
            "{{{}: {{destinationPort: {port}}}}}",
            protocol.to_ascii_lowercase()
        )
    };
    match port {
        Port::Number(protocol, number) => written(protocol, &format!("{{number: {number}}}")),
        Port::Range(protocol, from, to) => written(
            protocol,
            &format!("{{range: {{start: {from}, end: {to}}}}}"),
        ),
        Port::Named(name, _) => format!("{{destinationNamedPort: {name}}}"),
        Port::Protocol(_) => unreachable!("not a port of an admin policy"),
    }
}
