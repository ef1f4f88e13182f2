//! `port-published-to-all`: port is published on every address of the host.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "port-published-to-all",
    title: "port is published on every address of the host",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Docker and Podman open published ports past the host's firewall rules: what was meant for a neighbour on the same machine is open to every network that the host is in.",
    mend: "Write the address in front: `127.0.0.1:8080:80`, or leave the port to the containers' own network.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    ports: [\"8080:80\"]
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    ports: [\"127.0.0.1:8080:80\"]
",
    test: Test::Service(test),
};

fn test(service: &Service, said: &mut Said) {
    for port in service.ports.iter().filter(|port| port.is_open()) {
        said.at(port.at, "ports", format!("port {}", port.target));
    }
}
