//! `api-service-unverified`: API server does not check whom it hands requests to.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "api-service-unverified",
    title: "API server does not check whom it hands requests to",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa control-plane"],
    aliases: &["C-0089"],
    why: "Whoever answers at the service's address gets the requests of everybody, with the API server's word for who they are.",
    mend: "Give `caBundle`, and remove `insecureSkipTLSVerify`.",
    bad: "apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec: {group: metrics.k8s.io, version: v1beta1, insecureSkipTLSVerify: true, service: {name: metrics-server, namespace: kube-system}}
",
    good: "apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec: {group: metrics.k8s.io, version: v1beta1, caBundle: bm90IHJlYWw=, service: {name: metrics-server, namespace: kube-system}}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "APIService"
        && object.group() == "apiregistration.k8s.io"
        && let Some(node) = object.node.at_path(&["spec", "insecureSkipTLSVerify"])
        && node.as_bool() == Some(true)
    {
        said.at(node.at, "spec.insecureSkipTLSVerify", "");
    }
}
