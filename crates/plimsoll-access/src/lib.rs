//! Who may do what: Kubernetes' RBAC, answered as the API server's authorizer answers.
//!
//! Is handed documents and holds what they say about roles, bindings, service accounts and the pods
//! that run as them. RBAC only adds: what could not be read can turn a "no" into a "yes", never the
//! other way round, so each answer carries whether something is missing.
//!
//! Does not know other authorizers (the node authorizer, webhooks) and not who is a member of which
//! group: that is for whoever asks to say.
//! Semantics: <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>, release 1.36.

mod aggregate;
mod decide;
mod defaults;
mod difference;
mod effective;
mod model;
mod paths;
mod powers;
mod question;
mod read;
mod recognise;
mod resources;
mod risks;
mod subject;
#[cfg(test)]
mod tests;

pub use decide::{Because, Decision, Grant, Holder};
pub use difference::{Atom, Change, difference};
pub use effective::Right;
pub use model::{Access, Binding, Origin, Role, RoleRef, Rule, Use};
pub use question::{Question, QuestionError, What};
pub use read::{Options, Reader};
pub use risks::{RISKS, Risk};
pub use subject::{Identity, Subject, SubjectError};
