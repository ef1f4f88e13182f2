//! `ssh-server`: container lets people in by SSH.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "ssh-server",
    title: "container lets people in by SSH",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["mitre T1133", "mitre T1110"],
    aliases: &["C-0042"],
    why: "Logins past the API server leave no trace in its audit log, need keys in the image, and open a port to guess at.",
    mend: "Use `kubectl exec` and `kubectl debug`, whose rights and log the cluster has.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [/usr/sbin/sshd, -D]
",
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

/// SSH's own port, and the usual one of its containers.
const PORTS: [i64; 2] = [22, 2222];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for run in command::runs(container) {
        if matches!(run.program(), "sshd" | "dropbear")
            && let Some(node) = run.node()
        {
            said.container(container, Some(node.at), "command", run.program());
            return;
        }
    }
    for port in container.field(&["ports"]).map_or(&[][..], Node::items) {
        if let Some(node) = port.at_path(&["containerPort"])
            && let Some(number) = node.as_int()
            && PORTS.contains(&number)
        {
            let detail = format!("port {number}");
            said.container(container, Some(node.at), "ports.containerPort", detail);
            return;
        }
    }
}
