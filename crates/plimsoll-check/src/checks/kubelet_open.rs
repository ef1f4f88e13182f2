//! `kubelet-open`: kubelet answers whoever asks.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "kubelet-open",
    title: "kubelet answers whoever asks",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa control-plane", "nsa authentication", "mitre T1609"],
    aliases: &["CKV_K8S_138", "CKV_K8S_139", "CKV_K8S_141", "C-0069"],
    why: "Who reaches the kubelet enters every container of the node, or sees all of its pods.",
    mend: "Set `authentication.anonymous.enabled: false`, `authorization.mode: Webhook` and `readOnlyPort: 0`.",
    bad: "apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}}
",
    good: "apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}}
authorization: {mode: Webhook}
readOnlyPort: 0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "KubeletConfiguration" || object.group() != "kubelet.config.k8s.io" {
        return;
    }
    let node = |path: &[&str]| object.node.at_path(path);
    if let Some(node) = node(&["authentication", "anonymous", "enabled"])
        && node.as_bool() == Some(true)
    {
        said.at(node.at, "authentication.anonymous.enabled", "anonymous");
    }
    if let Some(node) = node(&["authorization", "mode"])
        && node.as_str() == Some("AlwaysAllow")
    {
        said.at(node.at, "authorization.mode", "AlwaysAllow");
    }
    if let Some(node) = node(&["readOnlyPort"])
        && node.as_int().is_some_and(|port| port != 0)
    {
        said.at(node.at, "readOnlyPort", "read-only port");
    }
}
