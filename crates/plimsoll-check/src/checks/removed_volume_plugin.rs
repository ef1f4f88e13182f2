//! `removed-volume-plugin`: volume is of a kind that is gone.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::volume_plugins::volumes;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "removed-volume-plugin",
    title: "volume is of a kind that is gone",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa upgrades"],
    aliases: &[],
    why: "The release that is judged for can no longer mount it: pods that use it never start.",
    mend: "Use a claim of a CSI driver.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, glusterfs: {endpoints: gluster, path: data}}]
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
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Release(test),
};

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    for (entry, plugin) in volumes(object) {
        if let Some(removed) = plugin.removed.filter(|removed| *removed <= minor) {
            let detail = format!("{} since v1.{removed}", plugin.key);
            said.at(entry.at, format!("volumes.{}", plugin.key), detail);
        }
    }
}
