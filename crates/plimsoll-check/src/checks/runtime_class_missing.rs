//! `runtime-class-missing`: pod shares the kernel of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "runtime-class-missing",
    title: "pod shares the kernel of its node",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "Code that nobody vouches for is better kept behind a kernel of its own: gVisor, Kata Containers.",
    mend: "Set `runtimeClassName` to such a runtime for workloads that run the code of others.",
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
  runtimeClassName: gvisor
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    if pod.field(&["runtimeClassName"]).is_none() && !pod.is_windows() {
        said.at(pod.at, "runtimeClassName", "");
    }
}
