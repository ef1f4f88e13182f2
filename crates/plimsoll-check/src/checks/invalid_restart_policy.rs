//! `invalid-restart-policy`: restart policy is refused for this kind.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "invalid-restart-policy",
    title: "restart policy is refused for this kind",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["restart-policy", "cronjob-restartpolicy"],
    why: "Jobs end: their pods take `Never` or `OnFailure`, and must say which. What keeps pods running takes `Always` alone.",
    mend: "Set `restartPolicy: Never` or `OnFailure` for jobs, and leave it out elsewhere.",
    bad: "apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: report
          image: registry.example/report:1.0
",
    good: "apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example/report:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(pod) = object.pod() else {
        return;
    };
    let node = pod.field(&["restartPolicy"]);
    let policy = node.and_then(Node::as_str);
    let is_fine = match (object.group(), object.kind) {
        ("batch", _) => matches!(policy, Some("Never" | "OnFailure")),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => {
            node.is_none() || policy == Some("Always")
        }
        _ => true,
    };
    if !is_fine {
        let at = node.map_or(pod.at, |node| node.at);
        said.at(at, "spec.restartPolicy", policy.unwrap_or("none is set"));
    }
}
