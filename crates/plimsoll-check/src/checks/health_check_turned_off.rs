//! `health-check-turned-off`: health check of the image is turned off.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "health-check-turned-off",
    title: "health check of the image is turned off",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Nothing notices any more that the program hangs, and what waits for it to be healthy starts too early.",
    mend: "Remove it, or write a check that fits.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    healthcheck: {disable: true}
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    healthcheck: {test: [CMD, cart, --check]}
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.health_check_off {
        said.at(at, "healthcheck", "");
    }
}
