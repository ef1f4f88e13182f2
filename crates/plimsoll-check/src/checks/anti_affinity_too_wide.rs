//! `anti-affinity-too-wide`: one pod for a zone, and more pods than zones.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::placement::pod_terms;
use crate::workload::replicas;
use plimsoll_object::object::Object;
use plimsoll_object::selector::Selector;

pub const CHECK: Check = Check {
    id: "anti-affinity-too-wide",
    title: "one pod for a zone, and more pods than zones",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Required anti-affinity over zones allows one pod in each: the fourth of a region with three waits for ever, and so does every roll-out that adds one.",
    mend: "Prefer it instead of requiring it, or spread with `topologySpreadConstraints`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 5
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: topology.kubernetes.io/zone, labelSelector: {matchLabels: {app: cart}}}]}}
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 5
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: cart}}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

/// Zones that a region usually has.
const ZONES: i64 = 3;

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(pod) = object.pod().filter(|_| replicas(object) > ZONES) else {
        return;
    };
    let labels = pod.metadata.and_then(|metadata| metadata.get("labels"));
    for term in pod_terms(&pod, "podAntiAffinity", true) {
        let Some(key) = term.get("topologyKey") else {
            continue;
        };
        let wide = key
            .as_str()
            .is_some_and(|key| key.ends_with("/zone") || key.ends_with("/region"));
        let selector = term.get("labelSelector").map(Selector::read);
        let own = selector.is_some_and(|selector| selector.is_ok_and(|of| of.matches(labels)));
        if wide && own {
            let detail = format!("{} pods", replicas(object));
            said.at(key.at, "spec.affinity.podAntiAffinity", detail);
        }
    }
}
