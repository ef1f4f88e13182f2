//! `network`: who can reach whom.

use std::path::PathBuf;

use plimsoll_cluster::Resource;
use plimsoll_model::Unknown;
use plimsoll_model::text::counted;
use plimsoll_network::connection::Connections;
use plimsoll_network::flows::Filter;
use plimsoll_network::party::Parties;
use plimsoll_network::{Cluster, Reach, prove::ports, read};

use crate::cli::{ClusterArgs, NetworkArgs, NetworkCommand, NetworkReachArgs};
use crate::cluster as live;
use crate::commands::{EXIT_ALLOWED, EXIT_PARTLY};
use crate::failure::Failure;
use crate::gather::{self, Gathered};
use crate::render;
use crate::session::Session;
use crate::talk;

mod diff;
mod document;
mod dot;
mod explain;
mod generate;
mod json;
mod open;
mod prove;
mod reach;
mod svg;
mod table;

pub fn run(session: &Session, arguments: &NetworkArgs) -> Result<u8, Failure> {
    let wanted = document::Wanted::parse(arguments)?;
    match &arguments.command {
        NetworkCommand::Reach(arguments) => reach::run(session, arguments, &wanted),
        NetworkCommand::Open(arguments) => open::run(session, arguments),
        NetworkCommand::Explain(arguments) => explain::run(session, arguments, &wanted),
        NetworkCommand::Diff(arguments) => diff::run(session, arguments, &wanted),
        NetworkCommand::Generate(arguments) => generate::run(session, arguments, &wanted),
        NetworkCommand::Prove(arguments) => prove::run(session, arguments, &wanted),
    }
}

/// What stands in files and folders, or in a live cluster; how that is called.
fn input(paths: &[PathBuf], arguments: &ClusterArgs) -> Result<(Cluster, String), Failure> {
    arguments.hold(false)?;
    if !arguments.cluster {
        return Ok((cluster(paths)?, gather::named(paths)));
    }
    let mut connected = live::connect(arguments)?;
    let name = live::named(&connected, &[]);
    let (mut cluster, mut read) = live::stream(&mut connected, &[], &is_of_network, read)?;
    cluster.is_live = true;
    cluster.unknowns.append(&mut read.unknowns);
    read.told(&mut Vec::new(), &mut cluster.unknowns);
    cluster.unknowns.sort();
    Ok((cluster, name))
}

/// Kinds that say who is where and who may reach whom.
fn is_of_network(resource: &Resource) -> bool {
    let kind = resource.kind.as_str();
    match resource.group.as_str() {
        "" => matches!(
            kind,
            "Endpoints" | "Namespace" | "Node" | "Pod" | "ReplicationController" | "Service"
        ),
        "discovery.k8s.io" => kind == "EndpointSlice",
        "networking.k8s.io" => matches!(kind, "Ingress" | "NetworkPolicy"),
        "apps" => kind != "ControllerRevision",
        "apps.kruise.io"
        | "apps.openshift.io"
        | "argoproj.io"
        | "batch"
        | "gateway.networking.k8s.io"
        | "policy.networking.k8s.io"
        | "serving.knative.dev" => true,
        "cilium.io" | "crd.antrea.io" | "crd.projectcalico.org" | "projectcalico.org" => {
            kind.ends_with("Policy")
        }
        _ => false,
    }
}

/// What stands in files and folders.
fn cluster(paths: &[PathBuf]) -> Result<Cluster, Failure> {
    let gathered = Gathered::read(paths, render::Options::default())?;
    let mut unknowns = gathered.unknowns;
    let inputs = gathered.inputs.into_iter();
    let mut cluster = read(inputs.filter_map(|input| input.file(&mut unknowns)));
    cluster.unknowns.extend(unknowns);
    cluster.unknowns.sort();
    if cluster.objects == 0 && cluster.unknowns.is_empty() {
        return Err(Failure::new("failed to find a Kubernetes object")
            .hint("an object has `apiVersion` and `kind`; name files, folders or -"));
    }
    Ok(cluster)
}

/// The flags that choose flows.
fn filter(cluster: &Cluster, arguments: &NetworkReachArgs) -> Result<Filter, Failure> {
    let parties = |text: &Option<String>, flag: &str| {
        let read = |text: &String| {
            Parties::parse(text, cluster).map_err(|reason| understood(flag, &reason))
        };
        text.as_ref().map(read).transpose()
    };
    Ok(Filter {
        from: parties(&arguments.from, "--from")?,
        to: parties(&arguments.to, "--to")?,
        within: parties(&arguments.namespace, "--namespace")?,
        ports: arguments.port.as_deref().map(port).transpose()?,
    })
}

fn port(text: &str) -> Result<Connections, Failure> {
    ports(text).map_err(|reason| {
        Failure::new(format!("failed to understand --port: {reason}"))
            .hint("write it as 80, TCP/80,443 or UDP/all")
    })
}

fn understood(what: &str, reason: &str) -> Failure {
    Failure::new(format!("failed to understand {what}: {reason}")).hint(
        "shop is a namespace, shop/cart a workload, shop{app=cart} those with labels, 10.0.0.0/8 addresses, world the rest",
    )
}

/// Says what is unknown and how much there is; the code that unknowns ask for.
fn told(session: &Session, reach: &Reach<'_>, unknowns: &[Unknown]) -> u8 {
    let cluster = reach.cluster;
    if !session.configuration.quiet {
        for unknown in unknowns {
            let path = unknown.path.as_deref().map(|path| format!("{path}: "));
            talk::note(&format!(
                "unknown: {}{}",
                path.unwrap_or_default(),
                unknown.reason
            ));
        }
        talk::note(&format!(
            "{}, {}, {}{}",
            counted(cluster.workloads.len(), "workload", "workloads"),
            counted(cluster.policies.len(), "network policy", "network policies"),
            counted(cluster.namespaces.len(), "namespace", "namespaces"),
            if unknowns.is_empty() {
                ""
            } else {
                "; the answer is partial"
            },
        ));
    }
    if session.configuration.strict && !unknowns.is_empty() {
        return EXIT_PARTLY;
    }
    EXIT_ALLOWED
}
