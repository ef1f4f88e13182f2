//! `host-aliases`: pod overrides names of hosts.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "host-aliases",
    title: "pod overrides names of hosts",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["KSV007", "AVD-KSV-0007"],
    why: "An entry in `/etc/hosts` wins over the cluster's names: traffic goes to an address that nobody else sees.",
    mend: "Use a Service, `ExternalName` or the name server.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostAliases: [{ip: 10.0.0.1, hostnames: [db.example]}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    if let Some(node) = pod.field(&["hostAliases"])
        && !node.items().is_empty()
    {
        said.at(node.at, "hostAliases", "");
    }
}
