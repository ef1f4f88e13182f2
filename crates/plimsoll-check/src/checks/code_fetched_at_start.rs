//! `code-fetched-at-start`: container installs programs when it starts.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "code-fetched-at-start",
    title: "container installs programs when it starts",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "nsa immutable-file-system",
        "nsa image-scanning",
        "mitre T1525",
    ],
    aliases: &[],
    why: "What is fetched was in no image: nobody scanned or signed it, it may be other code tomorrow, and the container does not start while its source is away.",
    mend: "Install it when the image is built.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [sh, -c, "curl -fsSL https://get.example/tool | sh && exec cart"]
"#,
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [sh, -c, "curl -fsS https://api.example/health && exec cart"]
"#,
    test: Test::Container(test),
};

/// Programs that install others, and their words for it.
const INSTALLERS: [(&str, &[&str]); 17] = [
    ("apk", &["add"]),
    ("apt", &["install"]),
    ("apt-get", &["install"]),
    ("cargo", &["install"]),
    ("dnf", &["install"]),
    ("gem", &["install"]),
    ("go", &["install", "get"]),
    ("microdnf", &["install"]),
    ("npm", &["install", "i", "ci"]),
    ("pip", &["install"]),
    ("pip3", &["install"]),
    ("pnpm", &["install", "add"]),
    ("tdnf", &["install"]),
    ("uv", &["pip", "sync"]),
    ("yarn", &["install", "add"]),
    ("yum", &["install"]),
    ("zypper", &["install", "in"]),
];
const LOADERS: [&str; 2] = ["curl", "wget"];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let mut before = "";
    for run in command::runs(container) {
        let program = run.program();
        let installs = INSTALLERS
            .iter()
            .any(|(name, words)| *name == program && words.iter().any(|word| run.has_word(word)));
        let is_interpreter = command::is_shell(program) || program.starts_with("python");
        let runs_what_came = run.is_piped && is_interpreter && LOADERS.contains(&before);
        before = program;
        if (installs || runs_what_came)
            && let Some(node) = run.node()
        {
            said.container(container, Some(node.at), "command", program);
            return;
        }
    }
}
