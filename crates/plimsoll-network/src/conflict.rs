//! Administrators' policies of one priority that say different things: which of them holds is not
//! defined, so that is told. Here the one whose name comes first is asked first.

use std::collections::BTreeMap;

use plimsoll_model::Unknown;

use super::bits::Bits;
use super::cluster::{Cluster, Rule, RulePort, Tier};
use super::connection::Connections;
use super::profile::Direction;
use super::space::Classes;

/// Most conflicts that are told one by one.
const CONFLICTS_MAX: usize = 100;

pub fn conflicts(cluster: &Cluster, classes: &Classes<'_>, subjects: &[Bits]) -> Vec<Unknown> {
    let mut by_priority: BTreeMap<(Tier, i64), Vec<usize>> = BTreeMap::new();
    for (at, policy) in cluster.policies.iter().enumerate() {
        if policy.tier != Tier::Namespace {
            by_priority
                .entry((policy.tier, policy.priority))
                .or_default()
                .push(at);
        }
    }
    let mut out = Vec::new();
    for together in by_priority.values() {
        for (index, a) in together.iter().enumerate() {
            for b in together.iter().skip(index + 1) {
                let overlap = match (subjects.get(*a), subjects.get(*b)) {
                    (Some(a), Some(b)) => !a.is_disjoint(b),
                    _ => false,
                };
                let (Some(first), Some(second), true) =
                    (cluster.policies.get(*a), cluster.policies.get(*b), overlap)
                else {
                    continue;
                };
                let differs = [Direction::Ingress, Direction::Egress]
                    .iter()
                    .any(|direction| {
                        let (x, y) = (direction.rules(first), direction.rules(second));
                        let mut pairs = x
                            .into_iter()
                            .flatten()
                            .flat_map(|x| y.into_iter().flatten().map(move |y| (x, y)));
                        pairs.any(|(x, y)| contradict(classes, x, y))
                    });
                if !differs {
                    continue;
                }
                if out.len() == CONFLICTS_MAX {
                    out.push(Unknown::whole(format!(
                        "more than {CONFLICTS_MAX} pairs of policies of one priority contradict each other"
                    )));
                    return out;
                }
                let reason = format!(
                    "{} and {} have priority {} both and contradict each other: which one holds is not defined; taken by name",
                    first.display(),
                    second.display(),
                    first.priority
                );
                out.push(Unknown::at(cluster.place(second.origin), reason));
            }
        }
    }
    out
}

/// Whether two rules say different things about the same connection. Names of ports may mean any.
fn contradict(classes: &Classes<'_>, a: &Rule, b: &Rule) -> bool {
    if a.action == b.action || ports(a).intersection(&ports(b)).is_empty() {
        return false;
    }
    let (x, y) = (
        classes.peers(&a.peers, a.action),
        classes.peers(&b.peers, b.action),
    );
    !x.pods.is_disjoint(&y.pods) || !x.outside.intersection(&y.outside).is_empty()
}

fn ports(rule: &Rule) -> Connections {
    let Some(ports) = &rule.ports else {
        return Connections::all();
    };
    ports
        .iter()
        .fold(Connections::none(), |all, port| match port {
            RulePort::Numbers(ports) => all.union(ports),
            RulePort::Named(..) => Connections::all(),
        })
}
