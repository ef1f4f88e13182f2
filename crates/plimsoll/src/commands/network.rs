//! `network`: who can reach whom.

use std::path::PathBuf;

use plimsoll_check::network::connection::Connections;
use plimsoll_check::network::flows::Filter;
use plimsoll_check::network::party::Parties;
use plimsoll_check::network::{Cluster, Reach, prove::ports, read};
use plimsoll_model::Unknown;

use crate::cli::{NetworkArgs, NetworkCommand, NetworkReachArgs};
use crate::commands::{EXIT_ALLOWED, EXIT_PARTLY};
use crate::failure::Failure;
use crate::gather::Gathered;
use crate::render;
use crate::session::Session;
use crate::talk;

mod diff;
mod document;
mod dot;
mod explain;
mod flow_list;
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

/// What stands in files and folders.
pub fn cluster(paths: &[PathBuf]) -> Result<Cluster, Failure> {
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
            "{} workloads, {} network policies, {} namespaces{}",
            cluster.workloads.len(),
            cluster.policies.len(),
            cluster.namespaces.len(),
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
