//! `long-lived-token`: token of the pod lives long.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "long-lived-token",
    title: "token of the pod lives long",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa service-account-tokens", "mitre T1528"],
    aliases: &[],
    why: "A token that is stolen serves until it ends. The kubelet renews it in time, however short it is.",
    mend: "Set `expirationSeconds` to an hour.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes:
    - name: token
      projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 31536000}}]}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes:
    - name: token
      projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 3600}}]}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

/// A day.
const SECONDS_MAX: i64 = 24 * 60 * 60;

fn test(pod: &Pod<'_>, said: &mut Said) {
    for volume in mounts::volumes(pod) {
        let sources = volume.at_path(&["projected", "sources"]);
        for source in sources.map_or(&[][..], Node::items) {
            if let Some(node) = source.at_path(&["serviceAccountToken", "expirationSeconds"])
                && let Some(seconds) = node.as_int()
                && seconds > SECONDS_MAX
            {
                let field = "volumes.projected.serviceAccountToken.expirationSeconds";
                said.at(node.at, field, format!("{seconds} s"));
            }
        }
    }
}
