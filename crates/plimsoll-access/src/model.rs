//! What was read: roles, bindings and what stands around them.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::Unknown;

use super::subject::Subject;
use plimsoll_object::allow::Allowances;
use plimsoll_object::yaml::Place;

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In the file with this position in [`Access::files`].
    File { file: usize, at: Place },
    /// The API server makes it by itself.
    BuiltIn,
}

/// What may be done: each list as it stands, `*` included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub verbs: Vec<Box<str>>,
    /// The core group is empty.
    pub groups: Vec<Box<str>>,
    pub resources: Vec<Box<str>>,
    /// Empty means every object.
    pub names: Vec<Box<str>>,
    /// Paths of the API server that are no resources.
    pub urls: Vec<Box<str>>,
    pub origin: Origin,
}

/// A Role or ClusterRole.
#[derive(Debug, Clone)]
pub struct Role {
    /// `None` for a ClusterRole.
    pub namespace: Option<Box<str>>,
    pub name: Box<str>,
    /// Positions in [`Access::rules`]; those of other roles too where it is aggregated.
    pub rules: Vec<usize>,
    pub labels: BTreeMap<Box<str>, Box<str>>,
    /// Selectors of the roles whose rules it is given.
    pub(super) gathers: Option<Vec<super::aggregate::Selector>>,
    /// Whether it comes from a cluster, where the controller has put in what it gathers.
    pub(super) is_live: bool,
    pub origin: Origin,
}

impl Role {
    /// `ClusterRole view`, `Role shop/reader`.
    pub fn display(&self) -> String {
        match &self.namespace {
            None => format!("ClusterRole {}", self.name),
            Some(namespace) => format!("Role {namespace}/{}", self.name),
        }
    }
}

/// Which role a binding gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleRef {
    /// Whether a ClusterRole is meant.
    pub is_cluster: bool,
    pub name: Box<str>,
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone)]
pub struct Binding {
    /// `None` for a ClusterRoleBinding.
    pub namespace: Option<Box<str>>,
    pub name: Box<str>,
    /// `None` where what stands there is no role.
    pub role: Option<RoleRef>,
    /// In the order of the file.
    pub subjects: Vec<(Subject, Origin)>,
    pub origin: Origin,
}

impl Binding {
    /// `ClusterRoleBinding ops`, `RoleBinding shop/readers`.
    pub fn display(&self) -> String {
        match &self.namespace {
            None => format!("ClusterRoleBinding {}", self.name),
            Some(namespace) => format!("RoleBinding {namespace}/{}", self.name),
        }
    }

    /// `ClusterRole view`, in the binding's namespace where it is a Role.
    pub fn role_display(&self) -> String {
        match (&self.role, &self.namespace) {
            (None, _) => "no role".to_owned(),
            (Some(role), _) if role.is_cluster => format!("ClusterRole {}", role.name),
            (Some(role), Some(namespace)) => format!("Role {namespace}/{}", role.name),
            (Some(role), None) => format!("Role {}", role.name),
        }
    }
}

/// A workload that runs as a service account.
#[derive(Debug, Clone)]
pub struct Use {
    /// `Deployment shop/cart`.
    pub workload: String,
    pub namespace: Box<str>,
    pub account: Box<str>,
    /// What the pod says about its token, over what the account says.
    pub mounts: Option<bool>,
    pub origin: Origin,
}

impl Use {
    /// The account that it runs as.
    pub fn subject(&self) -> Subject {
        Subject::of_account(&self.namespace, &self.account)
    }
}

/// A service account that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub mounts: Option<bool>,
}

/// Everything that bears on who may do what.
#[derive(Debug, Default)]
pub struct Access {
    pub files: Vec<String>,
    pub(super) allowances: Vec<Allowances>,
    pub rules: Vec<Rule>,
    pub roles: Vec<Role>,
    pub bindings: Vec<Binding>,
    pub uses: Vec<Use>,
    /// What could not be read, and what the API server would refuse.
    pub unknowns: Vec<Unknown>,
    /// Objects that were looked at, whatever they are.
    pub objects: usize,
    /// Files are objects of a cluster, which have no lines.
    pub(super) is_without_lines: bool,
    /// Objects without a namespace of their own, read as if in the default one.
    pub without_namespace: usize,
    pub(super) role_at: BTreeMap<(Option<Box<str>>, Box<str>), usize>,
    /// Bindings that name a subject.
    pub(super) bound: BTreeMap<Subject, Vec<usize>>,
    pub(super) accounts: BTreeMap<(Box<str>, Box<str>), Account>,
    /// Accounts for which a Secret with a token was read.
    pub(super) token_secrets: BTreeSet<(Box<str>, Box<str>)>,
    /// Pod Security's level that is enforced, where the namespace was read.
    pub(super) enforced: BTreeMap<Box<str>, Option<Box<str>>>,
}

impl Access {
    /// The role that a binding gives, if it was read.
    pub fn role_of(&self, binding: &Binding) -> Option<&Role> {
        self.roles.get(self.role_index(binding)?)
    }

    pub(super) fn role_index(&self, binding: &Binding) -> Option<usize> {
        let role = binding.role.as_ref()?;
        let namespace = match (role.is_cluster, &binding.namespace) {
            (true, _) => None,
            (false, Some(namespace)) => Some(namespace.clone()),
            // A ClusterRoleBinding cannot give a Role.
            (false, None) => return None,
        };
        self.role_at.get(&(namespace, role.name.clone())).copied()
    }

    /// Rules of a role, each with its position.
    pub(super) fn rules_of(&self, role: &Role) -> impl Iterator<Item = (usize, &Rule)> {
        role.rules
            .iter()
            .filter_map(|&index| Some((index, self.rules.get(index)?)))
    }

    /// Roles and bindings that stood in what was handed in.
    pub fn counted(&self) -> (usize, usize) {
        // In a cluster those that Kubernetes made were read as well.
        let read = |origin: &Origin| self.is_without_lines || matches!(origin, Origin::File { .. });
        (
            self.roles.iter().filter(|role| read(&role.origin)).count(),
            self.bindings.iter().filter(|b| read(&b.origin)).count(),
        )
    }

    /// `rbac.yaml:12`, or that Kubernetes has it by itself.
    pub fn place(&self, origin: Origin) -> String {
        match origin {
            Origin::BuiltIn => "built in".to_owned(),
            Origin::File { file, at } => {
                let name = self.files.get(file).map_or("", String::as_str);
                if self.is_without_lines {
                    return name.to_owned();
                }
                format!("{name}:{}", at.line)
            }
        }
    }

    /// Namespaces that anything stands in, sorted.
    pub fn namespaces(&self) -> BTreeSet<&str> {
        let bindings = self.bindings.iter().filter_map(|b| b.namespace.as_deref());
        let accounts = self.accounts.keys().map(|(namespace, _)| &**namespace);
        let known = self.enforced.keys().map(|namespace| &**namespace);
        let uses = self.uses.iter().map(|used| &*used.namespace);
        let bound = self.bound.keys().filter_map(Subject::account);
        bindings
            .chain(accounts)
            .chain(known)
            .chain(uses)
            .chain(bound.map(|(namespace, _)| namespace))
            .collect()
    }
}
