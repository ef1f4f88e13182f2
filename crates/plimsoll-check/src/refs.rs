//! What pods refer to by name, and whether it is there.
//!
//! A name that is not here may well be in the cluster. So a check speaks only where the set that was
//! handed in can know: where it holds other objects of that kind for the namespace, or where the
//! object itself is here and lacks what is asked for. What something else makes (an operator, a
//! generator) counts as there. An object without a namespace may be in any.

use std::collections::BTreeSet;

use crate::api_versions::{Known, look_up};
use crate::check::Said;
use crate::world::World;
use plimsoll_object::object::{Object, Pod};
use plimsoll_object::yaml::{Node, Place};

/// A reference of a pod.
#[derive(Debug, Clone)]
pub struct Ref<'a> {
    /// `ConfigMap`, `Secret` …
    pub kind: &'static str,
    pub name: &'a str,
    pub at: Place,
    /// The field, for the fingerprint.
    pub field: &'static str,
    /// The pod starts without it.
    pub optional: bool,
    /// Keys that must be in it.
    pub keys: Vec<(&'a str, Place)>,
}

/// Everything that a pod refers to.
pub fn refs<'a>(pod: &Pod<'a>) -> Vec<Ref<'a>> {
    let mut out = Vec::new();
    for container in pod.containers() {
        for variable in container.field(&["env"]).map_or(&[][..], Node::items) {
            for (key, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                let source = variable.at_path(&["valueFrom", key]);
                push(source, "name", kind, "env.valueFrom", &mut out);
            }
        }
        for source in container.field(&["envFrom"]).map_or(&[][..], Node::items) {
            for (key, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                push(source.at_path(&[key]), "name", kind, "envFrom", &mut out);
            }
        }
    }
    for volume in pod.field(&["volumes"]).map_or(&[][..], Node::items) {
        let of = |key: &str| volume.at_path(&[key]);
        push(of("configMap"), "name", "ConfigMap", "volumes", &mut out);
        push(of("secret"), "secretName", "Secret", "volumes", &mut out);
        let claim = of("persistentVolumeClaim");
        push(
            claim,
            "claimName",
            "PersistentVolumeClaim",
            "volumes",
            &mut out,
        );
        let sources = volume.at_path(&["projected", "sources"]);
        for source in sources.map_or(&[][..], Node::items) {
            for (key, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
                push(source.at_path(&[key]), "name", kind, "volumes", &mut out);
            }
        }
    }
    let secrets = pod.field(&["imagePullSecrets"]);
    for secret in secrets.map_or(&[][..], Node::items) {
        push(Some(secret), "name", "Secret", "imagePullSecrets", &mut out);
    }
    for (field, kind) in [
        ("serviceAccountName", "ServiceAccount"),
        ("priorityClassName", "PriorityClass"),
        ("runtimeClassName", "RuntimeClass"),
    ] {
        push(Some(pod.spec), field, kind, field, &mut out);
    }
    out
}

fn push<'a>(
    source: Option<&'a Node>,
    name: &str,
    kind: &'static str,
    field: &'static str,
    out: &mut Vec<Ref<'a>>,
) {
    let Some(source) = source else {
        return;
    };
    let Some(node) = source.at_path(&[name]) else {
        return;
    };
    let Some(name) = node.as_str().filter(|name| !name.is_empty()) else {
        return;
    };
    let items = source.get("items").map_or(&[][..], Node::items).iter();
    let own = source.get("key").filter(|_| field == "env.valueFrom");
    let keys = items.filter_map(|item| item.get("key")).chain(own);
    out.push(Ref {
        kind,
        name,
        at: node.at,
        field,
        optional: source.at_path(&["optional"]).and_then(Node::as_bool) == Some(true),
        keys: keys
            .filter_map(|key| Some((key.as_str()?, key.at)))
            .collect(),
    });
}

/// Says each reference of pods to a kind that is not there; `knowing` where only a set that holds
/// others of the kind can tell.
pub fn say_missing(world: &World<'_>, said: &mut Said, kind: &str, knowing: bool) {
    let mut makers: Option<Makers<'_>> = None;
    for made in world.pods().iter() {
        // What runs had all that it needed; what was made by another is told there.
        if made
            .object
            .node
            .at_path(&["metadata", "ownerReferences"])
            .is_some()
        {
            continue;
        }
        let namespace = made.object.namespace;
        for reference in refs(&made.pod) {
            if reference.kind != kind || reference.optional {
                continue;
            }
            let silent = knowing && !world.knows(kind, namespace);
            if silent || exists(world, kind, namespace, reference.name) {
                continue;
            }
            let makers = makers.get_or_insert_with(|| Makers::new(world));
            if !makers.make(reference.name) {
                let field = format!("{}.{}", reference.field, reference.name);
                said.object(made.index, reference.at, field, reference.name);
            }
        }
    }
}

/// Whether an object is there, or is always.
pub fn exists(world: &World<'_>, kind: &str, namespace: &str, name: &str) -> bool {
    let always = match kind {
        "ServiceAccount" => name == "default",
        "ConfigMap" => matches!(name, "kube-root-ca.crt" | "openshift-service-ca.crt"),
        "PriorityClass" => matches!(name, "system-cluster-critical" | "system-node-critical"),
        _ => false,
    };
    always || world.meant(kind, namespace, name).next().is_some()
}

/// What objects that are none of Kubernetes' own make, in whatever namespace.
#[derive(Default)]
struct Makers<'a> {
    /// Names that they give.
    given: BTreeSet<&'a str>,
    /// Their own names: a database, a certificate or a user gives its name to what belongs to it.
    own: BTreeSet<&'a str>,
}

impl<'a> Makers<'a> {
    fn new(world: &World<'a>) -> Self {
        let mut out = Self::default();
        for (_, object) in world.iter() {
            // A certificate of an Ingress is made for it.
            if object.kind == "Ingress" {
                out.list(object, &["spec", "tls"], "secretName");
            } else if matches!(look_up(object), Known::Foreign) {
                let path = |path: &[&str]| object.node.at_path(path).and_then(Node::as_str);
                out.given.extend(GIVEN.iter().filter_map(|at| path(at)));
                out.list(object, &["spec", "secretObjects"], "secretName");
                out.list(object, &["configMapGenerator"], "name");
                out.list(object, &["secretGenerator"], "name");
                out.own
                    .extend(Some(object.name).filter(|name| !name.is_empty()));
            }
        }
        out
    }

    fn list(&mut self, object: &Object<'a>, path: &[&str], key: &str) {
        let items = object.node.at_path(path).map_or(&[][..], Node::items);
        let names = items.iter().filter_map(|item| item.get(key)?.as_str());
        self.given.extend(names);
    }

    fn make(&self, name: &str) -> bool {
        let mut beginnings = name.char_indices().map(|(at, c)| at + c.len_utf8());
        self.given.contains(name)
            || beginnings.any(|end| name.get(..end).is_some_and(|part| self.own.contains(part)))
    }
}

/// Fields in which an object names what it makes.
const GIVEN: &[&[&str]] = &[
    &["spec", "target", "name"],
    &["spec", "destination", "name"],
    &["spec", "secretName"],
    &["spec", "externalSecretName"],
    &["spec", "template", "metadata", "name"],
    &["spec", "managedSecretReference", "secretName"],
];
