//! Which user a container runs as.

use super::profiles::USER_NAMESPACES_SINCE;
use super::{Control, Level, Violation, shown};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const RUN_AS_NON_ROOT: Control = Control {
    id: "runAsNonRoot",
    level: Level::Restricted,
    since: 0,
    overrides: None,
    test: run_as_non_root,
};

pub const RUN_AS_USER: Control = Control {
    id: "runAsUser",
    level: Level::Restricted,
    since: 23,
    overrides: None,
    test: run_as_user,
};

fn run_as_non_root(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    const FIELD: &str = "securityContext.runAsNonRoot";
    if minor >= USER_NAMESPACES_SINCE && pod.has_own_users() {
        return;
    }
    let of_pod = pod.field(&["securityContext", "runAsNonRoot"]);
    let said = of_pod.and_then(Node::as_bool);
    if let Some(node) = of_pod
        && said != Some(true)
    {
        out.push(Violation::pod(node.at, FIELD, shown(node)));
    }
    for container in pod.containers() {
        match container.security(&["runAsNonRoot"]) {
            Some(node) if node.as_bool() == Some(true) => {}
            Some(node) => {
                let value = shown(node);
                out.push(Violation::container(&container, node.at, FIELD, value));
            }
            None if said == Some(true) => {}
            None => {
                let at = container.node.at;
                out.push(Violation::container(&container, at, FIELD, ""));
            }
        }
    }
}

fn run_as_user(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    const FIELD: &str = "securityContext.runAsUser";
    if minor >= USER_NAMESPACES_SINCE && pod.has_own_users() {
        return;
    }
    if let Some(node) = pod.field(&["securityContext", "runAsUser"])
        && node.as_int() == Some(0)
    {
        out.push(Violation::pod(node.at, FIELD, "0"));
    }
    for container in pod.containers() {
        if let Some(node) = container.security(&["runAsUser"])
            && node.as_int() == Some(0)
        {
            out.push(Violation::container(&container, node.at, FIELD, "0"));
        }
    }
}
