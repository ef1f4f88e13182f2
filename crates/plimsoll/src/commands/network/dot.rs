//! Flows as a graph for Graphviz: a box for each namespace, an arrow for each flow.

use std::io::{self, Write};

use plimsoll_network::Reach;
use plimsoll_network::flows::Flow;

pub fn begin(reach: &Reach<'_>, out: &mut dyn Write) -> io::Result<()> {
    let cluster = reach.cluster;
    writeln!(
        out,
        "digraph network {{\n  rankdir=LR;\n  node [shape=box];"
    )?;
    for (at, namespace) in cluster.namespaces.iter().enumerate() {
        let within = (0..cluster.workloads.len()).filter(|it| {
            cluster
                .workloads
                .get(*it)
                .is_some_and(|it| it.namespace == at)
        });
        let within: Vec<usize> = within.collect();
        if within.is_empty() {
            continue;
        }
        writeln!(
            out,
            "  subgraph cluster_{at} {{\n    label={};",
            quoted(&namespace.name)
        )?;
        for workload in within {
            let name = cluster.display(workload);
            let short = cluster.workloads.get(workload).map_or("", |it| &*it.name);
            writeln!(out, "    {} [label={}];", quoted(&name), quoted(short))?;
        }
        writeln!(out, "  }}")?;
    }
    Ok(())
}

pub fn flow(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    let label = flow.allow.to_string();
    writeln!(
        out,
        "  {} -> {} [label={}];",
        quoted(&flow.from),
        quoted(&flow.to),
        quoted(&label)
    )
}

pub fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "}}")
}

fn quoted(text: &str) -> String {
    let text = plimsoll_model::text::clean(text);
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
