//! `node-entered`: container steps out onto its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "node-entered",
    title: "container steps out onto its node",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa host-namespaces", "mitre T1611"],
    aliases: &[],
    why: "`nsenter` and `chroot` into a mounted node run programs there, as root, which no profile of the container holds.",
    mend: "Have a DaemonSet do only what it needs by mounts and capabilities, or set nodes up before they join.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostPID: true
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [nsenter, --target, "1", --mount, --, systemctl, restart, kubelet]
"#,
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [cart]
",
    test: Test::Container(test),
};

/// Where the node's files are mounted as a rule.
const NODE_FOLDERS: [&str; 5] = ["/host", "/hostfs", "/host-root", "/rootfs", "/node"];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for run in command::runs(container) {
        let enters = match run.program() {
            "nsenter" => true,
            "chroot" => NODE_FOLDERS.iter().any(|folder| run.has_word(folder)),
            _ => false,
        };
        if let Some(node) = run.node().filter(|_| enters) {
            said.container(container, Some(node.at), "command", run.program());
            return;
        }
    }
}
