//! `ingress-snippet`: ingress writes into the configuration of its controller.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "ingress-snippet",
    title: "ingress writes into the configuration of its controller",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa exposure", "mitre T1190", "mitre T1552"],
    aliases: &["CKV_K8S_152", "CKV_K8S_153", "CKV_K8S_154", "C-0059"],
    why: "A snippet is code of nginx: it can read the controller's token, which as a rule reads every Secret of the cluster (CVE-2021-25742).",
    mend: "Use the annotation for what is wanted, and have the controller refuse snippets (`allow-snippet-annotations: false`).",
    bad: r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
  annotations: {nginx.ingress.kubernetes.io/configuration-snippet: "more_set_headers 'X-A: b';"}
spec:
  rules: [{host: cart.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}}]
"#,
    good: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
  annotations: {nginx.ingress.kubernetes.io/custom-headers: shop/headers}
spec:
  rules: [{host: cart.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let annotations = object.node.at_path(&["metadata", "annotations"]);
    for entry in annotations.map_or(&[][..], Node::entries) {
        let name = entry.key.rsplit('/').next().unwrap_or(&entry.key);
        // Those of nginx's own controller and of the community's, under either prefix.
        let is_snippet = name.ends_with("-snippet") || name.ends_with("-snippets");
        let is_nginx = entry.key.contains("nginx");
        if object.kind == "Ingress" && is_snippet && is_nginx {
            said.at(
                entry.at,
                format!("metadata.annotations.{}", entry.key),
                name,
            );
        }
    }
}
