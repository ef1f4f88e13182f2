//! `restricted-volume-type`: volume comes from outside the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::volumes;

pub const CHECK: Check = Check {
    id: "restricted-volume-type",
    title: "volume comes from outside the cluster",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["pss-restricted restrictedVolumes"],
    aliases: &["KSV028", "AVD-KSV-0028"],
    why: "Volume plug-ins that name a server in the pod let whoever writes pods choose what is mounted; persistent volumes leave that to who runs the cluster.",
    mend: "Use a persistent volume claim or a CSI volume.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, nfs: {server: files.example, path: /}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Standard(&volumes::RESTRICTED),
};
