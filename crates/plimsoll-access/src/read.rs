//! Reads documents into [`Access`]: what the API server would refuse is counted as far as it can be
//! read, and told.

use plimsoll_model::Unknown;

use super::aggregate;
use super::defaults;
use super::model::{Access, Account, Origin, Use};
use super::recognise;
use plimsoll_object::File;
use plimsoll_object::allow::Allowances;
use plimsoll_object::object::{Object, objects, strays};
use plimsoll_object::split;
use plimsoll_object::yaml::{Document, Node, Place, Value};

mod owners;
mod rbac;

use owners::Kin;

/// Name of the group that RBAC's objects are in.
const RBAC_GROUP: &str = "rbac.authorization.k8s.io";

/// How documents are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where objects belong that name no namespace.
    pub namespace: String,
    /// Whether the bindings that the API server makes by itself count as well. Its roles do wherever
    /// none of that name was read.
    pub with_default_bindings: bool,
    /// Whether files are files. In objects of a live cluster lines mean nothing, and Kubernetes' own
    /// roles and bindings, which stand among them, are known again.
    pub has_lines: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            namespace: "default".to_owned(),
            with_default_bindings: false,
            has_lines: true,
        }
    }
}

/// Is handed files or documents one after the other.
pub struct Reader {
    pub(super) access: Access,
    options: Options,
    file: usize,
    /// Those that others made among them.
    workloads: Vec<Kin>,
}

impl Reader {
    pub fn new(options: Options) -> Self {
        Self {
            access: Access {
                is_without_lines: !options.has_lines,
                ..Access::default()
            },
            options,
            file: 0,
            workloads: Vec::new(),
        }
    }

    /// A file of YAML or JSON.
    pub fn file(&mut self, file: File) {
        self.begin(&file.name);
        for part in split::parts(self.file, file.name, file.bytes) {
            if let Some(list) = self.access.allowances.last_mut() {
                list.extend(Allowances::read(part.bytes(), part.line));
            }
            for (documents, error) in part.read() {
                for document in &documents {
                    self.take(document);
                }
                if let Some(error) = error {
                    let mut reason = error.to_string();
                    if let Some(hint) = error.hint {
                        reason = format!("{reason} ({hint})");
                    }
                    self.unknown(error.at, reason);
                }
            }
        }
    }

    /// One document, whose places are in what is called so.
    pub fn document(&mut self, name: &str, document: &Document) {
        if self.access.files.last().is_none_or(|last| last != name) {
            self.begin(name);
        }
        self.take(document);
    }

    fn begin(&mut self, name: &str) {
        self.file = self.access.files.len();
        self.access.files.push(name.to_owned());
        self.access.allowances.push(Allowances::default());
    }

    fn take(&mut self, document: &Document) {
        for (at, reason) in strays(&document.root) {
            self.unknown(at, reason);
        }
        let mut list = Vec::new();
        objects(&document.root, &mut list);
        let is_ours = list.iter().any(|object| object.group() == RBAC_GROUP);
        for (at, key) in document.duplicates.iter().filter(|_| is_ours) {
            let reason = format!("the key `{key}` stands twice: the last one counts");
            self.unknown(*at, reason);
        }
        for object in &list {
            self.object(object);
        }
    }

    fn object(&mut self, object: &Object<'_>) {
        self.access.objects += 1;
        match (object.group(), object.kind) {
            (RBAC_GROUP, "Role" | "ClusterRole") => self.role(object),
            (RBAC_GROUP, "RoleBinding" | "ClusterRoleBinding") => self.binding(object),
            (RBAC_GROUP, kind) => {
                let reason = format!("`{kind}` is no kind of {RBAC_GROUP}");
                self.unknown(object.node.at, reason);
            }
            (
                "authorization.openshift.io",
                "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding",
            ) => {
                let reason =
                    format!("roles of OpenShift's own API are not read: write `{RBAC_GROUP}/v1`");
                self.unknown(object.node.at, reason);
            }
            ("", "ServiceAccount") => {
                let key = (self.namespace_of(object), object.name.into());
                let mounts = self.flag(object.node, "automountServiceAccountToken");
                self.access.accounts.insert(key, Account { mounts });
            }
            ("", "Namespace") => {
                let level = object.node.at_path(&[
                    "metadata",
                    "labels",
                    "pod-security.kubernetes.io/enforce",
                ]);
                let level = level.and_then(Node::as_str).map(Into::into);
                self.access.enforced.insert(object.name.into(), level);
            }
            ("", "Secret") => self.secret(object),
            _ => self.workload(object),
        }
    }

    /// A Secret that holds the token of a service account.
    fn secret(&mut self, object: &Object<'_>) {
        let text = |path: &[&str]| object.node.at_path(path).and_then(Node::as_str);
        let account = text(&[
            "metadata",
            "annotations",
            "kubernetes.io/service-account.name",
        ]);
        if text(&["type"]) == Some("kubernetes.io/service-account-token")
            && let Some(account) = account
        {
            let key = (self.namespace_of(object), account.into());
            self.access.token_secrets.insert(key);
        }
    }

    fn workload(&mut self, object: &Object<'_>) {
        let Some(pod) = object.pod() else { return };
        let named = pod
            .field(&["serviceAccountName"])
            .or_else(|| pod.field(&["serviceAccount"]));
        let account = named.and_then(Node::as_str).filter(|name| !name.is_empty());
        let namespace = self.namespace_of(object);
        let used = Use {
            workload: format!("{} {namespace}/{}", object.kind, object.name),
            namespace,
            account: account.unwrap_or("default").into(),
            mounts: self.flag(pod.spec, "automountServiceAccountToken"),
            origin: self.origin(named.map_or(pod.at, |node| node.at)),
        };
        self.workloads.push(Kin::read(object, used));
    }

    /// The namespace that an object is in.
    fn namespace_of(&mut self, object: &Object<'_>) -> Box<str> {
        if object.namespace.is_empty() {
            self.access.without_namespace += 1;
            return self.options.namespace.as_str().into();
        }
        object.namespace.into()
    }

    fn flag(&mut self, node: &Node, key: &str) -> Option<bool> {
        let value = node.get(key)?;
        match value.value {
            Value::Bool(flag) => Some(flag),
            Value::Null => None,
            _ => {
                self.unknown(value.at, format!("`{key}` is not true or false"));
                None
            }
        }
    }

    /// A list of texts; what is none is told.
    fn texts(&mut self, node: &Node, key: &str) -> Vec<Box<str>> {
        let Some(value) = node.get(key) else {
            return Vec::new();
        };
        match &value.value {
            Value::Null => Vec::new(),
            Value::List(items) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items.iter() {
                    match item.as_str() {
                        Some(text) => out.push(text.into()),
                        None => self.unknown(item.at, format!("an item of `{key}` is no text")),
                    }
                }
                out
            }
            _ => {
                self.unknown(value.at, format!("`{key}` is no list"));
                Vec::new()
            }
        }
    }

    /// A text; what is none is told. Empty where it is missing.
    fn text<'n>(&mut self, node: &'n Node, key: &str) -> &'n str {
        match node.get(key) {
            None => "",
            Some(value) => match &value.value {
                Value::Text(text) => text,
                Value::Null => "",
                _ => {
                    self.unknown(value.at, format!("`{key}` is no text"));
                    ""
                }
            },
        }
    }

    fn unknown(&mut self, at: Place, reason: impl Into<String>) {
        let name = self.access.files.get(self.file).map_or("", String::as_str);
        let place = format!("{name}:{}:{}", at.line, at.column);
        self.access.unknowns.push(Unknown::at(place, reason));
    }

    const fn origin(&self, at: Place) -> Origin {
        Origin::File {
            file: self.file,
            at,
        }
    }

    /// Everything together: Kubernetes' own roles added, aggregated ones filled, subjects indexed.
    pub fn finish(mut self) -> Access {
        self.access.uses = owners::heads(std::mem::take(&mut self.workloads));
        defaults::add(&mut self.access, self.options.with_default_bindings);
        self.gather();
        if !self.options.has_lines {
            recognise::mark(&mut self.access);
        }
        for (index, binding) in self.access.bindings.iter().enumerate() {
            for (subject, _) in &binding.subjects {
                let list = self.access.bound.entry(subject.clone()).or_default();
                if list.last() != Some(&index) {
                    list.push(index);
                }
            }
        }
        self.access.unknowns.sort();
        self.access.unknowns.dedup();
        self.access
    }

    fn gather(&mut self) {
        let gathered = aggregate::gather(&mut self.access);
        for index in gathered.replaced {
            let Some(role) = self.access.roles.get(index) else {
                continue;
            };
            let place = self.access.place(role.origin);
            let reason = format!(
                "{} is aggregated: the rules that stand in it are replaced by those that it gathers",
                role.display()
            );
            self.access.unknowns.push(Unknown::at(place, reason));
        }
        if gathered.is_cut {
            let reason = format!(
                "more than {} rules in aggregated roles: some are left out",
                aggregate::GATHERED_MAX
            );
            self.access.unknowns.push(Unknown::whole(reason));
        }
    }
}
