//! DSSE: an envelope that is signed together with the type of what it holds.
//!
//! Implements the Dead Simple Signing Envelope, v1.0.2, for any type of payload; what the payload
//! says is for `statement`. Base64 may be standard or for URLs, as the specification allows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The type of payload of an in-toto Statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// An envelope as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// What `payload` is, for instance [`IN_TOTO`].
    pub payload_type: String,
    /// The payload, base64.
    pub payload: String,
    /// Signatures over the pre-authentication encoding.
    pub signatures: Vec<Signature>,
}

/// One signature of an envelope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signature {
    /// A hint which key; never trusted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keyid: String,
    /// The signature, base64.
    pub sig: String,
}

/// What is signed: the type and the payload with their lengths, so that neither can be moved.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    )
    .into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// Reads base64 as DSSE has it: standard or URL-safe, with padding or without.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(text)
        .ok()
}

/// Writes base64 as Sigstore's tools do: standard, padded.
pub fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_is_signed() {
        // The example of the specification.
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn reads_both_kinds_of_base64() {
        for text in ["+/8=", "-_8=", "+/8", "-_8"] {
            assert_eq!(
                decode_base64(text).as_deref(),
                Some(&[0xfb, 0xff][..]),
                "{text}"
            );
        }
        assert_eq!(decode_base64("not base64!"), None);
    }
}
