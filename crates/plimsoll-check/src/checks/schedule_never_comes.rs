//! `schedule-never-comes`: schedule names a day that no month has.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::cron;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "schedule-never-comes",
    title: "schedule names a day that no month has",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The CronJob is accepted, and never runs.",
    mend: "Name a day that comes: `0 3 28-31 * *` for the end of the month.",
    bad: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "0 3 30 2 *"
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
  schedule: "0 3 28 2 *"
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
    let schedule = workload::cron_job(object).and_then(|spec| spec.at_path(&["schedule"]));
    if let Some(node) = schedule
        && let Some(text) = node.as_str()
        && cron::parse(text).is_ok_and(|schedule| schedule.never)
    {
        said.at(node.at, "spec.schedule", text);
    }
}
