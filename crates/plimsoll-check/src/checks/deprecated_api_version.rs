//! `deprecated-api-version`: API version is going away.

use plimsoll_model::Severity;

use crate::api_versions::{Known, at, look_up};
use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "deprecated-api-version",
    title: "API version is going away",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &["nsa upgrades"],
    aliases: &[],
    why: "It is still served, with a warning, until a release that is already named or to be named: then applying the object fails.",
    mend: "Move to the version that is named before the cluster is upgraded.",
    bad: "apiVersion: resource.k8s.io/v1beta1
kind: DeviceClass
metadata: {name: gpu}
spec: {}
",
    good: "apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: gpu}
spec: {}
",
    test: Test::Release(test),
};

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    if let Known::Api(api) = look_up(object)
        && api.is_deprecated(minor)
        && !api.is_removed(minor)
    {
        let gone = match api.removed {
            0 => String::new(),
            removed => format!(", gone in v1.{removed}"),
        };
        let instead = match api.instead {
            "" => String::new(),
            instead => format!(", use {instead}"),
        };
        let detail = format!("{}{gone}{instead}", object.api_version);
        said.at(at(object), "apiVersion", detail);
    }
}
