//! What is asked for: a verb on a resource, or on a path of the API server.

use std::collections::BTreeSet;

use super::model::Access;
use super::resources::{KNOWN, Known};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Resource {
        /// Empty for the core.
        group: Box<str>,
        resource: Box<str>,
        /// Empty where the object itself is meant.
        subresource: Box<str>,
        /// Empty where no single object is meant, as for `list`.
        name: Box<str>,
    },
    Url(Box<str>),
}

/// A verb on something, in a namespace or in the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub verb: Box<str>,
    pub what: What,
    /// Empty for the whole cluster, and for what lies in no namespace.
    pub namespace: Box<str>,
}

/// A resource that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    #[error("find the resource `{0}`")]
    Unknown(String),
    #[error("tell which `{0}` is meant: it is in the API groups {1}")]
    Ambiguous(String, String),
}

impl QuestionError {
    pub const HINT: &str = "name its API group too: RESOURCE.GROUP, as in widgets.example.com; `kubectl api-resources` \
         lists them";
}

impl Question {
    /// From what a person types: `pods`, `pods/log`, `deploy`, `widgets.example.com`, `*`, `*.apps`,
    /// `/metrics`. A resource that Kubernetes does not bring is looked for in the rules.
    pub fn parse(
        verb: &str,
        what: &str,
        namespace: &str,
        name: &str,
        access: &Access,
    ) -> Result<Self, QuestionError> {
        if what.starts_with('/') {
            return Ok(Self {
                verb: verb.into(),
                what: What::Url(what.into()),
                namespace: "".into(),
            });
        }
        let (typed, subresource) = what.split_once('/').unwrap_or((what, ""));
        let (resource, group) = resolved(typed, access)?;
        let mut namespace = namespace;
        if let Some(known) = known(&resource, &group)
            && !known.2
        {
            // The API server takes the name of a namespace for the namespace of the request.
            namespace = if resource == "namespaces" { name } else { "" };
        }
        Ok(Self {
            verb: verb.into(),
            what: What::Resource {
                group: group.into(),
                resource: resource.into(),
                subresource: subresource.into(),
                name: name.into(),
            },
            namespace: namespace.into(),
        })
    }

    /// The same in a namespace.
    #[must_use]
    pub fn within(mut self, namespace: &str) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Whether it asks about something that lies in no namespace.
    pub fn is_clusterwide_by_nature(&self) -> bool {
        match &self.what {
            What::Url(_) => true,
            What::Resource {
                group, resource, ..
            } => known(resource, group).is_some_and(|known| !known.2),
        }
    }

    /// Whether a binding there counts: one for the cluster always, one of a namespace inside it.
    pub(super) fn is_within(&self, binding: Option<&str>) -> bool {
        binding.is_none_or(|namespace| !namespace.is_empty() && *namespace == *self.namespace)
    }

    /// `get pods/log named "a" in namespace shop`.
    pub fn display(&self) -> String {
        let mut out = match &self.what {
            What::Url(url) => format!("{} {url}", self.verb),
            What::Resource {
                group,
                resource,
                subresource,
                name,
            } => {
                let mut out = format!("{} {resource}", self.verb);
                if !group.is_empty() {
                    out = format!("{out}.{group}");
                }
                if !subresource.is_empty() {
                    out = format!("{out}/{subresource}");
                }
                if !name.is_empty() {
                    out = format!("{out} named {name}");
                }
                out
            }
        };
        if !self.namespace.is_empty() {
            out = format!("{out} in namespace {}", self.namespace);
        } else if !self.is_clusterwide_by_nature() {
            out.push_str(" in every namespace");
        }
        plimsoll_model::text::clean(&out).into_owned()
    }
}

fn known(resource: &str, group: &str) -> Option<&'static Known> {
    KNOWN
        .iter()
        .find(|known| known.0 == resource && known.1 == group)
}

/// Plural and group of what was typed.
fn resolved(typed: &str, access: &Access) -> Result<(String, String), QuestionError> {
    if typed == "*" {
        return Ok(("*".to_owned(), "*".to_owned()));
    }
    if let Some((resource, group)) = typed.split_once('.') {
        let group = if group == "core" { "" } else { group };
        let plain = resource.to_lowercase();
        let by_name = KNOWN
            .iter()
            .find(|known| known.1 == group && known.3.contains(&&*plain));
        let resource = by_name.map_or(resource, |known| known.0);
        return Ok((resource.to_owned(), group.to_owned()));
    }
    let plain = typed.to_lowercase();
    let by_name = KNOWN
        .iter()
        .find(|known| known.0 == plain || known.3.contains(&&*plain));
    if let Some(known) = by_name {
        return Ok((known.0.to_owned(), known.1.to_owned()));
    }
    let groups: BTreeSet<&str> = access
        .rules
        .iter()
        .filter(|rule| {
            let resources = rule.resources.iter();
            let mut plain = resources.map(|name| name.split('/').next().unwrap_or(name));
            plain.any(|name| name == typed)
        })
        .flat_map(|rule| rule.groups.iter().map(|group| &**group))
        .filter(|group| *group != "*")
        .collect();
    let shown: Vec<&str> = groups.iter().copied().collect();
    match shown.as_slice() {
        [] => Err(QuestionError::Unknown(typed.to_owned())),
        [group] => Ok((typed.to_owned(), (*group).to_owned())),
        several => Err(QuestionError::Ambiguous(
            typed.to_owned(),
            several.join(", "),
        )),
    }
}
