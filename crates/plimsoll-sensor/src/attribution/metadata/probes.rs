//! Probes of a container, from the annotation in which `kubectl apply` keeps what was applied.

use serde_json::Value;

use super::super::details::{Details, cut, texts};

const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Takes the commands of the probes of the container with the name in `details`.
pub fn take(annotations: &Value, details: &mut Details) {
    let applied = annotations.get(APPLIED).and_then(Value::as_str);
    let Some(applied) = applied.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return;
    };
    let containers = applied
        .pointer("/spec/containers")
        .and_then(Value::as_array);
    let container = containers
        .into_iter()
        .flatten()
        .find(|container| container.get("name").and_then(Value::as_str) == details.name.as_deref());
    let command = |probe: &str| {
        let command = container?.pointer(&format!("/{probe}/exec/command"))?;
        joined(&texts(command))
    };
    details.liveness = command("livenessProbe");
    details.readiness = command("readinessProbe");
    details.startup = command("startupProbe");
}

/// Words of a command, joined by blanks.
pub fn joined(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| cut(words.join(" ")))
}

/// Docker's and podman's health check: `["CMD", …]`, `["CMD-SHELL", "text"]` or `["NONE"]`.
pub fn healthcheck(test: &[String]) -> Option<String> {
    match test.split_first() {
        Some((kind, rest)) if kind == "CMD" || kind == "CMD-SHELL" => joined(rest),
        Some((kind, _)) if kind == "NONE" => Some(kind.clone()),
        _ => None,
    }
}
