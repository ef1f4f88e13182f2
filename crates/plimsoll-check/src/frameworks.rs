//! Benchmarks and guides that checks answer to, control by control.
//!
//! A check names its controls in `answers`, as `framework control`; the lists here say which
//! controls there are, what each asks for, and what it is about, so that a control of which the
//! input holds nothing is not called passed. The wording is our own.

use crate::check::Check;
use plimsoll_object::object::Object;

mod cis;
mod mitre;
mod nsa;
mod pod_security;
mod score;
#[cfg(test)]
mod tests;

pub use score::{Seen, answers, score};

/// A benchmark, a guide, or a matrix of techniques.
#[derive(Debug, PartialEq, Eq)]
pub struct Framework {
    /// The word for `--framework`.
    pub id: &'static str,
    pub title: &'static str,
    /// In the order of the document.
    pub controls: &'static [Control],
}

/// One thing that a framework asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Control {
    /// As the document numbers or names it: `5.2.3`, `T1611`.
    pub id: &'static str,
    /// What holds where it is met.
    pub title: &'static str,
    pub about: About,
    /// The first minor version of Kubernetes that has it.
    pub since: u16,
    /// The first that has it no longer: another stands for it.
    pub until: Option<u16>,
}

/// Of what a control speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Pods, and what makes them.
    Pods,
    /// Roles and bindings.
    Access,
    Namespaces,
    /// Pods and the network policies over them, services, ingresses.
    Network,
    /// Objects of any kind.
    Anything,
    /// What no object tells: the reason says who can.
    Elsewhere(&'static str),
}

/// Every framework, sorted by id.
pub static FRAMEWORKS: &[&Framework] = &[
    &cis::FRAMEWORK,
    &mitre::FRAMEWORK,
    &nsa::FRAMEWORK,
    &pod_security::BASELINE,
    &pod_security::RESTRICTED,
];

/// The framework of this id.
pub fn framework(id: &str) -> Option<&'static Framework> {
    FRAMEWORKS.iter().copied().find(|it| it.id == id)
}

impl Control {
    const fn new(id: &'static str, title: &'static str, about: About) -> Self {
        Self {
            id,
            title,
            about,
            since: 0,
            until: None,
        }
    }

    const fn since(mut self, minor: u16) -> Self {
        self.since = minor;
        self
    }

    const fn until(mut self, minor: u16) -> Self {
        self.until = Some(minor);
        self
    }

    /// Whether a minor version of Kubernetes 1 has it.
    pub fn is_in(&self, minor: u16) -> bool {
        self.since <= minor && self.until.is_none_or(|until| minor < until)
    }
}

impl Framework {
    /// Whether a check answers to a control. What the baseline of Pod Security asks for, the
    /// restricted level asks for as well.
    pub fn is_answered(&self, control: &Control, check: &Check) -> bool {
        check.answers.iter().any(|answer| {
            let Some((framework, id)) = answer.split_once(' ') else {
                return false;
            };
            let is_here = framework == self.id
                || self.id == pod_security::RESTRICTED.id && framework == pod_security::BASELINE.id;
            is_here && id == control.id
        })
    }

    /// Whether a check answers to any of its controls.
    pub fn has(&self, check: &Check) -> bool {
        self.controls
            .iter()
            .any(|control| self.is_answered(control, check))
    }
}

impl About {
    /// Whether an object is of what the control speaks of.
    pub fn covers(self, object: &Object<'_>) -> bool {
        match self {
            Self::Pods => object.pod().is_some(),
            Self::Access => object.group() == "rbac.authorization.k8s.io",
            Self::Namespaces => object.kind == "Namespace" && object.group().is_empty(),
            Self::Network => {
                object.pod().is_some()
                    || matches!(
                        object.kind,
                        "Service" | "Ingress" | "Gateway" | "NetworkPolicy"
                    )
            }
            Self::Anything => true,
            Self::Elsewhere(_) => false,
        }
    }
}
