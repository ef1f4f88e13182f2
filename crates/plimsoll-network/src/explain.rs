//! Why one reaches the other, or does not: which policies hold, and what each rule says.

use std::net::IpAddr;

use super::cluster::{Action, Cluster, Origin, Policy};
use super::connection::Connections;
use super::profile::{Direction, Rules};
use super::space::{Classes, Space};

/// One end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Position of a workload.
    Workload(usize),
    Address(IpAddr),
}

/// What a rule says about a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSaid {
    pub origin: Origin,
    pub name: Box<str>,
    pub action: Action,
    /// Whether the other end is among its peers.
    pub is_for: bool,
    /// The ports that it speaks of, if it is.
    pub ports: Connections,
}

/// A policy that holds for one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySaid {
    /// Position in [`Cluster::policies`].
    pub policy: usize,
    pub rules: Vec<RuleSaid>,
}

/// One direction: what the policies of one end say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub direction: Direction,
    /// Position of the workload that it is about.
    pub workload: usize,
    pub host_network: bool,
    pub policies: Vec<PolicySaid>,
    pub allow: Connections,
}

/// Both directions; an address outside has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    pub sides: Vec<Side>,
    pub allow: Connections,
    /// The pods of a workload differ in what holds for them: this is about the first of them.
    pub is_of_first: bool,
}

pub fn explain(cluster: &Cluster, from: End, to: End) -> Explained {
    let classes = Classes::new(cluster);
    let rules = Rules::new(cluster, &classes);
    let mut is_of_first = false;
    let mut place = |end: End| match end {
        End::Workload(at) => {
            let range = cluster.endpoints_of(at);
            let of = classes.of_endpoint.get(range).unwrap_or_default();
            is_of_first |= of.windows(2).any(|pair| pair.first() != pair.last());
            of.first().copied()
        }
        End::Address(_) => None,
    };
    let (source, destination) = (place(from), place(to));
    let mut out = Explained {
        sides: Vec::new(),
        allow: Connections::all(),
        is_of_first,
    };
    let ends = [
        (Direction::Egress, source, destination, from, to),
        (Direction::Ingress, destination, source, to, from),
    ];
    for (direction, class, other, subject, peer) in ends {
        let (Some(class), End::Workload(workload)) = (class, subject) else {
            continue;
        };
        let meets = |space: &Space| match (other, peer) {
            (Some(other), _) => space.pods.contains(other),
            (None, End::Address(address)) => space.outside.contains(address),
            (None, End::Workload(_)) => false,
        };
        let holds = |policy: &Policy| {
            direction.rules(policy).is_some() && classes.subject(&policy.subject).contains(class)
        };
        let policies = cluster.policies.iter().enumerate();
        let held: Vec<usize> = policies
            .filter(|(_, it)| holds(it))
            .map(|(at, _)| at)
            .collect();
        let profile = rules.profile(direction, class, &held);
        let part = profile.iter().find(|(_, space)| meets(space));
        let allow = part
            .map(|(connections, _)| connections.clone())
            .unwrap_or_default();
        let mut said = Vec::new();
        for at in held {
            let policy = cluster.policies.get(at);
            let list = policy.and_then(|policy| direction.rules(policy));
            let mut told = Vec::new();
            for rule in list.into_iter().flatten() {
                let space = classes.peers(&rule.peers, rule.action);
                let is_for = meets(&space);
                let pieces = rules.pieces(direction, class, rule, space);
                let ports = pieces.iter().filter(|(space, _)| meets(space));
                told.push(RuleSaid {
                    origin: rule.origin,
                    name: rule.name.clone(),
                    action: rule.action,
                    is_for,
                    ports: ports.fold(Connections::none(), |all, (_, ports)| all.union(ports)),
                });
            }
            said.push(PolicySaid {
                policy: at,
                rules: told,
            });
        }
        out.allow = out.allow.intersection(&allow);
        out.sides.push(Side {
            direction,
            workload,
            host_network: classes.sample(class).is_some_and(|it| it.host_network),
            policies: said,
            allow,
        });
    }
    out
}
