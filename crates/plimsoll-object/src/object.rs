//! Kubernetes objects in documents, and the pods that they make.

use crate::yaml::{Node, Place, Value};

/// Lists in lists that are looked into.
const LIST_DEPTH_MAX: usize = 4;

/// One object, as it stands in a file.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    pub node: &'a Node,
    /// `apps/v1`, `v1`.
    pub api_version: &'a str,
    pub kind: &'a str,
    /// Empty where the object is not namespaced or leaves it to the command line.
    pub namespace: &'a str,
    /// Empty where it is generated.
    pub name: &'a str,
}

impl<'a> Object<'a> {
    pub fn read(node: &'a Node) -> Option<Self> {
        let text = |path: &[&str]| node.at_path(path).and_then(Node::as_str);
        Some(Self {
            node,
            api_version: text(&["apiVersion"])?,
            kind: text(&["kind"])?,
            namespace: text(&["metadata", "namespace"]).unwrap_or_default(),
            name: text(&["metadata", "name"])
                .or_else(|| text(&["metadata", "generateName"]))
                .unwrap_or_default(),
        })
    }

    /// The group of the API: `apps`; empty for the core.
    pub fn group(&self) -> &'a str {
        self.api_version
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    /// `Deployment shop/cart`, for people.
    pub fn display(&self) -> String {
        match (self.namespace, self.name) {
            ("", "") => self.kind.to_owned(),
            ("", name) => format!("{} {name}", self.kind),
            (namespace, name) => format!("{} {namespace}/{name}", self.kind),
        }
    }

    /// The path to what has the pod's `metadata` and `spec`, where it is or makes one.
    pub fn pod_holder(&self) -> Option<&'static [&'static str]> {
        Some(match (self.group(), self.kind) {
            ("", "Pod") => &[],
            ("", "PodTemplate") => &["template"],
            ("", "ReplicationController")
            | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
            | ("batch", "Job")
            | ("argoproj.io", "Rollout")
            | ("apps.openshift.io", "DeploymentConfig")
            | ("serving.knative.dev", "Service" | "Configuration")
            | ("apps.kruise.io", "CloneSet" | "StatefulSet" | "DaemonSet") => &["spec", "template"],
            ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
            _ => return None,
        })
    }

    /// The pod that it is or makes, if it does.
    pub fn pod(&self) -> Option<Pod<'a>> {
        let template = self.pod_holder()?;
        let holder = if template.is_empty() {
            self.node
        } else {
            self.node.at_path(template)?
        };
        let spec = holder.entry("spec")?;
        Some(Pod {
            metadata: holder.at_path(&["metadata"]),
            spec: &spec.value,
            at: spec.at,
            kind: self.kind,
        })
    }
}

/// The objects of a document, those of lists one by one.
pub fn objects<'a>(root: &'a Node, out: &mut Vec<Object<'a>>) {
    collect(root, LIST_DEPTH_MAX, &mut |node| {
        out.extend(Object::read(node));
    });
}

/// What is no object though it stands where one belongs: place and why.
pub fn strays(root: &Node) -> Vec<(Place, &'static str)> {
    let mut out = Vec::new();
    if root.items().iter().any(|item| item.get("kind").is_some()) {
        out.push((
            root.at,
            "a bare list of objects: it takes `kind: List` with `items`",
        ));
    }
    collect(root, LIST_DEPTH_MAX, &mut |node| {
        let is_there = |key| node.get(key).is_some();
        let is_item = !std::ptr::eq(node, root);
        if Object::read(node).is_none() {
            if is_there("apiVersion") || is_there("kind") {
                let reason = "half an object: `apiVersion` or `kind` is missing or no text";
                out.push((node.at, reason));
            } else if is_item {
                out.push((node.at, "an item of a list without `apiVersion` and `kind`"));
            }
        } else if let Some(items) = list_items(node) {
            let reason = match items.value {
                Value::Null => return,
                Value::List(_) => "lists in lists are not looked into any deeper",
                _ => "`items` is no list",
            };
            out.push((items.at, reason));
        }
    });
    out
}

/// What a list holds, if it is one.
fn list_items(node: &Node) -> Option<&Node> {
    let kind = node.get("kind").and_then(Node::as_str);
    let is_list = kind.is_some_and(|kind| kind.ends_with("List"));
    node.get("items").filter(|_| is_list)
}

fn collect<'a>(node: &'a Node, depth: usize, found: &mut impl FnMut(&'a Node)) {
    let items = list_items(node).filter(|items| matches!(items.value, Value::List(_)));
    match items {
        Some(items) if depth > 0 => {
            for item in items.items() {
                collect(item, depth - 1, found);
            }
        }
        _ => found(node),
    }
}

/// A pod, or the template of one.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    pub metadata: Option<&'a Node>,
    pub spec: &'a Node,
    /// Where `spec` stands.
    pub at: Place,
    /// The kind of the object that makes it.
    pub kind: &'a str,
}

/// What part a container plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Init,
    /// An init container that runs on beside the others (`restartPolicy: Always`).
    Sidecar,
    Main,
    Ephemeral,
}

/// A container of a pod.
#[derive(Debug, Clone, Copy)]
pub struct Container<'a> {
    pub node: &'a Node,
    pub role: Role,
    pub name: &'a str,
}

impl<'a> Pod<'a> {
    /// Every container: init containers, the others, ephemeral ones.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let spec = self.spec;
        [
            ("initContainers", Role::Init),
            ("containers", Role::Main),
            ("ephemeralContainers", Role::Ephemeral),
        ]
        .into_iter()
        .flat_map(move |(key, role)| {
            let items = spec.get(key).map_or(&[][..], Node::items);
            items.iter().map(move |node| Container {
                node,
                role: match node.at_path(&["restartPolicy"]).and_then(Node::as_str) {
                    Some("Always") if role == Role::Init => Role::Sidecar,
                    _ => role,
                },
                name: node.get("name").and_then(Node::as_str).unwrap_or_default(),
            })
        })
    }

    /// A field of the pod, `null` counting as absent.
    pub fn field(&self, path: &[&str]) -> Option<&'a Node> {
        self.spec.at_path(path)
    }

    /// `os.name: windows`.
    pub fn is_windows(&self) -> bool {
        self.field(&["os", "name"]).and_then(Node::as_str) == Some("windows")
    }

    /// Whether it has a user namespace of its own (`hostUsers: false`).
    pub fn has_own_users(&self) -> bool {
        self.field(&["hostUsers"]).and_then(Node::as_bool) == Some(false)
    }

    /// Annotations whose values are text.
    pub fn annotations(&self) -> impl Iterator<Item = (&'a str, &'a str, Place)> + use<'a> {
        let entries = self
            .metadata
            .and_then(|metadata| metadata.get("annotations"))
            .map_or(&[][..], Node::entries);
        entries
            .iter()
            .filter_map(|entry| Some((&*entry.key, entry.value.as_str()?, entry.at)))
    }
}

impl<'a> Container<'a> {
    /// A field of the container, `null` counting as absent.
    pub fn field(&self, path: &[&str]) -> Option<&'a Node> {
        self.node.at_path(path)
    }

    /// Whether it is there to answer requests for as long as its pod lives: what runs to its end, or
    /// alone, is not.
    pub fn serves(&self, pod: &Pod<'_>) -> bool {
        !matches!(pod.kind, "Job" | "CronJob" | "Pod" | "PodTemplate")
            && matches!(self.role, Role::Main | Role::Sidecar)
    }

    /// Whether it, or its pod for all, limits a resource. Ephemeral containers take no limits.
    pub fn is_limited(&self, pod: &Pod<'_>, resource: &str) -> bool {
        let path = ["resources", "limits", resource];
        self.role == Role::Ephemeral || self.field(&path).is_some() || pod.field(&path).is_some()
    }

    /// A field of its security context.
    pub fn security(&self, path: &[&str]) -> Option<&'a Node> {
        self.node.at_path(&["securityContext"])?.at_path(path)
    }
}
