//! `overlapping-cron-jobs`: next run starts beside one that has not ended.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "overlapping-cron-jobs",
    title: "next run starts beside one that has not ended",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "When a run takes longer than the time between two, they pile up: twice the load, and two that change the same data.",
    mend: "Set `concurrencyPolicy: Forbid`, or `Replace`.",
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
  concurrencyPolicy: Forbid
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
    let Some(spec) = workload::cron_job(object) else {
        return;
    };
    let policy = spec.at_path(&["concurrencyPolicy"]);
    if policy.is_none_or(|policy| policy.as_str() == Some("Allow")) {
        let at = policy.map_or(spec.at, |policy| policy.at);
        said.at(at, "spec.concurrencyPolicy", "");
    }
}
