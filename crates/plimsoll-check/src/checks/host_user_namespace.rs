//! `host-user-namespace`: container has the users of its host.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "host-user-namespace",
    title: "container has the users of its host",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["mitre T1611"],
    aliases: &[],
    why: "The engine was told to map users, so that root of a container is nobody on the host. This container is left out of it: its root is root.",
    mend: "Remove `userns_mode: host`.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    userns_mode: host
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.host_users {
        said.at(at, "userns_mode", "");
    }
}
