//! Why a signature does not count: what was expected, and what was found.

use std::fmt;

/// What is wrong with a signature, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// It does not parse, or contradicts itself.
    Malformed,
    /// Of a kind that is not understood here.
    Unsupported,
    /// It is about something else.
    WrongDigest,
    /// It does not match the key, or was changed.
    BadSignature,
    /// It was made otherwise than asked for: by a key, by a certificate.
    WrongKind,
    /// The certificate is somebody else's.
    WrongIdentity,
    /// The certificate's identity comes from another provider.
    WrongIssuer,
    /// The certificate says something else of the build.
    WrongClaim,
    /// The certificate leads to no authority that is trusted.
    UntrustedCertificate,
    /// The certificate was not valid when it signed.
    Expired,
    /// The certificate is in no log of certificates that is trusted.
    BadCertificateLog,
    /// No entry in a transparency log.
    NoLogEntry,
    /// The entry in the log is not of this signature, or its log does not vouch for it.
    BadLogEntry,
    /// The entry is in a log that is not trusted.
    UnknownLog,
    /// A timestamp that does not hold.
    BadTimestamp,
    /// Nothing proves when it was signed.
    NoTimestamp,
    /// An annotation is absent or another.
    WrongAnnotation,
    /// An attestation of another type.
    WrongType,
}

impl Fault {
    /// The word that scripts see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::WrongDigest => "wrong-digest",
            Self::BadSignature => "bad-signature",
            Self::WrongKind => "wrong-kind",
            Self::WrongIdentity => "wrong-identity",
            Self::WrongIssuer => "wrong-issuer",
            Self::WrongClaim => "wrong-claim",
            Self::UntrustedCertificate => "untrusted-certificate",
            Self::Expired => "expired",
            Self::BadCertificateLog => "bad-certificate-log",
            Self::NoLogEntry => "no-log-entry",
            Self::BadLogEntry => "bad-log-entry",
            Self::UnknownLog => "unknown-log",
            Self::BadTimestamp => "bad-timestamp",
            Self::NoTimestamp => "no-timestamp",
            Self::WrongAnnotation => "wrong-annotation",
            Self::WrongType => "wrong-type",
        }
    }
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In one word.
    pub fault: Fault,
    /// What would have been right.
    pub expected: String,
    /// What it is instead.
    pub found: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(fault: Fault, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            fault,
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// Something that does not parse.
    pub fn malformed(expected: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::new(Fault::Malformed, expected, found.to_string())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "expected {}, found {}", self.expected, self.found)
    }
}
