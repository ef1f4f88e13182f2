//! Predicates that are known: what each has to say at least, for who makes one and who reads one.
//!
//! A view takes what is asked about most and leaves the rest where it is, in the statement's JSON;
//! a predicate of a type that is not known here is any JSON. Implements SLSA provenance 0.2 and 1,
//! cosign's vulnerability record 1, and our own record of a scan; of SBOMs and VEX only the head.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::statement::Statement;

/// SLSA provenance, version 0.2.
pub const SLSA_V0_2: &str = "https://slsa.dev/provenance/v0.2";
/// SLSA provenance, version 1.
pub const SLSA_V1: &str = "https://slsa.dev/provenance/v1";
/// An SPDX document.
pub const SPDX: &str = "https://spdx.dev/Document";
/// A CycloneDX document.
pub const CYCLONEDX: &str = "https://cyclonedx.org/bom";
/// Cosign's record of a vulnerability scan.
pub const VULN: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";
/// An OpenVEX document.
pub const OPENVEX: &str = "https://openvex.dev/ns";
/// Our own record of a scan, [`Scan`].
pub const SCAN: &str = "https://plimsoll.invalid/attestation/scan/v1";
/// What cosign says in a bundle that is only a signature.
pub const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

/// Words for types, as cosign has them.
const NAMES: &[(&str, &str)] = &[
    ("slsaprovenance", SLSA_V0_2),
    ("slsaprovenance02", SLSA_V0_2),
    ("slsaprovenance1", SLSA_V1),
    ("spdx", SPDX),
    ("spdxjson", SPDX),
    ("cyclonedx", CYCLONEDX),
    ("vuln", VULN),
    ("openvex", OPENVEX),
    ("plimsoll-scan", SCAN),
];

/// A predicate that does not say what its type asks for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredicateError {
    /// Neither a word that is known nor a URI.
    #[error("find the type of predicate `{0}`")]
    Type(String),
    /// The document is another one.
    #[error("read the predicate as {kind}: {reason}")]
    Form {
        /// The type's URI.
        kind: String,
        /// What is missing or wrong.
        reason: String,
    },
}

/// The URI of a type: a word that cosign or we have for it, or a URI itself.
pub fn type_uri(word: &str) -> Result<&str, PredicateError> {
    if let Some((_, uri)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Ok(uri);
    }
    let is_uri = word.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            && !rest.is_empty()
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    });
    if is_uri {
        Ok(word)
    } else {
        Err(PredicateError::Type(word.to_owned()))
    }
}

/// The words for types, for people.
pub fn type_words() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// Looks whether a predicate says what its type asks for; of unknown types nothing is asked.
pub fn check(uri: &str, predicate: &Value) -> Result<(), PredicateError> {
    match uri {
        SLSA_V0_2 => view::<SlsaV02>(uri, predicate).map(drop),
        SLSA_V1 => view::<SlsaV1>(uri, predicate).map(drop),
        VULN => view::<Vuln>(uri, predicate).map(drop),
        SCAN => view::<Scan>(uri, predicate).map(drop),
        CYCLONEDX => head(uri, predicate, "bomFormat"),
        OPENVEX => head(uri, predicate, "@context"),
        // Cosign puts SPDX's tag-value form there as one text.
        SPDX if predicate.is_string() => Ok(()),
        SPDX => head(uri, predicate, "spdxVersion"),
        _ => Ok(()),
    }
}

fn head(uri: &str, predicate: &Value, field: &str) -> Result<(), PredicateError> {
    match predicate.get(field).and_then(Value::as_str) {
        Some(_) => Ok(()),
        None => Err(PredicateError::Form {
            kind: uri.to_owned(),
            reason: format!("it has no `{field}`"),
        }),
    }
}

/// A predicate seen as one of the views here.
pub fn view<'a, T: Deserialize<'a>>(uri: &str, predicate: &'a Value) -> Result<T, PredicateError> {
    T::deserialize(predicate).map_err(|error| PredicateError::Form {
        kind: uri.to_owned(),
        reason: error.to_string(),
    })
}

impl Statement {
    /// The predicate as a view, if it is of that type.
    pub fn view<'a, T: Deserialize<'a>>(&'a self, uri: &str) -> Option<Result<T, PredicateError>> {
        (self.predicate_type == uri).then(|| view(uri, &self.predicate))
    }
}

/// SLSA provenance 0.2.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlsaV02 {
    pub builder: Builder,
    pub build_type: String,
    #[serde(default)]
    pub invocation: Value,
    #[serde(default)]
    pub metadata: Value,
    #[serde(default)]
    pub materials: Vec<Material>,
}

/// Who built it.
#[derive(Clone, Debug, Deserialize)]
pub struct Builder {
    /// A URI.
    pub id: String,
}

/// What went into a build (0.2).
#[derive(Clone, Debug, Deserialize)]
pub struct Material {
    #[serde(default)]
    pub uri: String,
    #[serde(default)]
    pub digest: std::collections::BTreeMap<String, String>,
}

/// SLSA provenance 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlsaV1 {
    pub build_definition: BuildDefinition,
    pub run_details: RunDetails,
}

/// What was asked of the builder (1).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildDefinition {
    pub build_type: String,
    pub external_parameters: Value,
    #[serde(default)]
    pub resolved_dependencies: Vec<Value>,
}

/// How the build ran (1).
#[derive(Clone, Debug, Deserialize)]
pub struct RunDetails {
    pub builder: Builder,
    #[serde(default)]
    pub metadata: Value,
}

/// Cosign's record of a vulnerability scan, version 1.
#[derive(Clone, Debug, Deserialize)]
pub struct Vuln {
    pub scanner: VulnScanner,
    pub metadata: VulnMetadata,
}

/// Which scanner.
#[derive(Clone, Debug, Deserialize)]
pub struct VulnScanner {
    #[serde(default)]
    pub uri: String,
    #[serde(default)]
    pub version: String,
    /// Its own form.
    #[serde(default)]
    pub result: Value,
}

/// When it was scanned, RFC 3339.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VulnMetadata {
    pub scan_started_on: String,
    pub scan_finished_on: String,
}

/// Our own record of a scan: what was looked at, with which advisories, by which policy, and what
/// came of it. Small enough to be read at every admission; the whole report stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    pub scanner: Scanner,
    /// When the attestation was made, RFC 3339.
    pub attested_on: String,
    /// The image, as in the statement's subject: `sha256:…`
    pub image_digest: String,
    /// Digest of the advisory database: `sha256:…`
    pub database_digest: String,
    /// Day of the newest advisories in it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_newest: Option<String>,
    /// Digest of the policy as it was read, exceptions included: `sha256:…`
    pub policy_digest: String,
    pub policy: String,
    /// `build`, `deploy` or `runtime`
    pub stage: String,
    /// `allow`, `warn` or `deny`
    pub verdict: String,
    /// Findings by severity that nothing excepts.
    pub findings: std::collections::BTreeMap<String, u64>,
    /// Findings that exceptions or VEX let through.
    pub excepted: u64,
    /// Things that could not be looked at.
    pub unknowns: u64,
    /// Digest of the report's file: `sha256:…`
    pub report_digest: String,
}

/// The program that scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanner {
    pub name: String,
    pub version: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_and_uris_name_types() {
        assert_eq!(type_uri("slsaprovenance1").unwrap(), SLSA_V1);
        assert_eq!(
            type_uri("https://a.example/v1").unwrap(),
            "https://a.example/v1"
        );
        for none in ["", "slsa", "https:", ":x", "9:x", "a b:c", "x:a b"] {
            assert!(type_uri(none).is_err(), "{none}");
        }
    }

    #[test]
    fn predicates_say_what_their_type_asks_for() {
        let slsa = json!({
            "buildDefinition": {"buildType": "t", "externalParameters": {}, "more": 1},
            "runDetails": {"builder": {"id": "https://b.example"}},
        });
        let cases = [
            (SLSA_V1, slsa.clone(), true),
            (SLSA_V0_2, slsa, false),
            (
                SLSA_V0_2,
                json!({"builder": {"id": "b"}, "buildType": "t"}),
                true,
            ),
            (SPDX, json!({"spdxVersion": "SPDX-2.3"}), true),
            (SPDX, json!("SPDXVersion: SPDX-2.3"), true),
            (SPDX, json!({"bomFormat": "CycloneDX"}), false),
            (CYCLONEDX, json!({"bomFormat": "CycloneDX"}), true),
            (CYCLONEDX, json!([]), false),
            (
                VULN,
                json!({"scanner": {}, "metadata": {"scanStartedOn": "a", "scanFinishedOn": "b"}}),
                true,
            ),
            (VULN, json!({"scanner": {}}), false),
            (
                OPENVEX,
                json!({"@context": "https://openvex.dev/ns/v0.2.0"}),
                true,
            ),
            (SCAN, json!({"verdict": "allow"}), false),
            ("https://other.example", json!(null), true),
        ];
        for (uri, predicate, fine) in cases {
            assert_eq!(check(uri, &predicate).is_ok(), fine, "{uri} {predicate}");
        }
    }
}
