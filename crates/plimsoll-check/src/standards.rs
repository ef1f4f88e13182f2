//! Kubernetes' Pod Security Standards, in each version that changed them.
//!
//! A control looks at one pod and says what breaks it, with the place of the field. The verdict of a
//! level at a version is that of the API server's own admission, which tests put the same pods to.
//! Specification: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::{Node, Place};

pub mod host;
pub mod privileges;
pub mod profiles;
pub mod users;
pub mod volumes;

#[cfg(test)]
mod tests;

/// The newest minor version of Kubernetes 1 whose standards are known.
pub const NEWEST_MINOR: u16 = 36;

/// How strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Baseline,
    Restricted,
}

impl Level {
    pub const ALL: [Self; 2] = [Self::Baseline, Self::Restricted];

    /// The level's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// One control of the standards.
pub struct Control {
    /// Its name in the API server's messages and metrics.
    pub id: &'static str,
    pub level: Level,
    /// The first minor version that has it.
    pub since: u16,
    /// The control of the baseline that it stands for, at the restricted level.
    pub overrides: Option<&'static str>,
    pub test: fn(&Pod<'_>, u16, &mut Vec<Violation>),
}

/// What breaks a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub at: Place,
    /// Name of the container; nothing for the pod as a whole.
    pub container: Option<String>,
    /// `securityContext.privileged`, below the pod's spec or the container.
    pub field: &'static str,
    /// What stands there; empty where something is missing.
    pub value: String,
}

impl Violation {
    fn pod(at: Place, field: &'static str, value: impl Into<String>) -> Self {
        Self {
            at,
            container: None,
            field,
            value: value.into(),
        }
    }

    fn container(
        container: &Container<'_>,
        at: Place,
        field: &'static str,
        value: impl Into<String>,
    ) -> Self {
        Self {
            at,
            container: Some(container.name.to_owned()),
            field,
            value: value.into(),
        }
    }
}

/// Every control, sorted by id.
pub const CONTROLS: &[&Control] = &[
    &privileges::ALLOW_PRIVILEGE_ESCALATION,
    &profiles::APP_ARMOR,
    &privileges::CAPABILITIES_BASELINE,
    &privileges::CAPABILITIES_RESTRICTED,
    &host::NAMESPACES,
    &volumes::HOST_PATH,
    &host::PORTS,
    &host::PROBES,
    &privileges::PRIVILEGED,
    &profiles::PROC_MOUNT,
    &profiles::PROC_MOUNT_RESTRICTED,
    &volumes::RESTRICTED,
    &users::RUN_AS_NON_ROOT,
    &users::RUN_AS_USER,
    &profiles::SE_LINUX,
    &profiles::SECCOMP_BASELINE,
    &profiles::SECCOMP_RESTRICTED,
    &host::SYSCTLS,
    &privileges::WINDOWS_HOST_PROCESS,
];

/// The controls of a level at a version: those of the baseline too, less those that a stricter one
/// stands for. A version past the newest known is taken for that.
pub fn controls(level: Level, minor: u16) -> impl Iterator<Item = &'static Control> {
    let minor = minor.min(NEWEST_MINOR);
    let applies = move |control: &Control| control.level <= level && control.since <= minor;
    let is_overridden = move |control: &Control| {
        CONTROLS.iter().any(|other| {
            other.level == Level::Restricted
                && applies(other)
                && other.overrides == Some(control.id)
        })
    };
    CONTROLS
        .iter()
        .copied()
        .filter(move |control| applies(control) && !is_overridden(control))
}

/// What breaks a level at a version: the control's id with each violation. Empty where the pod may
/// run.
pub fn judge(pod: &Pod<'_>, level: Level, minor: u16) -> Vec<(&'static str, Violation)> {
    let mut out = Vec::new();
    for control in controls(level, minor) {
        let mut violations = Vec::new();
        (control.test)(pod, minor.min(NEWEST_MINOR), &mut violations);
        out.extend(
            violations
                .into_iter()
                .map(|violation| (control.id, violation)),
        );
    }
    out
}

/// Text as it stands, for messages.
fn shown(node: &Node) -> String {
    use plimsoll_object::yaml::Value;
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}
