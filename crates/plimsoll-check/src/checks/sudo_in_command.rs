//! `sudo-in-command`: command takes root for itself.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "sudo-in-command",
    title: "command takes root for itself",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa non-root-and-privileged"],
    aliases: &["C-0062"],
    why: "A program that needs `sudo` or `su` can become root inside the container, and so can whoever breaks into it.",
    mend: "Run the container as the user that the program needs, and do what needs root when the image is built.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [sh, -c, "sudo chown -R cart /data && exec cart"]
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

/// Programs that run another as root.
const PROGRAMS: [&str; 4] = ["sudo", "su", "doas", "pkexec"];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for run in command::runs(container) {
        if PROGRAMS.contains(&run.program())
            && let Some(node) = run.node()
        {
            said.container(container, Some(node.at), "command", run.program());
            return;
        }
    }
}
