//! A selector for the pods of one workload, and for no others of its namespace.

use crate::cluster::{Cluster, Endpoint};
use crate::labels::{Labels, Requirement, Selector};

/// Labels that controllers set anew for each revision or pod.
const VOLATILE: [&str; 8] = [
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "controller-uid",
    "batch.kubernetes.io/job-completion-index",
];

pub fn selector(cluster: &Cluster, workload: usize) -> Result<Selector, String> {
    let range = cluster.endpoints_of(workload);
    let own = cluster.endpoints.get(range).unwrap_or_default();
    let Some(first) = own.first() else {
        return Err("it has no pods".to_owned());
    };
    let is_common = |key: &str, value: &str| {
        !VOLATILE.contains(&key)
            && own
                .iter()
                .all(|it| it.labels.get(key).is_some_and(|is| **is == *value))
    };
    let common: Labels = first
        .labels
        .iter()
        .filter(|(key, value)| is_common(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut out = Selector::labels(&common);
    let others = cluster.endpoints.iter().filter(|it| {
        it.namespace == first.namespace && it.workload != workload && !it.host_network
    });
    for other in others {
        if !out.matches(&other.labels) {
            continue;
        }
        let key = other.labels.keys().find(|key| {
            !VOLATILE.contains(&&***key) && own.iter().all(|it| !it.labels.contains_key(*key))
        });
        let Some(key) = key else {
            return Err(format!(
                "its labels do not tell it from {}: give it one of its own",
                name(cluster, other)
            ));
        };
        out.requirements
            .push(Requirement::DoesNotExist(key.clone()));
    }
    Ok(out)
}

fn name(cluster: &Cluster, endpoint: &Endpoint) -> String {
    cluster.display(endpoint.workload)
}
