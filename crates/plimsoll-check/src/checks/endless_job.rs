//! `endless-job`: job has no end.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "endless-job",
    title: "job has no end",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "A job that hangs holds its memory and CPU for ever, and a CronJob starts the next beside it.",
    mend: "Set `activeDeadlineSeconds`.",
    bad: r#"apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: report, image: "registry.example/report:1.0"}]}
"#,
    good: r#"apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  activeDeadlineSeconds: 3600
  template:
    spec: {restartPolicy: Never, containers: [{name: report, image: "registry.example/report:1.0"}]}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let job: &[&str] = match (object.group(), object.kind) {
        ("batch", "Job") => &["spec"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec"],
        _ => return,
    };
    let Some(spec) = object.node.at_path(job) else {
        return;
    };
    let of_pod = ["template", "spec", "activeDeadlineSeconds"];
    if spec.at_path(&["activeDeadlineSeconds"]).is_none() && spec.at_path(&of_pod).is_none() {
        said.at(spec.at, "spec.activeDeadlineSeconds", "");
    }
}
