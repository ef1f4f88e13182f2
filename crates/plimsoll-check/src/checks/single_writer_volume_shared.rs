//! `single-writer-volume-shared`: several pods share a volume that one node can have.

use plimsoll_model::Severity;

use crate::budgets::Autoscalers;
use crate::check::{Check, Persona, Said, Test};
use crate::workload::replicas;
use crate::world::World;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "single-writer-volume-shared",
    title: "several pods share a volume that one node can have",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Pods on other nodes wait for the volume for ever, and so does every roll-out.",
    mend: "Use a StatefulSet with `volumeClaimTemplates`, `ReadWriteMany`, or one pod with `Recreate`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
",
    test: Test::World(test),
};

fn has_one_writer(claim: &Object<'_>) -> bool {
    let modes = claim
        .node
        .at_path(&["spec", "accessModes"])
        .map_or(&[][..], Node::items);
    let one = |mode: &Node| matches!(mode.as_str(), Some("ReadWriteOnce" | "ReadWriteOncePod"));
    !modes.is_empty() && modes.iter().all(one)
}

fn test(world: &World<'_>, said: &mut Said) {
    let autoscalers = Autoscalers::new(world);
    for made in world
        .pods()
        .iter()
        .filter(|made| made.object.kind == "Deployment")
    {
        let most = autoscalers
            .of(&made.object)
            .next()
            .and_then(|(_, scaler)| scaler.node.at_path(&["spec", "maxReplicas"])?.as_int());
        if most.unwrap_or_else(|| replicas(&made.object)) < 2 {
            continue;
        }
        for volume in made.pod.field(&["volumes"]).map_or(&[][..], Node::items) {
            let Some(node) = volume.at_path(&["persistentVolumeClaim", "claimName"]) else {
                continue;
            };
            let name = node.as_str().unwrap_or_default();
            let claims = world.meant("PersistentVolumeClaim", made.object.namespace, name);
            let claims: Vec<_> = claims.collect();
            if !claims.is_empty() && claims.iter().all(|(_, claim)| has_one_writer(claim)) {
                said.object(made.index, node.at, format!("spec.volumes.{name}"), name);
            }
        }
    }
}
