//! Who made a database: detached Ed25519 signatures, and pins by digest.
//!
//! A database `vuln.db` has its signatures beside it in `vuln.db.sig`, a small JSON document
//! ([`SignatureFile`]). What is signed is a [`Statement`] of a few lines that names the file's
//! digest, its size and the digest of its header. So a download is verified whole
//! ([`SignatureFile::verify_bytes`]), and every later scan can hold the mapped file against its
//! signature without reading it ([`SignatureFile::verify_opened`]): the header holds the digests
//! of all sections, and what a look-up reads has checksums.
//!
//! The database itself holds no signature: anyone with the same inputs gets the same bytes.
//!
//! Keys are in the forms that other tools know: PKCS#8 (RFC 8410) and SubjectPublicKeyInfo, both
//! PEM, as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them. Deliberately
//! not here: where keys are kept, and which are trusted.

mod keys;
mod wire;

use aws_lc_rs::digest;
use plimsoll_model::{Date, Digest};

use crate::Database;

pub use keys::{PublicKey, SigningKey};

/// Largest signature file that is read, in bytes.
pub const SIGNATURE_FILE_BYTES_MAX: usize = 64 << 10;
/// What is appended to the name of a database for the name of its signature file.
pub const SIGNATURE_SUFFIX: &str = ".sig";

/// What a signature file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFile {
    pub statement: Statement,
    /// At least one.
    pub signatures: Vec<Signature>,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of the database file.
    pub digest: Digest,
    pub size_bytes: u64,
    /// Of its header; see [`Database::header_digest`].
    pub header_digest: Digest,
    pub format: u32,
    /// Day of the newest snapshot in it; an earlier one than that in use is a roll-back.
    pub snapshot: Option<Date>,
}

/// One key's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// [`PublicKey::id`] of the key; only a help to find it.
    pub key_id: String,
    /// Ed25519, 64 bytes.
    pub bytes: Vec<u8>,
}

/// A signature that does not hold, or a key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("read the key: {0}")]
    Key(String),
    #[error("read the signature file: {0}")]
    Form(String),
    #[error("verify the database: its {what} is {actual}, signed was {expected}")]
    Mismatch {
        what: &'static str,
        expected: String,
        actual: String,
    },
    #[error("verify the database: no signature of a trusted key (signed by {signed_by})")]
    Untrusted { signed_by: String },
    #[error("sign the database: {0}")]
    Sign(String),
}

impl SignatureError {
    /// What to do about it, as a sentence for people.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Key(_) => {
                "keys are Ed25519 in PEM form; `openssl genpkey -algorithm ed25519` makes one"
            }
            Self::Form(_) => "get the signature file again, from where the database came from",
            Self::Mismatch { .. } => "get database and signature again, both from the same place",
            Self::Untrusted { .. } => "name the maker's public key, if you trust it",
            Self::Sign(_) => "check that the database opens and the key is an Ed25519 key",
        }
    }
}

/// SHA-256 of some bytes.
pub fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = DigestWriter::new();
    hasher.context.update(bytes);
    hasher.finish()
}

/// Computes the SHA-256 of what is written to it, for files that are read in pieces.
pub struct DigestWriter {
    context: digest::Context,
}

impl DigestWriter {
    pub fn new() -> Self {
        Self {
            context: digest::Context::new(&digest::SHA256),
        }
    }

    pub fn finish(self) -> Digest {
        let mut bytes = [0_u8; 32];
        // SHA-256 gives 32 bytes; the shorter of the two decides what is copied.
        for (to, from) in bytes.iter_mut().zip(self.context.finish().as_ref()) {
            *to = *from;
        }
        Digest::from_sha256(bytes)
    }
}

impl Default for DigestWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl std::io::Write for DigestWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.context.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Statement {
    /// The statement about a database, which is read whole for it.
    pub fn of(database: &Database) -> Self {
        Self {
            digest: digest_of(database.bytes()),
            size_bytes: database.bytes().len() as u64,
            header_digest: database.header_digest(),
            format: database.format(),
            snapshot: database.meta().newest(),
        }
    }

    /// The bytes that are signed.
    pub fn to_signed_text(&self) -> String {
        let snapshot = self
            .snapshot
            .map_or_else(|| "none".to_owned(), |day| day.to_string());
        format!(
            "plimsoll.database/v1\ndigest {}\nsize_bytes {}\nheader_digest {}\nformat {}\nsnapshot {snapshot}\n",
            self.digest, self.size_bytes, self.header_digest, self.format,
        )
    }

    fn compare(
        what: &'static str,
        expected: &impl ToString,
        actual: &impl ToString,
    ) -> Result<(), SignatureError> {
        let (expected, actual) = (expected.to_string(), actual.to_string());
        if expected == actual {
            return Ok(());
        }
        Err(SignatureError::Mismatch {
            what,
            expected,
            actual,
        })
    }
}

impl SignatureFile {
    /// Signs a database with one key.
    pub fn sign(database: &Database, key: &SigningKey) -> Result<Self, SignatureError> {
        let statement = Statement::of(database);
        let signature = key.sign(statement.to_signed_text().as_bytes())?;
        Ok(Self {
            statement,
            signatures: vec![signature],
        })
    }

    /// Reads a signature file.
    pub fn parse(json: &[u8]) -> Result<Self, SignatureError> {
        wire::parse(json)
    }

    /// The signature file's content.
    pub fn to_json(&self) -> String {
        wire::to_json(self)
    }

    /// Whether one of the keys signed the statement; gives that key. Says nothing about any file.
    pub fn verify_statement<'k>(
        &self,
        keys: &'k [PublicKey],
    ) -> Result<&'k PublicKey, SignatureError> {
        let text = self.statement.to_signed_text();
        keys.iter()
            .find(|key| {
                self.signatures
                    .iter()
                    .any(|signature| key.verifies(text.as_bytes(), &signature.bytes))
            })
            .ok_or_else(|| SignatureError::Untrusted {
                signed_by: self
                    .signatures
                    .iter()
                    .map(|signature| signature.key_id.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// Whether one of the keys signed, and the opened database is the one meant, by its size and
    /// the digest of its header: for every scan, without reading the file.
    pub fn verify_opened<'k>(
        &self,
        database: &Database,
        keys: &'k [PublicKey],
    ) -> Result<&'k PublicKey, SignatureError> {
        let key = self.verify_statement(keys)?;
        self.matches_opened(database)?;
        Ok(key)
    }

    /// Whether the opened database is the one meant, whoever signed.
    pub fn matches_opened(&self, database: &Database) -> Result<(), SignatureError> {
        let said = &self.statement;
        Statement::compare("size", &said.size_bytes, &database.bytes().len())?;
        Statement::compare(
            "header's digest",
            &said.header_digest,
            &database.header_digest(),
        )?;
        Statement::compare("format", &said.format, &database.format())
    }

    /// Whether one of the keys signed, and these bytes are what was signed: for downloads.
    pub fn verify_bytes<'k>(
        &self,
        database: &[u8],
        keys: &'k [PublicKey],
    ) -> Result<&'k PublicKey, SignatureError> {
        let key = self.verify_statement(keys)?;
        let said = &self.statement;
        Statement::compare("size", &said.size_bytes, &database.len())?;
        Statement::compare("digest", &said.digest, &digest_of(database))?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests;
