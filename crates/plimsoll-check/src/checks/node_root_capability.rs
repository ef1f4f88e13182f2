//! `node-root-capability`: container has a capability that is as good as root on the node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "node-root-capability",
    title: "container has a capability that is as good as root on the node",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.2.9", "nsa capabilities", "mitre T1611"],
    aliases: &["CKV_K8S_39", "KSV005", "KSV120"],
    why: "With these the kernel itself can be changed, disks and memory read past every permission, or file systems mounted: the ways out of the container are well known.",
    mend: "Take the capability away. Tools that measure often get by with PERFMON, those for the network with NET_ADMIN.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {add: [SYS_MODULE]}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {add: [NET_ADMIN]}}
",
    test: Test::Container(test),
};

/// Capabilities of Linux that open the node.
const CAPABILITIES: [&str; 8] = [
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_RAWIO",
];

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    let added = container.security(&["capabilities", "add"]);
    // In a user namespace of its own a capability reaches no further than that.
    if pod.has_own_users() || pod.is_windows() {
        return;
    }
    for node in added.map_or(&[][..], Node::items) {
        let written = node.as_str().unwrap_or_default().to_ascii_uppercase();
        let name = written.strip_prefix("CAP_").unwrap_or(&written);
        if CAPABILITIES.contains(&name) {
            said.container(
                container,
                Some(node.at),
                "securityContext.capabilities.add",
                name,
            );
        }
    }
}
