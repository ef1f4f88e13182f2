//! `invalid-name`: name is refused.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::names;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "invalid-name",
    title: "name is refused",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server takes small letters, digits and dashes, up to a length: jobs of a CronJob, labels and DNS have to hold the name too.",
    mend: "Choose a name that fits.",
    bad: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: Nightly_Report, namespace: shop}
spec:
  schedule: "15 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example/report:1.0
"#,
    good: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly-report, namespace: shop}
spec:
  schedule: "15 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example/report:1.0
"#,
    test: Test::Object(test),
};

/// What is wrong with the name of an object of this kind; kinds that are not named here take more.
fn object_error(object: &Object<'_>, name: &str) -> Option<String> {
    match (object.group(), object.kind) {
        ("", "Service") => names::label_error(name, true),
        ("", "Namespace") => names::label_error(name, false),
        ("batch", "CronJob") if name.len() > names::CRON_JOB_BYTES_MAX => {
            Some(names::too_long(names::CRON_JOB_BYTES_MAX))
        }
        (
            "",
            "Pod"
            | "ConfigMap"
            | "Secret"
            | "ServiceAccount"
            | "PersistentVolumeClaim"
            | "PersistentVolume"
            | "ResourceQuota"
            | "LimitRange"
            | "ReplicationController",
        )
        | (
            "apps" | "batch" | "autoscaling" | "policy" | "networking.k8s.io" | "storage.k8s.io"
            | "scheduling.k8s.io" | "node.k8s.io",
            _,
        ) => names::subdomain_error(name),
        _ => None,
    }
}

/// What is wrong with the name of a port: at most 15, with a letter.
fn port_error(name: &str) -> Option<String> {
    const PORT_BYTES_MAX: usize = 15;
    if name.len() > PORT_BYTES_MAX {
        return Some(names::too_long(PORT_BYTES_MAX));
    }
    let has_letter = name.bytes().any(|b| b.is_ascii_lowercase());
    let is_fine = has_letter && names::is_label_text(name) && !name.contains("--");
    (!is_fine).then(|| "it needs a letter, and takes digits and single dashes beside".to_owned())
}

/// Text that something else will fill in before it is applied.
fn is_placeholder(name: &str) -> bool {
    name.contains(['$', '{', '%', '<'])
}

fn test(object: &Object<'_>, said: &mut Said) {
    let mut say = |node: &Node, field: &str, error: &dyn Fn(&str) -> Option<String>| {
        if let Some(name) = node.as_str().filter(|name| !is_placeholder(name))
            && let Some(error) = error(name)
        {
            said.at(node.at, field, format!("`{name}`: {error}"));
        }
    };
    if let Some(node) = object.node.at_path(&["metadata", "name"]) {
        say(node, "metadata.name", &|name| object_error(object, name));
    }
    let Some(pod) = object.pod() else {
        return;
    };
    let label = |name: &str| names::label_error(name, false);
    for container in pod.containers() {
        if let Some(node) = container.field(&["name"]) {
            say(node, "spec.containers.name", &label);
        }
        for port in container.field(&["ports"]).map_or(&[][..], Node::items) {
            if let Some(node) = port.at_path(&["name"]) {
                say(node, "spec.containers.ports.name", &port_error);
            }
        }
    }
    for volume in pod.field(&["volumes"]).map_or(&[][..], Node::items) {
        if let Some(node) = volume.at_path(&["name"]) {
            say(node, "spec.volumes.name", &label);
        }
    }
}
