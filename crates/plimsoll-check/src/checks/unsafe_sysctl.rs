//! `unsafe-sysctl`: pod sets a kernel parameter that is not its own.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::host;

pub const CHECK: Check = Check {
    id: "unsafe-sysctl",
    title: "pod sets a kernel parameter that is not its own",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["pss-baseline sysctls"],
    aliases: &["KSV026", "AVD-KSV-0026"],
    why: "Only some kernel parameters belong to a pod. Others change the node for all, or weaken it.",
    mend: "Remove the parameter, or set it on the node.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  securityContext: {sysctls: [{name: kernel.msgmax, value: "65536"}]}
  containers:
    - name: cart
      image: registry.example/cart:1.0
"#,
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]}
  containers:
    - name: cart
      image: registry.example/cart:1.0
"#,
    test: Test::Standard(&host::SYSCTLS),
};
