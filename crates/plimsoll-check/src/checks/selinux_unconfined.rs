//! `selinux-unconfined`: SELinux does not confine the container.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "selinux-unconfined",
    title: "SELinux does not confine the container",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa mandatory-access-control", "mitre T1611"],
    aliases: &[],
    why: "The type is one that SELinux lets do everything: the wall that has stopped most escapes is gone.",
    mend: "Leave the type to the engine, or make one with udica.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seLinuxOptions: {type: spc_t}}
",
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seLinuxOptions: {level: "s0:c1,c2"}}
"#,
    test: Test::Object(test),
};

/// Types that are not confined.
const TYPES: [&str; 4] = [
    "spc_t",
    "unconfined_t",
    "unconfined_service_t",
    "container_runtime_t",
];

fn test(object: &Object<'_>, said: &mut Said) {
    const FIELD: &str = "securityContext.seLinuxOptions.type";
    let Some(pod) = object.pod() else {
        return;
    };
    let of = |node: &Node| {
        node.as_str()
            .filter(|name| TYPES.contains(name))
            .map(str::to_owned)
    };
    if let Some(node) = pod.field(&["securityContext", "seLinuxOptions", "type"])
        && let Some(name) = of(node)
    {
        said.at(node.at, FIELD, name);
    }
    for container in pod.containers() {
        if let Some(node) = container.security(&["seLinuxOptions", "type"])
            && let Some(name) = of(node)
        {
            said.container(&container, Some(node.at), FIELD, name);
        }
    }
}
