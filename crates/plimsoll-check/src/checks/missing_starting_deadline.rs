//! `missing-starting-deadline`: missed runs are made up for, however late.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "missing-starting-deadline",
    title: "missed runs are made up for, however late",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &["cronjob-has-deadline"],
    why: "After an outage of the control plane the last missed run starts at whatever time that is; with more than a hundred missed the CronJob starts none.",
    mend: "Set `startingDeadlineSeconds` to how late a run is still wanted.",
    bad: r#"apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: "15 3 * * *"
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
  startingDeadlineSeconds: 600
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
        && spec.at_path(&["startingDeadlineSeconds"]).is_none()
    {
        said.at(spec.at, "spec.startingDeadlineSeconds", "");
    }
}
