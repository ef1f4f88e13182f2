//! The answer of `verify`, for a person and for a script (`plimsoll.verify/v1`).

use std::fmt::Write as _;

use plimsoll_model::Digest;
use plimsoll_model::text::{clean, counted};
use plimsoll_trust::answer::{Answer, Checked, Outcome};
use plimsoll_trust::verify::{Expectation, Signer, Verified, Wanted, key_id};
use serde_json::{Map, Value, json};

/// What was looked at.
pub struct Subject {
    pub kind: &'static str,
    pub name: Option<String>,
    pub digest: Digest,
}

/// The answer with its question.
pub struct Report<'a> {
    pub subject: Subject,
    pub expected: &'a Expectation<'a>,
    pub answer: &'a Answer,
}

impl Report<'_> {
    /// One or the other, and several of it.
    fn noun(&self) -> (&'static str, &'static str) {
        match self.expected.wanted {
            Wanted::Signature => ("signature", "signatures"),
            Wanted::Attestation(_) => ("attestation", "attestations"),
        }
    }

    /// For a person.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let name = clean(self.subject.name.as_deref().unwrap_or_default());
        let digest = self.subject.digest.to_string();
        let _ = match name.as_ref() {
            "" => writeln!(out, "{digest}"),
            name if name.ends_with(&digest) => writeln!(out, "{name}"),
            name => writeln!(out, "{name} {digest}"),
        };
        for one in &self.answer.checked {
            self.text_of(one, &mut out);
        }
        for unread in &self.answer.unread {
            let _ = writeln!(
                out,
                "unknown: {}: {}",
                clean(&unread.place),
                clean(&unread.reason)
            );
        }
        let _ = writeln!(out, "\n{}", self.verdict());
        out
    }

    fn text_of(&self, one: &Checked, out: &mut String) {
        let (noun, _) = self.noun();
        let place = one.place.to_string();
        let place = clean(&place);
        match &one.result {
            Err(refusal) => {
                let fault = refusal.fault.as_str();
                let _ = writeln!(out, "refused[{fault}]: {noun} at {place}");
                let _ = writeln!(out, "   = expected: {}", clean(&refusal.expected));
                let _ = writeln!(out, "   = found:    {}", clean(&refusal.found));
            }
            Ok(verified) => {
                let _ = writeln!(out, "verified: {noun} at {place}");
                for (word, text) in self.facts(verified) {
                    let _ = writeln!(out, "   = {word}: {}", clean(&text));
                }
            }
        }
    }

    /// What is told of a signature that counts.
    fn facts(&self, verified: &Verified) -> Vec<(&'static str, String)> {
        let proof = &verified.proof;
        let mut facts = Vec::new();
        match &self.expected.signer {
            Signer::Key(key) => facts.push(("by key", key_id(key))),
            Signer::Certificate(_) => {
                facts.push(("by", proof.identity.clone().unwrap_or_default()));
                facts.push(("issuer", proof.issuer.clone().unwrap_or_default()));
            }
        }
        for (name, claim) in &proof.claims {
            facts.push((name, claim.clone()));
        }
        if let Some(time) = proof.signed_at {
            facts.push(("signed", time.to_string()));
        }
        for index in &proof.log_indexes {
            facts.push(("log entry", index.to_string()));
        }
        if let Some(statement) = &verified.statement {
            facts.push(("predicate", statement.predicate_type.clone()));
        }
        if let Some(name) = &verified.name {
            facts.push(("signed as", name.clone()));
        }
        for (key, value) in &verified.annotations {
            facts.push(("annotation", format!("{key}={value}")));
        }
        facts
    }

    /// The last line.
    fn verdict(&self) -> String {
        let checked = &self.answer.checked;
        let (one, several) = self.noun();
        let good = checked.iter().filter(|one| one.result.is_ok()).count();
        let all = counted(checked.len(), one, several);
        match self.answer.outcome() {
            Outcome::Verified => format!("verified: {good} of {all}"),
            Outcome::Refused if checked.is_empty() => {
                format!("refused: there is no {one}")
            }
            Outcome::Refused => format!("refused: none of {all} counts"),
            Outcome::Unclear => format!(
                "unclear: none of {all} counts, and {} could not be read",
                counted(self.answer.unread.len(), "thing", "things")
            ),
        }
    }

    /// For a script.
    pub fn json(&self) -> Value {
        let mut target = Map::new();
        target.insert("kind".to_owned(), json!(self.subject.kind));
        if let Some(name) = &self.subject.name {
            target.insert("name".to_owned(), json!(name));
        }
        target.insert("digest".to_owned(), json!(self.subject.digest.to_string()));
        let (one, several) = self.noun();
        let list: Vec<Value> = self
            .answer
            .checked
            .iter()
            .map(|one| self.json_of(one))
            .collect();
        let unknowns: Vec<Value> = (self.answer.unread.iter())
            .map(|unread| json!({"place": unread.place, "reason": unread.reason}))
            .collect();
        json!({
            "schema": "plimsoll.verify/v1",
            "target": target,
            "wanted": one,
            "outcome": self.answer.outcome().as_str(),
            several: list,
            "unknowns": unknowns,
        })
    }

    fn json_of(&self, one: &Checked) -> Value {
        let mut value = Map::new();
        value.insert("place".to_owned(), json!(one.place.to_string()));
        value.insert("digest".to_owned(), json!(one.digest.to_string()));
        value.insert("verified".to_owned(), json!(one.result.is_ok()));
        match &one.result {
            Err(refusal) => {
                value.insert(
                    "refused".to_owned(),
                    json!({
                        "fault": refusal.fault.as_str(),
                        "expected": refusal.expected,
                        "found": refusal.found,
                    }),
                );
            }
            Ok(verified) => self.json_of_good(verified, &mut value),
        }
        Value::Object(value)
    }

    fn json_of_good(&self, verified: &Verified, value: &mut Map<String, Value>) {
        let proof = &verified.proof;
        let by = match &self.expected.signer {
            Signer::Key(key) => json!({"key": key_id(key)}),
            Signer::Certificate(_) => json!({
                "identity": proof.identity,
                "issuer": proof.issuer,
                "claims": proof.claims,
            }),
        };
        value.insert("by".to_owned(), by);
        if let Some(time) = proof.signed_at {
            value.insert("signed_at".to_owned(), json!(time.to_string()));
        }
        if !proof.log_indexes.is_empty() {
            value.insert("log_indexes".to_owned(), json!(proof.log_indexes));
        }
        if let Some(name) = &verified.name {
            value.insert("signed_as".to_owned(), json!(name));
        }
        if !verified.annotations.is_empty() {
            value.insert("annotations".to_owned(), json!(verified.annotations));
        }
        if let Some(statement) = &verified.statement {
            value.insert("predicate_type".to_owned(), json!(statement.predicate_type));
            value.insert("predicate".to_owned(), statement.predicate.clone());
        }
    }
}
