//! `automatic-image-update`: image is replaced without anybody looking.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "automatic-image-update",
    title: "image is replaced without anybody looking",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Whoever may push to the registry has the container that runs, at the next timer, with no scan between.",
    mend: "Name a digest, and let a pipeline change it after its scan.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    labels: {io.containers.autoupdate: registry}
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    labels: {io.containers.autoupdate: local}
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    if let Some(at) = service.updated_by_itself {
        said.at(at, "autoupdate", "");
    }
}
