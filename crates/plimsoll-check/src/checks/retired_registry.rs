//! `retired-registry`: image comes from where nothing new is put.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "retired-registry",
    title: "image comes from where nothing new is put",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa image-scanning", "nsa upgrades"],
    aliases: &[],
    why: "The place is frozen, moved or shut: no fix for a vulnerability arrives there any more, and one day the image is gone.",
    mend: "Use the place that took over, which the finding names.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: k8s.gcr.io/pause:3.9
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.k8s.io/pause:3.10
",
    test: Test::Container(test),
};

/// Beginnings of names that are no longer kept, and what took over. Sources: the announcements of
/// Kubernetes (frozen 3 April 2023), Bitnami (28 August 2025), GitHub and the projects concerned.
const RETIRED: [(&str, &str); 9] = [
    ("k8s.gcr.io", "registry.k8s.io"),
    ("gcr.io/google-containers", "registry.k8s.io"),
    ("gcr.io/google_containers", "registry.k8s.io"),
    ("gcr.io/k8s-staging-*", "registry.k8s.io"),
    (
        "gcr.io/kubernetes-helm",
        "Helm 3, which has no part in the cluster",
    ),
    (
        "quay.io/kubernetes-ingress-controller",
        "registry.k8s.io/ingress-nginx",
    ),
    (
        "docker.io/bitnami",
        "docker.io/bitnamisecure, or an image of the project itself",
    ),
    (
        "docker.io/bitnamilegacy",
        "docker.io/bitnamisecure, or an image of the project itself",
    ),
    ("docker.pkg.github.com", "ghcr.io"),
];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let Some(node) = container.field(&["image"]) else {
        return;
    };
    let image = node.as_str().unwrap_or_default();
    let name = ImageName::parse(image);
    let is_from = |place: &str| match place.strip_suffix('*') {
        Some(start) => format!("{}/{}", name.host(), name.path).starts_with(start),
        None => name.is_from(place),
    };
    if let Some((place, next)) = RETIRED.iter().find(|(place, _)| is_from(place)) {
        let detail = format!("{}, now {next}", place.trim_end_matches('*'));
        said.container(container, Some(node.at), "image", detail);
    }
}
