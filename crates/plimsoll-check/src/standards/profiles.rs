//! Profiles of the kernel's security modules: AppArmor, SELinux, seccomp; and the view of `/proc`.

use super::privileges::WINDOWS_EXEMPT_SINCE;
use super::{Control, Level, Violation, shown};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const APP_ARMOR: Control = Control {
    id: "appArmorProfile",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: app_armor,
};

pub const SE_LINUX: Control = Control {
    id: "seLinuxOptions",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: se_linux,
};

pub const SECCOMP_BASELINE: Control = Control {
    id: "seccompProfile_baseline",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: seccomp_baseline,
};

pub const SECCOMP_RESTRICTED: Control = Control {
    id: "seccompProfile_restricted",
    level: Level::Restricted,
    since: 19,
    overrides: Some("seccompProfile_baseline"),
    test: seccomp_restricted,
};

pub const PROC_MOUNT: Control = Control {
    id: "procMount",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: proc_mount,
};

/// The baseline lets pods with users of their own off from 1.35 on; this level does not.
pub const PROC_MOUNT_RESTRICTED: Control = Control {
    id: "procMount_restricted",
    level: Level::Restricted,
    since: 35,
    overrides: Some("procMount"),
    test: proc_mount_of_all,
};

/// The version from which a user namespace of the pod's own makes some demands needless.
pub const USER_NAMESPACES_SINCE: u16 = 35;
/// The version from which seccomp has fields; before it there were annotations.
const SECCOMP_FIELDS_SINCE: u16 = 19;
/// The version that let in `container_engine_t`.
const CONTAINER_ENGINE_SINCE: u16 = 31;

const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP_POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER_ANNOTATION: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// Whether a `type` names the engine's or the node's profile, not `Unconfined`.
fn is_confined(profile: &Node) -> bool {
    let kind = profile.get("type").and_then(Node::as_str);
    matches!(kind, Some("RuntimeDefault" | "Localhost"))
}

fn profile_type(profile: &Node) -> (plimsoll_object::yaml::Place, String) {
    let kind = profile.at_path(&["type"]);
    (
        kind.map_or(profile.at, |kind| kind.at),
        kind.map(shown).unwrap_or_default(),
    )
}

fn app_armor(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    const FIELD: &str = "securityContext.appArmorProfile.type";
    if let Some(profile) = pod.field(&["securityContext", "appArmorProfile"])
        && !is_confined(profile)
    {
        let (at, value) = profile_type(profile);
        out.push(Violation::pod(at, FIELD, value));
    }
    for container in pod.containers() {
        if let Some(profile) = container.security(&["appArmorProfile"])
            && !is_confined(profile)
        {
            let (at, value) = profile_type(profile);
            out.push(Violation::container(&container, at, FIELD, value));
        }
    }
    for (key, value, at) in pod.annotations() {
        let is_fine =
            value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if key.starts_with(APP_ARMOR_ANNOTATION) && !is_fine {
            out.push(Violation::pod(
                at,
                "metadata.annotations",
                format!("{key}: {value}"),
            ));
        }
    }
}

fn se_linux(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    let mut look = |container: Option<&plimsoll_object::object::Container<'_>>, options: &Node| {
        for field in [
            "securityContext.seLinuxOptions.type",
            "securityContext.seLinuxOptions.user",
            "securityContext.seLinuxOptions.role",
        ] {
            let key = field.rsplit('.').next().unwrap_or_default();
            let Some(node) = options.at_path(&[key]) else {
                continue;
            };
            let is_fine = match node.as_str() {
                Some("") => true,
                Some("container_t" | "container_init_t" | "container_kvm_t") => key == "type",
                Some("container_engine_t") => key == "type" && minor >= CONTAINER_ENGINE_SINCE,
                _ => false,
            };
            if !is_fine {
                out.push(Violation {
                    at: node.at,
                    container: container.map(|container| container.name.to_owned()),
                    field,
                    value: shown(node),
                });
            }
        }
    };
    if let Some(options) = pod.field(&["securityContext", "seLinuxOptions"]) {
        look(None, options);
    }
    for container in pod.containers() {
        if let Some(options) = container.security(&["seLinuxOptions"]) {
            look(Some(&container), options);
        }
    }
}

const SECCOMP_FIELD: &str = "securityContext.seccompProfile.type";

fn seccomp_baseline(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    if minor < SECCOMP_FIELDS_SINCE {
        return seccomp_annotations(pod, out);
    }
    if let Some(profile) = pod.field(&["securityContext", "seccompProfile"])
        && !is_confined(profile)
    {
        let (at, value) = profile_type(profile);
        out.push(Violation::pod(at, SECCOMP_FIELD, value));
    }
    for container in pod.containers() {
        if let Some(profile) = container.security(&["seccompProfile"])
            && !is_confined(profile)
        {
            let (at, value) = profile_type(profile);
            out.push(Violation::container(&container, at, SECCOMP_FIELD, value));
        }
    }
}

fn seccomp_annotations(pod: &Pod<'_>, out: &mut Vec<Violation>) {
    let is_fine = |value: &str| {
        matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/")
    };
    for (key, value, at) in pod.annotations() {
        let names_container = || {
            let name = key.strip_prefix(SECCOMP_CONTAINER_ANNOTATION);
            name.is_some_and(|name| pod.containers().any(|container| container.name == name))
        };
        if (key == SECCOMP_POD_ANNOTATION || names_container()) && !is_fine(value) {
            out.push(Violation::pod(
                at,
                "metadata.annotations",
                format!("{key}: {value}"),
            ));
        }
    }
}

fn seccomp_restricted(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    if minor >= WINDOWS_EXEMPT_SINCE && pod.is_windows() {
        return;
    }
    seccomp_baseline(pod, minor, out);
    let profile = pod.field(&["securityContext", "seccompProfile"]);
    if profile.is_some_and(is_confined) {
        return;
    }
    for container in pod.containers() {
        if container.security(&["seccompProfile"]).is_none() {
            let at = container.node.at;
            out.push(Violation::container(&container, at, SECCOMP_FIELD, ""));
        }
    }
}

fn proc_mount(pod: &Pod<'_>, minor: u16, out: &mut Vec<Violation>) {
    if minor < USER_NAMESPACES_SINCE || !pod.has_own_users() {
        proc_mount_of_all(pod, minor, out);
    }
}

fn proc_mount_of_all(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for container in pod.containers() {
        if let Some(node) = container.security(&["procMount"])
            && node.as_str() != Some("Default")
        {
            let field = "securityContext.procMount";
            out.push(Violation::container(
                &container,
                node.at,
                field,
                shown(node),
            ));
        }
    }
}
