//! `windows-host-process`: Windows container is a process of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::privileges;

pub const CHECK: Check = Check {
    id: "windows-host-process",
    title: "Windows container is a process of its node",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["pss-baseline windowsHostProcess", "cis-1.12 5.2.10"],
    aliases: &["KSV103"],
    why: "A host process container is no container: it runs on the node, with the rights of its account there.",
    mend: "Remove `windowsOptions.hostProcess`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {windowsOptions: {hostProcess: true}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {windowsOptions: {hostProcess: false}}
",
    test: Test::Standard(&privileges::WINDOWS_HOST_PROCESS),
};
