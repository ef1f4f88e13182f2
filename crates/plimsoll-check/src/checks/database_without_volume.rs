//! `database-without-volume`: database keeps its data in the container.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "database-without-volume",
    title: "database keeps its data in the container",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "What is written into the container is gone when it restarts: after an update, an eviction, or a crash.",
    mend: "Mount a persistent volume at its data folder, best from a StatefulSet.",
    bad: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  serviceName: cart
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: docker.io/library/postgres:17
",
    good: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  serviceName: cart
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: docker.io/library/postgres:17
          volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
",
    test: Test::Container(test),
};

/// Images by the last part of their name, and where they keep data. Of others, and of other
/// people's builds of these, nothing is known.
const DATABASES: &[(&str, &[&str])] = &[
    ("cassandra", &["/var/lib/cassandra"]),
    ("couchdb", &["/opt/couchdb/data"]),
    ("elasticsearch", &["/usr/share/elasticsearch/data"]),
    ("etcd", &["/etcd-data", "/var/lib/etcd", "/default.etcd"]),
    ("influxdb", &["/var/lib/influxdb", "/var/lib/influxdb2"]),
    ("mariadb", &["/var/lib/mysql"]),
    ("mongo", &["/data/db"]),
    ("mysql", &["/var/lib/mysql"]),
    ("neo4j", &["/data"]),
    ("opensearch", &["/usr/share/opensearch/data"]),
    ("postgis", &["/var/lib/postgresql"]),
    ("postgres", &["/var/lib/postgresql"]),
    ("rabbitmq", &["/var/lib/rabbitmq"]),
    ("timescaledb", &["/var/lib/postgresql"]),
];

/// `registry.example/library/postgres:17@sha256:…`: postgres.
fn base(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default()
}

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    // A job with a database of its own is a test; so is an init container. Bitnami's keep data in
    // folders of their own.
    let Some(node) = container
        .field(&["image"])
        .filter(|_| container.serves(pod))
    else {
        return;
    };
    let image = node.as_str().unwrap_or_default();
    let Some((name, folders)) = DATABASES
        .iter()
        .find(|(name, _)| *name == base(image) && !image.contains("bitnami"))
    else {
        return;
    };
    // A program that is told what to do may be a client, or keep its data elsewhere.
    let is_told = container.field(&["command"]).is_some() || container.field(&["args"]).is_some();
    let mounts = container
        .field(&["volumeMounts"])
        .map_or(&[][..], Node::items);
    let is_mounted = mounts.iter().any(|mount| {
        let path = mount.get("mountPath").and_then(Node::as_str);
        let path = path.unwrap_or_default().trim_end_matches('/');
        // Above the folder, at it, or below: the volume is for data.
        folders.iter().any(|folder| {
            let is_in = |inner: &str, outer: &str| {
                let rest = inner.strip_prefix(outer);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            is_in(folder, path) || is_in(path, folder)
        })
    });
    if !is_mounted && !is_told {
        said.container(container, Some(node.at), "image", *name);
    }
}
