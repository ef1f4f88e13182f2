//! `starting-deadline-too-short`: runs may be missed for no reason.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "starting-deadline-too-short",
    title: "runs may be missed for no reason",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The controller looks every ten seconds: a run that may be later by less than that is perhaps never started.",
    mend: "Set `startingDeadlineSeconds` to 10 or more.",
    bad: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "15 3 * * *"
  startingDeadlineSeconds: 5
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example/report:1.0
"#,
    good: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "15 3 * * *"
  startingDeadlineSeconds: 60
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: registry.example/report:1.0
"#,
    test: Test::Object(test),
};

/// Seconds between two looks of the controller.
const LOOKS: i64 = 10;

fn test(object: &Object<'_>, said: &mut Said) {
    if let Some(spec) = workload::cron_job(object)
        && let Some(node) = spec.at_path(&["startingDeadlineSeconds"])
        && let Some(seconds) = node.as_int().filter(|seconds| *seconds < LOOKS)
    {
        said.at(
            node.at,
            "spec.startingDeadlineSeconds",
            format!("{seconds} s"),
        );
    }
}
