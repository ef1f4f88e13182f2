//! `ingress-without-tls`: ingress serves without TLS.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "ingress-without-tls",
    title: "ingress serves without TLS",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa exposure"],
    aliases: &["C-0263"],
    why: "Passwords and sessions cross the network readable, and can be changed on the way.",
    mend: "Name a certificate under `tls`; cert-manager gets one.",
    bad: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
spec:
  rules: [{host: cart.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}}]
",
    good: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
spec:
  tls: [{hosts: [cart.example], secretName: cart-tls}]
  rules: [{host: cart.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}}]
",
    test: Test::Object(test),
};

/// Annotations by which a load balancer in front is told of the certificate.
const ELSEWHERE: [&str; 5] = [
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "traefik.ingress.kubernetes.io/router.tls",
];
/// Annotations by which it is reached from inside only.
const INSIDE: [(&str, &str); 2] = [
    ("alb.ingress.kubernetes.io/scheme", "internal"),
    ("kubernetes.io/ingress.class", "gce-internal"),
];

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Ingress" || !matches!(object.group(), "networking.k8s.io" | "extensions") {
        return;
    }
    let annotations = object.node.at_path(&["metadata", "annotations"]);
    let annotation = |key: &str| annotations.and_then(|all| all.at_path(&[key]));
    let is_inside =
        |(key, value): &(&str, &str)| annotation(key).and_then(Node::as_str) == Some(value);
    let has_tls =
        ELSEWHERE.iter().any(|key| annotation(key).is_some()) || INSIDE.iter().any(is_inside);
    if let Some(spec) = object.node.at_path(&["spec"])
        && spec.get("tls").map_or(&[][..], Node::items).is_empty()
        && !has_tls
    {
        said.at(spec.at, "spec.tls", "");
    }
}
