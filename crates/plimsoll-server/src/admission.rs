//! Admission: an `AdmissionReview` in, an answer out.
//!
//! Judges by the checks of `plimsoll-check` and the rules of `plimsoll-policy`, in the stage `deploy`.
//! Opens no socket and no file, reads no clock, waits for nothing but the same question under way in
//! another thread. What cannot be judged gets the answer that the policy names for it
//! (`admission.on_error`), never another.
//!
//! It deliberately mutates nothing, scans nothing and fetches nothing.
//! Specification: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/>.

mod answer;
mod cache;
mod decision;
mod gate;
mod json;
mod judge;
mod review;
mod uid;

pub use answer::{ANSWER_BYTES_MAX, Response, WARNING_BYTES_MAX};
pub use decision::{Decision, Told, Way};
pub use gate::{Answer, Gate, Own, Rulebook};
pub use json::NODES_MAX;
pub use judge::CONTAINERS_MAX;
pub use review::Refusal;
pub use uid::uid_in;

#[cfg(test)]
mod tests;
