//! `selinux-label-turned-off`: SELinux does not separate the container.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "selinux-label-turned-off",
    title: "SELinux does not separate the container",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["mitre T1611"],
    aliases: &[],
    why: "Without its label a container that breaks out is not stopped by SELinux, and files of the host that it mounts are open to it.",
    mend: "Remove it. For files of the host put `:z` or `:Z` behind the mount.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    security_opt: [\"label:disable\"]
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    volumes: [\"/srv/cart:/data:Z\"]
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.selinux_off {
        said.at(at, "security_opt", "");
    }
}
