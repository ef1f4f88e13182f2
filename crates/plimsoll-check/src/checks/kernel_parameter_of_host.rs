//! `kernel-parameter-of-host`: container sets a kernel parameter that is not its own.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "kernel-parameter-of-host",
    title: "container sets a kernel parameter that is not its own",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["mitre T1611"],
    aliases: &[],
    why: "Only parameters of a network, of queues and of shared memory belong to a container. Others change the host for all that runs on it: an engine refuses to start the container, or is one that lets it.",
    mend: "Remove it from `sysctls` (in a quadlet `Sysctl=`), or set it on the host.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    sysctls: {kernel.core_pattern: core}
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    sysctls: {net.core.somaxconn: 1024}
",
    test: Test::Service(test),
};

/// Parameters of a container's own queues and shared memory, and of its domain. Source: the reference
/// of `docker run --sysctl`, and runc's checks of a configuration.
const OWN: &[&str] = &[
    "kernel.domainname",
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shm_rmid_forced",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
];

fn test(service: &Service, said: &mut Said) {
    for (name, at) in &service.parameters {
        // Both spellings are taken.
        let name = name.replace('/', ".");
        let is_own = if name.starts_with("net.") {
            service.host_network.is_none()
        } else {
            let is_queue = name.starts_with("fs.mqueue.") || OWN.contains(&name.as_str());
            is_queue && service.host_ipc.is_none()
        };
        if !is_own && !name.contains("${") {
            said.at(*at, "sysctls", format!("`{name}`"));
        }
    }
}
