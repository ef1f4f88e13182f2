//! `deprecated-annotation`: annotation was replaced by a field.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "deprecated-annotation",
    title: "annotation was replaced by a field",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Annotations of old are dropped in silence: what they protected or switched on is no longer so.",
    mend: "Set the field that is named.",
    bad: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
  annotations: {kubernetes.io/ingress.class: nginx}
spec:
  defaultBackend: {service: {name: cart, port: {number: 80}}}
",
    good: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart, namespace: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: cart, port: {number: 80}}}
",
    test: Test::Release(test),
};

/// An annotation, or the beginning of several.
struct Old {
    key: &'static str,
    /// Minor version of the first release that has the field.
    since: u16,
    /// Minor version of the first release that ignores the annotation; 0 where none is known.
    ignored: u16,
    instead: &'static str,
}

const fn old(key: &'static str, since: u16, ignored: u16, instead: &'static str) -> Old {
    Old {
        key,
        since,
        ignored,
        instead,
    }
}

/// From the change logs of Kubernetes.
const OLD: &[Old] = &[
    old(
        "container.apparmor.security.beta.kubernetes.io/",
        30,
        0,
        "securityContext.appArmorProfile",
    ),
    old(
        "container.seccomp.security.alpha.kubernetes.io/",
        19,
        27,
        "securityContext.seccompProfile",
    ),
    old(
        "seccomp.security.alpha.kubernetes.io/pod",
        19,
        27,
        "securityContext.seccompProfile",
    ),
    old(
        "kubernetes.io/ingress.class",
        18,
        0,
        "spec.ingressClassName",
    ),
    old(
        "pod.alpha.kubernetes.io/init-containers",
        6,
        8,
        "spec.initContainers",
    ),
    old(
        "pod.beta.kubernetes.io/init-containers",
        6,
        8,
        "spec.initContainers",
    ),
    old(
        "scheduler.alpha.kubernetes.io/affinity",
        6,
        8,
        "spec.affinity",
    ),
    old(
        "scheduler.alpha.kubernetes.io/critical-pod",
        11,
        16,
        "spec.priorityClassName",
    ),
    old(
        "scheduler.alpha.kubernetes.io/tolerations",
        6,
        8,
        "spec.tolerations",
    ),
    old(
        "security.alpha.kubernetes.io/sysctls",
        11,
        11,
        "securityContext.sysctls",
    ),
    old(
        "security.alpha.kubernetes.io/unsafe-sysctls",
        11,
        11,
        "securityContext.sysctls",
    ),
    old(
        "service.alpha.kubernetes.io/tolerate-unready-endpoints",
        11,
        0,
        "spec.publishNotReadyAddresses",
    ),
    old(
        "service.kubernetes.io/topology-aware-hints",
        27,
        0,
        "service.kubernetes.io/topology-mode",
    ),
    old(
        "storageclass.beta.kubernetes.io/is-default-class",
        6,
        0,
        "storageclass.kubernetes.io/is-default-class",
    ),
    old(
        "volume.beta.kubernetes.io/storage-class",
        6,
        0,
        "spec.storageClassName",
    ),
];

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    let own = object.node.at_path(&["metadata"]);
    let of_pod = object.pod().filter(|pod| pod.kind != "Pod");
    let of_pod = of_pod.and_then(|pod| pod.metadata);
    for metadata in [own, of_pod].into_iter().flatten() {
        for entry in metadata.get("annotations").map_or(&[][..], Node::entries) {
            let is = |old: &&Old| match old.key.strip_suffix('/') {
                Some(_) => entry.key.starts_with(old.key),
                None => &*entry.key == old.key,
            };
            let Some(old) = OLD.iter().find(is).filter(|old| old.since <= minor) else {
                continue;
            };
            let ignored = match old.ignored {
                0 => String::new(),
                ignored if ignored <= minor => format!("ignored since v1.{ignored}, "),
                ignored => format!("ignored from v1.{ignored} on, "),
            };
            let detail = format!("{}: {ignored}use {}", entry.key, old.instead);
            said.at(
                entry.at,
                format!("metadata.annotations.{}", entry.key),
                detail,
            );
        }
    }
}
