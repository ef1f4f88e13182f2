//! Puts signatures and attestations beside an image in its registry.
//!
//! Three places, as cosign has them: the tags `sha256-….sig` and `sha256-….att` (each new one
//! appended as a layer), the same documents as referrers of the image (`oci-1-1`), and Sigstore
//! bundles as referrers. Where a registry keeps no list of referrers, the list is kept at the tag
//! `sha256-…` as the OCI distribution specification 1.1 says. What others put there stays.

use std::collections::BTreeMap;

use plimsoll_image::OpenError;
use plimsoll_image::hash::sha256;
use plimsoll_image::registry::Repository;
use plimsoll_model::{Digest, Timestamp};
use serde_json::{Map, Value, json};

use crate::dsse::encode_base64;
use crate::sign::BUNDLE_V0_3;

/// Media type of a simple-signing payload.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Media type of a DSSE envelope.
pub const DSSE_ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// Annotation of a layer with the signature, base64.
pub const SIGNATURE_ANNOTATION: &str = "dev.cosignproject.cosign/signature";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// What cosign calls a signature that is a referrer.
const SIGNATURE_ARTIFACT: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";
/// And an attestation.
const ATTESTATION_ARTIFACT: &str = "application/vnd.dev.cosign.artifact.att.v1+json";
/// Documents at one tag; cosign itself stops reading earlier.
const LAYERS_MAX: usize = 1_000;
/// Referrers in one list.
const REFERRERS_MAX: usize = 10_000;
/// Times that a tag is written anew because somebody else wrote it at the same time.
const RACES_MAX: u32 = 5;

/// Why nothing was put there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// The registry does not do it.
    #[error(transparent)]
    Registry(#[from] OpenError),
    /// There is nothing to put it beside.
    #[error("find {0}: the registry does not have it")]
    NoImage(String),
    /// What stands at the tag is nothing that can be added to.
    #[error("add to {place}: {reason}")]
    NotOurs {
        /// The tag.
        place: String,
        /// Why.
        reason: String,
    },
    /// Somebody else writes there all the time.
    #[error("add to {0}: it is written by somebody else again and again")]
    Race(String),
}

/// The image that something is put beside.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Of its manifest or index.
    pub media_type: String,
    pub digest: Digest,
    pub size_bytes: u64,
}

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Signature,
    Attestation,
}

/// Where documents of cosign's first form go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `sha256-….sig`
    Tag,
    /// A referrer of the image.
    Referrer,
}

/// One document of cosign's first form: a layer.
#[derive(Clone, Debug)]
pub struct Layer {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    pub annotations: BTreeMap<String, String>,
}

impl Layer {
    /// A simple-signing payload with its signature.
    pub fn signature(payload: Vec<u8>, signature: &[u8]) -> Self {
        Self {
            media_type: SIMPLE_SIGNING,
            bytes: payload,
            annotations: BTreeMap::from([(
                SIGNATURE_ANNOTATION.to_owned(),
                encode_base64(signature),
            )]),
        }
    }

    /// A DSSE envelope with a statement of that type of predicate.
    pub fn attestation(envelope: Vec<u8>, predicate_type: &str) -> Self {
        Self {
            media_type: DSSE_ENVELOPE,
            bytes: envelope,
            annotations: BTreeMap::from([
                // Cosign wants it to be there; the signature is in the envelope.
                (SIGNATURE_ANNOTATION.to_owned(), String::new()),
                ("predicateType".to_owned(), predicate_type.to_owned()),
            ]),
        }
    }

    fn descriptor(&self) -> Value {
        json!({
            "mediaType": self.media_type,
            "size": self.bytes.len(),
            "digest": sha256(&self.bytes).to_string(),
            "annotations": self.annotations,
        })
    }
}

/// Finds the image that a tag or digest leads to.
pub fn subject(repository: &Repository, version: &str) -> Result<Subject, AttachError> {
    let name = || place(repository, version);
    let document = repository
        .manifest(version)?
        .ok_or_else(|| AttachError::NoImage(name()))?;
    let json: Value = serde_json::from_slice(&document.bytes)
        .map_err(|error| OpenError::document(name(), "manifest", error.to_string()))?;
    let media_type = json
        .get("mediaType")
        .and_then(Value::as_str)
        // OCI's first version left it out.
        .unwrap_or(if json.get("manifests").is_some() {
            INDEX
        } else {
            MANIFEST
        });
    Ok(Subject {
        media_type: media_type.to_owned(),
        size_bytes: document.bytes.len() as u64,
        digest: document.digest,
    })
}

/// Puts a document of cosign's first form beside an image; the result is where it went.
pub fn attach(
    repository: &Repository,
    subject: &Subject,
    kind: Kind,
    mode: Mode,
    layer: &Layer,
) -> Result<String, AttachError> {
    repository.put_blob(&layer.bytes)?;
    match mode {
        Mode::Tag => append(repository, &subject.digest, kind, layer),
        Mode::Referrer => {
            let (mut config, config_bytes) = config(&[layer.descriptor()]);
            repository.put_blob(&config_bytes)?;
            let artifact = match kind {
                Kind::Signature => SIGNATURE_ARTIFACT,
                Kind::Attestation => ATTESTATION_ARTIFACT,
            };
            // Cosign says what it is by the type of the configuration.
            set(&mut config, "mediaType", artifact);
            let manifest = json!({
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": config,
                "layers": [layer.descriptor()],
                "subject": descriptor(&subject.media_type, &subject.digest, subject.size_bytes),
            });
            refer(repository, subject, artifact, &manifest)
        }
    }
}

/// Puts a bundle beside an image as its referrer; the result is where it went.
pub fn attach_bundle(
    repository: &Repository,
    subject: &Subject,
    bundle: &[u8],
    predicate_type: &str,
    now: Timestamp,
) -> Result<String, AttachError> {
    let digest = repository.put_blob(bundle)?;
    let empty = repository.put_blob(b"{}")?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": BUNDLE_V0_3,
        "config": descriptor(EMPTY, &empty, 2),
        "layers": [descriptor(BUNDLE_V0_3, &digest, bundle.len() as u64)],
        "subject": descriptor(&subject.media_type, &subject.digest, subject.size_bytes),
        "annotations": {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicate_type,
            "org.opencontainers.image.created": now.to_string(),
        },
    });
    refer(repository, subject, BUNDLE_V0_3, &manifest)
}

/// Adds a layer to what stands at the tag of signatures or attestations.
fn append(
    repository: &Repository,
    digest: &Digest,
    kind: Kind,
    layer: &Layer,
) -> Result<String, AttachError> {
    let suffix = match kind {
        Kind::Signature => "sig",
        Kind::Attestation => "att",
    };
    let tag = format!("{}.{suffix}", digest.to_string().replacen(':', "-", 1));
    let ours = layer.descriptor();
    for _ in 0..RACES_MAX {
        let mut manifest = match repository.manifest(&tag)? {
            None => json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": []}),
            Some(document) => object(repository, &tag, &document.bytes)?,
        };
        let mut layers = list(repository, &tag, &manifest, "layers", LAYERS_MAX)?;
        if layers.contains(&ours) {
            return Ok(place(repository, &tag));
        }
        layers.push(ours.clone());
        let (config, config_bytes) = config(&layers);
        repository.put_blob(&config_bytes)?;
        manifest.insert_value("config", config);
        manifest.insert_value("layers", Value::from(layers));
        let bytes = manifest.to_string().into_bytes();
        repository.put_manifest(&tag, MANIFEST, &bytes)?;
        if is_there(repository, &tag, &sha256(&bytes))? {
            return Ok(place(repository, &tag));
        }
    }
    Err(AttachError::Race(place(repository, &tag)))
}

/// Puts a manifest with a `subject`, and into the list of referrers where the registry keeps none.
fn refer(
    repository: &Repository,
    subject: &Subject,
    artifact_type: &str,
    manifest: &Value,
) -> Result<String, AttachError> {
    let bytes = manifest.to_string().into_bytes();
    let digest = sha256(&bytes);
    let put = repository.put_manifest(&digest.to_string(), MANIFEST, &bytes)?;
    let name = place(repository, &digest.to_string());
    if put.keeps_referrers {
        return Ok(name);
    }
    let mut entry = descriptor(MANIFEST, &digest, bytes.len() as u64);
    set(&mut entry, "artifactType", artifact_type);
    if let Some(annotations) = manifest.get("annotations") {
        entry.insert_value("annotations", annotations.clone());
    }
    let tag = subject.digest.to_string().replacen(':', "-", 1);
    for _ in 0..RACES_MAX {
        let mut index = match repository.manifest(&tag)? {
            None => json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}),
            Some(document) => object(repository, &tag, &document.bytes)?,
        };
        let mut entries = list(repository, &tag, &index, "manifests", REFERRERS_MAX)?;
        if !entries.contains(&entry) {
            entries.push(entry.clone());
        }
        index.insert_value("manifests", Value::from(entries));
        let bytes = index.to_string().into_bytes();
        repository.put_manifest(&tag, INDEX, &bytes)?;
        if is_there(repository, &tag, &sha256(&bytes))? {
            return Ok(name);
        }
    }
    Err(AttachError::Race(place(repository, &tag)))
}

/// Whether the tag still leads to what was put there.
fn is_there(repository: &Repository, tag: &str, put: &Digest) -> Result<bool, AttachError> {
    let found = repository.manifest(tag)?;
    Ok(found.is_some_and(|document| document.digest == *put))
}

/// The configuration that cosign gives a manifest of signatures, and its descriptor.
fn config(layers: &[Value]) -> (Value, Vec<u8>) {
    let diff_ids: Vec<&Value> = layers
        .iter()
        .filter_map(|layer| layer.get("digest"))
        .collect();
    let bytes = json!({
        "architecture": "",
        "created": "0001-01-01T00:00:00Z",
        "history": vec![json!({"created": "0001-01-01T00:00:00Z"}); layers.len()],
        "os": "",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "config": {},
    })
    .to_string()
    .into_bytes();
    let described = descriptor(CONFIG, &sha256(&bytes), bytes.len() as u64);
    (described, bytes)
}

fn descriptor(media_type: &str, digest: &Digest, size_bytes: u64) -> Value {
    json!({"mediaType": media_type, "size": size_bytes, "digest": digest.to_string()})
}

/// `registry/repository:tag` or `…@digest`.
fn place(repository: &Repository, version: &str) -> String {
    let reference = repository.reference();
    let mark = if version.contains(':') { '@' } else { ':' };
    format!("{}/{}{mark}{version}", reference.host, reference.repository)
}

fn object(repository: &Repository, tag: &str, bytes: &[u8]) -> Result<Value, AttachError> {
    serde_json::from_slice::<Map<String, Value>>(bytes)
        .map(Value::Object)
        .map_err(|error| AttachError::NotOurs {
            place: place(repository, tag),
            reason: format!("what is there is no manifest: {error}"),
        })
}

/// A list of a manifest, with room for one more.
fn list(
    repository: &Repository,
    tag: &str,
    manifest: &Value,
    field: &str,
    max: usize,
) -> Result<Vec<Value>, AttachError> {
    let wrong = |reason: String| AttachError::NotOurs {
        place: place(repository, tag),
        reason,
    };
    match manifest.get(field) {
        Some(Value::Array(values)) if values.len() >= max => Err(wrong(format!(
            "it holds {} documents already",
            values.len()
        ))),
        Some(Value::Array(values)) => Ok(values.clone()),
        _ => Err(wrong(format!("what is there has no `{field}`"))),
    }
}

fn set(value: &mut Value, key: &str, text: &str) {
    value.insert_value(key, Value::from(text));
}

/// Puts a field into what is known to be an object.
trait InsertValue {
    fn insert_value(&mut self, key: &str, value: Value);
}

impl InsertValue for Value {
    fn insert_value(&mut self, key: &str, value: Value) {
        if let Self::Object(fields) = self {
            fields.insert(key.to_owned(), value);
        }
    }
}
