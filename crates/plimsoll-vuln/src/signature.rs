//! Who made a database: detached Ed25519 signatures and pins by digest.
//!
//! A database `vuln.db` has its signatures beside it in `vuln.db.sig`, a small JSON document that
//! also names the file's digest and size. The signed text is that statement, not the file, so that
//! verifying costs nothing once the digest is known.

use plimsoll_model::{Date, Digest};

/// A key that signs databases.
pub struct SigningKey(());

/// A key that signatures are verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// What a signature file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFile {
    pub statement: Statement,
    pub signatures: Vec<Signature>,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of the database file.
    pub digest: Digest,
    pub size_bytes: u64,
    /// Of its header; see [`crate::Database::header_digest`].
    pub header_digest: Digest,
    pub format: u32,
    /// Day of the newest snapshot in it; an older one than that in use is a roll-back.
    pub snapshot: Option<Date>,
}

/// One key's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Of the public key; only a help to find it.
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
    #[error("verify the database: it is not what was signed ({0})")]
    Mismatch(String),
    #[error("verify the database: no signature by a trusted key")]
    Untrusted,
}

/// SHA-256 of some bytes.
pub fn digest_of(bytes: &[u8]) -> Digest {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest.as_ref());
    Digest::from_sha256(out)
}

impl SigningKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Result<Self, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    /// Reads a PKCS#8 key in PEM form (`openssl genpkey -algorithm ed25519` makes one).
    pub fn from_pem(_pem: &str) -> Result<Self, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    /// The key in PKCS#8 PEM form.
    pub fn to_pem(&self) -> Result<String, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    pub fn public(&self) -> PublicKey {
        PublicKey([0; 32])
    }
    /// Signs a database.
    pub fn sign(&self, _database: &crate::Database) -> Result<SignatureFile, SignatureError> {
        Err(SignatureError::Untrusted)
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo key in PEM form.
    pub fn from_pem(_pem: &str) -> Result<Self, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    pub fn to_pem(&self) -> String {
        String::new()
    }
    /// First 16 hexadecimal digits of the SHA-256 of the key.
    pub fn id(&self) -> String {
        String::new()
    }
}

impl SignatureFile {
    pub fn parse(_json: &[u8]) -> Result<Self, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    pub fn to_json(&self) -> String {
        String::new()
    }
    /// Whether one of the keys signed the statement. Says nothing about any file.
    pub fn verify_statement(&self, _keys: &[PublicKey]) -> Result<&Statement, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    /// Whether one of the keys signed, and the opened database is the one meant, by its size and
    /// the digest of its header: for every scan, without reading the file.
    pub fn verify_opened(
        &self,
        _database: &crate::Database,
        _keys: &[PublicKey],
    ) -> Result<&Statement, SignatureError> {
        Err(SignatureError::Untrusted)
    }
    /// Whether one of the keys signed, and these bytes are what was signed: for downloads.
    pub fn verify_bytes(
        &self,
        _database: &[u8],
        _keys: &[PublicKey],
    ) -> Result<&Statement, SignatureError> {
        Err(SignatureError::Untrusted)
    }
}
