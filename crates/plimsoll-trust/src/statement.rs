//! in-toto Statements: which subjects, by digest, and what is said of them.
//!
//! Reads versions 0.1 and 1 of the Statement; the predicate stays as it was written, for who
//! knows its type.

use std::collections::BTreeMap;

use plimsoll_model::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of a Statement of version 0.1, which cosign writes.
pub const STATEMENT_V0_1: &str = "https://in-toto.io/Statement/v0.1";
/// The type of a Statement of version 1.
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
/// The type of the predicate with which a bundle signs an image and says nothing else of it.
pub const SIGN_V1: &str = "https://sigstore.dev/cosign/sign/v1";

/// Subjects that are told in one sentence.
const SUBJECTS_TOLD_MAX: usize = 4;

/// A Statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// [`STATEMENT_V0_1`] or [`STATEMENT_V1`]
    #[serde(rename = "_type")]
    pub kind: String,
    /// What the statement is about.
    #[serde(default)]
    pub subject: Vec<Subject>,
    /// The type of the predicate, a URI.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said.
    #[serde(default)]
    pub predicate: Value,
}

/// A subject of a statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// Its name; nothing rests on it.
    #[serde(default)]
    pub name: String,
    /// Its digests in hexadecimal, by algorithm (`sha256`).
    #[serde(default)]
    pub digest: BTreeMap<String, String>,
    /// What the signer adds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, Value>,
}

impl Statement {
    /// A statement of that version about one subject.
    pub fn new(
        kind: &str,
        name: &str,
        digest: &Digest,
        predicate_type: &str,
        predicate: Value,
    ) -> Self {
        Self {
            kind: kind.to_owned(),
            subject: vec![Subject {
                name: name.to_owned(),
                digest: BTreeMap::from([("sha256".to_owned(), digest.hex())]),
                annotations: BTreeMap::new(),
            }],
            predicate_type: predicate_type.to_owned(),
            predicate,
        }
    }

    /// Whether one of the subjects is the digest in hexadecimal of that algorithm.
    pub fn is_about(&self, algorithm: &str, hex: &str) -> bool {
        self.subject
            .iter()
            .any(|subject| subject.digest.get(algorithm).is_some_and(|d| d == hex))
    }
    /// Digests of the subjects, for a sentence.
    pub fn told_subjects(&self) -> String {
        let digests = self.subject.iter().flat_map(|subject| {
            let pairs = subject.digest.iter();
            pairs.map(|(algorithm, hex)| format!("{algorithm}:{hex}"))
        });
        let told: Vec<String> = digests.clone().take(SUBJECTS_TOLD_MAX).collect();
        match (told.is_empty(), digests.count().saturating_sub(told.len())) {
            (true, _) => "no subject".to_owned(),
            (false, 0) => told.join(", "),
            (false, more) => format!("{} and {more} more", told.join(", ")),
        }
    }
}
