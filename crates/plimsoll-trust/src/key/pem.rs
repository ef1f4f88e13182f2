//! Text around DER: RFC 7468, one block after the other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;

/// One block.
pub struct Block {
    /// `PUBLIC KEY`
    pub label: String,
    /// What is in it; wiped, as it may be a secret.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// The blocks of a text; what stands between them is passed over, as the format says.
pub fn blocks(text: &[u8]) -> Result<Vec<Block>, KeyError> {
    let text = std::str::from_utf8(text).map_err(|_| malformed("it is no text"))?;
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) = line
            .strip_prefix("-----BEGIN ")
            .and_then(|rest| rest.strip_suffix("-----"))
        else {
            continue;
        };
        let end = format!("-----END {label}-----");
        let mut base64 = Zeroizing::new(String::with_capacity(text.len()));
        loop {
            let line = lines
                .next()
                .ok_or_else(|| malformed(format!("its block `{label}` has no end")))?;
            if line == end {
                break;
            }
            if line.starts_with("Proc-Type:") {
                return Err(KeyError::Unsupported {
                    what: "the old encryption of OpenSSL (`Proc-Type`)".to_owned(),
                    hint: CONVERT,
                });
            }
            base64.push_str(line);
        }
        let bytes = STANDARD
            .decode(base64.as_bytes())
            .map_err(|_| malformed(format!("its block `{label}` is not base64")))?;
        blocks.push(Block {
            label: label.to_owned(),
            bytes: Zeroizing::new(bytes),
        });
    }
    Ok(blocks)
}

/// How other forms of private keys become one that is read here.
pub const CONVERT: &str = "convert it: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`";

fn malformed(reason: impl Into<String>) -> KeyError {
    KeyError::Malformed(reason.into())
}
