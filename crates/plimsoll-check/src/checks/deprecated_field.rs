//! `deprecated-field`: field has another name now.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "deprecated-field",
    title: "field has another name now",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &["nsa upgrades"],
    aliases: &["deprecated-service-account-field"],
    why: "It is kept for old files, until a release drops it.",
    mend: "Use the field that is named.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccount: cart
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Release(test),
};

/// A field of a kind, and what replaced it.
struct Old {
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    /// Minor version of the first release that called it deprecated.
    since: u16,
    instead: &'static str,
}

const OLD: &[Old] = &[
    Old {
        group: "",
        kind: "Service",
        path: &["spec", "loadBalancerIP"],
        since: 24,
        instead: "the annotation of your load balancer",
    },
    Old {
        group: "",
        kind: "Service",
        path: &["spec", "topologyKeys"],
        since: 21,
        instead: "`trafficDistribution`",
    },
    Old {
        group: "",
        kind: "Node",
        path: &["spec", "configSource"],
        since: 22,
        instead: "a file for the kubelet",
    },
    Old {
        group: "",
        kind: "Node",
        path: &["spec", "externalID"],
        since: 11,
        instead: "`providerID`",
    },
    Old {
        group: "apiextensions.k8s.io",
        kind: "CustomResourceDefinition",
        path: &["spec", "validation"],
        since: 16,
        instead: "`versions.schema`",
    },
];

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    for old in OLD.iter().filter(|old| old.since <= minor) {
        if old.group == object.group()
            && old.kind == object.kind
            && let Some(node) = object.node.at_path(old.path)
        {
            let field = old.path.join(".");
            let detail = format!("{field}: use {}", old.instead);
            said.at(node.at, field, detail);
        }
    }
    // The API server fills both in: only one alone was written by hand.
    if let Some(pod) = object.pod()
        && let Some(entry) = pod.spec.entry("serviceAccount")
        && pod.field(&["serviceAccountName"]).is_none()
    {
        let detail = "serviceAccount: use `serviceAccountName`";
        said.at(entry.at, "spec.serviceAccount", detail);
    }
}
