//! Workloads that stand open: to any source, or to reach anything.

use plimsoll_model::{Date, Finding, FindingKind, Location, Severity};
use xxhash_rust::xxh3::Xxh3;

use super::address::IpSet;
use super::connection::Connections;
use super::reach::{Outside, Reach};

/// A way to stand open, with its text.
pub struct Exposure {
    /// Names the defect: `open-to-any-source`.
    pub id: &'static str,
    pub title: &'static str,
    pub severity: Severity,
    pub why: &'static str,
    pub mend: &'static str,
}

/// Every one, in order of id.
pub const EXPOSURES: [Exposure; 6] = [
    Exposure {
        id: "may-reach-anything",
        title: "may open connections to every pod and every address",
        severity: Severity::Medium,
        why: "Whoever takes over one of its containers looks for the next from there, and carries out what was found.",
        mend: "Add a NetworkPolicy with `policyTypes: [Egress]` for its namespace, and rules for what it needs; `network generate` writes them.",
    },
    Exposure {
        id: "may-reach-api-server",
        title: "may open connections to the API server",
        severity: Severity::Low,
        why: "With a service account's token, stolen or mounted without need, the API server is the way to everything else.",
        mend: "Let only what speaks with the API server reach its addresses.",
    },
    Exposure {
        id: "may-reach-metadata",
        title: "may open connections to the metadata endpoint of the cloud",
        severity: Severity::Medium,
        why: "169.254.169.254 and fd00:ec2::254 hand the credentials of the node to whoever asks from it.",
        mend: "Leave 169.254.169.254/32 and fd00:ec2::254/128 out of what egress rules allow (`except`).",
    },
    Exposure {
        id: "may-reach-world",
        title: "may open connections to every address outside the cluster",
        severity: Severity::Low,
        why: "What may speak with any address can carry data out and take orders in.",
        mend: "Name the addresses that it needs in an egress rule's `ipBlock`.",
    },
    Exposure {
        id: "open-to-any-source",
        title: "accepts connections from every pod and every address",
        severity: Severity::Medium,
        why: "One container that was broken into reaches it from anywhere, in whatever namespace it runs.",
        mend: "Add a NetworkPolicy with `policyTypes: [Ingress]` for its namespace, and rules for who uses it; `network generate` writes them.",
    },
    Exposure {
        id: "reachable-from-outside",
        title: "is led to from outside the cluster",
        severity: Severity::Negligible,
        why: "Not a defect by itself: it is the cluster's face, and the first thing to be attacked.",
        mend: "Make sure that it is meant; else take the Ingress, the route or the Service's type away.",
    },
];

/// How many of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    pub workloads: usize,
    pub any_source: usize,
    pub anything: usize,
    pub metadata: usize,
    pub api_server: usize,
    pub world: usize,
    pub from_outside: usize,
    /// On the network of their node.
    pub host_network: usize,
}

/// What stands open, and how much of all that is.
pub fn open(reach: &Reach<'_>, today: Date) -> (Vec<Finding>, Summary) {
    let mut out = Vec::new();
    let mut summary = Summary {
        workloads: reach.cluster.workloads.len(),
        ..Summary::default()
    };
    let direct = super::flows::ways_in(reach, super::cluster::EntryKind::Direct);
    let routed = super::flows::ways_in(reach, super::cluster::EntryKind::Controller);
    for at in 0..summary.workloads {
        let mut say = |id: &str, detail: &str| out.extend(finding(reach, at, id, detail, today));
        let endpoints = reach.cluster.endpoints.get(reach.cluster.endpoints_of(at));
        let is_host = endpoints
            .unwrap_or_default()
            .iter()
            .any(|it| it.host_network);
        summary.host_network += usize::from(is_host);
        let host = if is_host {
            "on the network of its node: policies do not hold for it"
        } else {
            ""
        };
        let (back, forth) = (reach.from_outside(at), reach.to_outside(at));
        let from_pods = reach.from_every_pod(at);
        let from_all = whole(&back, &IpSet::full()).intersection(&from_pods);
        if !from_all.is_empty() {
            summary.any_source += 1;
            say("open-to-any-source", &on(host, &from_all));
        }
        let to_world = whole(&forth, &IpSet::full());
        let to_all = to_world.intersection(&reach.to_every_pod(at));
        let is_all = !to_all.is_empty();
        if is_all {
            summary.anything += 1;
            say("may-reach-anything", &on(host, &to_all));
        }
        if !to_world.is_empty() {
            summary.world += 1;
            if !is_all {
                say("may-reach-world", &on(host, &to_world));
            }
        }
        if metadata(&forth) {
            summary.metadata += 1;
            say("may-reach-metadata", host);
        }
        if api_server(reach, &forth) {
            summary.api_server += 1;
            if !is_all {
                say("may-reach-api-server", host);
            }
        }
        let ways = direct.get(&at).into_iter().chain(routed.get(&at)).flatten();
        let ways: Vec<String> = ways.map(|(by, ports)| format!("{by} to {ports}")).collect();
        if !ways.is_empty() {
            summary.from_outside += 1;
            say("reachable-from-outside", &format!("by {}", ways.join(", ")));
        }
    }
    (out, summary)
}

/// What is allowed with every one of some addresses.
fn whole(parts: &Outside, with: &IpSet) -> Connections {
    let mut left = with.clone();
    let mut out = Connections::all();
    for (connections, set) in parts {
        if !set.intersection(with).is_empty() {
            out = out.intersection(connections);
            left = left.minus(set);
        }
    }
    if left.is_empty() {
        out
    } else {
        Connections::none()
    }
}

/// The addresses at which clouds serve metadata.
const METADATA: [&str; 2] = ["169.254.169.254/32", "fd00:ec2::254/128"];

fn metadata(parts: &Outside) -> bool {
    let reaches = |(connections, set): &(Connections, IpSet)| {
        METADATA
            .iter()
            .filter_map(|cidr| IpSet::cidr(cidr).ok())
            .any(|address| {
                !set.intersection(&address).is_empty()
                    && connections.contains(super::connection::Protocol::Tcp, 80)
            })
    };
    parts.iter().any(reaches)
}

/// By the addresses that are known; else where every address may be reached on its usual ports.
fn api_server(reach: &Reach<'_>, parts: &Outside) -> bool {
    use super::connection::Protocol::Tcp;
    if let Some((addresses, ports)) = &reach.cluster.api_server {
        return parts.iter().any(|(connections, set)| {
            !set.intersection(addresses).is_empty() && !connections.intersection(ports).is_empty()
        });
    }
    let all = whole(parts, &IpSet::full());
    all.contains(Tcp, 443) || all.contains(Tcp, 6443)
}

fn on(host: &str, connections: &Connections) -> String {
    match (host.is_empty(), connections.is_all()) {
        (true, true) => String::new(),
        (true, false) => format!("on {connections}"),
        (false, _) => host.to_owned(),
    }
}

fn finding(reach: &Reach<'_>, at: usize, id: &str, detail: &str, today: Date) -> Option<Finding> {
    let cluster = reach.cluster;
    let workload = cluster.workloads.get(at)?;
    let exposure = EXPOSURES.iter().find(|it| it.id == id)?;
    let namespace = cluster.namespace_of(at);
    let mut hash = Xxh3::new();
    for part in [id, namespace, &workload.name, &workload.kind] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    let subject = format!("{} {namespace}/{}", workload.kind, workload.name);
    let detail = if detail.is_empty() {
        String::new()
    } else {
        format!(" ({detail})")
    };
    let title = format!("{subject}: {}{detail}", exposure.title);
    let mut finding = Finding::new(
        FindingKind::Exposure,
        id,
        format!("{:032x}", hash.digest128()),
        exposure.severity,
        plimsoll_model::text::clean(&title).into_owned(),
    );
    finding.subject = Some(plimsoll_model::text::clean(&subject).into_owned());
    finding.mend = Some(exposure.mend.to_owned());
    let file = cluster
        .files
        .get(workload.origin.file)
        .map_or("", String::as_str);
    let place = workload.origin.at;
    finding.locations = vec![Location {
        line: Some(place.line),
        column: Some(place.column),
        ..Location::file(file)
    }];
    if let Some(allowances) = cluster.allowances.get(workload.origin.file) {
        let is_called = |id: &str| finding.is_called(id);
        finding.excepted = allowances.excepted(is_called, place.line, file, today);
    }
    Some(finding)
}
