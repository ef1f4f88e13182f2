//! `api-version-too-new`: API version is newer than the cluster.

use plimsoll_model::Severity;

use crate::api_versions::{Known, at, look_up, served};
use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "api-version-too-new",
    title: "API version is newer than the cluster",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The release that is judged for does not serve it yet: whatever applies the object fails.",
    mend: "Use the version that is named, or upgrade the cluster first.",
    bad: "apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: batch}
spec: {}
",
    good: "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3
kind: FlowSchema
metadata: {name: batch}
spec: {}
",
    test: Test::Release(test),
};

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    if let Known::Api(api) = look_up(object)
        && api.since > minor
    {
        let served: Vec<String> = served(object.group(), object.kind, minor).collect();
        let instead = match served.as_slice() {
            [] => String::new(),
            served => format!(", use {}", served.join(", ")),
        };
        let detail = format!("{} since v1.{}{instead}", object.api_version, api.since);
        said.at(at(object), "apiVersion", detail);
    }
}
