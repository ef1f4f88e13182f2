//! `seccomp-profile-missing`: no seccomp profile is chosen.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::profiles;

pub const CHECK: Check = Check {
    id: "seccomp-profile-missing",
    title: "no seccomp profile is chosen",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["pss-restricted seccompProfile_restricted", "cis-1.12 5.6.2"],
    aliases: &["CKV_K8S_31", "KSV030", "AVD-KSV-0030"],
    why: "Unless the kubelet is told otherwise, a pod that chooses no profile runs with none.",
    mend: "Set `securityContext.seccompProfile: {type: RuntimeDefault}` on the pod.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  securityContext: {seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Standard(&profiles::SECCOMP_RESTRICTED),
};
