//! `grace-period-too-short`: pod is killed before its hook has ended.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "grace-period-too-short",
    title: "pod is killed before its hook has ended",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The grace period counts from the beginning of the hook: when the hook sleeps for all of it, the program gets no time to finish.",
    mend: "Set `terminationGracePeriodSeconds` to the sleep and what the program needs after it.",
    bad: "apiVersion: apps/v1
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
          lifecycle: {preStop: {sleep: {seconds: 60}}}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      terminationGracePeriodSeconds: 90
      containers:
        - name: cart
          image: registry.example/cart:1.0
          lifecycle: {preStop: {sleep: {seconds: 60}}}
",
    test: Test::Container(test),
};

/// Seconds that the API server fills in.
const GRACE: i64 = 30;

/// Seconds that a command sleeps: `sleep 15`, also within a line for a shell.
fn slept(command: &Node) -> Option<i64> {
    let texts = command.items().iter().filter_map(Node::as_str);
    let words = texts.flat_map(|text| text.split(|c: char| c.is_whitespace() || c == ';'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let pairs = words.windows(2).filter_map(|pair| match pair {
        ["sleep" | "/bin/sleep", seconds] => seconds
            .strip_suffix('s')
            .unwrap_or(seconds)
            .parse::<i64>()
            .ok(),
        _ => None,
    });
    pairs.max()
}

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    let Some(hook) = container.field(&["lifecycle", "preStop"]) else {
        return;
    };
    let seconds = hook.at_path(&["sleep", "seconds"]).and_then(Node::as_int);
    let command = hook.at_path(&["exec", "command"]);
    let Some(seconds) = seconds.or_else(|| command.and_then(slept)) else {
        return;
    };
    let grace = pod.field(&["terminationGracePeriodSeconds"]);
    let grace = grace.and_then(Node::as_int).unwrap_or(GRACE);
    // Without any grace at all there is another check.
    if seconds >= grace && grace > 0 {
        let detail = format!("{seconds} s of {grace} s");
        said.container(container, Some(hook.at), "lifecycle.preStop", detail);
    }
}
