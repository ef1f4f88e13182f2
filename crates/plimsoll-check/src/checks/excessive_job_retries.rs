//! `excessive-job-retries`: failing job is tried many times.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "excessive-job-retries",
    title: "failing job is tried many times",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "What failed ten times seldom succeeds the eleventh: each try takes its resources, and repeats what it did before it failed.",
    mend: "Lower `backoffLimit`, and let somebody know of the failure.",
    bad: "apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  backoffLimit: 100
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example/report:1.0
",
    good: "apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  backoffLimit: 3
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example/report:1.0
",
    test: Test::Object(test),
};

/// Tries that are many.
const MANY: i64 = 10;

fn test(object: &Object<'_>, said: &mut Said) {
    if let Some(node) = workload::job(object).and_then(|spec| spec.at_path(&["backoffLimit"]))
        && let Some(tries) = node.as_int().filter(|tries| *tries > MANY)
    {
        said.at(node.at, "spec.backoffLimit", format!("{tries} times"));
    }
}
