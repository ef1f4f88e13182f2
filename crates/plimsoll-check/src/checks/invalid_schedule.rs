//! `invalid-schedule`: schedule cannot be read.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::cron;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "invalid-schedule",
    title: "schedule cannot be read",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses the CronJob. Its fields are five, days of the week end with 6, and time zones have a field of their own.",
    mend: "Mend the schedule; a zone goes to `timeZone`.",
    bad: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "0 3 * * 7"
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
  schedule: "0 3 * * 0"
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
        && let Err(error) = cron::parse(text)
    {
        said.at(node.at, "spec.schedule", error);
    }
}
