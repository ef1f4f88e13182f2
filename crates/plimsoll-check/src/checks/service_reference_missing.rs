//! `service-reference-missing`: service refers to something that is not there.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "service-reference-missing",
    title: "service refers to something that is not there",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Compose refuses the whole file, or the service comes up without what it needs.",
    mend: "Correct the name, or describe it in the file.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    depends_on: [database]
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    depends_on: [database]
  database:
    image: registry.example/database:1.0
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    for (name, at) in &service.missing {
        said.at(*at, format!("references.{name}"), name.clone());
    }
}
