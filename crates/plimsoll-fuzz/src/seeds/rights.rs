//! Policies, flows, roles and questions.

use plimsoll_check::CHECKS;

use super::{own, words};

/// Pods that lists of flows and sentences speak of; no two have the same labels.
pub const PODS: &str = r"
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bank}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: cart, namespace: shop}, spec: {template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: bank}, spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, ports: [{containerPort: 5432}]}]}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: bank, labels: {app: job}}, spec: {containers: [{name: c}]}}
";

/// Roles and bindings that questions are asked of.
pub const ROLES: &str = r"
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: ['', example.com], resources: [pods, pods/log, widgets], verbs: [get, list]}, {nonResourceURLs: [/logs/*], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: s, namespace: shop}, rules: [{apiGroups: [apps], resources: ['*/scale', deployments], resourceNames: [web], verbs: ['*']}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}, subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: s}, subjects: [{kind: ServiceAccount, name: ci, namespace: shop}, {kind: Group, name: ops}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: c, namespace: bank}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}, subjects: [{kind: Group, name: 'system:serviceaccounts:shop'}]}
";

/// Examples of checks that speak of any of these.
fn examples(words: &[&str]) -> impl Iterator<Item = Vec<u8>> {
    let all = CHECKS.iter().flat_map(|check| [check.bad, check.good]);
    all.filter(move |text| words.iter().any(|word| text.contains(word)))
        .map(|text| text.as_bytes().to_vec())
}

pub fn network() -> Vec<Vec<u8>> {
    let mut out = own("network");
    out.push(PODS.as_bytes().to_vec());
    out.extend(examples(&[
        "kind: NetworkPolicy",
        "kind: Ingress",
        "kind: Gateway",
    ]));
    out
}

pub fn flows() -> Vec<Vec<u8>> {
    own("flows")
}

pub fn properties() -> Vec<Vec<u8>> {
    words("properties")
}

pub fn access() -> Vec<Vec<u8>> {
    let mut out = own("access");
    out.push(ROLES.as_bytes().to_vec());
    out.extend(examples(&["rbac.authorization.k8s.io"]));
    out
}

pub fn questions() -> Vec<Vec<u8>> {
    own("questions")
}
