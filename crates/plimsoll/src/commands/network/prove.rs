//! `network prove`: whether a sentence holds.

use serde_json::{Value, json};

use plimsoll_network::Reach;
use plimsoll_network::prove::{Proof, Property};

use super::document::{Form, Wanted};
use super::{input, json, told, understood};
use crate::cli::NetworkProveArgs;
use crate::commands::{EXIT_DENIED, EXIT_PARTLY};
use crate::failure::Failure;
use crate::session::Session;

pub fn run(
    session: &Session,
    arguments: &NetworkProveArgs,
    wanted: &Wanted,
) -> Result<u8, Failure> {
    let mut words = arguments.words.iter();
    let mut sentences = arguments.also.clone();
    if let (Some(from), Some(to)) = (&arguments.only_from, &arguments.to) {
        sentences.push(format!("{to} accepts only from {from}"));
    } else {
        sentences.splice(0..0, words.next().cloned());
    }
    let paths: Vec<_> = words.map(std::path::PathBuf::from).collect();
    if paths.is_empty() && !arguments.cluster.cluster {
        return Err(
            Failure::new("failed to find what to look at: no file or folder is named")
                .hint("plimsoll network prove 'project-a accepts only from project-a' deploy/"),
        );
    }
    let wanted = wanted.only(&[Form::Table, Form::Json])?;
    let (cluster, _) = input(&paths, &arguments.cluster)?;
    let reach = Reach::new(&cluster);
    let mut proofs = Vec::new();
    for sentence in &sentences {
        let property = Property::parse(sentence, &cluster)
            .map_err(|reason| understood(&format!("`{sentence}`"), &reason))?;
        let proof = property.prove(&reach);
        proofs.push((sentence, property, proof));
    }
    let unknowns = reach.all_unknowns();
    let is_partial = !unknowns.is_empty();
    wanted.write(|form, out| {
        if form == Form::Json {
            let list: Vec<Value> = proofs.iter().map(|(sentence, property, proof)| value(sentence, property, proof, is_partial)).collect();
            let unknowns: Vec<Value> = unknowns.iter().map(json::unknown).collect();
            let all = json!({"schema": "plimsoll.network/v1", "properties": list, "unknowns": unknowns});
            return writeln!(out, "{all}");
        }
        for (sentence, property, proof) in &proofs {
            let sentence = plimsoll_model::text::clean(sentence);
            match proof {
                Proof::Proven if is_partial => writeln!(out, "not proven: {sentence}\n  nothing speaks against it, but not everything could be read")?,
                Proof::Proven => writeln!(out, "proven: {sentence}")?,
                Proof::Refuted(flow) => {
                    let word = if property.wants_flows() { "is not allowed" } else { "is allowed" };
                    writeln!(out, "refuted: {sentence}\n  {} -> {}: {} {word}", flow.from, flow.to, flow.allow)?;
                }
            }
        }
        Ok(())
    })?;
    let code = told(session, &reach, &unknowns);
    if proofs
        .iter()
        .any(|(_, _, proof)| matches!(proof, Proof::Refuted(_)))
    {
        return Ok(session.configuration.exit_code.unwrap_or(EXIT_DENIED));
    }
    // A proof that rests on half of what is there is none.
    Ok(if is_partial { EXIT_PARTLY } else { code })
}

fn value(sentence: &str, property: &Property, proof: &Proof, is_partial: bool) -> Value {
    match proof {
        Proof::Proven if is_partial => json!({"property": sentence, "result": "unknown"}),
        Proof::Proven => json!({"property": sentence, "result": "proven"}),
        Proof::Refuted(flow) => {
            let key = if property.wants_flows() {
                "missing"
            } else {
                "counterexample"
            };
            json!({"property": sentence, "result": "refuted", key: json::value(flow)})
        }
    }
}
