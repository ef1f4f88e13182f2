//! `profile-not-named`: confinement profile has no name.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "profile-not-named",
    title: "confinement profile has no name",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa mandatory-access-control"],
    aliases: &[],
    why: "`Localhost` says that a profile of the node holds, but not which: the API server refuses the pod.",
    mend: "Set `localhostProfile`, or use `RuntimeDefault`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seccompProfile: {type: Localhost}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seccompProfile: {type: Localhost, localhostProfile: cart.json}}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(pod) = object.pod() else {
        return;
    };
    let unnamed = |profile: &&Node| {
        let text = |key: &str| profile.get(key).and_then(Node::as_str).unwrap_or_default();
        text("type") == "Localhost" && text("localhostProfile").is_empty()
    };
    for kind in ["seccompProfile", "appArmorProfile"] {
        let field = format!("securityContext.{kind}.localhostProfile");
        let of_pod = pod.field(&["securityContext", kind]);
        if let Some(profile) = of_pod.filter(unnamed) {
            said.at(profile.at, field.clone(), kind);
        }
        for container in pod.containers() {
            if let Some(profile) = container.security(&[kind]).filter(unnamed) {
                said.container(&container, Some(profile.at), field.clone(), kind);
            }
        }
    }
}
