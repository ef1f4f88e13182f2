//! CIS Kubernetes Benchmark 1.12, section 5: what objects in the cluster decide.

use super::About::{Access, Anything, Elsewhere, Namespaces, Network, Pods};
use super::{Control, Framework};

pub static FRAMEWORK: Framework = Framework {
    id: "cis-1.12",
    title: "CIS Kubernetes Benchmark 1.12, section 5",
    controls: &[
        Control::new(
            "5.1.1",
            "cluster-admin is given only where nothing less will do",
            Access,
        ),
        Control::new("5.1.2", "few may read secrets", Access),
        Control::new(
            "5.1.3",
            "roles name what they allow, without wildcards",
            Access,
        ),
        Control::new("5.1.4", "few may create pods", Access),
        Control::new(
            "5.1.5",
            "no workload runs as the default service account",
            Pods,
        ),
        Control::new(
            "5.1.6",
            "tokens are mounted only where they are needed",
            Pods,
        ),
        Control::new("5.1.7", "nobody is in the group system:masters", Access),
        Control::new("5.1.8", "few may bind, escalate or impersonate", Access),
        Control::new("5.1.9", "few may create persistent volumes", Access),
        Control::new("5.1.10", "few may use the proxy of nodes", Access),
        Control::new(
            "5.1.11",
            "few may approve certificate signing requests",
            Access,
        ),
        Control::new("5.1.12", "few may change webhook configurations", Access),
        Control::new("5.1.13", "few may make tokens of service accounts", Access),
        Control::new(
            "5.2.1",
            "every namespace enforces a policy for pods",
            Namespaces,
        ),
        Control::new("5.2.2", "no privileged containers", Pods),
        Control::new("5.2.3", "no pods in the host's process namespace", Pods),
        Control::new("5.2.4", "no pods in the host's IPC namespace", Pods),
        Control::new("5.2.5", "no pods in the host's network", Pods),
        Control::new("5.2.6", "no process gains privileges", Pods),
        Control::new("5.2.7", "no containers as root", Pods),
        Control::new("5.2.8", "no containers with NET_RAW", Pods),
        Control::new("5.2.9", "containers drop capabilities", Pods),
        Control::new("5.2.10", "no Windows HostProcess containers", Pods),
        Control::new("5.2.11", "no volumes of the host's paths", Pods),
        Control::new("5.2.12", "no ports of the host", Pods),
        Control::new(
            "5.3.1",
            "the network plugin enforces network policies",
            Elsewhere("the plugin's own documentation says so, no object does"),
        ),
        Control::new("5.3.2", "every namespace has network policies", Network),
        Control::new("5.4.1", "secrets come as files, not as variables", Pods),
        Control::new(
            "5.4.2",
            "secrets come from a store outside of the cluster",
            Anything,
        ),
        Control::new(
            "5.5.1",
            "admission asks where images come from",
            Elsewhere("the API server's admission configuration says so"),
        ),
        Control::new(
            "5.6.1",
            "namespaces part what does not belong together",
            Anything,
        ),
        Control::new("5.6.2", "pods have a seccomp profile", Pods),
        Control::new("5.6.3", "pods and containers have a security context", Pods),
        Control::new("5.6.4", "nothing is in the default namespace", Anything),
    ],
};
