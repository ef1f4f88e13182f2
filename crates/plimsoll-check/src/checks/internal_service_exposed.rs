//! `internal-service-exposed`: service lets the outside at what is for the inside.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "internal-service-exposed",
    title: "service lets the outside at what is for the inside",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa exposure", "mitre T1190", "mitre T1133"],
    aliases: &["C-0021"],
    why: "Databases, caches and the cluster's own ports are built for neighbours that are trusted: scanners of the internet find them within hours.",
    mend: "Use `ClusterIP`; for people an ingress with a login, for other networks `loadBalancerSourceRanges`.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cache, namespace: shop}
spec: {type: LoadBalancer, ports: [{port: 6379}]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cache, namespace: shop}
spec: {ports: [{port: 6379}]}
",
    test: Test::Object(test),
};

/// Ports of programs that are not made for strangers.
const PORTS: [(i64, &str); 22] = [
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2181, "ZooKeeper"),
    (2375, "Docker"),
    (2376, "Docker"),
    (2379, "etcd"),
    (2380, "etcd"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5672, "RabbitMQ"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (7000, "Cassandra"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (10250, "kubelet"),
    (10255, "kubelet"),
    (11211, "memcached"),
    (27017, "MongoDB"),
    (44134, "Tiller"),
];
/// Annotations by which a provider is told to keep the load balancer inside.
const INSIDE: [&str; 7] = [
    "cloud.google.com/load-balancer-type",
    "networking.gke.io/load-balancer-type",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "service.beta.kubernetes.io/oci-load-balancer-internal",
    "service.beta.kubernetes.io/openstack-internal-load-balancer",
];

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Service" || !object.group().is_empty() {
        return;
    }
    let spec = |key: &str| object.node.at_path(&["spec", key]);
    let kind = spec("type").and_then(Node::as_str).unwrap_or_default();
    let annotations = object.node.at_path(&["metadata", "annotations"]);
    let is_inside = |key: &str| {
        let value = annotations.and_then(|all| all.at_path(&[key]));
        value.is_some_and(|value| {
            let text = value.as_str().unwrap_or_default().to_ascii_lowercase();
            matches!(&*text, "true" | "internal" | "0.0.0.0/0")
        })
    };
    let ranges = spec("loadBalancerSourceRanges").map_or(&[][..], Node::items);
    let is_limited = !ranges.is_empty()
        && !ranges
            .iter()
            .any(|range| range.as_str() == Some("0.0.0.0/0"));
    if !matches!(kind, "LoadBalancer" | "NodePort")
        || is_limited
        || INSIDE.iter().any(|key| is_inside(key))
    {
        return;
    }
    for port in spec("ports").map_or(&[][..], Node::items) {
        for key in ["targetPort", "port"] {
            let node = port.at_path(&[key]);
            let number = node.and_then(Node::as_int);
            let known = PORTS.iter().find(|(port, _)| Some(*port) == number);
            if let (Some(node), Some((number, what))) = (node, known) {
                let detail = format!("{what}, port {number}");
                said.at(node.at, format!("spec.ports.{number}"), detail);
                break;
            }
        }
    }
}
