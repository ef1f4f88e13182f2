//! The nouns of Plimsoll: image, layer, package, finding, verdict.
//!
//! Plain data that every other crate speaks in. This crate does no I/O, reads no clock, and its
//! types are deliberately not `Serialize`: the wire form lives in `plimsoll-report`.

pub mod advisories;
pub mod compliance;
pub mod derivation;
pub mod digest;
pub mod event;
pub mod finding;
pub mod inventory;
pub mod layer;
pub mod package;
pub mod purl;
pub mod report;
pub mod target;
pub mod text;
pub mod unknown;
pub mod verdict;

pub use advisories::{AdvisorySet, AdvisorySnapshot};
pub use compliance::{Compliance, RuleOutcome, RuleResult};
pub use derivation::{Base, base_of};
pub use digest::{Digest, DigestError};
pub use finding::{
    Cvss, Excepted, Finding, FindingKind, Fix, FixState, How, ParseSeverityError, Severity,
    VexStatus,
};
pub use inventory::{Inventory, OwnedPackage};
pub use layer::{Layer, Platform};
pub use package::{Ecosystem, Location, Package, PackageIndex, Part, SourcePackage, State};
pub use purl::{Purl, PurlError, PurlParts};
pub use report::{Report, Tool};
pub use target::{Distribution, Target, TargetKind};
pub use unknown::Unknown;
pub use verdict::{Mode, Outcome, Reason, Stage, Verdict};

/// A point in time, always handed in by the caller.
pub use jiff::Timestamp;
/// A calendar day without a time zone.
pub use jiff::civil::Date;
