//! `apparmor-unconfined`: no AppArmor profile holds.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::profiles;

pub const CHECK: Check = Check {
    id: "apparmor-unconfined",
    title: "no AppArmor profile holds",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline appArmorProfile",
        "nsa mandatory-access-control",
    ],
    aliases: &["KSV002", "AVD-KSV-0002"],
    why: "The engine confines containers by a profile of its own; `Unconfined` takes it away.",
    mend: "Use `RuntimeDefault`, or a profile of your own by `Localhost`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {appArmorProfile: {type: Unconfined}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {appArmorProfile: {type: RuntimeDefault}}
",
    test: Test::Standard(&profiles::APP_ARMOR),
};
