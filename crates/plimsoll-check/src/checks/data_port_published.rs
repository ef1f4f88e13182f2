//! `data-port-published`: port of a data store or engine is open to every network.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::service::Service;

pub const CHECK: Check = Check {
    id: "data-port-published",
    title: "port of a data store or engine is open to every network",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["mitre T1133"],
    aliases: &[],
    why: "Data stores and engines are looked for on the whole internet, many trust whoever reaches them, and published ports go past the host's firewall rules.",
    mend: "Remove the port: containers of one network reach each other without it. Else write `127.0.0.1:` in front.",
    bad: "services:
  cart:
    image: registry.example/cart:1.0
    ports: [\"6379:6379\"]
",
    good: "services:
  cart:
    image: registry.example/cart:1.0
    expose: [\"6379\"]
",
    test: Test::Service(test),
};

/// Ports on which data stores and engines listen, and what listens there.
const PORTS: [(u16, &str); 22] = [
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "Docker without TLS"),
    (2376, "Docker"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5672, "RabbitMQ"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (7687, "Neo4j"),
    (8086, "InfluxDB"),
    (8500, "Consul"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (10250, "kubelet"),
    (11211, "memcached"),
    (15672, "RabbitMQ"),
    (27017, "MongoDB"),
    (50000, "Db2"),
];

fn test(service: &Service, said: &mut Said) {
    for port in service.ports.iter().filter(|port| port.is_open()) {
        if let Some((_, name)) = PORTS.iter().find(|(number, _)| *number == port.target) {
            said.at(port.at, "ports", format!("port {}, {name}", port.target));
        }
    }
}
