//! Privileges: privileged containers, escalation, capabilities, Windows host processes.

use super::{Control, Level, Violation, shown};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const PRIVILEGED: Control = Control {
    id: "privileged",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: privileged,
};

pub const ALLOW_PRIVILEGE_ESCALATION: Control = Control {
    id: "allowPrivilegeEscalation",
    level: Level::Restricted,
    since: 8,
    overrides: None,
    test: allow_privilege_escalation,
};

pub const CAPABILITIES_BASELINE: Control = Control {
    id: "capabilities_baseline",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: capabilities_baseline,
};

pub const CAPABILITIES_RESTRICTED: Control = Control {
    id: "capabilities_restricted",
    level: Level::Restricted,
    since: 22,
    overrides: Some("capabilities_baseline"),
    test: capabilities_restricted,
};

pub const WINDOWS_HOST_PROCESS: Control = Control {
    id: "windowsHostProcess",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: windows_host_process,
};

/// The version from which what Windows does not know is not asked of its pods.
pub const WINDOWS_EXEMPT_SINCE: u16 = 25;

/// Capabilities that a container engine gives anyway.
const DEFAULT_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn privileged(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for container in pod.containers() {
        if let Some(node) = container.security(&["privileged"])
            && node.as_bool() == Some(true)
        {
            let field = "securityContext.privileged";
            out.push(Violation::container(&container, node.at, field, "true"));
        }
    }
}

fn allow_privilege_escalation(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    if minor >= WINDOWS_EXEMPT_SINCE && pod.is_windows() {
        return;
    }
    for container in pod.containers() {
        let node = container.security(&["allowPrivilegeEscalation"]);
        if node.and_then(Node::as_bool) != Some(false) {
            let at = node.map_or(container.node.at, |node| node.at);
            let value = node.map(shown).unwrap_or_default();
            let field = "securityContext.allowPrivilegeEscalation";
            out.push(Violation::container(&container, at, field, value));
        }
    }
}

/// Capabilities that a container adds or drops.
fn capabilities<'a>(container: &Container<'a>, list: &str) -> &'a [Node] {
    let node = container.security(&["capabilities", list]);
    node.map_or(&[], Node::items)
}

fn added_beyond(container: &Container<'_>, allowed: &[&str], out: &mut Vec<Violation>) {
    for node in capabilities(container, "add") {
        if !node.as_str().is_some_and(|name| allowed.contains(&name)) {
            let field = "securityContext.capabilities.add";
            out.push(Violation::container(container, node.at, field, shown(node)));
        }
    }
}

fn capabilities_baseline(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for container in pod.containers() {
        added_beyond(&container, &DEFAULT_CAPABILITIES, out);
    }
}

fn capabilities_restricted(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    if minor >= WINDOWS_EXEMPT_SINCE && pod.is_windows() {
        return;
    }
    for container in pod.containers() {
        let dropped = capabilities(&container, "drop");
        if !dropped.iter().any(|node| node.as_str() == Some("ALL")) {
            let place = container.security(&["capabilities", "drop"]);
            let at = place.map_or(container.node.at, |node| node.at);
            let field = "securityContext.capabilities.drop";
            out.push(Violation::container(&container, at, field, ""));
        }
        added_beyond(&container, &["NET_BIND_SERVICE"], out);
    }
}

fn windows_host_process(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    if let Some(node) = pod.field(&["securityContext", "windowsOptions", "hostProcess"])
        && node.as_bool() == Some(true)
    {
        out.push(Violation::pod(node.at, FIELD, "true"));
    }
    for container in pod.containers() {
        if let Some(node) = container.security(&["windowsOptions", "hostProcess"])
            && node.as_bool() == Some(true)
        {
            out.push(Violation::container(&container, node.at, FIELD, "true"));
        }
    }
}
