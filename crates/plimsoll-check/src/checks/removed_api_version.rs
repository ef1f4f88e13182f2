//! `removed-api-version`: API version is no longer served.

use plimsoll_model::Severity;

use crate::api_versions::{Known, at, look_up};
use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "removed-api-version",
    title: "API version is no longer served",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa upgrades"],
    aliases: &["no-extensions-v1beta", "stable-version"],
    why: "The API server does not know it: whatever applies the object fails, and so does an upgrade of the cluster in the midst of a delivery.",
    mend: "Use the version that is named, and look up which fields changed with it.",
    bad: "apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cart}}}
",
    good: "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cart}}}
",
    test: Test::Release(test),
};

fn test(object: &Object<'_>, minor: u16, said: &mut Said) {
    if let Known::Api(api) = look_up(object)
        && api.is_removed(minor)
    {
        let instead = match api.instead {
            "" => String::new(),
            instead => format!(", use {instead}"),
        };
        let detail = format!("{} since v1.{}{instead}", object.api_version, api.removed);
        said.at(at(object), "apiVersion", detail);
    }
}
