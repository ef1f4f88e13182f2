//! Flows that the objects themselves speak of: a start for whoever has none listed.
//!
//! A container whose arguments or environment name a Service (`cart`, `cart.shop`,
//! `cart.shop.svc.cluster.local`) is taken to use it; Ingress, routes and Services that lead in from
//! outside are taken to be used. What is read from a ConfigMap or built at run time is not seen.

use std::collections::BTreeMap;

use crate::cluster::{Cluster, EntryKind};
use crate::connection::{Connections, Ports, Protocol};
use crate::flows::Flow;
use crate::party::{CONTROLLER, WORLD};
use crate::read::targets;

/// The label of the cluster's name servers.
const DNS: (&str, [&str; 2]) = ("k8s-app", ["kube-dns", "coredns"]);

/// The flows, in order.
pub fn draft(cluster: &Cluster) -> Vec<Flow> {
    let mut out: BTreeMap<(String, String), Connections> = BTreeMap::new();
    let mut put = |from: String, to: usize, ports: &Connections| {
        let slot = out.entry((from, cluster.display(to))).or_default();
        *slot = slot.union(ports);
    };
    let mut services: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, service) in cluster.services.iter().enumerate() {
        let namespace = cluster.namespaces.get(service.namespace);
        let namespace = namespace.map_or("", |it| &*it.name);
        let name = &service.name;
        for form in [
            format!("{name}.{namespace}"),
            format!("{name}.{namespace}.svc"),
            format!("{name}.{namespace}.svc.cluster.local"),
        ] {
            services.entry(form).or_default().push(at);
        }
    }
    let dns: Vec<usize> = cluster
        .endpoints
        .iter()
        .filter(|it| {
            it.labels
                .get(DNS.0)
                .is_some_and(|name| DNS.1.contains(&&**name))
        })
        .map(|it| it.workload)
        .collect();
    let ask = |protocol| Connections::of(protocol, Ports::one(53));
    let ask = ask(Protocol::Udp).union(&ask(Protocol::Tcp));
    for endpoint in &cluster.endpoints {
        let from = cluster.display(endpoint.workload);
        let namespace = cluster.namespaces.get(endpoint.namespace);
        let namespace = namespace.map_or("", |it| &*it.name);
        for mention in &endpoint.mentions {
            let near = services
                .get(&format!("{mention}.{namespace}"))
                .filter(|_| !mention.contains('.'));
            for at in services.get(&**mention).into_iter().chain(near).flatten() {
                let Some(service) = cluster.services.get(*at) else {
                    continue;
                };
                for (target, ports) in targets(cluster, service, |_| true) {
                    if let Some(target) = cluster.endpoints.get(target)
                        && target.workload != endpoint.workload
                    {
                        put(from.clone(), target.workload, &ports);
                    }
                }
            }
        }
        for server in &dns {
            if *server != endpoint.workload {
                put(from.clone(), *server, &ask);
            }
        }
    }
    let controllers = cluster
        .controllers
        .iter()
        .filter_map(|at| cluster.endpoints.get(*at));
    let controllers: Vec<usize> = controllers.map(|it| it.workload).collect();
    for entry in &cluster.entries {
        for (target, ports) in &entry.targets {
            let Some(target) = cluster.endpoints.get(*target) else {
                continue;
            };
            match entry.kind {
                EntryKind::Direct => put(WORLD.to_owned(), target.workload, ports),
                EntryKind::Controller if controllers.is_empty() => {
                    put(CONTROLLER.to_owned(), target.workload, ports);
                }
                EntryKind::Controller => {
                    for controller in &controllers {
                        put(cluster.display(*controller), target.workload, ports);
                    }
                }
            }
        }
    }
    let flows = out.into_iter();
    flows
        .map(|((from, to), allow)| Flow {
            from,
            to,
            allow,
            by: Vec::new(),
        })
        .collect()
}
