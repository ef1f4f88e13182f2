//! The answer as flows: from whom, to whom, on which ports.
//!
//! One by one and in order, so that a large cluster's millions of pairs need not be held; and folded,
//! for people: workloads that reach the same are said once.

use std::collections::BTreeMap;

use super::address::IpSet;
use super::cluster::EntryKind;
use super::connection::Connections;
use super::party::{CONTROLLER, Parties, WORLD};
use super::reach::{ConnectionId, NONE, Outside, Reach};

/// What one may open to the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// A workload, a CIDR, `world` or `ingress-controller`.
    pub from: String,
    pub to: String,
    pub allow: Connections,
    /// Ways in that lead there from outside: `Ingress shop/web`.
    pub by: Vec<String>,
}

/// Which flows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub from: Option<Parties>,
    pub to: Option<Parties>,
    /// Either end.
    pub within: Option<Parties>,
    pub ports: Option<Connections>,
}

impl Filter {
    fn admits(&self, from: usize, to: usize) -> bool {
        self.from.as_ref().is_none_or(|it| it.has(from))
            && self.to.as_ref().is_none_or(|it| it.has(to))
            && self
                .within
                .as_ref()
                .is_none_or(|it| it.has(from) || it.has(to))
    }

    fn near(side: Option<&Parties>, within: Option<&Parties>, workload: usize) -> bool {
        side.is_none_or(|it| it.has(workload)) && within.is_none_or(|it| it.has(workload))
    }

    fn ports(&self, connections: Connections) -> Connections {
        match &self.ports {
            Some(ports) => connections.intersection(ports),
            None => connections,
        }
    }

    fn outside(side: Option<&Parties>, parts: Outside) -> Outside {
        let Some(side) = side else { return parts };
        let parts = parts.into_iter();
        parts
            .map(|(connections, set)| (connections, set.intersection(&side.outside)))
            .filter(|(_, set)| !set.is_empty())
            .collect()
    }
}

/// Names of a set of addresses: `world`, or its CIDRs.
pub fn names(set: &IpSet) -> Vec<String> {
    if set.is_full() {
        vec![WORLD.to_owned()]
    } else {
        set.cidrs()
    }
}

/// Every flow that is wanted, until `emit` says no more: by source, then by destination.
pub fn each(reach: &Reach<'_>, filter: &Filter, mut emit: impl FnMut(Flow) -> bool) {
    let cluster = reach.cluster;
    let count = cluster.workloads.len();
    for from in 0..count {
        if filter.from.as_ref().is_some_and(|it| !it.has(from)) {
            continue;
        }
        let name = cluster.display(from);
        for (to, id) in reach.row(from).into_iter().enumerate() {
            if id == NONE || !filter.admits(from, to) || (from == to && is_alone(reach, from)) {
                continue;
            }
            let allow = filter.ports(reach.connections(id));
            let flow = Flow {
                from: name.clone(),
                to: cluster.display(to),
                allow,
                by: Vec::new(),
            };
            if !flow.allow.is_empty() && !emit(flow) {
                return;
            }
        }
        if Filter::near(None, filter.within.as_ref(), from) {
            let parts = Filter::outside(filter.to.as_ref(), reach.to_outside(from));
            for (to, allow) in outside_rows(filter, parts) {
                let flow = Flow {
                    from: name.clone(),
                    to,
                    allow,
                    by: Vec::new(),
                };
                if !emit(flow) {
                    return;
                }
            }
        }
    }
    from_outside(reach, filter, &mut emit);
}

/// A single pod has no other of its kind to talk to.
fn is_alone(reach: &Reach<'_>, workload: usize) -> bool {
    let workload = reach.cluster.workloads.get(workload);
    workload.is_some_and(|it| &*it.kind == "Pod")
}

fn from_outside(reach: &Reach<'_>, filter: &Filter, emit: &mut impl FnMut(Flow) -> bool) {
    let cluster = reach.cluster;
    let direct = ways_in(reach, EntryKind::Direct);
    let routed = ways_in(reach, EntryKind::Controller);
    let admitted = reach
        .has_unnamed_controller()
        .then(|| reach.controller_row());
    for to in 0..cluster.workloads.len() {
        if !Filter::near(filter.to.as_ref(), filter.within.as_ref(), to) {
            continue;
        }
        let name = cluster.display(to);
        let from = filter.from.as_ref();
        if from.is_none_or(|it| !it.outside.is_empty()) {
            for (from, allow) in outside_rows(filter, Filter::outside(from, reach.from_outside(to)))
            {
                let mut by = Vec::new();
                for (way, ports) in direct.get(&to).into_iter().flatten() {
                    if !ports.intersection(&allow).is_empty() {
                        by.push(way.clone());
                    }
                }
                let to = name.clone();
                if !emit(Flow {
                    from,
                    to,
                    allow,
                    by,
                }) {
                    return;
                }
            }
        }
        let Some(row) = admitted
            .as_ref()
            .filter(|_| from.is_none_or(|it| it.controller))
        else {
            continue;
        };
        let admitted = reach.connections(row.get(to).copied().unwrap_or(NONE));
        let mut allow = Connections::none();
        let mut by = Vec::new();
        for (way, ports) in routed.get(&to).into_iter().flatten() {
            let met = filter.ports(ports.intersection(&admitted));
            if !met.is_empty() {
                allow = allow.union(&met);
                by.push(way.clone());
            }
        }
        let from = CONTROLLER.to_owned();
        if !allow.is_empty()
            && !emit(Flow {
                from,
                to: name,
                allow,
                by,
            })
        {
            return;
        }
    }
}

/// Ways in by workload, with the ports that they lead to.
pub fn ways_in(reach: &Reach<'_>, kind: EntryKind) -> BTreeMap<usize, Vec<(String, Connections)>> {
    let mut out: BTreeMap<usize, Vec<(String, Connections)>> = BTreeMap::new();
    for entry in reach
        .cluster
        .entries
        .iter()
        .filter(|entry| entry.kind == kind)
    {
        for (endpoint, ports) in &entry.targets {
            let Some(endpoint) = reach.cluster.endpoints.get(*endpoint) else {
                continue;
            };
            let ways = out.entry(endpoint.workload).or_default();
            match ways.iter_mut().find(|(by, _)| *by == entry.by) {
                Some((_, all)) => *all = all.union(ports),
                None => ways.push((entry.by.clone(), ports.clone())),
            }
        }
    }
    out
}

fn outside_rows(filter: &Filter, parts: Outside) -> Vec<(String, Connections)> {
    let mut out = Vec::new();
    for (connections, set) in parts {
        let allow = filter.ports(connections);
        if !allow.is_empty() {
            out.extend(names(&set).into_iter().map(|name| (name, allow.clone())));
        }
    }
    out.sort();
    out
}

/// Sources that reach the same, with what they reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub allow: Connections,
}

/// What a source reaches: workloads, and addresses by name.
type Row = (Vec<ConnectionId>, Vec<(String, Connections)>);

/// Flows with those said once that are alike: first sources with the same row, then, in a row, the
/// destinations on the same ports. Whole namespaces are `shop/*`, all of them `*`.
pub fn folded(reach: &Reach<'_>, filter: &Filter) -> Vec<Folded> {
    let cluster = reach.cluster;
    let mut sources: BTreeMap<Row, Vec<usize>> = BTreeMap::new();
    for from in 0..cluster.workloads.len() {
        if filter.from.as_ref().is_some_and(|it| !it.has(from)) {
            continue;
        }
        let mut row = reach.row(from);
        for (to, slot) in row.iter_mut().enumerate() {
            if !filter.admits(from, to) {
                *slot = NONE;
            }
        }
        let mut out = Vec::new();
        if Filter::near(None, filter.within.as_ref(), from) {
            let parts = Filter::outside(filter.to.as_ref(), reach.to_outside(from));
            out = outside_rows(filter, parts);
        }
        sources.entry((row, out)).or_default().push(from);
    }
    let mut out = Vec::new();
    for ((row, outside), from) in sources {
        let from = gathered(reach, &from);
        let mut by_ports: BTreeMap<Connections, (Vec<usize>, Vec<String>)> = BTreeMap::new();
        let mut last = (NONE, Connections::none());
        for (to, id) in row.into_iter().enumerate() {
            if id != last.0 {
                last = (id, filter.ports(reach.connections(id)));
            }
            if !last.1.is_empty() {
                by_ports.entry(last.1.clone()).or_default().0.push(to);
            }
        }
        for (name, allow) in outside {
            by_ports.entry(allow).or_default().1.push(name);
        }
        for (allow, (workloads, addresses)) in by_ports {
            let mut to = gathered(reach, &workloads);
            to.extend(addresses);
            out.push(Folded {
                from: from.clone(),
                to,
                allow,
            });
        }
    }
    let mut inward: BTreeMap<(String, Connections), Vec<String>> = BTreeMap::new();
    from_outside(reach, filter, &mut |flow| {
        inward
            .entry((flow.from, flow.allow))
            .or_default()
            .push(flow.to);
        true
    });
    let by_name = cluster.by_display();
    for ((from, allow), to) in inward {
        let to: Vec<usize> = to
            .iter()
            .filter_map(|name| by_name.get(name).copied())
            .collect();
        out.push(Folded {
            from: vec![from],
            to: gathered(reach, &to),
            allow,
        });
    }
    out.sort_by(|a, b| (&a.from, &a.to, &a.allow).cmp(&(&b.from, &b.to, &b.allow)));
    out
}

/// Names of workloads; of a whole namespace, and of all, one name.
fn gathered(reach: &Reach<'_>, workloads: &[usize]) -> Vec<String> {
    let cluster = reach.cluster;
    if workloads.len() == cluster.workloads.len() && workloads.len() > 1 {
        return vec!["*".to_owned()];
    }
    let namespace = |at: &usize| cluster.workloads.get(*at).map(|it| it.namespace);
    let mut out = Vec::new();
    for group in workloads.chunk_by(|a, b| namespace(a) == namespace(b)) {
        let Some(first) = group.first() else { continue };
        let all = cluster
            .workloads
            .iter()
            .filter(|it| Some(it.namespace) == namespace(first));
        if group.len() > 1 && all.count() == group.len() {
            out.push(format!("{}/*", cluster.namespace_of(*first)));
        } else {
            out.extend(group.iter().map(|at| cluster.display(*at)));
        }
    }
    out
}
