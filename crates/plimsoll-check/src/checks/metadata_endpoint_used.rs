//! `metadata-endpoint-used`: container asks the cloud provider who its node is.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "metadata-endpoint-used",
    title: "container asks the cloud provider who its node is",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa cloud-metadata", "mitre T1552"],
    aliases: &["C-0052"],
    why: "The endpoint hands the node's credentials to whoever asks: a workload that uses it needs the door open that others should find shut.",
    mend: "Use the provider's workload identity, and shut the endpoint to pods by network policy.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: METADATA, value: "http://169.254.169.254/latest/meta-data"}]
"#,
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: REGION, value: eu-central-1}]
",
    test: Test::Container(test),
};

/// Addresses and names of the endpoint at AWS, Azure and Google, Alibaba, and Oracle.
const ENDPOINTS: [&str; 5] = [
    "169.254.169.254",
    "fd00:ec2::254",
    "metadata.google.internal",
    "100.100.100.200",
    "169.254.170.2",
];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let named = |text: &str| ENDPOINTS.iter().find(|one| text.contains(**one));
    for variable in container.field(&["env"]).map_or(&[][..], Node::items) {
        let name = variable.get("name").and_then(Node::as_str);
        // What is to be left alone by a proxy is not asked.
        if name.is_some_and(|name| name.eq_ignore_ascii_case("no_proxy")) {
            continue;
        }
        if let Some(value) = variable.at_path(&["value"])
            && let Some(endpoint) = value.as_str().and_then(named)
        {
            said.container(container, Some(value.at), "env", *endpoint);
            return;
        }
    }
    for run in command::runs(container) {
        for word in &run.words {
            if let Some(endpoint) = named(word.text) {
                said.container(container, Some(word.node.at), "command", *endpoint);
                return;
            }
        }
    }
}
