//! Signatures, attestations, provenance: made and verified.
//!
//! Finds what is attached to an image, checks it against keys and identities, and makes
//! signatures of its own. It judges no policy, reads no configuration, and knows of the network
//! only the registry client that it is handed.

pub mod answer;
pub mod attach;
pub mod dsse;
pub mod evidence;
pub mod find;
pub mod identity;
pub mod key;
pub mod payload;
pub mod predicate;
pub mod refusal;
pub mod roots;
pub mod sign;
pub mod statement;
pub mod verify;
