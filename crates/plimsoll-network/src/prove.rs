//! Properties of the network, proven or refuted with a counterexample.
//!
//! `project-a accepts only from project-a`, `shop/web reaches only shop, 10.0.0.0/8`, `dev never
//! reaches prod on TCP 5432`, `shop/web reaches shop/cart on TCP 8080`, `project-a is isolated`. Who
//! is meant is written as in [`Parties`]. "All pods in" before a name and "traffic" after a verb may
//! stand there.

use super::address::IpSet;
use super::cluster::Cluster;
use super::connection::Connections;
use super::flows::{Flow, names};
use super::party::{CONTROLLER, Parties};
use super::reach::{NONE, Outside, Reach};

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Property {
    /// Nobody else reaches them.
    AcceptsOnly {
        to: Parties,
        from: Parties,
        on: Connections,
    },
    /// They reach nobody else.
    ReachesOnly {
        from: Parties,
        to: Parties,
        on: Connections,
    },
    Never {
        from: Parties,
        to: Parties,
        on: Connections,
    },
    /// Each of the one reaches each of the other, on all of it.
    Always {
        from: Parties,
        to: Parties,
        on: Connections,
    },
    /// Both of the first two, with themselves.
    Isolated { these: Parties },
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    Proven,
    /// With a flow that is there and must not be, or that is missing.
    Refuted(Flow),
}

const VERBS: [(&str, Verb); 12] = [
    (" accepts traffic only from ", Verb::AcceptsOnly),
    (" accept traffic only from ", Verb::AcceptsOnly),
    (" accepts only from ", Verb::AcceptsOnly),
    (" accept only from ", Verb::AcceptsOnly),
    (" never reaches ", Verb::Never),
    (" never reach ", Verb::Never),
    (" cannot reach ", Verb::Never),
    (" reaches only ", Verb::ReachesOnly),
    (" reach only ", Verb::ReachesOnly),
    (" reaches ", Verb::Always),
    (" reach ", Verb::Always),
    (" can reach ", Verb::Always),
];

#[derive(Debug, Clone, Copy)]
enum Verb {
    AcceptsOnly,
    ReachesOnly,
    Never,
    Always,
}

impl Property {
    /// Reads a sentence about a cluster. The error says what is wrong.
    pub fn parse(text: &str, cluster: &Cluster) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('.');
        for end in [" is isolated", " are isolated"] {
            if let Some(these) = text.strip_suffix(end) {
                let these = parties(these, cluster)?;
                return Ok(Self::Isolated { these });
            }
        }
        let found = VERBS
            .iter()
            .find_map(|(words, verb)| Some((text.split_once(words)?, *verb)));
        let Some(((left, right), verb)) = found else {
            return Err("the sentence has none of: accepts only from, reaches only, never reaches, reaches, is isolated".to_owned());
        };
        let left = left.strip_suffix(" can").unwrap_or(left);
        let (right, on) = match right.rsplit_once(" on ") {
            Some((right, on)) => (right, ports(on)?),
            None => (right, Connections::all()),
        };
        let (left, right) = (parties(left, cluster)?, parties(right, cluster)?);
        Ok(match verb {
            Verb::AcceptsOnly => Self::AcceptsOnly {
                to: left,
                from: right,
                on,
            },
            Verb::ReachesOnly => Self::ReachesOnly {
                from: left,
                to: right,
                on,
            },
            Verb::Never => Self::Never {
                from: left,
                to: right,
                on,
            },
            Verb::Always => Self::Always {
                from: left,
                to: right,
                on,
            },
        })
    }

    /// Tries it.
    pub fn prove(&self, reach: &Reach<'_>) -> Proof {
        let found = match self {
            Self::AcceptsOnly { to, from, on } => first(reach, &others(from), to, on),
            Self::ReachesOnly { from, to, on } => first(reach, from, &others(to), on),
            Self::Never { from, to, on } => first(reach, from, to, on),
            Self::Always { from, to, on } => missing(reach, from, to, on),
            Self::Isolated { these } => {
                let all = Connections::all();
                first(reach, &others(these), these, &all)
                    .or_else(|| first(reach, these, &others(these), &all))
            }
        };
        found.map_or(Proof::Proven, Proof::Refuted)
    }

    /// Whether a flow that is missing refutes it, and not one that is there.
    pub const fn wants_flows(&self) -> bool {
        matches!(self, Self::Always { .. })
    }
}

fn parties(text: &str, cluster: &Cluster) -> Result<Parties, String> {
    let mut text = text.trim();
    for noise in ["All pods in ", "all pods in ", "pods in ", "namespace "] {
        text = text.strip_prefix(noise).unwrap_or(text);
    }
    Parties::parse(text, cluster)
}

/// `TCP 80,443`, `UDP`, `443`.
pub fn ports(text: &str) -> Result<Connections, String> {
    let text = text.trim();
    let (protocol, ports) = match text.split_once([' ', '/']) {
        Some((protocol, ports)) => (protocol, ports.trim()),
        None if text.starts_with(|c: char| c.is_ascii_digit()) => ("any", text),
        None => (text, "all"),
    };
    Connections::parse(protocol, ports)
}

/// Everybody else, outside and controller included.
fn others(of: &Parties) -> Parties {
    Parties {
        workloads: of.workloads.iter().map(|is_in| !is_in).collect(),
        outside: IpSet::full().minus(&of.outside),
        controller: !of.controller,
        text: format!("everybody but {}", of.text),
    }
}

/// A flow of these to those, if there is one.
fn first(reach: &Reach<'_>, from: &Parties, to: &Parties, on: &Connections) -> Option<Flow> {
    let cluster = reach.cluster;
    let flow = |from: String, to: String, allow: Connections| {
        Some(Flow {
            from,
            to,
            allow,
            by: Vec::new(),
        })
    };
    for source in (0..cluster.workloads.len()).filter(|at| from.has(*at)) {
        for (at, id) in reach.row(source).into_iter().enumerate() {
            if id == NONE || !to.has(at) {
                continue;
            }
            let met = reach.connections(id).intersection(on);
            if !met.is_empty() {
                return flow(cluster.display(source), cluster.display(at), met);
            }
        }
        if let Some((address, met)) = outside(&reach.to_outside(source), &to.outside, on) {
            return flow(cluster.display(source), address, met);
        }
    }
    for at in (0..cluster.workloads.len()).filter(|at| to.has(*at)) {
        if let Some((address, met)) = outside(&reach.from_outside(at), &from.outside, on) {
            return flow(address, cluster.display(at), met);
        }
    }
    if from.controller && reach.has_unnamed_controller() {
        let wanted = super::flows::Filter {
            from: Some(Parties {
                workloads: Vec::new(),
                outside: IpSet::default(),
                ..from.clone()
            }),
            to: Some(to.clone()),
            ports: Some(on.clone()),
            within: None,
        };
        let mut found = None;
        super::flows::each(reach, &wanted, |flow| {
            let is_it = flow.from == CONTROLLER;
            found = is_it.then_some(flow);
            !is_it
        });
        return found;
    }
    None
}

fn outside(parts: &Outside, set: &IpSet, on: &Connections) -> Option<(String, Connections)> {
    parts.iter().find_map(|(connections, addresses)| {
        let met = connections.intersection(on);
        let common = addresses.intersection(set);
        if met.is_empty() || common.is_empty() {
            return None;
        }
        let name = if common.is_full() {
            names(&common).pop()
        } else {
            common.sample().map(|address| address.to_string())
        };
        Some((name?, met))
    })
}

/// What is missing of a flow that ought to be there, if anything.
fn missing(reach: &Reach<'_>, from: &Parties, to: &Parties, on: &Connections) -> Option<Flow> {
    let cluster = reach.cluster;
    let flow = |from: &str, to: &str, allow: Connections| {
        (!allow.is_empty()).then(|| Flow {
            from: from.to_owned(),
            to: to.to_owned(),
            allow,
            by: Vec::new(),
        })
    };
    let lack = |parts: Outside, set: &IpSet| {
        let mut left = set.clone();
        for (connections, addresses) in parts {
            let lacks = on.minus(&connections);
            let common = addresses.intersection(set);
            if !lacks.is_empty() && !common.is_empty() {
                return common.sample().map(|address| (address.to_string(), lacks));
            }
            left = left.minus(&addresses);
        }
        left.sample()
            .map(|address| (address.to_string(), on.clone()))
    };
    for source in (0..cluster.workloads.len()).filter(|at| from.has(*at)) {
        let name = cluster.display(source);
        for (at, id) in reach.row(source).into_iter().enumerate() {
            if to.has(at) && at != source {
                let found = flow(
                    &name,
                    &cluster.display(at),
                    on.minus(&reach.connections(id)),
                );
                if found.is_some() {
                    return found;
                }
            }
        }
        if let Some((address, lacks)) = lack(reach.to_outside(source), &to.outside) {
            return flow(&name, &address, lacks);
        }
    }
    for at in (0..cluster.workloads.len()).filter(|at| to.has(*at)) {
        if let Some((address, lacks)) = lack(reach.from_outside(at), &from.outside) {
            return flow(&address, &cluster.display(at), lacks);
        }
    }
    None
}
