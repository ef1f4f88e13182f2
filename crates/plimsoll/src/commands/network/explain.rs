//! `network explain`: which policies and rules decide.

use std::fmt::Write as _;

use plimsoll_network::cluster::{Action, Tier};
use plimsoll_network::connection::Connections;
use plimsoll_network::explain::{End, Explained, RuleSaid, Side, explain};
use plimsoll_network::flows::Flow;
use plimsoll_network::{Cluster, Direction, Reach};
use serde_json::{Value, json};

use super::document::{Form, Wanted};
use super::{input, json as flows, port, told, understood};
use crate::cli::NetworkExplainArgs;
use crate::failure::Failure;
use crate::session::Session;
use plimsoll_network::party::Parties;

pub fn run(
    session: &Session,
    arguments: &NetworkExplainArgs,
    wanted: &Wanted,
) -> Result<u8, Failure> {
    let wanted = wanted.only(&[Form::Table, Form::Json])?;
    let (cluster, _) = input(&arguments.input.paths, &arguments.input.cluster)?;
    let (from, to) = (
        end(&cluster, &arguments.from)?,
        end(&cluster, &arguments.to)?,
    );
    let asked = arguments.port.as_deref().map(port).transpose()?;
    let explained = explain(&cluster, from, to);
    let names = [(from, &arguments.from), (to, &arguments.to)].map(|(end, text)| match end {
        End::Workload(at) => cluster.display(at),
        End::Address(_) => text.clone(),
    });
    let reach = Reach::new(&cluster);
    let unknowns = reach.all_unknowns();
    wanted.write(|form, out| {
        if form == Form::Json {
            let unknowns: Vec<Value> = unknowns.iter().map(flows::unknown).collect();
            let value = value(&cluster, &explained, &names, &unknowns);
            return writeln!(out, "{value}");
        }
        out.write_all(text(&cluster, &explained, &names, asked.as_ref()).as_bytes())
    })?;
    Ok(told(session, &reach, &unknowns))
}

/// One workload, or one address; of `world` any.
fn end(cluster: &Cluster, text: &str) -> Result<End, Failure> {
    let parties = Parties::parse(text, cluster)
        .map_err(|reason| understood(&format!("`{text}`"), &reason))?;
    if let Some(address) = parties.outside.sample() {
        // Of everything outside an address that nothing special is known of.
        let usual = [std::net::IpAddr::from([203, 0, 113, 1]), address];
        let address = usual.into_iter().find(|it| parties.outside.contains(*it));
        return Ok(End::Address(address.unwrap_or(usual[1])));
    }
    let mut chosen = (0..cluster.workloads.len()).filter(|at| parties.has(*at));
    match (chosen.next(), chosen.next()) {
        (Some(at), None) => Ok(End::Workload(at)),
        (Some(a), Some(b)) => {
            let names = [a, b].map(|at| cluster.display(at));
            Err(Failure::new(format!(
                "failed to choose between {} and {}",
                names[0], names[1]
            ))
            .hint(
                "name one workload, with its kind where two bear the name: shop/cart[Deployment]",
            ))
        }
        _ => Err(understood(
            &format!("`{text}`"),
            "it is neither a workload nor an address",
        )),
    }
}

fn text(
    cluster: &Cluster,
    explained: &Explained,
    names: &[String; 2],
    asked: Option<&Connections>,
) -> String {
    let mut out = String::new();
    let [from, to] = names;
    let _ = writeln!(out, "{from} -> {to}: {}", explained.allow);
    if let Some(asked) = asked {
        let word = if explained.allow.covers(asked) {
            "yes"
        } else if explained.allow.intersection(asked).is_empty() {
            "no"
        } else {
            "in part"
        };
        let _ = writeln!(out, "{asked}: {word}");
    }
    if explained.is_of_first {
        out.push_str("the pods of a workload differ in what holds for them: this is about the first of them\n");
    }
    if from == to {
        out.push_str("a pod always reaches itself: this is about two pods of the workload\n");
    }
    for side in &explained.sides {
        about(cluster, side, names, &mut out);
    }
    let wanted = match asked {
        Some(asked) => asked.clone(),
        None if explained.allow.is_empty() => Connections::all(),
        None => Connections::none(),
    };
    for side in explained
        .sides
        .iter()
        .filter(|side| !side.allow.covers(&wanted))
    {
        let lacks = wanted.minus(&side.allow);
        let (word, other) = match side.direction {
            Direction::Egress => ("egress", format!("to {to}")),
            Direction::Ingress => ("ingress", format!("from {from}")),
        };
        let _ = writeln!(
            out,
            "missing: a rule for {word} of {} {other} for {lacks}",
            cluster.display(side.workload)
        );
    }
    out
}

fn about(cluster: &Cluster, side: &Side, names: &[String; 2], out: &mut String) {
    let name = cluster.display(side.workload);
    let _ = writeln!(
        out,
        "\n{} of {name}: {}",
        side.direction.as_str(),
        side.allow
    );
    if side.host_network {
        out.push_str("  it is on the network of its node: policies do not hold for it\n");
        return;
    }
    let mut has_own = false;
    for said in &side.policies {
        let Some(policy) = cluster.policies.get(said.policy) else {
            continue;
        };
        has_own |= policy.tier == Tier::Namespace;
        let _ = writeln!(
            out,
            "  {} ({})",
            policy.display(),
            cluster.place(policy.origin)
        );
        for rule in &said.rules {
            let name = if rule.name.is_empty() {
                String::new()
            } else {
                format!(" `{}`", rule.name)
            };
            let _ = writeln!(
                out,
                "    {}{name}: {}",
                cluster.place(rule.origin),
                sentence(rule)
            );
        }
        if said.rules.is_empty() {
            out.push_str("    no rules\n");
        }
    }
    let other = if side.direction == Direction::Egress {
        &names[1]
    } else {
        &names[0]
    };
    let _ = match (side.policies.is_empty(), has_own) {
        (true, _) => writeln!(out, "  no policy holds for it: everything is let through"),
        (_, true) => writeln!(
            out,
            "  what no NetworkPolicy allows is denied (the other end is {other})"
        ),
        (_, false) => writeln!(
            out,
            "  no NetworkPolicy holds for it: what is not decided above is let through"
        ),
    };
}

fn sentence(rule: &RuleSaid) -> String {
    let verb = match rule.action {
        Action::Allow => "allows",
        Action::Deny => "denies",
        Action::Pass => "passes on",
    };
    if rule.is_for {
        format!("{verb} {}", rule.ports)
    } else {
        "is for others".to_owned()
    }
}

fn value(
    cluster: &Cluster,
    explained: &Explained,
    names: &[String; 2],
    unknowns: &[Value],
) -> Value {
    let [from, to] = names.clone();
    let flow = Flow {
        from,
        to,
        allow: explained.allow.clone(),
        by: Vec::new(),
    };
    let connections = |connections: &Connections| {
        let list = connections.listed().into_iter();
        list.map(|(protocol, ports)| json!({"protocol": protocol, "ports": ports}))
            .collect::<Vec<_>>()
    };
    let mut sides = Vec::new();
    for side in &explained.sides {
        let mut policies = Vec::new();
        for said in &side.policies {
            let Some(policy) = cluster.policies.get(said.policy) else {
                continue;
            };
            let rules: Vec<Value> = said
                .rules
                .iter()
                .map(|rule| {
                    json!({
                        "place": cluster.place(rule.origin),
                        "action": format!("{:?}", rule.action).to_lowercase(),
                        "matches": rule.is_for,
                        "ports": connections(&rule.ports),
                    })
                })
                .collect();
            policies.push(json!({"policy": policy.display(), "place": cluster.place(policy.origin), "rules": rules}));
        }
        sides.push(json!({
            "direction": side.direction.as_str(),
            "of": cluster.display(side.workload),
            "host_network": side.host_network,
            "policies": policies,
            "allow": connections(&side.allow),
        }));
    }
    json!({"schema": "plimsoll.network/v1", "flows": [flows::value(&flow)], "explanation": sides, "unknowns": unknowns})
}
