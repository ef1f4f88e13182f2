//! Cosign's first forms: a payload or an envelope as a layer, and the rest in its annotations.
//!
//! They are brought to the form of a Sigstore bundle of the age in which a log's promise was
//! enough, which is what they hold.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Content, Evidence, library_bundle, statement};
use crate::dsse::{Envelope, decode_base64, encode_base64};
use crate::payload::SimpleSigning;
use crate::refusal::Refusal;

/// The names of annotations.
pub mod names {
    /// The signature, base64.
    pub const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
    /// The certificate that signed, PEM.
    pub const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
    /// The certificates above it, PEM.
    pub const CHAIN: &str = "dev.sigstore.cosign/chain";
    /// The log's entry and its promise, JSON.
    pub const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";
    /// A timestamp, JSON.
    pub const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";
}
use self::names::{CERTIFICATE, CHAIN, LOG_ENTRY, SIGNATURE, TIMESTAMP};

/// Certificates of one chain.
const CERTIFICATES_MAX: usize = 16;

/// Bytes of a layer with its annotations.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// Of the layer.
    pub bytes: &'a [u8],
    /// Of the layer; not signed.
    pub annotations: &'a BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogEntry {
    signed_entry_timestamp: String,
    payload: LogPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogPayload {
    body: String,
    integrated_time: i64,
    log_index: u64,
    #[serde(rename = "logID")]
    log_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogBody {
    api_version: String,
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FirstBundle {
    base64_signature: String,
    cert: Option<String>,
    rekor_bundle: Option<Value>,
}

#[derive(Deserialize)]
struct SignedTimestamp {
    #[serde(rename = "SignedRFC3161Timestamp")]
    token: String,
}

/// A signature of an image.
pub fn payload(attached: &Attached<'_>) -> Result<Evidence, Refusal> {
    let signature = signature(attached)?;
    let says: SimpleSigning = serde_json::from_slice(attached.bytes)
        .map_err(|error| Refusal::malformed("a payload of simple signing", error))?;
    Ok(Evidence {
        has_certificate: has_certificate(attached),
        bundle: bundle(attached, message(&signature)),
        content: Content::Payload {
            bytes: attached.bytes.to_vec(),
            says,
            signature,
        },
    })
}

/// A signature over a file.
pub fn file(annotations: &BTreeMap<String, String>) -> Result<Evidence, Refusal> {
    let attached = &Attached {
        bytes: &[],
        annotations,
    };
    let signature = signature(attached)?;
    Ok(Evidence {
        has_certificate: has_certificate(attached),
        bundle: bundle(attached, message(&signature)),
        content: Content::File { signature },
    })
}

/// What `cosign sign-blob --bundle` wrote before it wrote Sigstore's bundles.
pub fn first_bundle(value: Value) -> Result<Evidence, Refusal> {
    let wire: FirstBundle = serde_json::from_value(value)
        .map_err(|error| Refusal::malformed("a bundle by cosign", error))?;
    let mut annotations = BTreeMap::from([(SIGNATURE.to_owned(), wire.base64_signature)]);
    if let Some(text) = wire.cert.filter(|text| !text.is_empty()) {
        // PEM, or base64 of it.
        let pem = decode_base64(&text).and_then(|pem| String::from_utf8(pem).ok());
        annotations.insert(CERTIFICATE.to_owned(), pem.unwrap_or(text));
    }
    if let Some(entry) = wire.rekor_bundle {
        annotations.insert(LOG_ENTRY.to_owned(), entry.to_string());
    }
    file(&annotations)
}

/// An attestation.
pub fn envelope(attached: &Attached<'_>) -> Result<Evidence, Refusal> {
    let envelope: Envelope = serde_json::from_slice(attached.bytes)
        .map_err(|error| Refusal::malformed("a DSSE envelope", error))?;
    let content = statement(&envelope)?;
    let envelope = Map::from_iter([("dsseEnvelope".to_owned(), json!(envelope))]);
    Ok(Evidence {
        has_certificate: has_certificate(attached),
        bundle: bundle(attached, envelope),
        content,
    })
}

fn signature(attached: &Attached<'_>) -> Result<Vec<u8>, Refusal> {
    attached
        .annotations
        .get(SIGNATURE)
        .and_then(|text| decode_base64(text))
        .filter(|signature| !signature.is_empty())
        .ok_or_else(|| Refusal::malformed(format!("a signature in `{SIGNATURE}`"), "none"))
}

fn message(signature: &[u8]) -> Map<String, Value> {
    let message = json!({"signature": encode_base64(signature)});
    Map::from_iter([("messageSignature".to_owned(), message)])
}

fn has_certificate(attached: &Attached<'_>) -> bool {
    attached
        .annotations
        .get(CERTIFICATE)
        .is_some_and(|text| !text.is_empty())
}

/// A bundle from the annotations and what was signed.
fn bundle(
    attached: &Attached<'_>,
    mut content: Map<String, Value>,
) -> Result<sigstore_verify::types::Bundle, Refusal> {
    let annotation = |name: &str| {
        attached
            .annotations
            .get(name)
            .filter(|text| !text.is_empty())
    };
    let mut material = Map::new();
    if let Some(certificate) = annotation(CERTIFICATE) {
        let chain = annotation(CHAIN).map_or("", String::as_str);
        let chain: Vec<Value> = certificates(certificate)?
            .into_iter()
            .chain(certificates(chain)?)
            .map(|der| json!({"rawBytes": encode_base64(&der)}))
            .collect();
        material.insert(
            "x509CertificateChain".to_owned(),
            json!({"certificates": chain}),
        );
    } else {
        material.insert("publicKey".to_owned(), json!({"hint": ""}));
    }
    let mut version = "0.2";
    if let Some(text) = annotation(LOG_ENTRY) {
        version = "0.1";
        material.insert("tlogEntries".to_owned(), json!([log_entry(text)?]));
    }
    if let Some(text) = annotation(TIMESTAMP) {
        let timestamp: SignedTimestamp =
            serde_json::from_str(text).map_err(|error| Refusal::malformed("a timestamp", error))?;
        let list = json!({"rfc3161Timestamps": [{"signedTimestamp": timestamp.token}]});
        material.insert("timestampVerificationData".to_owned(), list);
    }
    content.insert(
        "mediaType".to_owned(),
        json!(format!(
            "application/vnd.dev.sigstore.bundle+json;version={version}"
        )),
    );
    content.insert("verificationMaterial".to_owned(), Value::Object(material));
    library_bundle(&Value::Object(content))
}

/// A log entry in the words of a bundle.
fn log_entry(text: &str) -> Result<Value, Refusal> {
    let wrong = |found: &dyn std::fmt::Display| {
        Refusal::malformed("an entry of the transparency log", found)
    };
    let entry: LogEntry = serde_json::from_str(text).map_err(|error| wrong(&error))?;
    let body = decode_base64(&entry.payload.body).ok_or_else(|| wrong(&"a body not in base64"))?;
    let body: LogBody = serde_json::from_slice(&body).map_err(|error| wrong(&error))?;
    let log_id = hex(&entry.payload.log_id).ok_or_else(|| wrong(&"a log id not in hexadecimal"))?;
    Ok(json!({
        "logIndex": entry.payload.log_index.to_string(),
        "logId": {"keyId": encode_base64(&log_id)},
        "kindVersion": {"kind": body.kind, "version": body.api_version},
        "integratedTime": entry.payload.integrated_time.to_string(),
        "inclusionPromise": {"signedEntryTimestamp": entry.signed_entry_timestamp},
        "canonicalizedBody": entry.payload.body,
    }))
}

/// The certificates of a PEM text, DER.
fn certificates(pem: &str) -> Result<Vec<Vec<u8>>, Refusal> {
    let wrong = || Refusal::malformed("certificates in PEM", "something else");
    let mut list = Vec::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once("-----BEGIN CERTIFICATE-----") {
        let (body, after) = after
            .split_once("-----END CERTIFICATE-----")
            .ok_or_else(wrong)?;
        let body: String = body.split_whitespace().collect();
        list.push(decode_base64(&body).ok_or_else(wrong)?);
        if list.len() > CERTIFICATES_MAX {
            return Err(Refusal::malformed(
                format!("a chain of at most {CERTIFICATES_MAX} certificates"),
                "a longer one",
            ));
        }
        rest = after;
    }
    if list.is_empty() && !pem.is_empty() {
        return Err(wrong());
    }
    Ok(list)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
