//! Roles and bindings, with what the API server says against them.

use std::collections::BTreeMap;

use super::super::aggregate::{Operator, Selector};
use super::super::model::{Binding, Role, RoleRef, Rule};
use super::super::subject::Subject;
use super::{RBAC_GROUP, Reader};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Node, Value};

impl Reader {
    /// What holds for each of the four kinds; the namespace where it has one.
    fn head(&mut self, object: &Object<'_>) -> Option<Box<str>> {
        if !object.api_version.ends_with("/v1") {
            let reason = format!(
                "`{}` is no longer served (since 1.22): read as `{RBAC_GROUP}/v1`",
                object.api_version
            );
            self.unknown(object.node.at, reason);
        }
        if object.name.is_empty() {
            self.unknown(object.node.at, "`metadata.name` is missing or no text");
        }
        (!object.kind.starts_with("Cluster")).then(|| self.namespace_of(object))
    }

    pub(super) fn role(&mut self, object: &Object<'_>) {
        let namespace = self.head(object);
        let mut rules = Vec::new();
        match object.node.get("rules").map(|node| (&node.value, node.at)) {
            None | Some((Value::Null, _)) => {}
            Some((Value::List(items), _)) => {
                for item in items.iter() {
                    let rule = self.rule(item, namespace.is_some());
                    rules.push(self.access.rules.len());
                    self.access.rules.push(rule);
                }
            }
            Some((_, at)) => self.unknown(at, "`rules` is no list"),
        }
        let gathers = self.aggregation(object, namespace.is_some());
        let labels = self.labels(object.node.at_path(&["metadata", "labels"]));
        let key = (namespace.clone(), Box::from(object.name));
        if let Some(index) = self.access.role_at.get(&key).copied() {
            if let Some(first) = self.access.roles.get_mut(index) {
                first.rules.extend(rules);
                let display = first.display();
                self.unknown(
                    object.node.at,
                    format!("{display} stands twice: the rules of both count"),
                );
            }
            return;
        }
        self.access.role_at.insert(key, self.access.roles.len());
        let is_live = object
            .node
            .at_path(&["metadata", "resourceVersion"])
            .is_some();
        self.access.roles.push(Role {
            namespace,
            name: object.name.into(),
            rules,
            labels,
            gathers,
            is_live,
            origin: self.origin(object.node.at),
        });
    }

    fn rule(&mut self, node: &Node, is_namespaced: bool) -> Rule {
        if !matches!(node.value, Value::Map(_)) {
            self.unknown(node.at, "a rule is no map");
        }
        let rule = Rule {
            verbs: self.texts(node, "verbs"),
            groups: self.texts(node, "apiGroups"),
            resources: self.texts(node, "resources"),
            names: self.texts(node, "resourceNames"),
            urls: self.texts(node, "nonResourceURLs"),
            origin: self.origin(node.at),
        };
        let on_resources = [&rule.groups, &rule.resources, &rule.names]
            .iter()
            .any(|list| !list.is_empty());
        let refused = if rule.verbs.is_empty() {
            Some("a rule without `verbs`")
        } else if !rule.urls.is_empty() && is_namespaced {
            Some("`nonResourceURLs` in a Role")
        } else if !rule.urls.is_empty() && on_resources {
            Some("a rule with `nonResourceURLs` beside resources")
        } else if rule.urls.is_empty() && rule.groups.is_empty() {
            Some("a rule without `apiGroups`")
        } else if rule.urls.is_empty() && rule.resources.is_empty() {
            Some("a rule without `resources`")
        } else {
            None
        };
        if let Some(what) = refused {
            let reason = format!("{what}: the API server refuses the whole role");
            self.unknown(node.at, reason);
        }
        rule
    }

    fn aggregation(&mut self, object: &Object<'_>, is_namespaced: bool) -> Option<Vec<Selector>> {
        let node = object.node.at_path(&["aggregationRule"])?;
        if is_namespaced {
            self.unknown(
                node.at,
                "`aggregationRule` in a Role: only a ClusterRole has it",
            );
            return None;
        }
        let list = node.get("clusterRoleSelectors");
        let items = list.map_or(&[][..], Node::items);
        if items.is_empty() {
            let reason = "`aggregationRule` without `clusterRoleSelectors`";
            self.unknown(node.at, reason);
            return None;
        }
        Some(
            items
                .iter()
                .filter_map(|item| self.selector(item))
                .collect(),
        )
    }

    /// A label selector; one that cannot be read chooses nothing and is told.
    fn selector(&mut self, node: &Node) -> Option<Selector> {
        if !matches!(node.value, Value::Map(_)) {
            self.unknown(node.at, "a selector is no map");
            return None;
        }
        let before = self.access.unknowns.len();
        let labels = self.labels(node.at_path(&["matchLabels"]));
        let mut out = Selector {
            labels: labels.into_iter().collect(),
            expressions: Vec::new(),
        };
        let expressions = node.at_path(&["matchExpressions"]);
        if expressions.is_some_and(|node| !matches!(node.value, Value::List(_))) {
            self.unknown(node.at, "`matchExpressions` is no list");
        }
        for item in expressions.map_or(&[][..], Node::items) {
            let key = self.text(item, "key");
            let values = self.texts(item, "values");
            let operator = match (self.text(item, "operator"), values.is_empty()) {
                ("In", false) => Operator::In,
                ("NotIn", false) => Operator::NotIn,
                ("Exists", true) => Operator::Exists,
                ("DoesNotExist", true) => Operator::DoesNotExist,
                _ => {
                    let reason = "an expression needs In or NotIn with values, or Exists or \
                                  DoesNotExist without";
                    self.unknown(item.at, reason);
                    return None;
                }
            };
            out.expressions.push((key.into(), operator, values));
        }
        (self.access.unknowns.len() == before).then_some(out)
    }

    fn labels(&mut self, node: Option<&Node>) -> BTreeMap<Box<str>, Box<str>> {
        let mut out = BTreeMap::new();
        if let Some(node) = node
            && !matches!(node.value, Value::Map(_))
        {
            self.unknown(node.at, "labels are no map");
        }
        for entry in node.map_or(&[][..], Node::entries) {
            if let Some(value) = entry.value.as_str() {
                out.insert(Box::from(&*entry.key), value.into());
            } else {
                let reason = format!("the label `{}` is no text: quote it", entry.key);
                self.unknown(entry.value.at, reason);
            }
        }
        out
    }

    pub(super) fn binding(&mut self, object: &Object<'_>) {
        let namespace = self.head(object);
        let role = self.role_ref(object, namespace.is_some());
        let mut subjects = Vec::new();
        match object
            .node
            .get("subjects")
            .map(|node| (&node.value, node.at))
        {
            None | Some((Value::Null, _)) => {}
            Some((Value::List(items), _)) => {
                for item in items.iter() {
                    if let Some(subject) = self.subject(item, namespace.as_deref()) {
                        subjects.push((subject, self.origin(item.at)));
                    }
                }
            }
            Some((_, at)) => self.unknown(at, "`subjects` is no list"),
        }
        self.access.bindings.push(Binding {
            namespace,
            name: object.name.into(),
            role,
            subjects,
            origin: self.origin(object.node.at),
        });
    }

    fn role_ref(&mut self, object: &Object<'_>, is_namespaced: bool) -> Option<RoleRef> {
        let Some(node) = object.node.at_path(&["roleRef"]) else {
            self.unknown(object.node.at, "a binding without `roleRef`");
            return None;
        };
        let group = self.text(node, "apiGroup");
        if !group.is_empty() && group != RBAC_GROUP {
            let reason = format!(
                "`roleRef.apiGroup` is not `{RBAC_GROUP}`: the API server refuses the binding"
            );
            self.unknown(node.at, reason);
        }
        let kind = self.text(node, "kind");
        let name = self.text(node, "name");
        let is_cluster = match kind {
            "ClusterRole" => true,
            "Role" if is_namespaced => false,
            "Role" => {
                let reason = "a ClusterRoleBinding cannot give a Role: the API server refuses it";
                self.unknown(node.at, reason);
                return None;
            }
            _ => {
                let reason = "`roleRef.kind` is neither Role nor ClusterRole";
                self.unknown(node.at, reason);
                return None;
            }
        };
        if name.is_empty() {
            self.unknown(node.at, "`roleRef.name` is missing");
            return None;
        }
        Some(RoleRef {
            is_cluster,
            name: name.into(),
        })
    }

    fn subject(&mut self, node: &Node, namespace: Option<&str>) -> Option<Subject> {
        let name = self.text(node, "name");
        let kind = self.text(node, "kind");
        if name.is_empty() {
            self.unknown(node.at, "a subject without `name`");
            return None;
        }
        let group = self.text(node, "apiGroup");
        let wanted = if kind == "ServiceAccount" {
            ""
        } else {
            RBAC_GROUP
        };
        if !group.is_empty() && group != wanted {
            let reason = format!(
                "`apiGroup` of a {kind} must be `{wanted}`: the API server refuses the binding"
            );
            self.unknown(node.at, reason);
        }
        match kind {
            "User" => Some(Subject::User(name.into())),
            "Group" => Some(Subject::Group(name.into())),
            "ServiceAccount" => {
                let own = self.text(node, "namespace");
                let own = Some(own).filter(|own| !own.is_empty());
                let Some(namespace) = own.or(namespace) else {
                    let reason =
                        "a ServiceAccount without `namespace`: the API server refuses the binding";
                    self.unknown(node.at, reason);
                    return None;
                };
                Some(Subject::of_account(namespace, name))
            }
            _ => {
                let reason =
                    format!("`{kind}` is no kind of subject: User, Group or ServiceAccount");
                self.unknown(node.at, reason);
                None
            }
        }
    }
}
