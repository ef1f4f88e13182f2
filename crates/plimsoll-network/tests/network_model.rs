//! Random clusters through the computation and through a model that asks every pair, protocol and
//! port class one by one, written from the specifications' sentences.
//!
//! Wherever an answer could change (a port, an end of an address range), the numbers at and beside
//! it are asked.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "network_model/generate.rs"]
mod generate;
#[path = "network_model/judge.rs"]
mod judge;
#[path = "network_model/model.rs"]
mod model;
#[path = "network_model/write.rs"]
mod write;

use plimsoll_network::flows::{Filter, each};
use plimsoll_network::generate::generate as generate_policies;
use plimsoll_network::{Cluster, Reach, connection::Protocol, read};
use plimsoll_object::File;

use crate::generate::Random;
use crate::judge::{PORTS, Party, addresses, reaches};
use crate::model::Model;

/// Random clusters that must agree.
const CLUSTERS: u64 = 10_000;

fn read_text(text: String) -> Cluster {
    read([File {
        name: "cluster.yaml".to_owned(),
        bytes: text.into_bytes(),
    }])
}

/// Every answer for one cluster: what differs, if anything.
fn disagreement(
    model: &Model,
    cluster: &Cluster,
    asked: &mut u64,
    open: &mut u64,
) -> Option<String> {
    let reach = Reach::new(cluster);
    let position = |pod: usize| {
        let name = model.display(pod);
        (0..cluster.workloads.len()).find(|at| cluster.display(*at) == name)
    };
    let positions: Vec<usize> = (0..model.pods.len())
        .map(|pod| position(pod).unwrap())
        .collect();
    let points = addresses(model);
    for (from, at) in positions.iter().enumerate() {
        let row = reach.row(*at);
        let mut asks = Vec::new();
        for (to, other) in positions.iter().enumerate() {
            asks.push((
                Party::Pod(from),
                Party::Pod(to),
                reach.connections(row[*other]),
            ));
        }
        let (out, back) = (reach.to_outside(*at), reach.from_outside(*at));
        for point in &points {
            let of = |parts: &[(plimsoll_network::connection::Connections, _)]| {
                let part = parts
                    .iter()
                    .find(|(_, set): &&(_, plimsoll_network::address::IpSet)| set.contains(*point));
                part.map(|(connections, _)| connections.clone())
                    .unwrap_or_default()
            };
            asks.push((Party::Pod(from), Party::Address(*point), of(&out)));
            asks.push((Party::Address(*point), Party::Pod(from), of(&back)));
        }
        for (source, destination, answer) in asks {
            for protocol in Protocol::ALL {
                for port in PORTS {
                    let expected = reaches(model, source, destination, protocol, port);
                    *asked += 1;
                    *open += u64::from(expected);
                    if answer.contains(protocol, port) != expected {
                        return Some(format!(
                            "{source:?} -> {destination:?} {protocol:?} {port}: expected {expected}, answered {answer}"
                        ));
                    }
                }
            }
        }
    }
    None
}

#[test]
fn agrees_with_the_model_on_random_clusters() {
    let (mut asked, mut open) = (0, 0);
    for seed in 0..CLUSTERS {
        let model = generate::cluster(&mut Random::new(seed));
        let text = write::manifests(&model);
        let cluster = read_text(text.clone());
        let odd: Vec<_> = cluster
            .unknowns
            .iter()
            .filter(|it| it.path.is_some())
            .collect();
        assert!(odd.is_empty(), "seed {seed}: {odd:?}\n{text}");
        if let Some(words) = disagreement(&model, &cluster, &mut asked, &mut open) {
            panic!("seed {seed}: {words}\n{text}");
        }
    }
    // A model that always says the same would agree as well.
    assert!(
        open > asked / 10 && open < asked - asked / 10,
        "{open} of {asked}"
    );
}

/// A model that cannot see a defect proves nothing: a changed cluster must be told apart.
#[test]
fn the_model_notices_what_is_changed() {
    let mut noticed = 0;
    for seed in 0..300 {
        let model = generate::cluster(&mut Random::new(seed));
        let mut cluster = read_text(write::manifests(&model));
        if cluster.policies.is_empty() {
            continue;
        }
        let policies = cluster.policies.len() as u64;
        cluster
            .policies
            .remove(Random::new(seed).below(policies) as usize);
        noticed += u32::from(disagreement(&model, &cluster, &mut 0, &mut 0).is_some());
    }
    assert!(noticed > 50, "only {noticed} removed policies were noticed");
}

/// Policies written for the flows of a random cluster allow exactly these.
#[test]
fn generated_policies_allow_exactly_the_flows() {
    let mut proven = 0;
    for seed in 0..600 {
        let mut model = generate::cluster(&mut Random::new(seed));
        model.admin.clear();
        let cluster = read_text(write::manifests(&model));
        let mut flows = Vec::new();
        each(&Reach::new(&cluster), &Filter::default(), |flow| {
            flows.push(flow);
            true
        });
        let generated = generate_policies(&cluster, &flows, false).unwrap();
        if generated.left_out.is_empty() {
            assert!(
                generated.differences.is_empty(),
                "seed {seed}: {:?}\n{}",
                generated.differences,
                generated.text
            );
            proven += 1;
        }
    }
    assert!(proven > 100, "only {proven}");
}
