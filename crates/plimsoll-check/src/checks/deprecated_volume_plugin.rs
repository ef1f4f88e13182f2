//! `deprecated-volume-plugin`: volume is of a kind that CSI drivers replaced.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::volume_plugins::volumes;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "deprecated-volume-plugin",
    title: "volume is of a kind that CSI drivers replaced",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa upgrades"],
    aliases: &[],
    why: "Kubernetes hands it on to a CSI driver that has to be installed, or is going to drop it.",
    mend: "Use a claim, or the `csi` volume of the driver.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, awsElasticBlockStore: {volumeID: vol-1}}]
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
        let is_removed = plugin.removed.is_some_and(|removed| removed <= minor);
        if plugin.deprecated <= minor && !is_removed {
            let detail = match plugin.driver {
                "" => plugin.key.to_owned(),
                driver => format!("{}, now {driver}", plugin.key),
            };
            said.at(entry.at, format!("volumes.{}", plugin.key), detail);
        }
    }
}
