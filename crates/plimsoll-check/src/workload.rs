//! What makes pods: numbers and strategies, with the API server's defaults.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

/// Whether it is one of the kinds that keep pods running, of the group that Kubernetes serves.
pub fn is(object: &Object<'_>, kinds: &[&str]) -> bool {
    object.group() == "apps" && kinds.contains(&object.kind)
}

/// The pods that it asks for.
pub fn replicas(object: &Object<'_>) -> i64 {
    let replicas = object.node.at_path(&["spec", "replicas"]);
    replicas.and_then(Node::as_int).unwrap_or(1)
}

/// The spec of the job that it is or makes.
pub fn job<'a>(object: &Object<'a>) -> Option<&'a Node> {
    match (object.group(), object.kind) {
        ("batch", "Job") => object.node.at_path(&["spec"]),
        ("batch", "CronJob") => object.node.at_path(&["spec", "jobTemplate", "spec"]),
        _ => None,
    }
}

/// The spec of a CronJob.
pub fn cron_job<'a>(object: &Object<'a>) -> Option<&'a Node> {
    let is_cron = object.group() == "batch" && object.kind == "CronJob";
    object.node.at_path(&["spec"]).filter(|_| is_cron)
}

/// The spec of a HorizontalPodAutoscaler.
pub fn autoscaler<'a>(object: &Object<'a>) -> Option<&'a Node> {
    let is_autoscaler = object.group() == "autoscaling" && object.kind == "HorizontalPodAutoscaler";
    object.node.at_path(&["spec"]).filter(|_| is_autoscaler)
}
