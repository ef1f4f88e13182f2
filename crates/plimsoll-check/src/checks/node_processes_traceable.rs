//! `node-processes-traceable`: container may read and change the processes of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "node-processes-traceable",
    title: "container may read and change the processes of its node",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.2.3", "nsa host-namespaces", "mitre T1611"],
    aliases: &[],
    why: "It sees every process of the node (`hostPID`) and may attach to them (SYS_PTRACE): that is running code as root there.",
    mend: "Give up one of the two: to debug a neighbour in the pod `shareProcessNamespace` is enough.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostPID: true
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {add: [SYS_PTRACE]}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  shareProcessNamespace: true
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {add: [SYS_PTRACE]}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if pod.field(&["hostPID"]).and_then(Node::as_bool) != Some(true) {
        return;
    }
    let added = container.security(&["capabilities", "add"]);
    let is_tracing = |node: &&Node| {
        let name = node.as_str().unwrap_or_default().to_ascii_uppercase();
        name.strip_prefix("CAP_").unwrap_or(&name) == "SYS_PTRACE"
    };
    if let Some(node) = added.map_or(&[][..], Node::items).iter().find(is_tracing) {
        let field = "securityContext.capabilities.add";
        said.container(container, Some(node.at), field, "hostPID and SYS_PTRACE");
    }
}
