//! Roles and bindings that each API server makes by itself, as a table.

use super::aggregate::Selector;
use super::model::{Access, Binding, Origin, Role, RoleRef, Rule};
use super::subject::Subject;

/// Facts of Kubernetes 1.36 with the feature gates that are on by default.
const TABLE: &str = include_str!("defaults.tsv");
const AGGREGATE_PREFIX: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Adds each role whose name was not read, and the bindings where they are wanted and not read.
pub fn add(access: &mut Access, with_bindings: bool) {
    let mut role: Option<usize> = None;
    let mut given: Vec<(Option<Box<str>>, Box<str>)> = access
        .bindings
        .iter()
        .map(|binding| (binding.namespace.clone(), binding.name.clone()))
        .collect();
    given.sort();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        match next() {
            "rule" => {
                if let Some(role) = role.and_then(|index| access.roles.get_mut(index)) {
                    role.rules.push(access.rules.len());
                    access.rules.push(Rule {
                        verbs: list(next()),
                        groups: list(next()),
                        resources: list(next()),
                        names: list(next()),
                        urls: list(next()),
                        origin: Origin::BuiltIn,
                    });
                }
            }
            kind @ ("Role" | "ClusterRole") => {
                let (namespace, name) = placed(kind == "Role", next());
                role = add_role(access, namespace, name, next(), next());
            }
            kind @ ("RoleBinding" | "ClusterRoleBinding") if with_bindings => {
                let key = placed(kind == "RoleBinding", next());
                if given.binary_search(&key).is_err() {
                    access.bindings.push(binding(key.0, key.1, next(), next()));
                }
            }
            _ => {}
        }
    }
}

/// The position of the role if it was added.
fn add_role(
    access: &mut Access,
    namespace: Option<Box<str>>,
    name: Box<str>,
    to: &str,
    gathers: &str,
) -> Option<usize> {
    let key = (namespace, name);
    if access.role_at.contains_key(&key) {
        return None;
    }
    let index = access.roles.len();
    access.role_at.insert(key.clone(), index);
    let label = |word: &str| (format!("{AGGREGATE_PREFIX}{word}").into(), "true".into());
    access.roles.push(Role {
        namespace: key.0,
        name: key.1,
        rules: Vec::new(),
        labels: to
            .split(',')
            .filter(|word| !word.is_empty())
            .map(label)
            .collect(),
        gathers: (!gathers.is_empty()).then(|| {
            vec![Selector {
                labels: vec![label(gathers)],
                expressions: Vec::new(),
            }]
        }),
        is_live: false,
        origin: Origin::BuiltIn,
    });
    Some(index)
}

fn binding(namespace: Option<Box<str>>, name: Box<str>, role: &str, subjects: &str) -> Binding {
    let (kind, role) = role.split_once('=').unwrap_or_default();
    let subject = |text: &str| {
        let (kind, name) = text.split_once('=')?;
        let subject = match (kind, name.split_once('/')) {
            ("ServiceAccount", Some((namespace, name))) => Subject::of_account(namespace, name),
            ("Group", _) => Subject::Group(name.into()),
            _ => Subject::User(name.into()),
        };
        Some((subject, Origin::BuiltIn))
    };
    Binding {
        namespace,
        name,
        role: Some(RoleRef {
            is_cluster: kind == "ClusterRole",
            name: role.into(),
        }),
        subjects: subjects.split(',').filter_map(subject).collect(),
        origin: Origin::BuiltIn,
    }
}

fn placed(is_namespaced: bool, text: &str) -> (Option<Box<str>>, Box<str>) {
    match text.split_once('/') {
        Some((namespace, name)) if is_namespaced => (Some(namespace.into()), name.into()),
        _ => (None, text.into()),
    }
}

/// Words with commas between; the core group stands as a word.
fn list(text: &str) -> Vec<Box<str>> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words
        .map(|word| if word == "core" { "" } else { word }.into())
        .collect()
}
