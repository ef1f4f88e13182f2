//! Kubernetes' Pod Security Standards, as frameworks. Controls have the names of the API server's
//! messages; the tests of them are in [`crate::standards`].

use super::About::Pods;
use super::{Control, Framework};

pub static BASELINE: Framework = Framework {
    id: "pss-baseline",
    title: "Kubernetes Pod Security Standards, baseline",
    controls: &[
        APP_ARMOR,
        CAPABILITIES,
        HOST_NAMESPACES,
        HOST_PATHS,
        HOST_PORTS,
        HOST_PROBES,
        PRIVILEGED,
        PROC_MOUNT,
        SE_LINUX,
        SECCOMP,
        SYSCTLS,
        WINDOWS,
    ],
};

pub static RESTRICTED: Framework = Framework {
    id: "pss-restricted",
    title: "Kubernetes Pod Security Standards, restricted",
    controls: &[
        Control::new(
            "allowPrivilegeEscalation",
            "no process gains privileges",
            Pods,
        )
        .since(8),
        APP_ARMOR,
        CAPABILITIES.until(22),
        Control::new(
            "capabilities_restricted",
            "all capabilities are dropped, and none but NET_BIND_SERVICE added",
            Pods,
        )
        .since(22),
        HOST_NAMESPACES,
        HOST_PORTS,
        HOST_PROBES,
        PRIVILEGED,
        PROC_MOUNT.until(35),
        Control::new(
            "procMount_restricted",
            "/proc is masked, user namespaces or not",
            Pods,
        )
        .since(35),
        Control::new(
            "restrictedVolumes",
            "volumes are of kinds that stay in the pod",
            Pods,
        ),
        Control::new("runAsNonRoot", "containers must not run as root", Pods),
        Control::new("runAsUser", "no container asks to run as user 0", Pods).since(23),
        SE_LINUX,
        SECCOMP.until(19),
        Control::new(
            "seccompProfile_restricted",
            "a seccomp profile is set",
            Pods,
        )
        .since(19),
        SYSCTLS,
        WINDOWS,
    ],
};

const APP_ARMOR: Control = Control::new("appArmorProfile", "AppArmor is not switched off", Pods);
const CAPABILITIES: Control = Control::new(
    "capabilities_baseline",
    "no capabilities are added past the usual",
    Pods,
);
const HOST_NAMESPACES: Control = Control::new("hostNamespaces", "no namespaces of the host", Pods);
const HOST_PATHS: Control = Control::new("hostPathVolumes", "no volumes of the host's paths", Pods);
const HOST_PORTS: Control = Control::new("hostPorts", "no ports of the host", Pods);
const HOST_PROBES: Control = Control::new(
    "hostProbesAndHostLifecycle",
    "probes and hooks name no other host",
    Pods,
)
.since(34);
const PRIVILEGED: Control = Control::new("privileged", "no privileged containers", Pods);
const PROC_MOUNT: Control = Control::new("procMount", "/proc is masked", Pods);
const SE_LINUX: Control = Control::new(
    "seLinuxOptions",
    "SELinux runs containers as containers",
    Pods,
);
const SECCOMP: Control = Control::new(
    "seccompProfile_baseline",
    "seccomp is not switched off",
    Pods,
);
const SYSCTLS: Control = Control::new("sysctls", "only sysctls of the pod's own are set", Pods);
const WINDOWS: Control = Control::new(
    "windowsHostProcess",
    "no Windows HostProcess containers",
    Pods,
);
