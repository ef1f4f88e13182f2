//! `suspended-cron-job`: job is switched off.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "suspended-cron-job",
    title: "job is switched off",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "Backups and clean-ups that were switched off for an afternoon are missed when they are needed.",
    mend: "Remove `suspend`, or the whole CronJob.",
    bad: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "15 3 * * *"
  suspend: true
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
  suspend: false
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

fn test(object: &Object<'_>, said: &mut Said) {
    if let Some(spec) = workload::cron_job(object)
        && let Some(node) = spec.at_path(&["suspend"])
        && node.as_bool() == Some(true)
    {
        said.at(node.at, "spec.suspend", "");
    }
}
