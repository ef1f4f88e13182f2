//! `secret-in-script`: secret stands in a command.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use crate::secret_words;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "secret-in-script",
    title: "secret stands in a command",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &["C-0012"],
    why: "Every process of the node can read command lines, whoever may see the pod can read its script, and neither can be changed without a roll-out.",
    mend: "Read it from a mounted file, or from a variable that comes from a Secret.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [sh, -c, "mysql --password hunter2-not-real shop < /sql/init"]
"#,
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      command: [sh, -c, "mysql --defaults-file=/run/secrets/my.cnf shop < /sql/init"]
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for run in command::runs(container) {
        for (index, word) in run.words.iter().enumerate() {
            let next = run.words.get(index + 1).map_or("", |next| next.text);
            // `--name=value` among plain words has a check of its own.
            let pair = match word.text.split_once('=') {
                Some(pair) if run.is_script || !word.text.starts_with('-') => pair,
                None if word.text.starts_with("--") && !next.starts_with('-') => (word.text, next),
                _ => continue,
            };
            let name = pair.0.trim_start_matches('-');
            let value = pair.1.trim_matches(['"', '\'']);
            let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            let is_expanded = value.starts_with(['$', '`']);
            if name.chars().all(is_name) && !is_expanded && secret_words::is_secret(name, value) {
                let field = format!("command.{name}");
                said.container(container, Some(word.node.at), field, name);
            }
        }
    }
}
