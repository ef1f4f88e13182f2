//! What a check is, and what it says.

use std::fmt;

use plimsoll_model::Severity;

use crate::options::Options;
use crate::service::Service;
use crate::standards::Control;
use crate::world::World;
use plimsoll_object::object::{Container, Object, Pod};
use plimsoll_object::yaml::Place;

/// How much a person wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Persona {
    /// What is worth a change in nearly every cluster.
    #[default]
    Regular,
    /// What a careful team sets as well.
    Pedantic,
    /// What an auditor lists, though it is often meant.
    Auditor,
}

impl Persona {
    pub const ALL: [Self; 3] = [Self::Regular, Self::Pedantic, Self::Auditor];

    /// The word for `--persona`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Pedantic => "pedantic",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Persona {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One test of configuration, with its text.
pub struct Check {
    /// Names the defect: `privileged-container`.
    pub id: &'static str,
    /// A short line, the subject apart.
    pub title: &'static str,
    pub severity: Severity,
    pub persona: Persona,
    /// Controls that it answers to, as `framework control`.
    pub answers: &'static [&'static str],
    /// Ids of the same check in other tools.
    pub aliases: &'static [&'static str],
    pub why: &'static str,
    pub mend: &'static str,
    /// YAML that has the defect.
    pub bad: &'static str,
    /// YAML that has not.
    pub good: &'static str,
    pub test: Test,
}

/// What a check looks at.
#[derive(Clone, Copy)]
pub enum Test {
    /// A control of the Pod Security Standards.
    Standard(&'static Control),
    Pod(fn(&Pod<'_>, &mut Said)),
    Container(fn(&Container<'_>, &Pod<'_>, &mut Said)),
    /// A container, by what was asked for: the day, the registries that are allowed.
    Asked(fn(&Container<'_>, &Options<'_>, &mut Said)),
    Object(fn(&Object<'_>, &mut Said)),
    /// An object, as the minor version of Kubernetes 1 that is judged for takes it.
    Release(fn(&Object<'_>, u16, &mut Said)),
    /// A container of a Compose file or a quadlet.
    Service(fn(&Service, &mut Said)),
    /// Everything that was handed in together.
    World(fn(&World<'_>, &mut Said)),
}

/// What a check says, one entry for each defect.
#[derive(Debug, Default)]
pub struct Said {
    pub(crate) list: Vec<Defect>,
}

/// A defect at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    pub at: Place,
    /// Which object, where the check looks at several: its position in the world.
    pub object: Option<usize>,
    pub container: Option<String>,
    /// The field, for the fingerprint: `securityContext.privileged`.
    pub field: String,
    /// What stands there, or what is missing; completes the title.
    pub detail: String,
}

impl Said {
    /// A defect of a pod or an object.
    pub fn at(&mut self, at: Place, field: impl Into<String>, detail: impl Into<String>) {
        self.list.push(Defect {
            at,
            object: None,
            container: None,
            field: field.into(),
            detail: detail.into(),
        });
    }

    /// A switch of the pod, where it is on.
    pub(crate) fn switched_on(&mut self, pod: &Pod<'_>, field: &'static str) {
        let on = pod.field(&[field]);
        if let Some(node) = on.filter(|node| node.as_bool() == Some(true)) {
            self.at(node.at, field, format!("`{field}` is `true`"));
        }
    }

    /// A defect of a container; at the field where it stands, else at the container.
    pub fn container(
        &mut self,
        container: &Container<'_>,
        at: Option<Place>,
        field: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.list.push(Defect {
            at: at.unwrap_or(container.node.at),
            object: None,
            container: Some(container.name.to_owned()),
            field: field.into(),
            detail: detail.into(),
        });
    }

    /// A defect of one of the world's objects.
    pub fn object(
        &mut self,
        object: usize,
        at: Place,
        field: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.list.push(Defect {
            at,
            object: Some(object),
            container: None,
            field: field.into(),
            detail: detail.into(),
        });
    }
}
