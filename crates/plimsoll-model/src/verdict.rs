//! Allow, warn or deny, with reasons.

use crate::Digest;

/// Where in the life of a container the judgement is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Stage {
    #[default]
    Build,
    Deploy,
    Runtime,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Build, Self::Deploy, Self::Runtime];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Deploy => "deploy",
            Self::Runtime => "runtime",
        }
    }
}

/// What a rule of the policy does when it applies. Kubernetes' own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Recorded only.
    Audit,
    /// Said aloud, let through.
    Warn,
    /// Refused.
    Enforce,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Audit, Self::Warn, Self::Enforce];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }
}

/// What the judgement comes to, ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Outcome {
    #[default]
    Allow,
    Warn,
    Deny,
}

impl Outcome {
    pub const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Deny];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// Why the outcome is what it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Name of the rule in the policy.
    pub rule: String,
    pub mode: Mode,
    /// Fingerprint of the finding that the rule applied to; absent for rules about the whole.
    pub finding: Option<String>,
    /// A clause for people: `CVE-2026-1234 in openssl is high and has a fix`.
    pub message: String,
}

/// The judgement of one target by one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    pub stage: Stage,
    /// Name of the policy.
    pub policy: String,
    /// Digest of what was judged by: the policy as it was read. Absent where findings were left out
    /// before the judgement.
    pub policy_digest: Option<Digest>,
    /// Sorted: enforce first, then by rule and finding.
    pub reasons: Vec<Reason>,
    /// Remarks about the policy itself: expired or unused exceptions, each with its place.
    pub notes: Vec<String>,
}
