//! `mount-without-volume`: container mounts a volume that the pod has not.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "mount-without-volume",
    title: "container mounts a volume that the pod has not",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses the pod: a Deployment that asks for it is accepted, and never makes one.",
    mend: "Add the volume, or mend the name.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, emptyDir: {}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(pod) = object.pod() else {
        return;
    };
    let volumes = pod.field(&["volumes"]).map_or(&[][..], Node::items).iter();
    let named = volumes.filter_map(|volume| volume.get("name")?.as_str());
    let claims = object.node.at_path(&["spec", "volumeClaimTemplates"]);
    let claims = claims.map_or(&[][..], Node::items).iter();
    let claimed = claims.filter_map(|claim| claim.at_path(&["metadata", "name"])?.as_str());
    let known: Vec<&str> = named.chain(claimed).collect();
    for container in pod.containers() {
        for key in ["volumeMounts", "volumeDevices"] {
            for mount in container.field(&[key]).map_or(&[][..], Node::items) {
                if let Some(node) = mount.get("name")
                    && let Some(name) = node.as_str()
                    && !known.contains(&name)
                {
                    said.container(&container, Some(node.at), format!("{key}.{name}"), name);
                }
            }
        }
    }
}
