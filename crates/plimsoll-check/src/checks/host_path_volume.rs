//! `host-path-volume`: pod mounts a folder of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::volumes;

pub const CHECK: Check = Check {
    id: "host-path-volume",
    title: "pod mounts a folder of its node",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline hostPathVolumes",
        "cis-1.12 5.2.11",
        "nsa host-path",
        "mitre T1611",
    ],
    aliases: &["KSV023", "AVD-KSV-0023", "C-0048"],
    why: "A folder of the node outlives the pod, is shared with whatever else mounts it, and is the usual way out of a container.",
    mend: "Use a persistent volume, an `emptyDir`, or a projected volume.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, emptyDir: {}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data}]
",
    test: Test::Standard(&volumes::HOST_PATH),
};
