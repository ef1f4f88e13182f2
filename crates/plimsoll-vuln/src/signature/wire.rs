//! The signature file as JSON, `plimsoll.database-signature/v1`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plimsoll_model::Digest;
use serde::{Deserialize, Serialize};

use super::{SIGNATURE_FILE_BYTES_MAX, Signature, SignatureError, SignatureFile, Statement};

const SCHEMA: &str = "plimsoll.database-signature/v1";

#[derive(Serialize, Deserialize)]
struct FileWire {
    schema: String,
    digest: String,
    size_bytes: u64,
    header_digest: String,
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    snapshot: Option<String>,
    signatures: Vec<SignatureWire>,
}

#[derive(Serialize, Deserialize)]
struct SignatureWire {
    key_id: String,
    signature: String,
}

pub fn to_json(file: &SignatureFile) -> String {
    let said = &file.statement;
    let wire = FileWire {
        schema: SCHEMA.to_owned(),
        digest: said.digest.to_string(),
        size_bytes: said.size_bytes,
        header_digest: said.header_digest.to_string(),
        format: said.format,
        snapshot: said.snapshot.map(|day| day.to_string()),
        signatures: file
            .signatures
            .iter()
            .map(|signature| SignatureWire {
                key_id: signature.key_id.clone(),
                signature: STANDARD.encode(&signature.bytes),
            })
            .collect(),
    };
    // Plain texts and numbers have nothing that cannot be written.
    let mut json = serde_json::to_string_pretty(&wire).unwrap_or_default();
    json.push('\n');
    json
}

pub fn parse(json: &[u8]) -> Result<SignatureFile, SignatureError> {
    let wrong = |reason: String| SignatureError::Form(reason);
    if json.len() > SIGNATURE_FILE_BYTES_MAX {
        return Err(wrong(format!(
            "larger than {SIGNATURE_FILE_BYTES_MAX} bytes"
        )));
    }
    let wire: FileWire = serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
    if wire.schema != SCHEMA {
        return Err(wrong(format!(
            "its schema is `{}`, expected `{SCHEMA}`",
            plimsoll_model::text::clean(&wire.schema)
        )));
    }
    let digest = |text: &str| {
        text.parse::<Digest>()
            .map_err(|error| wrong(error.to_string()))
    };
    let statement = Statement {
        digest: digest(&wire.digest)?,
        size_bytes: wire.size_bytes,
        header_digest: digest(&wire.header_digest)?,
        format: wire.format,
        snapshot: wire
            .snapshot
            .map(|day| day.parse())
            .transpose()
            .map_err(|error| wrong(format!("snapshot: {error}")))?,
    };
    let mut signatures = Vec::with_capacity(wire.signatures.len());
    for signature in wire.signatures {
        signatures.push(Signature {
            key_id: plimsoll_model::text::clean(&signature.key_id).into_owned(),
            bytes: STANDARD
                .decode(signature.signature)
                .map_err(|error| wrong(format!("not base64 ({error})")))?,
        });
    }
    if signatures.is_empty() {
        return Err(wrong("there is no signature in it".to_owned()));
    }
    Ok(SignatureFile {
        statement,
        signatures,
    })
}
