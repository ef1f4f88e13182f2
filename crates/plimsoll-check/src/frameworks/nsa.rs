//! Kubernetes Hardening Guidance of NSA and CISA, 1.2 (August 2022). It numbers nothing: the ids
//! are short names of its headings.

use super::About::{Access, Anything, Elsewhere, Namespaces, Network, Pods};
use super::{Control, Framework};

pub static FRAMEWORK: Framework = Framework {
    id: "nsa",
    title: "NSA and CISA Kubernetes Hardening Guidance 1.2",
    controls: &[
        Control::new(
            "non-root-and-privileged",
            "containers run neither as root nor privileged, and gain no privileges",
            Pods,
        ),
        Control::new(
            "immutable-file-system",
            "containers cannot change their own files",
            Pods,
        ),
        Control::new(
            "image-scanning",
            "images are known by their content and come from registries that are trusted",
            Pods,
        ),
        Control::new(
            "pod-security-enforcement",
            "namespaces enforce a Pod Security Standard",
            Namespaces,
        ),
        Control::new(
            "service-account-tokens",
            "pods get no token that they do not need",
            Pods,
        ),
        Control::new(
            "mandatory-access-control",
            "seccomp, AppArmor, SELinux or a sandbox stand around containers",
            Pods,
        ),
        Control::new(
            "capabilities",
            "containers keep only capabilities that they need",
            Pods,
        ),
        Control::new(
            "host-namespaces",
            "pods are not in the host's namespaces",
            Pods,
        ),
        Control::new("host-path", "pods do not mount the host's files", Pods),
        Control::new(
            "namespaces",
            "namespaces part teams and applications",
            Anything,
        ),
        Control::new(
            "network-policies",
            "policies deny what is not meant to talk",
            Network,
        ),
        Control::new(
            "exposure",
            "little is reached from outside, and by TLS",
            Network,
        ),
        Control::new(
            "resource-limits",
            "limits and quotas bound what one may take",
            Anything,
        ),
        Control::new(
            "control-plane",
            "the control plane is closed to the anonymous",
            Pods,
        ),
        Control::new("etcd", "etcd speaks TLS and knows its clients", Pods),
        Control::new(
            "kubeconfig",
            "kubeconfig files are not left lying about",
            Anything,
        ),
        Control::new(
            "worker-nodes",
            "worker nodes are apart from other networks",
            Elsewhere("it is in the network around the cluster"),
        ),
        Control::new("encryption", "secrets are encrypted at rest", Pods),
        Control::new("secrets", "no secret stands in a configuration", Anything),
        Control::new(
            "cloud-metadata",
            "pods do not reach the cloud's metadata",
            Network,
        ),
        Control::new("authentication", "the anonymous have no rights", Access),
        Control::new("rbac", "roles give what is needed and no more", Access),
        Control::new(
            "audit-logging",
            "the API server logs who did what, and the log leaves the cluster",
            Pods,
        ),
        Control::new(
            "admission",
            "admission controllers refuse when they cannot ask",
            Anything,
        ),
        Control::new(
            "upgrades",
            "what is deprecated is replaced in time",
            Anything,
        ),
    ],
};
