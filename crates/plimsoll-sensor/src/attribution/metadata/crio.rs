//! CRI-O: annotations of its bundles say all that Kubernetes gave it.

use serde_json::Value;

use super::super::details::{Details, text_map};
use super::oci::Configuration;
use super::{probes, time};

const ANNOTATION: &str = "io.kubernetes.cri-o.";

/// Whether a bundle is CRI-O's: podman writes many of its annotations too.
pub fn is_own(configuration: &Configuration) -> bool {
    match configuration.annotation("io.container.manager") {
        Some(manager) => manager == "cri-o",
        None => configuration
            .annotation(&format!("{ANNOTATION}ContainerType"))
            .is_some(),
    }
}

/// Takes over what the annotations say.
pub fn take(configuration: &Configuration, details: &mut Details) {
    let said = |key: &str| configuration.annotation(&format!("{ANNOTATION}{key}"));
    let json = |key: &str| said(key).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let labels = json("Labels")
        .map(|labels| text_map(&labels))
        .unwrap_or_default();
    let label = |key: &str| labels.get(key).cloned();
    let is_sandbox = said("ContainerType").as_deref() == Some("sandbox");
    details.sandbox = Some(is_sandbox);
    details.name = label("io.kubernetes.container.name").or_else(|| said("ContainerName"));
    details.image = said("ImageName").or_else(|| said("Image"));
    details.image_id = said("ImageRef").or_else(|| said("Image"));
    details.created_ns = said("Created").and_then(|text| time::nanoseconds(&text));
    details.ip = said("IP.0");
    details.labels.clone_from(&labels);
    let pod = details.pod();
    pod.name = label("io.kubernetes.pod.name").or_else(|| said("KubeName"));
    pod.namespace = label("io.kubernetes.pod.namespace").or_else(|| said("Namespace"));
    pod.uid = label("io.kubernetes.pod.uid");
    pod.sandbox_id = said("SandboxID");
    pod.ip = said("IP.0");
    if is_sandbox {
        pod.labels = labels;
    }
    if let Some(annotations) = json("Annotations") {
        probes::take(&annotations, details);
    }
}
