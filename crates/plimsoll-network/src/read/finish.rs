//! Puts together what was read: pods with their owners, Services with their pods, ways in.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::Unknown;

use super::ingress::{Backend, BackendPort, RawIngress};
use super::pod::RawPod;
use super::{NAMESPACE_NAME, Reader};
use crate::cluster::{
    Cluster, Endpoint, Entry, EntryKind, InNamespaces, Namespace, Origin, Policy, Service,
    ServicePort, TargetPort, Workload,
};
use crate::connection::{Connections, Ports};
use crate::labels::Labels;

/// Owners of owners that are followed.
const OWNER_DEPTH_MAX: usize = 8;

/// Labels by which the usual controllers know themselves.
const CONTROLLER_LABELS: [(&str, &[&str]); 3] = [
    (
        "app.kubernetes.io/name",
        &[
            "ingress-nginx",
            "traefik",
            "haproxy-ingress",
            "kubernetes-ingress",
            "envoy",
            "contour",
            "kong",
            "nginx-gateway-fabric",
            "istio-ingressgateway",
        ],
    ),
    (
        "app",
        &["istio-ingressgateway", "ingress-nginx", "traefik", "router"],
    ),
    ("istio", &["ingressgateway"]),
];
/// The label of pods that were made for a Gateway.
const GATEWAY_LABEL: &str = "gateway.networking.k8s.io/gateway-name";

impl Reader {
    /// Everything that was read.
    pub fn finish(mut self) -> Cluster {
        self.known_namespaces();
        let names: BTreeMap<Box<str>, usize> = self.namespaces.keys().cloned().zip(0..).collect();
        self.place_pods(&names);
        let (routes, odd) = std::mem::take(&mut self.gateways).settle(&self.namespaces);
        for (origin, reason) in odd {
            self.cluster
                .unknowns
                .push(Unknown::at(self.cluster.place(origin), reason));
        }
        self.cluster.namespaces = std::mem::take(&mut self.namespaces).into_values().collect();
        self.place_services(&names);
        let mut ingresses = std::mem::take(&mut self.ingresses);
        ingresses.extend(routes);
        self.place_entries(&names, ingresses);
        let cluster = &mut self.cluster;
        cluster.allowances = std::mem::take(&mut self.allowances).into();
        cluster.policies.sort_by(|a, b| order(a).cmp(&order(b)));
        doubles(cluster);
        cluster.entries.sort_by(|a, b| a.by.cmp(&b.by));
        cluster.nodes.sort_by(|a, b| a.name.cmp(&b.name));
        cluster.controllers = (0..cluster.endpoints.len())
            .filter(|at| {
                cluster
                    .endpoints
                    .get(*at)
                    .is_some_and(|it| is_controller(&it.labels))
            })
            .collect();
        cluster.unknowns.sort();
        cluster.unknowns.dedup();
        self.cluster
    }

    /// Namespaces that are named anywhere, with the label that each has.
    fn known_namespaces(&mut self) {
        let of_pods = self.pods.iter().map(|pod| &pod.namespace);
        let of_services = self.services.iter().map(|(namespace, _)| namespace);
        let of_policies = self.cluster.policies.iter().map(|policy| &policy.namespace);
        let named: BTreeSet<Box<str>> = of_pods
            .chain(of_services)
            .chain(of_policies)
            .filter(|name| !name.is_empty())
            .cloned()
            .collect();
        let mut undeclared = Vec::new();
        for name in named {
            self.namespaces.entry(name).or_insert_with_key(|name| {
                undeclared.push(name.clone());
                Namespace {
                    name: name.clone(),
                    labels: Labels::new(),
                    origin: None,
                }
            });
        }
        for (name, namespace) in &mut self.namespaces {
            namespace.labels.insert(NAMESPACE_NAME.into(), name.clone());
        }
        // Their labels matter only where something selects by them.
        let by_labels = self.cluster.policies.iter().any(selects_namespaces);
        if by_labels && !undeclared.is_empty() {
            let names = undeclared.join(", ");
            self.cluster.unknowns.push(Unknown::whole(format!(
                "policies select namespaces by label, but these are not among what was read and are taken to have none: {names}"
            )));
        }
    }

    fn place_pods(&mut self, names: &BTreeMap<Box<str>, usize>) {
        let mut by_workload: BTreeMap<(usize, Box<str>, Box<str>), Vec<RawPod>> = BTreeMap::new();
        for pod in std::mem::take(&mut self.pods) {
            let Some(namespace) = names.get(&pod.namespace).copied() else {
                continue;
            };
            let (kind, name) = self.owner_of(&pod);
            by_workload
                .entry((namespace, name, kind))
                .or_default()
                .push(pod);
        }
        for ((namespace, name, kind), mut pods) in by_workload {
            // What runs is known better than what would be made.
            if pods.iter().any(|pod| pod.is_pod) {
                pods.retain(|pod| pod.is_pod);
            }
            let origin = pods.first().map_or(Origin::default(), |pod| pod.origin);
            let workload = self.cluster.workloads.len();
            self.cluster.workloads.push(Workload {
                namespace,
                name,
                kind,
                origin,
            });
            for pod in pods {
                let addresses = pod.addresses.iter().copied().map(Some);
                let addresses: Vec<_> = addresses
                    .chain(pod.addresses.is_empty().then_some(None))
                    .collect();
                for address in addresses {
                    self.cluster.endpoints.push(Endpoint {
                        workload,
                        namespace,
                        labels: pod.labels.clone(),
                        ports: pod.ports.clone(),
                        host_network: pod.host_network,
                        address,
                        node: pod.node.clone(),
                        mentions: pod.mentions.clone(),
                    });
                }
            }
        }
    }

    /// Kind and name of the last owner.
    fn owner_of(&self, pod: &RawPod) -> (Box<str>, Box<str>) {
        let (mut kind, mut name) = (pod.kind.clone(), pod.name.clone());
        for _ in 0..OWNER_DEPTH_MAX {
            let key = [pod.namespace.clone(), kind.clone(), name.clone()];
            match self.owners.get(&key) {
                Some([of_kind, of_name]) if (of_kind, of_name) != (&kind, &name) => {
                    (kind, name) = (of_kind.clone(), of_name.clone());
                }
                _ => break,
            }
        }
        (kind, name)
    }

    fn place_services(&mut self, names: &BTreeMap<Box<str>, usize>) {
        let mut services = std::mem::take(&mut self.services);
        services.sort_by(|a, b| (&a.0, &a.1.name).cmp(&(&b.0, &b.1.name)));
        for (namespace, mut service) in services {
            service.namespace = names.get(&namespace).copied().unwrap_or_default();
            let by = match &*service.kind {
                "NodePort" | "LoadBalancer" => {
                    format!("Service {namespace}/{} ({})", service.name, service.kind)
                }
                _ if service.external_ips => {
                    format!("Service {namespace}/{} (externalIPs)", service.name)
                }
                _ => String::new(),
            };
            if !by.is_empty() {
                let entry = Entry {
                    by,
                    kind: EntryKind::Direct,
                    origin: service.origin,
                    targets: targets(&self.cluster, &service, |_| true),
                };
                self.cluster.entries.push(entry);
            }
            self.cluster.services.push(service);
        }
    }

    fn place_entries(&mut self, names: &BTreeMap<Box<str>, usize>, ingresses: Vec<RawIngress>) {
        for ingress in ingresses {
            let mut leads: BTreeMap<usize, Connections> = BTreeMap::new();
            for backend in &ingress.backends {
                let Some(service) = self.find_service(names, backend) else {
                    let reason = format!(
                        "{}: the Service {}/{} is not among what was read",
                        ingress.by, backend.namespace, backend.service
                    );
                    let place = self.cluster.place(ingress.origin);
                    self.cluster.unknowns.push(Unknown::at(place, reason));
                    continue;
                };
                let meant = |port: &ServicePort| match &backend.port {
                    None => true,
                    Some(BackendPort::Number(number)) => port.port == *number,
                    Some(BackendPort::Named(name)) => port.name == *name,
                };
                for (endpoint, ports) in targets(&self.cluster, service, meant) {
                    let slot = leads.entry(endpoint).or_default();
                    *slot = slot.union(&ports);
                }
            }
            self.cluster.entries.push(Entry {
                by: ingress.by,
                kind: EntryKind::Controller,
                origin: ingress.origin,
                targets: leads.into_iter().collect(),
            });
        }
    }

    fn find_service(
        &self,
        names: &BTreeMap<Box<str>, usize>,
        backend: &Backend,
    ) -> Option<&Service> {
        let namespace = *names.get(&backend.namespace)?;
        let mut services = self.cluster.services.iter();
        services.find(|it| it.namespace == namespace && it.name == backend.service)
    }
}

/// Where a Service leads: endpoints and the ports there.
pub fn targets(
    cluster: &Cluster,
    service: &Service,
    meant: impl Fn(&ServicePort) -> bool,
) -> Vec<(usize, Connections)> {
    let Some(selector) = &service.selector else {
        return Vec::new();
    };
    let from = cluster
        .endpoints
        .partition_point(|it| it.namespace < service.namespace);
    let to = cluster
        .endpoints
        .partition_point(|it| it.namespace <= service.namespace);
    let within = cluster.endpoints.get(from..to).unwrap_or_default();
    let selected = within.iter().zip(from..).filter(|(endpoint, _)| {
        let holds = |(key, value)| endpoint.labels.get(key) == Some(value);
        selector.iter().all(holds)
    });
    let mut out = Vec::new();
    for (endpoint, at) in selected {
        let mut ports = Connections::none();
        for port in service.ports.iter().filter(|port| meant(port)) {
            let number = match &port.target {
                TargetPort::Number(number) => Some(*number),
                TargetPort::Named(name) => endpoint
                    .ports
                    .iter()
                    .find(|it| it.name == *name && it.protocol == port.protocol)
                    .map(|it| it.port),
            };
            if let Some(number) = number {
                ports = ports.union(&Connections::of(port.protocol, Ports::one(number)));
            }
        }
        if !ports.is_empty() {
            out.push((at, ports));
        }
    }
    out
}

fn order(policy: &Policy) -> impl Ord + '_ {
    (
        policy.tier,
        policy.priority,
        &policy.namespace,
        &policy.name,
        policy.origin,
    )
}

/// The same policy twice: in a cluster the later one takes the place of the other.
fn doubles(cluster: &mut Cluster) {
    let mut odd = Vec::new();
    for pair in cluster.policies.windows(2) {
        if let [a, b] = pair
            && (a.kind, &a.namespace, &a.name) == (b.kind, &b.namespace, &b.name)
            && !a.name.is_empty()
        {
            let reason = format!(
                "{} stands also at {}: both are taken to hold, of which a cluster has only one",
                b.display(),
                cluster.place(a.origin)
            );
            odd.push(Unknown::at(cluster.place(b.origin), reason));
        }
    }
    cluster.unknowns.extend(odd);
}

fn selects_namespaces(policy: &Policy) -> bool {
    use crate::cluster::{PodSet, RulePeer};
    let by_label = |pods: &PodSet| match &pods.namespaces {
        InNamespaces::Selected(selector) => selector.requirements.iter().any(|requirement| {
            use crate::labels::Requirement as R;
            let (R::In(key, _) | R::NotIn(key, _) | R::Exists(key) | R::DoesNotExist(key)) =
                requirement;
            &**key != NAMESPACE_NAME
        }),
        InNamespaces::Named(_) => false,
    };
    let rules = policy.ingress.iter().chain(&policy.egress).flatten();
    let mut peers = rules.flat_map(|rule| &rule.peers);
    by_label(&policy.subject)
        || peers.any(|peer| matches!(peer, RulePeer::Pods(pods) if by_label(pods)))
}

fn is_controller(labels: &Labels) -> bool {
    labels.contains_key(GATEWAY_LABEL)
        || CONTROLLER_LABELS.iter().any(|(key, names)| {
            let value = labels.get(*key);
            value.is_some_and(|value| names.contains(&&**value))
        })
}
