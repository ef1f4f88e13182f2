//! `container-log-turned-off`: what the container says is thrown away.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "container-log-turned-off",
    title: "what the container says is thrown away",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "After a break-in or a crash there is nothing to read.",
    mend: "Choose another driver: `journald`, `local`, or that of your log store.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    logging: {driver: none}
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    logging: {driver: journald}
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.log_off {
        said.at(at, "logging.driver", "");
    }
}
