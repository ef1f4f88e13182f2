//! `liveness-probe-on-dependency`: liveness hangs on another service.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "liveness-probe-on-dependency",
    title: "liveness hangs on another service",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "When that service is slow or away, every pod that asks it is restarted at once: one failure becomes two.",
    mend: "Ask the program itself, and leave other services to the readiness probe.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          livenessProbe: {exec: {command: [sh, -c, "curl -fsS http://orders.shop.svc:8080/health"]}}
"#,
    good: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          livenessProbe: {exec: {command: [sh, -c, "curl -fsS http://localhost:8080/health"]}}
"#,
    test: Test::Container(test),
};

/// Programs that take the host to speak to behind `-h` or `--host`.
const CLIENTS: &[&str] = &["pg_isready", "psql", "mysql", "mysqladmin", "redis-cli"];

/// The host that a command speaks to, where it is not its own.
fn other_host<'a>(words: &[&'a str]) -> Option<&'a str> {
    let is_client = words
        .iter()
        .any(|word| CLIENTS.contains(&word.rsplit('/').next().unwrap_or_default()));
    for (index, word) in words.iter().enumerate() {
        let scheme = word.find("://").map(|at| at + "://".len());
        let host = match scheme.and_then(|at| word.get(at..)) {
            Some(rest) => rest,
            None if is_client && matches!(*word, "-h" | "--host") => words.get(index + 1)?,
            None if is_client => match word.strip_prefix("--host=") {
                Some(host) => host,
                None => continue,
            },
            None => continue,
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        let host = host.get(..host.find(is_end).unwrap_or(host.len()))?;
        // What is put in later, an address in brackets or a socket says nothing.
        let own =
            host.is_empty() || host == "localhost" || host == "0.0.0.0" || host.starts_with("127.");
        if !own {
            return Some(host);
        }
    }
    None
}

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container).filter(|probe| probe.key == "livenessProbe") {
        let command = probe.node.at_path(&["exec", "command"]);
        let texts = command.map_or(&[][..], Node::items).iter();
        let words: Vec<&str> = texts
            .filter_map(Node::as_str)
            .flat_map(|text| text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')))
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(host) = other_host(&words) {
            let at = command.map(|node| node.at);
            said.container(container, at, "livenessProbe.exec.command", host);
        }
    }
}
