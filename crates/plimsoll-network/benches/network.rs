//! Reachability of a large cluster: 1,000 namespaces, 10,000 workloads, 2,000 policies.
//!
//! `/usr/bin/time -v cargo bench -p plimsoll-network --bench network`: reading, computing, every pair.

use std::fmt::Write;
use std::time::Instant;

use plimsoll_network::{Reach, read};
use plimsoll_object::File;

const NAMESPACES: usize = 1_000;
const WORKLOADS_EACH: usize = 10;

fn main() {
    let text = manifests();
    let bytes = text.len();
    let begun = Instant::now();
    let cluster = read([File {
        name: "cluster.yaml".to_owned(),
        bytes: text.into_bytes(),
    }]);
    let read_in = begun.elapsed();
    let reach = Reach::new(&cluster);
    let computed_in = begun.elapsed();
    let mut pairs = 0_u64;
    for workload in 0..cluster.workloads.len() {
        let row = reach.row(workload);
        pairs += row.iter().filter(|id| **id != 0).count() as u64;
    }
    let all = begun.elapsed();
    #[expect(clippy::print_stdout, reason = "a benchmark tells its figures")]
    {
        println!(
            "{} workloads, {} policies, {} MiB: read {read_in:.2?}, computed {computed_in:.2?}, every pair {all:.2?} ({pairs} reach each other)",
            cluster.workloads.len(),
            cluster.policies.len(),
            bytes >> 20,
        );
    }
}

/// Half of the namespaces closed with rules of every usual kind, a third open, some in between.
fn manifests() -> String {
    let mut out = String::new();
    for namespace in 0..NAMESPACES {
        let team = namespace % 20;
        let _ = writeln!(
            out,
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: ns-{namespace}, labels: {{team: team-{team}}}}}"
        );
        for workload in 0..WORKLOADS_EACH {
            let _ = writeln!(
                out,
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-{workload}, namespace: ns-{namespace}}}\nspec:\n  template:\n    metadata: {{labels: {{app: app-{workload}, tier: tier-{}}}}}\n    spec:\n      containers:\n        - name: main\n          image: registry.example/app:1\n          ports:\n            - {{name: http, containerPort: {}}}",
                workload % 3,
                8000 + workload,
            );
        }
        let meta = |name: &str| {
            format!(
                "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: ns-{namespace}}}\nspec:\n"
            )
        };
        if namespace % 3 == 0 {
            continue;
        }
        let _ = write!(
            out,
            "{}  podSelector: {{}}\n  policyTypes: [Ingress, Egress]\n  egress:\n    - to: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: ns-0}}}}}}]\n      ports: [{{protocol: UDP, port: 53}}]\n",
            meta("default-deny")
        );
        let _ = write!(
            out,
            "{}  podSelector: {{matchLabels: {{tier: tier-0}}}}\n  ingress:\n    - from: [{{namespaceSelector: {{matchLabels: {{team: team-{team}}}}}, podSelector: {{matchLabels: {{tier: tier-1}}}}}}]\n      ports: [{{port: http}}]\n    - from: [{{ipBlock: {{cidr: 10.{}.0.0/16, except: [10.{}.7.0/24]}}}}]\n",
            meta("tier-0"),
            namespace % 200,
            namespace % 200,
        );
        let _ = write!(
            out,
            "{}  podSelector: {{matchExpressions: [{{key: tier, operator: In, values: [tier-1, tier-2]}}]}}\n  policyTypes: [Ingress, Egress]\n  ingress: [{{from: [{{podSelector: {{}}}}], ports: [{{port: 8000, endPort: {}}}]}}]\n  egress: [{{to: [{{podSelector: {{}}}}, {{namespaceSelector: {{matchLabels: {{team: team-{team}}}}}}}]}}]\n",
            meta("tier-1"),
            8005 + namespace % 7,
        );
    }
    for priority in 0..3 {
        let _ = writeln!(
            out,
            "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {{name: admin-{priority}}}\nspec:\n  priority: {priority}\n  subject: {{namespaces: {{}}}}\n  ingress: [{{action: Allow, from: [{{namespaces: {{matchLabels: {{team: team-{priority}}}}}}}], ports: [{{portNumber: {{protocol: TCP, port: 9090}}}}]}}]\n  egress: [{{action: Deny, to: [{{networks: [169.254.169.254/32]}}]}}]"
        );
    }
    out
}
