//! `job-never-cleaned-up`: finished job stays for ever.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "job-never-cleaned-up",
    title: "finished job stays for ever",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &["job-ttl-seconds-after-finished"],
    why: "Finished jobs and their pods fill the store of the cluster, slow down lists, and hide the one that failed.",
    mend: "Set `ttlSecondsAfterFinished`.",
    bad: "apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
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
  ttlSecondsAfterFinished: 86400
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example/report:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    // Those of a CronJob, or of another owner, are cleaned up by it; those of Helm hooks by Helm.
    let is_owned = object
        .node
        .at_path(&["metadata", "ownerReferences"])
        .is_some();
    let hook = ["metadata", "annotations", "helm.sh/hook"];
    if object.kind != "Job" || is_owned || object.node.at_path(&hook).is_some() {
        return;
    }
    if let Some(spec) = workload::job(object)
        && spec.at_path(&["ttlSecondsAfterFinished"]).is_none()
    {
        said.at(spec.at, "spec.ttlSecondsAfterFinished", "");
    }
}
