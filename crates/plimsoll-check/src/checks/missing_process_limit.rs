//! `missing-process-limit`: container may start any number of processes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "missing-process-limit",
    title: "container may start any number of processes",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["mitre T1499"],
    aliases: &[],
    why: "A program that forks without end takes every process number of its host, and nobody can log in to end it.",
    mend: "Set `pids_limit`, in a quadlet `PidsLimit=`, to some hundred.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    pids_limit: 200
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if service.process_limit.is_none() && !service.is_pod {
        said.at(service.at, "pids_limit", "");
    }
}
