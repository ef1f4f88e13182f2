//! Who reaches whom: policies, lists of flows, sentences to be proven.

use plimsoll_network::cluster::Tier;
use plimsoll_network::flows::{Filter, Flow, each, folded};
use plimsoll_network::generate::{draft, generate};
use plimsoll_network::prove::{Proof, Property};
use plimsoll_network::{Cluster, Reach, flow_list, open, read};
use plimsoll_object::{File, yaml};

use super::configuration::{TODAY, cut};
use super::target;
use crate::Target;
use crate::seeds::rights as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "network",
        "pods and policies, and who reaches whom",
        Some("kubernetes"),
        network,
        seeds::network
    ),
    target!(
        "network_flows",
        "lists of flows, and the policies written for them",
        Some("network"),
        flows,
        seeds::flows
    ),
    target!(
        "network_property",
        "sentences about the network",
        Some("network"),
        property,
        seeds::properties
    ),
];

/// Most workloads whose rows are all compared.
const WORKLOADS_MAX: usize = 64;

/// A cluster in which names mean something.
fn cluster(text: &[u8]) -> Cluster {
    read([File {
        name: "a.yaml".to_owned(),
        bytes: text.to_vec(),
    }])
}

fn all(reach: &Reach<'_>) -> Vec<Flow> {
    let mut out = Vec::new();
    each(reach, &Filter::default(), |flow| {
        out.push(flow);
        out.len() < 100_000
    });
    out
}

/// Policies take away and add nothing; the answer is the same twice; drafted policies read back.
fn network(data: &[u8]) {
    let data = cut(data);
    let cluster = self::cluster(data);
    let count = cluster.workloads.len();
    if count > WORKLOADS_MAX {
        return;
    }
    let reach = Reach::new(&cluster);
    let flows = all(&reach);
    let mut without = cluster.clone();
    without.policies.clear();
    let open_reach = Reach::new(&without);
    for from in 0..count {
        let rows = reach.row(from).into_iter().zip(open_reach.row(from));
        for (is, most) in rows {
            let (is, most) = (reach.connections(is), open_reach.connections(most));
            assert!(most.covers(&is), "{is} of {most}");
        }
    }
    let again = self::cluster(data);
    let again = Reach::new(&again);
    assert_eq!(all(&again), flows);
    assert_eq!(again.all_unknowns(), reach.all_unknowns());
    assert!(folded(&reach, &Filter::default()).len() <= flows.len());
    let (findings, _) = open::open(&reach, TODAY);
    assert_eq!(open::open(&again, TODAY).0, findings);
    let drafted = draft(&cluster);
    let generated = generate(&cluster, &drafted, true).expect("flows of our own");
    written(&generated.text, generated.policies);
    for difference in &generated.differences {
        assert!(!difference.contains("not understood"), "{difference}");
    }
}

/// Policies that were written are as many, and no YAML but ours.
fn written(text: &str, policies: usize) {
    let (documents, error) = yaml::parse(text.as_bytes());
    assert_eq!(error, None, "{text}");
    assert_eq!(documents.len(), policies, "{text}");
    let cluster = cluster(text.as_bytes());
    assert_eq!(cluster.policies.len(), policies, "{text}");
    assert!(cluster.policies.iter().all(|it| it.tier == Tier::Namespace));
}

/// What is asked for among distinct pods is what the policies allow.
fn flows(data: &[u8]) {
    let listed = flow_list::read(cut(data));
    assert_eq!(flow_list::read(cut(data)), listed);
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            assert!(error.line >= 1 && !error.reason.is_empty());
            return;
        }
    };
    let cluster = cluster(seeds::PODS.as_bytes());
    let Ok(generated) = generate(&cluster, &listed, false) else {
        return;
    };
    written(&generated.text, generated.policies);
    assert_eq!(generated.differences, Vec::<String>::new());
}

/// Twice the same; who is refuted is told a flow.
fn property(data: &[u8]) {
    let text = String::from_utf8_lossy(cut(data));
    let cluster = cluster(seeds::PODS.as_bytes());
    let property = Property::parse(&text, &cluster);
    assert_eq!(Property::parse(&text, &cluster), property);
    let property = match property {
        Ok(property) => property,
        Err(reason) => {
            assert!(!reason.is_empty());
            return;
        }
    };
    let reach = Reach::new(&cluster);
    let proof = property.prove(&reach);
    assert_eq!(property.prove(&reach), proof);
    if let Proof::Refuted(flow) = &proof {
        assert!(!flow.from.is_empty() && !flow.to.is_empty());
        assert!(!flow.allow.is_empty(), "{flow:?}");
    }
    // What never reaches does not reach, unless nobody was meant to.
    if let Property::Always { from, to, on } = &property {
        let never = Property::Never {
            from: from.clone(),
            to: to.clone(),
            on: on.clone(),
        };
        let pairs = from.workloads.iter().filter(|is| **is).count() > 0
            && to.workloads.iter().filter(|is| **is).count() > 1;
        if proof == Proof::Proven && pairs && !on.is_empty() {
            assert_ne!(never.prove(&reach), Proof::Proven, "{text}");
        }
    }
}
