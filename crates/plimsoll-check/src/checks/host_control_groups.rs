//! `host-control-groups`: container sees the control groups of its host.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "host-control-groups",
    title: "container sees the control groups of its host",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["mitre T1611"],
    aliases: &[],
    why: "It learns what else runs on the host. With a capability that lets it mount or write there, it changes the limits of others, or breaks out by way of a release agent.",
    mend: "Remove `cgroup: host`, in a quadlet `--cgroupns=host`.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    cgroup: host
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    cgroup: private
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.host_groups {
        said.at(at, "cgroup", "");
    }
}
