//! What a pod shares with its node: namespaces, ports, probes by host name, sysctls.

use super::{Control, Level, Violation, shown};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const NAMESPACES: Control = Control {
    id: "hostNamespaces",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: namespaces,
};

pub const PORTS: Control = Control {
    id: "hostPorts",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: ports,
};

pub const PROBES: Control = Control {
    id: "hostProbesAndHostLifecycle",
    level: Level::Baseline,
    since: 34,
    overrides: None,
    test: probes,
};

pub const SYSCTLS: Control = Control {
    id: "sysctls",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: sysctls,
};

fn namespaces(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if let Some(node) = pod.field(&[field])
            && node.as_bool() == Some(true)
        {
            out.push(Violation::pod(node.at, field, "true"));
        }
    }
}

fn ports(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for container in pod.containers() {
        for port in container.field(&["ports"]).map_or(&[][..], Node::items) {
            if let Some(node) = port.at_path(&["hostPort"])
                && node.as_int() != Some(0)
            {
                let value = shown(node);
                out.push(Violation::container(
                    &container,
                    node.at,
                    "ports.hostPort",
                    value,
                ));
            }
        }
    }
}

/// Where a kubelet may be told to connect to.
const HANDLERS: [(&[&str], &str); 10] = [
    (
        &["livenessProbe", "httpGet", "host"],
        "livenessProbe.httpGet.host",
    ),
    (
        &["livenessProbe", "tcpSocket", "host"],
        "livenessProbe.tcpSocket.host",
    ),
    (
        &["readinessProbe", "httpGet", "host"],
        "readinessProbe.httpGet.host",
    ),
    (
        &["readinessProbe", "tcpSocket", "host"],
        "readinessProbe.tcpSocket.host",
    ),
    (
        &["startupProbe", "httpGet", "host"],
        "startupProbe.httpGet.host",
    ),
    (
        &["startupProbe", "tcpSocket", "host"],
        "startupProbe.tcpSocket.host",
    ),
    (
        &["lifecycle", "postStart", "httpGet", "host"],
        "lifecycle.postStart.httpGet.host",
    ),
    (
        &["lifecycle", "postStart", "tcpSocket", "host"],
        "lifecycle.postStart.tcpSocket.host",
    ),
    (
        &["lifecycle", "preStop", "httpGet", "host"],
        "lifecycle.preStop.httpGet.host",
    ),
    (
        &["lifecycle", "preStop", "tcpSocket", "host"],
        "lifecycle.preStop.tcpSocket.host",
    ),
];

fn probes(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for container in pod.containers() {
        for (path, field) in HANDLERS {
            if let Some(node) = container.field(path)
                && node.as_str() != Some("")
            {
                out.push(Violation::container(
                    &container,
                    node.at,
                    field,
                    shown(node),
                ));
            }
        }
    }
}

/// Sysctls that reach no further than the pod, and the minor version that let each in.
const SAFE_SYSCTLS: [(&str, u16); 12] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
];

fn sysctls(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    let sysctls = pod.field(&["securityContext", "sysctls"]);
    for sysctl in sysctls.map_or(&[][..], Node::items) {
        let name = sysctl
            .get("name")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let is_safe = |(safe, since): &(&str, u16)| *safe == name && *since <= minor;
        if !SAFE_SYSCTLS.iter().any(is_safe) {
            out.push(Violation::pod(sysctl.at, "securityContext.sysctls", name));
        }
    }
}
