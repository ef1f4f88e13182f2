//! NetworkPolicies that allow exactly a list of flows, and the proof that they do.
//!
//! One policy for each workload, both directions closed. Workloads on the network of their node can
//! neither be selected nor held back: they are left out and told. Policies of administrators stay in
//! force; where they say otherwise the proof fails, and says where.

use std::collections::{BTreeMap, BTreeSet};

use super::address::IpSet;
use super::cluster::{Cluster, Tier};
use super::connection::Connections;
use super::flows::Flow;
use super::party::{CONTROLLER, WORLD};
use super::reach::{NONE, Outside, Reach, joined};
use super::read;
use plimsoll_object::File;

mod draft;
mod select;
mod write;

pub use draft::draft;

/// Differences that are told one by one.
const DIFFERENCES_MAX: usize = 20;

/// Policies, and how far they do what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Generated {
    /// The policies as YAML.
    pub text: String,
    pub policies: usize,
    /// Flows that cannot be put into policies, with the reason.
    pub left_out: Vec<String>,
    /// Where the policies, computed again, do otherwise than asked; none: proven.
    pub differences: Vec<String>,
}

/// What one workload may do.
#[derive(Default)]
struct Wanted {
    to: BTreeMap<usize, Connections>,
    from: BTreeMap<usize, Connections>,
    to_outside: Outside,
    from_outside: Outside,
}

/// Writes the policies for flows among the workloads of a cluster. `dns` lets everybody ask the
/// cluster's name servers, should these not be among the workloads.
///
/// The error names a flow that cannot be understood.
pub fn generate(cluster: &Cluster, flows: &[Flow], dns: bool) -> Result<Generated, String> {
    let mut out = Generated::default();
    let wanted = wanted(cluster, flows, &mut out)?;
    let mut selectors = BTreeMap::new();
    for at in 0..cluster.workloads.len() {
        if is_host(cluster, at) {
            let name = cluster.display(at);
            out.left_out.push(format!(
                "{name}: on the network of its node, where policies do not hold"
            ));
            continue;
        }
        match select::selector(cluster, at) {
            Ok(selector) => {
                selectors.insert(at, selector);
            }
            Err(reason) => out
                .left_out
                .push(format!("{}: {reason}", cluster.display(at))),
        }
    }
    for at in selectors.keys() {
        if let Some(wanted) = wanted.get(at) {
            write::policy(cluster, *at, wanted, &selectors, dns, &mut out.text);
            out.policies += 1;
        }
    }
    prove(cluster, &wanted, &mut out);
    Ok(out)
}

fn is_host(cluster: &Cluster, workload: usize) -> bool {
    let endpoints = cluster.endpoints.get(cluster.endpoints_of(workload));
    endpoints
        .unwrap_or_default()
        .iter()
        .any(|it| it.host_network)
}

fn wanted(
    cluster: &Cluster,
    flows: &[Flow],
    out: &mut Generated,
) -> Result<BTreeMap<usize, Wanted>, String> {
    let by_name = cluster.by_display();
    let mut all: BTreeMap<usize, Wanted> = by_name
        .values()
        .map(|at| (*at, Wanted::default()))
        .collect();
    for flow in flows {
        let ends = [&flow.from, &flow.to].map(|name| by_name.get(name).copied());
        let host = |at: &Option<usize>| at.is_some_and(|at| is_host(cluster, at));
        if ends.iter().any(host) {
            continue; // Told for the workload.
        }
        if flow.from == CONTROLLER {
            out.left_out.push(format!(
                "{} to {}: the controller is not among what was read; name its manifests too",
                flow.from, flow.to
            ));
            continue;
        }
        if flow.allow.is_empty() && ends.iter().any(Option::is_some) {
            // Nothing is asked for; still its ends must be known. A rule without ports would be one
            // for all of them.
            for (name, end) in [&flow.from, &flow.to].into_iter().zip(ends) {
                if end.is_none() {
                    outside(name)?;
                }
            }
            continue;
        }
        match ends {
            [Some(from), Some(to)] => {
                for (at, other, is_source) in [(from, to, true), (to, from, false)] {
                    let Some(wanted) = all.get_mut(&at) else {
                        continue;
                    };
                    let map = if is_source {
                        &mut wanted.to
                    } else {
                        &mut wanted.from
                    };
                    let slot = map.entry(other).or_default();
                    *slot = slot.union(&flow.allow);
                }
            }
            [Some(from), None] => {
                let parts = vec![(flow.allow.clone(), outside(&flow.to)?)];
                if let Some(wanted) = all.get_mut(&from) {
                    wanted.to_outside = joined(&wanted.to_outside, &parts);
                }
            }
            [None, Some(to)] => {
                let parts = vec![(flow.allow.clone(), outside(&flow.from)?)];
                if let Some(wanted) = all.get_mut(&to) {
                    wanted.from_outside = joined(&wanted.from_outside, &parts);
                }
            }
            [None, None] => return Err(unknown(&flow.from)),
        }
    }
    Ok(all)
}

fn outside(name: &str) -> Result<IpSet, String> {
    if name == WORLD {
        return Ok(IpSet::full());
    }
    IpSet::cidr(name).map_err(|_| unknown(name))
}

fn unknown(name: &str) -> String {
    format!("`{name}` is no workload of what was read, no CIDR and not `{WORLD}`")
}

/// Computes the answer with the policies in force, and holds it against what was asked for.
fn prove(cluster: &Cluster, wanted: &BTreeMap<usize, Wanted>, out: &mut Generated) {
    let file = File {
        name: "generated".to_owned(),
        bytes: out.text.clone().into_bytes(),
    };
    let written = read([file]);
    let mut after = cluster.clone();
    after
        .policies
        .retain(|policy| policy.tier != Tier::Namespace);
    after.policies.extend(written.policies);
    after
        .policies
        .sort_by_key(|policy| (policy.tier, policy.priority));
    let reach = Reach::new(&after);
    let mut differences: Vec<String> = written
        .unknowns
        .iter()
        .filter(|unknown| unknown.path.is_some())
        .map(|unknown| format!("a generated policy is not understood: {}", unknown.reason))
        .collect();
    let pods = cluster.endpoints.iter().filter_map(|it| it.address);
    let pods = pods.fold(IpSet::default(), |all, one| all.union(&IpSet::one(one)));
    for (at, wanted) in wanted.iter().filter(|(at, _)| !is_host(cluster, **at)) {
        let name = cluster.display(*at);
        for (other, id) in reach.row(*at).into_iter().enumerate() {
            let asked = wanted.to.get(&other).cloned().unwrap_or_default();
            let is = reach.connections(if is_host(cluster, other) { NONE } else { id });
            let is_one_pod = other == *at
                && cluster
                    .workloads
                    .get(*at)
                    .is_some_and(|it| &*it.kind == "Pod");
            if asked != is && !is_one_pod {
                differences.push(format!(
                    "{name} to {}: asked for {asked}, allowed is {is}",
                    cluster.display(other)
                ));
            }
        }
        for (asked, is, words) in [
            (&wanted.to_outside, reach.to_outside(*at), "to"),
            (&wanted.from_outside, reach.from_outside(*at), "from"),
        ] {
            // An address of a pod is not outside.
            let plain = |parts: &Outside| {
                let parts = parts
                    .iter()
                    .map(|(allow, set)| (allow.clone(), set.minus(&pods)));
                let parts = parts.filter(|(_, set)| !set.is_empty());
                parts.collect::<BTreeSet<_>>()
            };
            if plain(asked) != plain(&is) {
                differences.push(format!(
                    "{name} {words} addresses outside: not as asked for"
                ));
            }
        }
    }
    let more = differences.len().saturating_sub(DIFFERENCES_MAX);
    differences.truncate(DIFFERENCES_MAX);
    if more > 0 {
        differences.push(format!("and {more} more"));
    }
    out.differences = differences;
}
