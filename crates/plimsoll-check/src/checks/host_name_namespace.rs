//! `host-name-namespace`: container may rename its host.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "host-name-namespace",
    title: "container may rename its host",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &["mitre T1611"],
    aliases: &[],
    why: "With the capability SYS_ADMIN, or in an engine that allows it, the container changes the name of the host, which logs and certificates go by.",
    mend: "Remove `uts: host`, in a quadlet `--uts=host`.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    uts: host
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    hostname: cart
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.host_name {
        said.at(at, "uts", "");
    }
}
