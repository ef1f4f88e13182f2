//! What roles allow and whom bindings name, as it is written down.
//!
//! Says nothing of who may do what in the end: see `access`.

use crate::check::Said;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

/// A rule of a role.
pub struct Rule<'a> {
    pub node: &'a Node,
}

impl<'a> Rule<'a> {
    /// The words of a list of the rule, with their places.
    pub fn list(&self, key: &str) -> impl Iterator<Item = (&'a Node, &'a str)> + use<'a> {
        let items = self.node.get(key).map_or(&[][..], Node::items);
        items.iter().filter_map(|node| Some((node, node.as_str()?)))
    }

    pub fn has(&self, key: &str, word: &str) -> bool {
        self.list(key).any(|(_, other)| other == word)
    }

    /// Whether it speaks of Kubernetes' own resources. In the API groups of an extension a wildcard is
    /// a question of that extension only.
    pub fn is_of_cluster(&self) -> bool {
        let is_own =
            |group: &str| group == "*" || !group.contains('.') || group.ends_with(".k8s.io");
        self.list("apiGroups").any(|(_, group)| is_own(group))
    }

    /// Whether it is limited to objects by name.
    pub fn is_named(&self) -> bool {
        self.list("resourceNames").next().is_some()
    }
}

/// Resources of one API group, and what may be done to them that is worth telling.
pub struct Grant {
    pub group: &'static str,
    pub resources: &'static [&'static str],
    pub verbs: &'static [&'static str],
}

fn is_rbac(object: &Object<'_>) -> bool {
    // The API server makes these itself, and puts them right again.
    let labels = object.node.at_path(&["metadata", "labels"]);
    let is_default = labels
        .and_then(|labels| labels.get("kubernetes.io/bootstrapping"))
        .is_some();
    object.group() == "rbac.authorization.k8s.io" && !is_default
}

/// The rules of a role, those of the API server's own roles left out.
pub fn rules<'a>(object: &Object<'a>) -> impl Iterator<Item = Rule<'a>> + use<'a> {
    let is_role = matches!(object.kind, "Role" | "ClusterRole") && is_rbac(object);
    let rules = object.node.get("rules").filter(|_| is_role);
    let items = rules.map_or(&[][..], Node::items).iter();
    items.map(|node| Rule { node })
}

/// Tells the resources that rules name and allow too much of. Wildcards for resources are told by
/// checks of their own, and what is limited to names is let through.
pub fn tell(object: &Object<'_>, grants: &[Grant], said: &mut Said) {
    for rule in rules(object).filter(|rule| !rule.is_named()) {
        for (node, resource) in rule.list("resources") {
            let covers = |grant: &&Grant| {
                grant.resources.contains(&resource)
                    && (rule.has("apiGroups", grant.group) || rule.has("apiGroups", "*"))
            };
            let Some(grant) = grants.iter().find(covers) else {
                continue;
            };
            let verbs: Vec<&str> = rule
                .list("verbs")
                .map(|(_, verb)| verb)
                .filter(|verb| *verb == "*" || grant.verbs.contains(verb))
                .collect();
            if !verbs.is_empty() {
                let detail = format!("{} {resource}", verbs.join(", "));
                said.at(node.at, format!("rules.{resource}"), detail);
            }
        }
    }
}

/// Whom a binding names.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub node: &'a Node,
    pub kind: &'a str,
    pub name: &'a str,
}

/// The subjects of a binding, those of the API server's own bindings left out.
pub fn subjects<'a>(object: &Object<'a>) -> impl Iterator<Item = Subject<'a>> + use<'a> {
    let is_binding = matches!(object.kind, "RoleBinding" | "ClusterRoleBinding") && is_rbac(object);
    let subjects = object.node.get("subjects").filter(|_| is_binding);
    let items = subjects.map_or(&[][..], Node::items).iter();
    items.filter_map(|node| {
        Some(Subject {
            node,
            kind: node.get("kind")?.as_str()?,
            name: node.get("name")?.as_str()?,
        })
    })
}

/// The name of the role that a binding gives.
pub fn role_name<'a>(object: &Object<'a>) -> Option<(&'a Node, &'a str)> {
    let node = object.node.at_path(&["roleRef", "name"])?;
    is_rbac(object)
        .then(|| node.as_str())?
        .map(|name| (node, name))
}
